"""Silver: what goes wrong in any call of any method becomes an error, and no half of a truth."""

from __future__ import annotations

from collections.abc import Callable

from answerback.channel import Fetched
from answerback.errors import RemoteError
from answerback.model import Page
from answerback.testing.channels.deeds import READING, UNDOING, Deed, deeds_on
from answerback.testing.channels.facts import failure
from answerback.testing.channels.heard import Heard
from answerback.testing.channels.stage import Stage
from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.checks import Broken, Case, NotApplicable, broken, check, expect
from answerback.testing.plugins import misfortunes
from answerback.testing.plugins.misfortunes import Bad, expect_right
from answerback.testing.pretend.faults import Fault

#: These two have checks of their own, which look at what is lost or doubled.
_TRIED = frozenset({"poll", "reply"})
_NOT_FOUND = (404, 410)
#: What a network may say of a single post it does not show to us.
_NOT_SHOWN = (403, *_NOT_FOUND)
#: Calls of one method that are made to fail, one after the other.
_MOST = 6
_HOUR = 3600.0


class SilverCalls(ChannelSubject):
    """Every method, and every call it makes."""

    @classmethod
    def bad_answers_about_one(cls) -> list[Case]:
        """Each bad answer to a question about one thing."""
        return misfortunes.answers_about_one()

    @check(
        "silver",
        needs=("poll",),
        each="bad_answers_about_one",
        mend="Read answers with `Answer.understood`, and let the errors of `http` through: take "
        "only Gone for an answer, where a missing post is one.",
    )
    def test_a_bad_answer_to_anything_is_the_right_error(self, bad: Bad) -> None:
        """Whatever is asked for, the error says what to do next; nothing is taken for done."""
        with self.stage() as stage:
            for deed in deeds_on(stage):
                if deed.name not in _TRIED:
                    # What one error asked to wait for must not keep the next call from going.
                    stage.clock.sleep(_HOUR)
                    _expect_right(stage, deed, bad)

    @check(
        "silver",
        needs=("poll",),
        mend="Let the error of every call through. Where a parent or a second page is missing, "
        "the whole step is tried later.",
    )
    def test_whichever_call_of_a_read_fails_nothing_is_given_by_halves(self) -> None:
        """Where one of several calls fails, a read raises, or gives all the same what it should."""
        with self.stage() as stage:
            for deed in deeds_on(stage):
                if deed.name in READING:
                    for number in range(1, min(_calls(stage, deed.do), _MOST)):
                        _expect_whole(stage, deed, number)


def _calls(stage: Stage, do: Callable[[], object]) -> int:
    """How many calls it makes when all goes well."""
    before = len(stage.proxy.passed)
    try:
        do()
    except (RemoteError, NotApplicable):
        return 0
    return len(stage.proxy.passed) - before


def _expect_right(stage: Stage, deed: Deed, bad: Bad) -> None:
    before = len(stage.proxy.passed)
    stage.proxy.add(bad.fault(stage.clock.now()))
    try:
        given = deed.do()
    except RemoteError as error:
        try:
            expect_right(error, bad, bad.read if deed.name in READING else bad.write)
        except Broken as broken_:
            raise Broken(f"`{deed.name}`: {broken_.seen}") from None
    # Whatever else it raises is no next step for anybody.
    except Exception as error:
        raise Broken(
            f"`{deed.name}` fails with {failure(error)}, which is no RemoteError."
        ) from error
    else:
        asked = len(stage.proxy.passed) > before
        if asked and not _may_pass(deed, given, bad):
            broken(f"`{deed.name}` returned as if nothing had happened, where an error was due.")
    finally:
        stage.proxy.clear()


def _may_pass(deed: Deed, given: object, bad: Bad) -> bool:
    """Whether a method may return what it gave, although the network answered so."""
    if isinstance(given, list) and any(isinstance(one, Fetched) for one in given):
        allowed = {"missing", "gone"} if bad.status in _NOT_FOUND else {"missing"}
        return bad.status in _NOT_SHOWN and {one.state for one in given} <= allowed
    if bad.status in _NOT_FOUND:
        return deed.name in UNDOING or (deed.name in READING and not given)
    # What gives nothing need not read what it was answered, and no account is none.
    return bad.status == 200 and (given is None or (deed.name == "accounts" and not given))


def _expect_whole(stage: Stage, deed: Deed, number: int) -> None:
    """Raise Broken where it gives something else when all calls but the first `number` fail."""
    whole = _told(stage, deed.do())
    stage.clock.sleep(_HOUR)
    stage.proxy.add(Fault(effect="answer", skip=number, count=None))
    try:
        given = deed.do()
    except RemoteError:
        return
    finally:
        stage.proxy.clear()
    stage.clock.sleep(_HOUR)
    expect(
        _told(stage, given) == whole,
        f"When call {number + 1} of `{deed.name}` fails it returns, and gives something else "
        "than when all goes well.",
    )


def _told(stage: Stage, given: object) -> object:
    """What is told, a page with all that follows it: what comes later is not lost."""
    if not isinstance(given, Page):
        return given
    heard = Heard(pages=(given, *stage.walk(given.cursor).pages))
    return {mention.id: mention for mention in heard.mentions}
