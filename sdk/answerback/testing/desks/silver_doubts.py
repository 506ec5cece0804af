"""Silver: when nobody knows whether a filing was done, it stands there once in the end."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from answerback.errors import RemoteError, TryLater, Unsure
from answerback.helpdesk import Filing
from answerback.testing.checks import Case, broken, check, expect
from answerback.testing.desks.stage import DeskStage
from answerback.testing.desks.subject import DeskSubject
from answerback.testing.plugins.misfortunes import doubts
from answerback.testing.pretend.faults import Fault

_FILE = ("file",)
_PARCEL = "Where is my parcel?"
_LATE = "It is two weeks late."


class DeskSilverDoubts(DeskSubject):
    """Lost answers."""

    @classmethod
    def doubts(cls) -> list[Case]:
        """Each way to lose the answer to a call, and the request itself."""
        return [*doubts(), ("cut_before_the_request", Fault(effect="cut_before"))]

    @check(
        "silver",
        needs=_FILE,
        each="doubts",
        mend="Look for the external id before every write, and let TryLater or Unsure through: "
        "the engine files again.",
    )
    def test_a_lost_answer_ends_in_one_comment(self, fault: Fault) -> None:
        """Whichever call of a filing loses its answer: filed again, it stands there once."""
        for beginning in (True, False):
            for number in range(self._calls(beginning)):
                with self.stage("filed") as stage:
                    filing = _ready(stage, beginning=beginning)
                    stage.proxy.add(replace(fault, skip=number))
                    _expect_a_doubt(stage, filing)
                    stage.proxy.clear()
                    _settle(stage, filing)
                    ticket, _ = stage.place(_LATE)
                    expect(
                        len(stage.tickets()) == 1,
                        f"A lost answer ended in {len(stage.tickets())} tickets.",
                    )
                    expect(
                        beginning or ticket.id == stage.place(_PARCEL)[0].id,
                        "A lost answer ended in a ticket of its own.",
                    )

    def _calls(self, beginning: bool) -> int:
        """How many calls a filing takes, found by a rehearsal at another desk."""
        with self.stage("filed") as stage:
            filing = _ready(stage, beginning=beginning)
            before = len(stage.proxy.passed)
            stage.bring(filing)
            return len(stage.proxy.passed) - before


def _ready(stage: DeskStage, *, beginning: bool) -> Filing:
    """A filing that begins a ticket, or one that joins the ticket that is there."""
    first = stage.filings.post(_LATE if beginning else _PARCEL)
    if beginning:
        return first
    stage.bring(first)
    return stage.filings.post(_LATE, under=first)


def _expect_a_doubt(stage: DeskStage, filing: Filing) -> None:
    """File it where an answer is lost; it may fail, and must not call it refused."""
    try:
        [result] = stage.file(filing)
    except (TryLater, Unsure):
        return
    except RemoteError as error:
        broken(
            f"A lost answer raised {type(error).__name__}; it was not the desk that said so.",
        )
    expect(
        result.outcome in ("done", "already", "try_later"),
        f"A filing whose answer was lost came out as '{result.outcome}'.",
    )
    if result.outcome == "done":
        expect(stage.places(_LATE), "A filing that never arrived came out as 'done'.")


def _settle(stage: DeskStage, filing: Filing) -> None:
    """File it again, as the engine does, until it is there."""
    for _ in range(3):
        with suppress(TryLater, Unsure):
            [result] = stage.file(filing)
            if result.outcome in ("done", "already"):
                return
        stage.clock.sleep(3600)
    broken("A filing whose answer was lost once never arrives.")
