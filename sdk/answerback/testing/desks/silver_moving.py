"""Silver: what is said after its ticket was closed, deleted or merged is not lost."""

from __future__ import annotations

from answerback.helpdesk import Filing
from answerback.testing.checks import check, expect
from answerback.testing.desks.stage import DeskStage
from answerback.testing.desks.subject import DeskSubject
from answerback.testing.desks.words import EMIL

_PARCEL = "Where is my parcel?"


class DeskSilverMoving(DeskSubject):
    """Tickets that go away."""

    @check(
        "silver",
        needs=("file",),
        mend="Open a ticket that continues the closed one, with the conversation's id.",
    )
    def test_words_about_a_closed_ticket_are_not_lost(self) -> None:
        """What is said after the ticket was closed for good stands in a ticket, once."""
        with self.stage("filed") as stage:
            first = stage.filings.post(_PARCEL)
            stage.bring(first)
            stage.network.close(stage.place(_PARCEL)[0].id)
            self._expect_both_arrive(
                stage,
                stage.filings.post("Still nothing!", under=first),
                stage.filings.post("Hello, anybody?", under=first),
            )

    @check(
        "silver",
        needs=("file",),
        mend="Open a new ticket where the old one is gone.",
    )
    def test_words_about_a_deleted_ticket_are_not_lost(self) -> None:
        """What is said after an agent deleted the ticket stands in a ticket, once."""
        with self.stage("filed") as stage:
            first = stage.filings.post(_PARCEL)
            stage.bring(first)
            stage.network.delete(stage.place(_PARCEL)[0].id)
            self._expect_both_arrive(
                stage,
                stage.filings.post("Still nothing!", under=first),
                stage.filings.post("Hello, anybody?", under=first),
            )

    @check(
        "silver",
        needs=("file",),
        mend="Follow the merge, or open a new ticket: what is closed by it takes no comments.",
    )
    def test_words_about_a_merged_ticket_are_not_lost(self) -> None:
        """What is said after the ticket was merged into another stands in a ticket, once."""
        with self.stage("filed") as stage:
            first = stage.filings.post(_PARCEL)
            stage.bring(first, stage.filings.post("The shop was closed.", by=EMIL))
            (mine, _), (theirs, _) = stage.place(_PARCEL), stage.place("The shop was closed.")
            stage.network.merge(mine.id, theirs.id)
            self._expect_both_arrive(
                stage,
                stage.filings.post("Still nothing!", under=first),
                stage.filings.post("Hello, anybody?", under=first),
            )

    def _expect_both_arrive(self, stage: DeskStage, *filings: Filing) -> None:
        stage.bring(*filings)
        stage.bring(*filings)
        (one, _), (other, _) = stage.place("Still nothing!"), stage.place("Hello, anybody?")
        expect(one.id == other.id, "What continues a conversation is spread over tickets.")
