"""Gold: customers are found again and can be forgotten, and a late failure reaches the agent."""

from __future__ import annotations

from answerback.testing.checks import check, expect
from answerback.testing.desks.stage import DeskStage
from answerback.testing.desks.subject import DeskSubject
from answerback.testing.desks.words import EMIL, ROSA, person

_PARCEL = "Where is my parcel?"
_CLOSED = "The shop was closed."
_REASON = "The network refused it: the post is no longer there."


class DeskGoldPeople(DeskSubject):
    """People, and what they are told."""

    @check(
        "gold",
        needs=("customer",),
        mend="Look for `Actor.id`, exactly, in the field the desk keeps outside ids in.",
    )
    def test_a_customer_is_known_by_the_networks_id(self) -> None:
        """`customer` finds whom a post came from, whatever the name, and nobody else."""
        with self.stage() as stage:
            _two_people(stage)
            rosa, emil = stage.desk().customer(ROSA), stage.desk().customer(EMIL)
            expect(rosa is not None and emil is not None, "`customer` does not find who wrote.")
            assert rosa is not None
            assert emil is not None
            expect(rosa.id != emil.id, "Two people are one customer.")
            again = stage.desk().customer(person("rosa", name="Rosa Klein"))
            expect(again is not None and again.id == rosa.id, "With another name she is another.")
            twin = person("nobody", name=ROSA.name, preferred_username=ROSA.preferred_username)
            expect(stage.desk().customer(twin) is None, "`customer` finds people by their name.")

    @check(
        "gold",
        needs=("forget",),
        mend="Erase the customer and all their words; who is gone already is no error.",
    )
    def test_a_person_can_be_forgotten(self) -> None:
        """`forget` leaves nothing of one person, everything of the others, and repeats."""
        with self.stage() as stage:
            _two_people(stage)
            for _ in range(2):
                stage.desk().forget(ROSA)
            shown = repr(stage.tickets())
            expect(_PARCEL not in shown, "The person's words can still be read.")
            expect(str(ROSA.name) not in shown, "The person's name can still be read.")
            if not self.lacks(("customer",)):
                expect(stage.desk().customer(ROSA) is None, "The customer is still there.")
            stage.place(_CLOSED)
            stage.desk().forget(person("nobody"))

    @check(
        "gold",
        needs=("report_failure",),
        mend="Write a private note with the reason, or mark the answer as failed where the desk "
        "can.",
    )
    def test_a_late_failure_is_told_to_the_agent(self) -> None:
        """`report_failure` shows the agent, and only the agent, why an answer was not posted."""
        with self.stage() as stage:
            _two_people(stage)
            ticket, _ = stage.place(_PARCEL)
            key = stage.network.answer(ticket.id, "We are sorry.")
            for _ in range(2):
                stage.desk().report_failure(key, _REASON)
            told = {one.id for one in stage.tickets() if any(_REASON in t for t in one.troubles)}
            told |= {one.id for one, comment in stage.places(_REASON)}
            expect(told == {ticket.id}, "The reason cannot be read in the answer's ticket alone.")
            public = [comment for _, comment in stage.places(_REASON) if comment.public]
            expect(not public, "The reason is written in public.")


def _two_people(stage: DeskStage) -> None:
    stage.bring(stage.filings.post(_PARCEL), stage.filings.post(_CLOSED, by=EMIL))
