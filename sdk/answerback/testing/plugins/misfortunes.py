"""What a network or help desk may answer on a bad day, and what each of it may become."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime

from answerback.errors import (
    Exhausted,
    Gone,
    Reconnect,
    Refused,
    RemoteError,
    TryLater,
    Unsure,
)
from answerback.testing.checks import Case, broken, expect
from answerback.testing.pretend.faults import Fault

_JSON = {"Content-Type": "application/json"}
_HTML = {"Content-Type": "text/html"}
_ERROR = b'{"error": "No", "errors": [{"message": "No"}], "ok": false, "success": false}'
_PAGE = b"<!doctype html><title>Maintenance</title><h1>Back soon</h1>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """An answer, and the errors it may become on a read and on a write."""

    read: tuple[type[RemoteError], ...]
    write: tuple[type[RemoteError], ...]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: _JSON)
    body: bytes = _ERROR
    wait: float | None = None
    dated: bool = False

    def fault(self, now: datetime) -> Fault:
        """Every call answered so, from `now` on."""
        headers = dict(self.headers)
        if self.wait is not None:
            until = now + timedelta(seconds=self.wait)
            headers["Retry-After"] = (
                format_datetime(until, usegmt=True) if self.dated else f"{self.wait:.0f}"
            )
        return Fault(
            effect="answer", status=self.status, headers=headers, body=self.body, count=None
        )


_LATER = (TryLater,)
_WAIT = (TryLater, Exhausted)
_NO = (Refused, Reconnect)
_LOST = (TryLater, Unsure)
_ANY = (TryLater, Unsure, Exhausted, Reconnect, Gone, Refused)

BAD: Mapping[str, Bad] = {
    "429_with_seconds": Bad(status=429, wait=90, read=_WAIT, write=_WAIT),
    "429_with_a_date": Bad(status=429, wait=90, dated=True, read=_WAIT, write=_WAIT),
    "500": Bad(status=500, read=_LATER, write=_LOST),
    "503_with_html": Bad(status=503, headers=_HTML, body=_PAGE, read=_LATER, write=_LOST),
    "html_for_json": Bad(headers=_HTML, body=_PAGE, read=_LATER, write=_LOST),
    "200_with_an_error_body": Bad(read=_ANY, write=_ANY),
    "401": Bad(status=401, read=(Reconnect,), write=(Reconnect,)),
    "402_quota": Bad(status=402, read=(Exhausted,), write=(Exhausted,)),
    "403": Bad(status=403, read=_NO, write=_NO),
    "404": Bad(status=404, read=(Gone, Refused, TryLater), write=(Gone,)),
    "410": Bad(status=410, read=(Gone, Refused, TryLater), write=(Gone,)),
}


def bad_answers() -> list[Case]:
    """Each bad answer."""
    return list(BAD.items())


def answers_about_one() -> list[Case]:
    """Each bad answer, and one with nothing in it, where one thing was asked for."""
    return [*bad_answers(), ("200_with_nothing", Bad(body=b"{}", read=_ANY, write=_ANY))]


def cuts() -> list[Case]:
    """Each way to cut a read off."""
    return [
        ("before_the_request", Fault(effect="cut_before", count=None)),
        ("within_the_answer", Fault(effect="cut_within", count=None)),
    ]


def doubts() -> list[Case]:
    """Each way to lose the answer to a call that was done."""
    return [
        ("cut_after_the_write", Fault(effect="cut_after")),
        ("cut_within_the_answer", Fault(effect="cut_within")),
        ("bad_gateway", Fault(effect="answer", status=502, served=True)),
        (
            "html_for_json",
            Fault(effect="answer", status=200, headers=_HTML, body=_PAGE, served=True),
        ),
    ]


def failing(call: Callable[..., object], *given: object) -> RemoteError:
    """The error a call raises. Raises Broken where it returns, or raises something else."""
    try:
        call(*given)
    except RemoteError as error:
        return error
    return broken("It returned as if nothing had happened, where an error was due.")


def expect_right(error: RemoteError, bad: Bad, allowed: tuple[type[RemoteError], ...]) -> None:
    """Raise Broken unless the error is one of these, and says how long to wait."""
    names = " or ".join(each.__name__ for each in allowed)
    expect(isinstance(error, allowed), f"It became {type(error).__name__}, not {names}.")
    if bad.wait is not None:
        expect(
            error.retry_after is not None and abs(error.retry_after - bad.wait) <= 2,
            "How long the platform asks to wait is not in `retry_after`.",
        )
