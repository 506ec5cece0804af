"""Calls that come in, free of any web framework: a request, a response, a declared route."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs

from answerback.errors import Malformed

MAX_FIELDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One incoming call. Header names are lower case; `body` is what came, byte for byte.

    The repr shows neither query, headers nor body, which may carry secrets and customers' words.
    """

    method: str
    path: str
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    def json(self) -> Any:
        """The body as JSON. Raises Malformed, also for nesting the parser cannot follow."""
        try:
            return json.loads(self.body)
        except RecursionError:
            raise Malformed("The body is nested too deeply.") from None
        except ValueError:
            raise Malformed("The body is not JSON.") from None

    def form(self) -> dict[str, list[str]]:
        """The body as form fields, blank ones kept. Raises Malformed."""
        try:
            return parse_qs(
                self.body.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FIELDS
            )
        except ValueError:
            raise Malformed("The body is not a form, or has too many fields.") from None

    def cookie(self, name: str) -> str | None:
        """The cookie's value, or None."""
        # Not http.cookies, which stops reading at the first cookie somebody else made oddly.
        for cookie in self.headers.get("cookie", "").split(";"):
            given, _, value = cookie.strip().partition("=")
            if given == name:
                return value.strip('"')
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What to answer."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)

    @classmethod
    def of_json(cls, value: Any, status: int = 200) -> Response:
        """A JSON answer."""
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return cls(status=status, headers={"Content-Type": "application/json"}, body=body)

    @classmethod
    def of_text(cls, text: str, status: int = 200) -> Response:
        """A plain answer."""
        return cls(
            status=status, headers={"Content-Type": "text/plain; charset=utf-8"}, body=text.encode()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One route a help desk calls: `method` names the plugin's method that answers it."""

    verb: Literal["GET", "POST"]
    path: str
    method: str
