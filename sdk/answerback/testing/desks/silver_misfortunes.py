"""Silver: what the desk says, or fails to say, becomes the right next step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from answerback.contract import capabilities
from answerback.errors import Reconnect, Refused, RemoteError, TryLater, Unsure
from answerback.helpdesk import Outcome
from answerback.testing.checks import Case, NotApplicable, check, expect
from answerback.testing.desks.subject import DeskSubject
from answerback.testing.plugins import misfortunes
from answerback.testing.plugins.misfortunes import Bad, expect_right, failing
from answerback.testing.pretend.faults import Fault

_PARCEL = "Where is my parcel?"
_ANSWER = "We are sorry. It comes tomorrow."
_NOT_FOUND = (404, 410)


class DeskSilverMisfortunes(DeskSubject):
    """Answers nobody hopes for."""

    @classmethod
    def cuts(cls) -> list[Case]:
        """Each way to cut a read off."""
        return misfortunes.cuts()

    @classmethod
    def bad_answers(cls) -> list[Case]:
        """Each bad answer."""
        return misfortunes.bad_answers()

    @check(
        "silver",
        needs=("file",),
        each="bad_answers",
        mend="Let errors that concern the whole desk through, as `http` maps them; turn only "
        "what concerns one filing into its result.",
    )
    def test_a_bad_answer_to_filing_is_the_right_next_step(self, bad: Bad) -> None:
        """Filing says what to do next, calls nothing done, and brings it all in afterwards."""
        with self.stage("filed") as stage:
            filing = stage.filings.post(_PARCEL)
            stage.proxy.add(bad.fault(stage.clock.now()))
            try:
                [result] = stage.file(filing)
            except RemoteError as error:
                # A desk may look before it writes, and what is not found may be the ticket.
                either = (*bad.read, *bad.write)
                expect_right(error, bad, either)
            else:
                allowed = _outcomes(bad)
                expect(
                    result.outcome in allowed,
                    f"It came out as '{result.outcome}', where "
                    f"{' or '.join(allowed) or 'an error'} was due.",
                )
            stage.proxy.clear()
            stage.clock.sleep(3600)
            expect(not stage.places(_PARCEL), "Something was filed although every answer was bad.")
            stage.bring(filing)
            stage.place(_PARCEL)

    @check(
        "silver",
        needs=("replies_since",),
        each="bad_answers",
        mend="Let `http` map it, and use `classify` for what this desk means by it; never take it "
        "for a page without answers.",
    )
    def test_a_bad_answer_to_the_sweep_is_the_right_error(self, bad: Bad) -> None:
        """The error says what to do next, and what was answered meanwhile is given afterwards."""
        self._sweep_under(bad.fault, bad)

    @check(
        "silver",
        needs=("replies_since",),
        each="cuts",
        mend="Let the error of `http` through.",
    )
    def test_a_sweep_that_is_cut_off_is_tried_later(self, cut: Fault) -> None:
        """A connection that ends before or within the answer is TryLater, and loses nothing."""
        self._sweep_under(lambda _: cut, None)

    def _sweep_under(self, fault: Callable[[datetime], Fault], bad: Bad | None) -> None:
        with self.stage() as stage:
            stage.bring(stage.filings.post(_PARCEL))
            cursor = stage.sweep().cursor
            key = stage.network.answer(stage.place(_PARCEL)[0].id, _ANSWER)
            stage.proxy.add(fault(stage.clock.now()))
            error = failing(stage.replies_since, cursor)
            stage.proxy.clear()
            if bad is not None:
                expect_right(error, bad, bad.read)
            else:
                expect(
                    isinstance(error, TryLater),
                    f"A sweep that was cut off raised {type(error).__name__}.",
                )
            stage.clock.sleep(3600)
            expect(stage.sweep(cursor).keys == [key], "What was answered meanwhile is lost.")

    @check(
        "silver",
        needs=("note",),
        mend="Make the call with `http.write`, and let its errors through.",
    )
    def test_a_lost_answer_to_a_note_is_no_success(self) -> None:
        """A note whose answer is lost says that nobody knows, and never that it is there."""
        with self.stage() as stage:
            stage.bring(stage.filings.post(_PARCEL))
            ticket = stage.place(_PARCEL)[0].id
            stage.proxy.add(Fault(effect="cut_after", methods=("POST", "PUT", "PATCH")))
            error = failing(stage.desk().note, ticket, "Our own word.")
            stage.proxy.clear()
            expect(
                isinstance(error, TryLater | Unsure),
                f"A note whose answer was lost raised {type(error).__name__}.",
            )
            expect(len(stage.places("Our own word.")) == 1, "The note stands there more than once.")

    @check(
        "silver",
        mend="Let the 401 of the desk through, and let the pretend desk give one for a wrong "
        "login: `admit` is asked before every route.",
    )
    def test_a_wrong_login_says_connect_again(self) -> None:
        """With a wrong key the desk does nothing, and the error is Reconnect."""
        secrets = [one for one in self.help_desk.settings if one.secret]
        can = capabilities(self.help_desk) & {"file", "replies_since"}
        if not secrets or not can:
            raise NotApplicable(f"{self.help_desk.name} logs in nowhere.")
        with self.stage() as stage:
            wrong = stage.desk(**{one.name: "wrong-for-answerback-check" for one in secrets})
            if "file" in can:
                error = failing(wrong.file, [stage.filings.post(_PARCEL)])
            else:
                error = failing(wrong.replies_since, None)
            expect(
                isinstance(error, Reconnect),
                f"A wrong login raised {type(error).__name__}, not Reconnect.",
            )


def _outcomes(bad: Bad) -> tuple[Outcome, ...]:
    """The outcomes a filing may have instead of an error."""
    if bad.wait is not None or bad.status in (401, 402):
        return ()  # No outcome tells how long to wait, or that somebody has to log in.
    if bad.status in _NOT_FOUND:
        return ("try_later", "parent_missing", "refused")
    found: list[Outcome] = []
    if {TryLater, Unsure} & set(bad.write):
        found.append("try_later")
    if Refused in bad.write:
        found.append("refused")
    return tuple(found)
