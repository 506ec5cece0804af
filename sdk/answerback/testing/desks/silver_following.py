"""Silver: edits, deletions, notes and changes reach the ticket, and only those they are for."""

from __future__ import annotations

from answerback.errors import Gone, RemoteError
from answerback.helpdesk import TicketChange
from answerback.testing.checks import Broken, check, expect
from answerback.testing.desks.stage import DeskStage, Way
from answerback.testing.desks.subject import DeskSubject
from answerback.testing.desks.words import EMIL
from answerback.testing.pretend.desk import PretendTicket

_PARCEL = "Where is my parcel?"
_BETWEEN_US = "Do not tell: the warehouse burnt down."


class DeskSilverFollowing(DeskSubject):
    """What becomes of a ticket after it was opened."""

    @check(
        "silver",
        each="ways",
        mend="File a Filing of the kind note as a private comment.",
    )
    def test_a_note_is_never_public(self, way: Way) -> None:
        """Our own word to the agents is in the ticket, where no customer sees it."""
        with self.stage(way) as stage:
            first = stage.filings.post(_PARCEL)
            stage.bring(first, stage.filings.note(first, _BETWEEN_US))
            (ticket, _), (noted, comment) = stage.place(_PARCEL), stage.place(_BETWEEN_US)
            expect(ticket.id == noted.id, "The note stands in another ticket.")
            expect(not comment.public, "A private note is public.")

    @check(
        "silver",
        each="ways",
        mend="Add a note with the new words, or change the comment where the desk can.",
    )
    def test_an_edit_brings_the_new_words(self, way: Way) -> None:
        """The words a customer changed a post into can be read in its ticket, once."""
        with self.stage(way) as stage:
            first = stage.filings.post(_PARCEL)
            stage.bring(first, stage.filings.post("The shop was closed.", by=EMIL))
            edit = stage.filings.edit(first, "My parcel came, thank you.")
            stage.bring(edit)
            if way == "filed":
                stage.bring(edit)
            ticket, _ = stage.place("My parcel came")
            mine = [one for one in stage.tickets() if one.id == ticket.id]
            expect(
                len(stage.tickets()) == 2 and _begins_with(mine[0], _PARCEL, "My parcel came"),
                "The new words stand in another ticket than the old ones.",
            )

    @check(
        "silver",
        each="ways",
        mend="Add a private note that says so, or remove the words where the desk can.",
    )
    def test_a_deletion_can_be_seen(self, way: Way) -> None:
        """When a customer takes a post back, its ticket shows it, and no other does."""
        with self.stage(way) as stage:
            first = stage.filings.post(_PARCEL)
            other = stage.filings.post("The shop was closed.", by=EMIL)
            stage.bring(first, other)
            mine, theirs = stage.place(_PARCEL)[0].id, stage.place("The shop was closed.")[0].id
            before = {one.id: one for one in stage.tickets()}
            stage.bring(stage.filings.deletion(first))
            after = {one.id: one for one in stage.tickets()}
            expect(set(after) == set(before), "A deletion opened a ticket, or removed one.")
            expect(after[mine] != before[mine], "Nothing in the ticket tells of the deletion.")
            expect(after[theirs] == before[theirs], "A deletion changed somebody else's ticket.")
            known = {one.id for one in before[mine].comments}
            new = [one for one in after[mine].comments if one.id not in known]
            expect(
                not any(one.public and one.by == "us" for one in new),
                "What tells of the deletion is public, in our name.",
                "Make it a private note: the customer would be answered by it.",
            )

    @check(
        "silver",
        needs=("note",),
        mend="Write the note as private, into the ticket given.",
    )
    def test_note_writes_privately(self) -> None:
        """`note` adds one private comment of ours."""
        with self.stage() as stage:
            ticket = _opened(stage)
            stage.desk().note(ticket.id, _BETWEEN_US)
            noted, comment = stage.place(_BETWEEN_US)
            expect(noted.id == ticket.id, "The note stands in another ticket.")
            expect(not comment.public, "`note` wrote in public.")

    @check(
        "silver",
        needs=("redact",),
        mend="Remove the words for good; what is gone already is no error.",
    )
    def test_redacting_removes_the_words_and_repeats(self) -> None:
        """`redact` removes one comment's words, for good, and a second time is harmless."""
        with self.stage() as stage:
            first = stage.filings.post(_PARCEL)
            stage.bring(first, stage.filings.post("And my money?", under=first))
            ticket, comment = stage.place(_PARCEL)
            for _ in range(2):
                stage.desk().redact(ticket.id, comment.id)
            expect(not stage.places(_PARCEL), "The words can still be read.")
            told = [one.subject for one in stage.tickets() if _PARCEL in one.subject]
            expect(not told, "The words still stand in the ticket's subject.")
            stage.place("And my money?")

    @check(
        "silver",
        needs=("update",),
        mend="Send all changes in one call; leave out what is None, and add to the tags there are.",
    )
    def test_updating_changes_what_it_names_and_repeats(self) -> None:
        """`update` changes what is told and nothing else, however often it is done."""
        with self.stage() as stage:
            ticket, desk = _opened(stage), stage.network
            stage.desk().update(ticket.id, TicketChange(add_tags=("first", "second")))
            before = _one(stage, ticket.id)
            expect({"first", "second", *ticket.tags} <= set(before.tags), "A tag was not added.")
            change = TicketChange(
                status=desk.statuses[1],
                priority="urgent",
                group=next(iter(desk.groups), None),
                add_tags=("second", "third"),
                remove_tags=("first", "never there"),
            )
            for _ in range(2):
                stage.desk().update(ticket.id, change)
            after = _one(stage, ticket.id)
            expect(after.status == desk.statuses[1], "The status is not what it was set to.")
            expect(after.priority == "urgent", "The priority is not what it was set to.")
            expect(change.group is None or after.group == change.group, "The group is another.")
            expect(
                sorted(after.tags) == sorted({*before.tags, "third"} - {"first"}),
                "The tags are not those that were there, less the removed, and the added once.",
            )
            expect(after.comments == before.comments, "`update` changed the comments.")
            stage.desk().update(ticket.id, TicketChange())
            expect(_one(stage, ticket.id) == after, "A change of nothing changed something.")

    @check(
        "silver",
        needs=("find", "file"),
        mend="Look for the external id exactly, and give None where there is none.",
    )
    def test_find_gives_the_ticket_of_a_filing(self) -> None:
        """`find` gives the ticket a filing went into, and nothing for what was never filed."""
        with self.stage("filed") as stage:
            first = stage.filings.post(_PARCEL)
            reply = stage.filings.post("And my money?", under=first)
            other = stage.filings.post("The shop was closed.", by=EMIL)
            stage.bring(first, reply, other)
            for filing in (first, reply, other):
                found = stage.desk().find(filing.external_id)
                expect(found is not None, "`find` does not find what was filed.")
                assert found is not None
                assert filing.mention is not None
                ticket, _ = stage.place(filing.mention.text or "")
                expect(found.id == ticket.id, "`find` gives another ticket.")
            for id in ("never filed", first.external_id[:-1], f"{first.external_id}0"):
                expect(stage.desk().find(id) is None, "`find` finds what was never filed.")

    @check(
        "silver",
        needs=("note",),
        mend="Let the 404 or 410 of the desk through as Gone.",
    )
    def test_a_ticket_that_is_gone_is_gone(self) -> None:
        """A note into a ticket that was deleted says that it is gone, or can be read."""
        with self.stage() as stage:
            ticket = _opened(stage)
            stage.network.delete(ticket.id)
            try:
                stage.desk().note(ticket.id, _BETWEEN_US)
            except Gone:
                return
            except RemoteError as error:
                raise Broken(
                    f"A note into a deleted ticket raised {type(error).__name__}, not Gone."
                ) from error
            expect(stage.places(_BETWEEN_US), "A note into a deleted ticket is nowhere to be read.")


def _opened(stage: DeskStage) -> PretendTicket:
    stage.bring(stage.filings.post(_PARCEL))
    return stage.place(_PARCEL)[0]


def _one(stage: DeskStage, id: str) -> PretendTicket:
    return next(one for one in stage.tickets() if one.id == id)


def _begins_with(ticket: PretendTicket, *words: str) -> bool:
    """Whether it is the ticket these words were first said in, whatever was changed since."""
    return any(word in comment.text for word in words for comment in ticket.comments)
