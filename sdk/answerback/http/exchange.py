"""One call from its first byte to its verdict: host rule, pacing, redirects, content, meaning."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError

from answerback.errors import RemoteError, TryLater
from answerback.http.answer import UNREADABLE, Answer
from answerback.http.deadlines import Call, under_way
from answerback.http.hosts import NotAllowed, origin_of
from answerback.http.mapping import (
    Errand,
    error_of_break,
    error_of_size,
    error_of_status,
    error_of_verdict,
)
from answerback.http.pacing import Draw, Paced, Pacer
from answerback.http.transport import Transport

Classify = Callable[[Answer], RemoteError | type[RemoteError] | None]

REDIRECTS = 3
_FOLLOWED = frozenset({301, 302, 303, 307, 308})
#: What may travel to another origin than the one the caller named. No credential is among these.
_HARMLESS = frozenset(
    {"accept", "accept-language", "if-modified-since", "if-none-match", "range", "user-agent"}
)
_CHUNK = 64 * 1024
_BROKEN = (requests.RequestException, HTTPError, http.client.HTTPException, OSError)
_NEVER_SENT = (requests.ConnectTimeout, requests.exceptions.InvalidURL)


class _TooLarge(Exception):  # noqa: N818 - it ends the reading, nothing more
    """The content is larger than allowed."""


class Exchange:
    """One call. Errors are returned, not raised: see `Http`, which raises them."""

    def __init__(
        self,
        *,
        errand: Errand,
        transport: Transport,
        call: Call,
        seconds: float,
        max_bytes: int,
        classify: Classify | None,
        clock: Callable[[], datetime],
    ) -> None:
        self.errand = errand
        self.transport = transport
        self.call = call
        self.seconds = seconds
        self.max_bytes = max_bytes
        self.classify = classify
        self.clock = clock

    def run(self, request: requests.Request, *, pacer: Pacer, draw: Draw) -> Answer | RemoteError:
        """The answer, or the error that says what to do next."""
        if self.call.left <= 0:
            return self._broken(certain=True)
        prepared = self._prepared(request)
        if isinstance(prepared, RemoteError):
            return prepared
        try:
            pacer.take(draw, patience=self.call.left)
        except Paced as paced:
            return self.errand.error(
                TryLater,
                "is not called now, to stay within its limits",
                retry_after=paced.seconds,
                code="paced",
            )
        seen: Answer | None = None
        try:
            with under_way(self.call):
                outcome = self._followed(request, prepared)
            seen = outcome if isinstance(outcome, Answer) else None
        finally:
            pacer.give(
                draw,
                status=None if seen is None else seen.status,
                headers=None if seen is None else seen.headers,
            )
        return self._judged(outcome) if isinstance(outcome, Answer) else outcome

    def _prepared(self, request: requests.Request) -> requests.PreparedRequest | RemoteError:
        """The request as it will be sent, to an address that may be called."""
        hosts = self.transport.hosts
        try:
            origin_of(request.url)
            prepared = self.transport.prepare(request)
            request.url, request.params = prepared.url or "", {}
            prepared.url = hosts.reroute(request.url)
            hosts.check(prepared.url)
        except NotAllowed as refusal:
            return self.errand.refusal(str(refusal))
        except (requests.RequestException, ValueError) as failure:
            return self.errand.refusal(f"This call cannot be sent ({type(failure).__name__}).")
        return prepared

    def _followed(
        self, request: requests.Request, prepared: requests.PreparedRequest
    ) -> Answer | RemoteError:
        """The last answer of a chain of redirects; only reads are followed."""
        for _ in range(REDIRECTS):
            outcome = self._fetched(prepared, request.url)
            if isinstance(outcome, RemoteError) or not self._leads_on(outcome):
                return outcome
            here = prepared.url or ""
            try:
                request.url = urljoin(outcome.url, _readable(outcome.headers["Location"]))
            except ValueError:
                return outcome
            following = self._prepared(request)
            if isinstance(following, RemoteError):
                return following
            if origin_of(here) != origin_of(following.url or ""):
                request.headers = {
                    name: value
                    for name, value in request.headers.items()
                    if name.lower() in _HARMLESS
                }
                following = self._prepared(request)
                if isinstance(following, RemoteError):
                    return following
            prepared = following
            self.errand = replace(self.errand, url=request.url)
        return self._fetched(prepared, request.url)

    def _leads_on(self, answer: Answer) -> bool:
        return (
            self.errand.repeats is None
            and answer.status in _FOLLOWED
            and "Location" in answer.headers
        )

    def _fetched(self, prepared: requests.PreparedRequest, url: str) -> Answer | RemoteError:
        """One answer, read whole; an error status is still an answer here."""
        left = self.call.left
        if left <= 0:
            return self._broken(certain=True)
        try:
            response = self.transport.send(prepared, seconds=left)
        except NotAllowed as refusal:
            return self.errand.refusal(str(refusal))
        except _BROKEN as failure:
            return self._broken(certain=isinstance(failure, _NEVER_SENT))
        content = bytearray()
        whole = False
        failed: RemoteError | None = None
        try:
            self._read(response, content)
            whole = True
        except _TooLarge:
            failed = error_of_size(self.errand, response.status_code, self.max_bytes)
        except _BROKEN:
            failed = self._broken(certain=False)
        finally:
            # An unread rest must not be taken for the answer to the next call.
            response.raw.release_conn() if whole else response.close()
        # A refusal is one by its status, even if its explanation broke off.
        if failed is not None and response.status_code < 400:
            return failed
        return Answer(
            status=response.status_code,
            headers=response.headers,
            content=bytes(content),
            url=url,
            lost=self.errand.lost,
            plugin=self.errand.plugin,
            account=self.errand.account,
        )

    def _read(self, response: requests.Response, content: bytearray) -> None:
        declared = response.headers.get("Content-Length", "")
        if declared.isdecimal() and float(declared) > self.max_bytes:
            raise _TooLarge
        for piece in response.raw.stream(_CHUNK, decode_content=True):
            self.call.remaining()
            content += piece[: self.max_bytes + 1 - len(content)]
            if len(content) > self.max_bytes:
                raise _TooLarge

    def _broken(self, *, certain: bool) -> RemoteError:
        return error_of_break(self.errand, self.call, seconds=self.seconds, certain=certain)

    def _judged(self, answer: Answer) -> Answer | RemoteError:
        """The answer, or the error that its status, or the plugin, says it is."""
        usual = error_of_status(self.errand, answer, self.clock())
        verdict: RemoteError | type[RemoteError] | None = None
        if self.classify is not None:
            try:
                verdict = self.classify(answer)
            except RemoteError as error:
                # It looked for the platform's error code in something that is not JSON.
                if error.code != UNREADABLE:
                    raise
        if verdict is not None:
            return error_of_verdict(self.errand, answer, verdict, self.clock())
        return answer if usual is None else usual


def _readable(location: str) -> str:
    """A Location header as text: http.client reads it as Latin-1, servers write UTF-8."""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location
