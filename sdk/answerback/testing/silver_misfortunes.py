"""Silver: what the network says, or fails to say, becomes the right next step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
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
from answerback.testing.checks import Case, check, expect
from answerback.testing.faults import Fault
from answerback.testing.silver_answering import failing
from answerback.testing.stage import Stage
from answerback.testing.subject import ChannelSubject

_JSON = {"Content-Type": "application/json"}
_HTML = {"Content-Type": "text/html"}
_ERROR = b'{"error": "No", "errors": [{"message": "No"}], "ok": false, "success": false}'
_PAGE = b"<!doctype html><title>Maintenance</title><h1>Back soon</h1>"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bad:
    """An answer, and the errors it may become on a read and on a write."""

    read: tuple[type[RemoteError], ...]
    write: tuple[type[RemoteError], ...]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: _JSON)
    body: bytes = _ERROR
    wait: float | None = None
    dated: bool = False

    def fault(self, stage: Stage) -> Fault:
        headers = dict(self.headers)
        if self.wait is not None:
            until = stage.clock.now() + timedelta(seconds=self.wait)
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

_BAD: dict[str, _Bad] = {
    "429_with_seconds": _Bad(status=429, wait=90, read=_WAIT, write=_WAIT),
    "429_with_a_date": _Bad(status=429, wait=90, dated=True, read=_WAIT, write=_WAIT),
    "500": _Bad(status=500, read=_LATER, write=_LOST),
    "503_with_html": _Bad(status=503, headers=_HTML, body=_PAGE, read=_LATER, write=_LOST),
    "html_for_json": _Bad(headers=_HTML, body=_PAGE, read=_LATER, write=_LOST),
    "200_with_an_error_body": _Bad(read=_ANY, write=_ANY),
    "401": _Bad(status=401, read=(Reconnect,), write=(Reconnect,)),
    "402_quota": _Bad(status=402, read=(Exhausted,), write=(Exhausted,)),
    "403": _Bad(status=403, read=_NO, write=_NO),
    "404": _Bad(status=404, read=(Gone, Refused, TryLater), write=(Gone,)),
    "410": _Bad(status=410, read=(Gone, Refused, TryLater), write=(Gone,)),
}


class SilverMisfortunes(ChannelSubject):
    """Answers nobody hopes for."""

    @classmethod
    def cuts(cls) -> list[Case]:
        """Each way to cut a read off."""
        return [
            ("before_the_request", Fault(effect="cut_before", count=None)),
            ("within_the_answer", Fault(effect="cut_within", count=None)),
        ]

    @classmethod
    def bad_answers(cls) -> list[Case]:
        """Each bad answer."""
        return list(_BAD.items())

    @check(
        "silver",
        needs=("poll",),
        each="bad_answers",
        mend="Let `http` map it, and use `classify` for what this network means by it; never take "
        "it for an empty page.",
    )
    def test_a_bad_answer_to_a_read_is_the_right_error_and_loses_nothing(self, bad: _Bad) -> None:
        """The error says what to do next, and what was said meanwhile is given afterwards."""
        with self.stage() as stage:
            begun = stage.walk()
            said = stage.say("Is anybody there?")
            stage.proxy.add(bad.fault(stage))
            error = failing(stage.poll, begun.cursor)
            stage.proxy.clear()
            _expect_right(error, bad, bad.read)
            stage.clock.sleep(3600)
            expect(stage.walk(begun.cursor).of(said), "What was said meanwhile is lost.")

    @check(
        "silver",
        needs=("poll",),
        each="cuts",
        mend="Let the error of `http` through.",
    )
    def test_a_read_that_is_cut_off_is_tried_later(self, cut: Fault) -> None:
        """A connection that ends before or within the answer to a read is TryLater."""
        with self.stage() as stage:
            begun = stage.walk()
            said = stage.say("Is anybody there?")
            stage.proxy.add(cut)
            error = failing(stage.poll, begun.cursor)
            stage.proxy.clear()
            expect(
                isinstance(error, TryLater),
                f"A read that was cut off raised {type(error).__name__}.",
            )
            expect(stage.walk(begun.cursor).of(said), "What was said meanwhile is lost.")

    @check(
        "silver",
        needs=("poll", "reply"),
        each="bad_answers",
        mend="Let `http` map it, and use `classify` for what this network means by it; give a "
        "Receipt only for a post the answer shows.",
    )
    def test_a_bad_answer_to_a_write_is_the_right_error(self, bad: _Bad) -> None:
        """The error says what to do next, and nothing is posted behind it."""
        with self.stage() as stage:
            target, part = stage.hear("Where is my parcel?"), stage.part()
            prepared = stage.prepare(target, part)
            stage.proxy.add(bad.fault(stage))
            error = failing(stage.channel().reply, target, part, prepared)
            stage.proxy.clear()
            _expect_right(error, bad, bad.write)
            expect(
                not any(post.ours for post in stage.network.posts()),
                "Something was posted although every answer was an error.",
            )

    @check(
        "silver",
        needs=("poll", "reply"),
        mend="Let the 404 or 410 of the network through as Gone.",
    )
    def test_answering_a_deleted_post_says_that_it_is_gone(self) -> None:
        """When the post to answer was deleted meanwhile, the error is Gone."""
        with self.stage() as stage:
            target = stage.hear("I should not have said this")
            part = stage.part()
            stage.network.delete(target.id)
            error = failing(stage.answer, target, part)
            expect(
                isinstance(error, Gone),
                f"Answering a deleted post raised {type(error).__name__}, not Gone.",
            )


def _expect_right(error: RemoteError, bad: _Bad, allowed: tuple[type[RemoteError], ...]) -> None:
    names = " or ".join(each.__name__ for each in allowed)
    expect(isinstance(error, allowed), f"It became {type(error).__name__}, not {names}.")
    if bad.wait is not None:
        expect(
            error.retry_after is not None and abs(error.retry_after - bad.wait) <= 2,
            "How long the network asks to wait is not in `retry_after`.",
        )
