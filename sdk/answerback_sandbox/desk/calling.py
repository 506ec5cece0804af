"""How the desk calls integration services: deadlines, size limits, and no proxy on loopback."""

import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from answerback_sandbox.desk.rules import is_loopback

SIZE_LIMIT = 20 * 1024 * 1024
AGENT = "Zendesk/External Content (answerback sandbox)"


class UnreachedError(Exception):
    """There was no usable HTTP answer; the text says why, without the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete HTTP answer."""

    status: int
    reason: str
    content_type: str
    body: bytes
    url: str

    @property
    def line(self) -> str:
        """Status and reason, as in ``502 Bad Gateway``."""
        return f"{self.status} {self.reason}".strip()

    def text(self, most: int = 500) -> str:
        """The beginning of the body as text."""
        return " ".join(self.body.decode(errors="replace").split())[:most]

    def sentence(self) -> str:
        """What the body says to a person: its text, or the message in its JSON."""
        if "json" in self.content_type:
            try:
                told = json.loads(self.body)
            except ValueError:
                return self.text()
            for key in ("description", "message", "error", "reason", "detail"):
                if isinstance(told, dict) and isinstance(told.get(key), str):
                    return str(told[key])[:500]
        return self.text()

    def json(self) -> Any:
        """The body as JSON; ValueError says in words what it is instead."""
        if self.content_type.split(";")[0].strip().lower() != "application/json":
            raise ValueError(
                f"Content-Type is {self.content_type or 'missing'}, not application/json"
            )
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise ValueError(f"the body is not JSON ({error})") from error


def call(
    method: str,
    url: str,
    *,
    timeout: float,
    form: list[tuple[str, str]] | None = None,
    body: object = None,
    follow: bool = False,
) -> Answer:
    """Sends one request, a form or JSON, and reads its answer within about `timeout` seconds."""
    end = time.monotonic() + timeout
    with requests.Session() as session:
        session.trust_env = not is_loopback(urlsplit(url).hostname or "")
        try:
            with session.request(
                method,
                url,
                data=form,
                json=body,
                timeout=(min(timeout, 10), timeout),
                allow_redirects=follow,
                headers={"User-Agent": AGENT, "Accept": "application/json, */*;q=0.5"},
                stream=True,
            ) as response:
                data = bytearray()
                for chunk in response.iter_content(16 * 1024):
                    data += chunk
                    if len(data) > SIZE_LIMIT:
                        raise UnreachedError(f"the answer is larger than {SIZE_LIMIT} bytes")
                    if time.monotonic() > end:
                        raise UnreachedError(f"no complete answer within {timeout:g} s")
                return Answer(
                    status=response.status_code,
                    reason=response.reason or "",
                    content_type=response.headers.get("Content-Type", ""),
                    body=bytes(data),
                    url=response.url,
                )
        except requests.Timeout as error:
            raise UnreachedError(f"no answer within {timeout:g} s") from error
        except requests.RequestException as error:
            raise UnreachedError(_why(error)) from error


def _why(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "the TLS certificate was not accepted"
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema):
        return "the address is not a valid URL"
    cause = repr(error)
    if "refused" in cause:
        return "connection refused"
    if "resolve" in cause or "getaddrinfo" in cause:
        return "host not found"
    return "the connection broke off"
