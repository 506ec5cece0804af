"""From what happened on the wire to the error that says what to do next."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from answerback.errors import (
    Exhausted,
    Gone,
    Reconnect,
    Refused,
    RemoteError,
    TryLater,
    Unsure,
)
from answerback.http.answer import Answer
from answerback.http.deadlines import Call, Stage
from answerback.http.rates import retry_after_of, wait_of
from answerback.http.redaction import redact


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a call is for: all that a message about it may say.

    `repeats` is None for a read, else whether the write may be sent twice.
    """

    plugin: str
    account: str | None
    method: str
    url: str = field(repr=False)
    repeats: bool | None
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def host(self) -> str:
        """The host, with its port where one is given."""
        return redact(urlsplit(self.url).netloc.rpartition("@")[2], self.secrets)

    @property
    def path(self) -> str:
        """The path, without the query."""
        return redact(urlsplit(self.url).path, self.secrets)

    @property
    def lost(self) -> type[RemoteError]:
        """The error for when no one can tell from the answer what was done."""
        return Unsure if self.repeats is False else TryLater

    def error(
        self,
        kind: type[RemoteError],
        what: str,
        *,
        advice: str = "",
        status: int | None = None,
        retry_after: float | None = None,
        code: str | None = None,
    ) -> RemoteError:
        """An error about this call; `what` follows the host's name, `advice` is a sentence."""
        message = f"{self.host} {what} ({self.method} {self.path})."
        return kind(
            redact(f"{message} {advice}".strip(), self.secrets),
            plugin=self.plugin,
            account=self.account,
            status=status,
            retry_after=retry_after,
            code=code,
        )

    def refusal(self, sentence: str) -> RemoteError:
        """The error for a call that may not or cannot be sent."""
        return Refused(redact(sentence, self.secrets), plugin=self.plugin, account=self.account)


_CHECK = "Check there before sending again."


def error_of_break(errand: Errand, call: Call, *, seconds: float, certain: bool) -> RemoteError:
    """The error for a call that ended without an answer.

    `certain` says that nothing was sent, even where the connection cannot tell.
    """
    # A stage BEFORE the connection means that something stands in for it, as `responses` does.
    undone = certain or not (call.sent or call.stage is Stage.BEFORE)
    kind = TryLater if undone else errand.lost
    advice = _CHECK if kind is Unsure else ""
    if call.left <= 0:
        return errand.error(
            kind, f"took longer than the {seconds:.3g} s allowed", advice=advice, code="deadline"
        )
    return errand.error(kind, call.stage.value, advice=advice)


def error_of_size(errand: Errand, status: int, limit: int) -> RemoteError:
    """The error for an answer larger than allowed: a read that would be too large again."""
    kind = Refused if errand.repeats is None else errand.lost
    advice = _CHECK if kind is Unsure else ""
    what = f"sent an answer larger than the {limit} bytes allowed"
    return errand.error(kind, what, advice=advice, status=status, code="size")


def error_of_status(errand: Errand, answer: Answer, now: datetime) -> RemoteError | None:
    """The error an answer's status means, or None where the call succeeded."""
    status = answer.status
    read = errand.repeats is None
    if 200 <= status < 300 or (read and status == 304):
        return None
    kind, what, advice = _meaning(errand, status)
    wait = _wait(answer, now)
    return errand.error(kind, what, advice=advice, status=status, retry_after=wait)


def _wait(answer: Answer, now: datetime) -> float | None:
    """How long the platform asks to wait; a rate limit may say so by its reset alone."""
    limited = answer.status == 429
    return (wait_of if limited else retry_after_of)(answer.headers, now)


def error_of_verdict(
    errand: Errand, answer: Answer, verdict: RemoteError | type[RemoteError], now: datetime
) -> RemoteError:
    """The error a plugin says an answer is, with what it left out filled in, also its sentence."""
    verdict = verdict("") if isinstance(verdict, type) else copy(verdict)
    sentence = verdict.sentence
    if not sentence:
        what, advice = _usual(errand, type(verdict), answer.status)
        sentence = errand.error(type(verdict), what, advice=advice).sentence
    verdict.args = (redact(sentence, errand.secrets),)
    verdict.plugin = verdict.plugin or errand.plugin
    verdict.account = verdict.account or errand.account
    verdict.status = verdict.status if verdict.status is not None else answer.status
    if verdict.retry_after is None:
        verdict.retry_after = _wait(answer, now)
    return verdict


_MEANINGS: dict[int, tuple[type[RemoteError], str, str]] = {
    401: (Reconnect, "no longer accepts our login", "Connect the account again."),
    402: (Exhausted, "says the paid allowance is used up", "Check the plan or credit there."),
    403: (Refused, "does not allow this", "Check the account's permissions there."),
    404: (Gone, "no longer has this, or no longer shows it to us", ""),
    410: (Gone, "no longer has this", ""),
    425: (TryLater, "was not ready for the call", ""),
    429: (TryLater, "asks to slow down", ""),
}
#: What a plugin says an answer is, where the status says something else.
_VERDICTS: dict[type[RemoteError], tuple[str, str]] = {
    TryLater: ("cannot do this now", ""),
    Unsure: ("did not say whether it was done", _CHECK),
    Exhausted: _MEANINGS[402][1:],
    Reconnect: _MEANINGS[401][1:],
    Gone: _MEANINGS[404][1:],
    Refused: ("refused the call", "Sending the same again will not help."),
    RemoteError: ("answered with an error", ""),
}


def _usual(errand: Errand, kind: type[RemoteError], status: int) -> tuple[str, str]:
    """What is said of such an error: the status's own words, where it means the same."""
    if not 200 <= status < 300:
        usual, *words = _meaning(errand, status)
        if usual is kind:
            return words[0], words[1]
    return next(_VERDICTS[each] for each in kind.__mro__ if each in _VERDICTS)


def _meaning(errand: Errand, status: int) -> tuple[type[RemoteError], str, str]:
    if status in _MEANINGS:
        return _MEANINGS[status]
    # 303 says that it was done and that the result is elsewhere; 408 comes from proxies, too,
    # which gave up waiting for a server that goes on working.
    unclear = status < 200 or status >= 500 or status in (303, 408)
    if not unclear and status >= 400:
        return Refused, "refused the call", "Sending the same again will not help."
    if not unclear and errand.repeats is not None:
        return Refused, "redirects to another address", "Check the address in the settings."
    if 300 <= status < 400:
        what = "redirects without end or to nowhere"
    elif status >= 500:
        what = "has a problem of its own"
    else:
        what = "answered what no one can read"
    return errand.lost, what, _CHECK if errand.lost is Unsure else ""
