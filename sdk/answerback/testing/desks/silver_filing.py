"""Silver: whatever is filed stands in its ticket once, whatever happens on the way."""

from __future__ import annotations

from dataclasses import replace

from answerback.helpdesk import Filing
from answerback.testing.checks import NotApplicable, check, expect
from answerback.testing.desks.stage import DeskStage, Way
from answerback.testing.desks.subject import DeskSubject
from answerback.testing.desks.words import EMIL
from answerback.testing.pretend.desk import PretendComment, PretendTicket

_FILE = ("file",)
_PARCEL = "Where is my parcel?"
_LATE = "It is two weeks late."


class DeskSilverFiling(DeskSubject):
    """What comes into tickets."""

    @check(
        "silver",
        each="ways",
        mend="Make a ticket for each conversation, and a public comment in it for each post.",
    )
    def test_each_conversation_becomes_one_ticket(self, way: Way) -> None:
        """Posts of one conversation stand in one ticket, in the order they were said."""
        with self.stage(way) as stage:
            first = stage.filings.post(_PARCEL)
            other = stage.filings.post("The shop was closed.", by=EMIL)
            reply = stage.filings.post(_LATE, under=first)
            stage.bring(first, other, reply)
            stage.bring(stage.filings.post("Hello, anybody?", under=reply))
            expect(len(stage.tickets()) == 2, f"Two conversations made {len(stage.tickets())}.")
            found = [stage.place(words) for words in (_PARCEL, _LATE, "Hello, anybody?")]
            expect(
                len({ticket.id for ticket, _ in found}) == 1,
                "The posts of one conversation stand in several tickets.",
                "Look for the ticket by `Filing.conversation`.",
            )
            ids = [comment.id for comment in found[0][0].comments]
            places = [ids.index(comment.id) for _, comment in found]
            expect(places == sorted(places), "A reply stands above what it answers.")
            _expect_customers(found)
            other_ticket, _ = stage.place("The shop was closed.")
            expect(other_ticket.id != found[0][0].id, "Two conversations stand in one ticket.")

    @check(
        "silver",
        each="ways",
        mend="Remember the ticket within the batch as well, or look for it before each filing.",
    )
    def test_two_first_posts_at_once_make_one_ticket(self, way: Way) -> None:
        """Two posts that both seem to begin a conversation, in one batch, share its ticket."""
        with self.stage(way) as stage:
            first = stage.filings.post(_PARCEL)
            second = replace(stage.filings.post(_LATE), conversation=first.conversation)
            stage.bring(first, second)
            (one, _), (other, _) = stage.place(_PARCEL), stage.place(_LATE)
            expect(one.id == other.id, "Two posts of one conversation made two tickets.")

    @check(
        "silver",
        each="ways",
        mend="Recognise what is there already by `Filing.external_id`, which the desk keeps.",
    )
    def test_filing_again_changes_nothing(self, way: Way) -> None:
        """What is filed again, by a process that knows of nothing, is still there once."""
        with self.stage(way) as stage:
            first = stage.filings.post(_PARCEL)
            reply = stage.filings.post(_LATE, under=first)
            note = stage.filings.note(first, "Our own word.")
            stage.bring(first, reply, note)
            if way == "collected":
                stage.bridge.accepted.clear()
                stage.bridge.offered.clear()
                stage.collect()
            else:
                self._expect_already(stage, first, reply, note)
            found = {stage.place(words)[0].id for words in (_PARCEL, _LATE, "Our own word.")}
            expect(len(found) == 1, "Filed again, a conversation is spread over several tickets.")

    def _expect_already(self, stage: DeskStage, *filings: Filing) -> None:
        again = stage.file(*filings, stage.filings.post("Something new."))
        outcomes = [one.outcome for one in again]
        expect(
            outcomes == ["already"] * len(filings) + ["done"],
            f"What is there already came out as '{outcomes[0]}', and what is not as "
            f"'{outcomes[-1]}'.",
            "Say 'already' for what is there, and 'done' for what was written now.",
        )

    @check(
        "silver",
        needs=_FILE,
        mend="Give the desk's own ids of ticket and comment in each FileResult.",
    )
    def test_each_filing_has_a_result_that_names_its_place(self) -> None:
        """One result each, in order, with the ticket and the comment it went into."""
        with self.stage("filed") as stage:
            first = stage.filings.post(_PARCEL)
            other = stage.filings.post("The shop was closed.", by=EMIL)
            batch = [first, other, stage.filings.post(_LATE, under=first)]
            for results in (stage.file(*batch), stage.file(*batch)):
                for filing, result in zip(batch, results, strict=True):
                    assert filing.mention is not None
                    ticket, comment = stage.place(filing.mention.text or "")
                    expect(result.ticket == ticket.id, "A result names another ticket.")
                    expect(result.comment in (None, comment.id), "A result names another comment.")

    @check(
        "silver",
        needs=_FILE,
        mend="Say 'parent_missing' where the desk cannot take it yet, else file it.",
    )
    def test_a_reply_without_its_parent_is_filed_or_asks_for_it(self) -> None:
        """A reply whose first post never came is not lost: it stands there, or waits."""
        with self.stage("filed") as stage:
            first = stage.filings.post(_PARCEL)
            reply = stage.filings.post(_LATE, under=first)
            [result] = stage.file(reply)
            expect(
                result.outcome in ("done", "parent_missing"),
                f"A reply without its parent came out as '{result.outcome}'.",
            )
            expect(
                bool(stage.places(_LATE)) == (result.outcome == "done"),
                f"A reply came out as '{result.outcome}', and the ticket says something else.",
            )
            stage.bring(first, reply)
            (one, _), (other, _) = stage.place(_PARCEL), stage.place(_LATE)
            expect(one.id == other.id, "A parent that came late stands in another ticket.")

    @check(
        "silver",
        needs=_FILE,
        mend="Turn Refused about one filing into its FileResult, with a reason, and go on.",
    )
    def test_a_refused_filing_costs_the_others_nothing(self) -> None:
        """Where the desk refuses one of a batch, the others are filed, and the result says why."""
        with self.stage("filed") as stage:
            stage.network.forbid("forbidden0word")
            batch = [
                stage.filings.post(_PARCEL),
                stage.filings.post("This is a forbidden0word.", by=EMIL),
                stage.filings.post("The shop was closed."),
            ]
            results = stage.file(*batch)
            outcomes = [one.outcome for one in results]
            expect(
                outcomes == ["done", "refused", "done"],
                f"Of three filings, the second refused, the results are {', '.join(outcomes)}.",
            )
            expect(results[1].reason, "The refused filing has no reason.")
            expect(
                "forbidden0word" not in (results[1].reason or ""),
                "The reason repeats what the customer wrote.",
            )
            stage.place(_PARCEL)
            stage.place("The shop was closed.")

    @check(
        "silver",
        each="ways",
        mend="Make one call for each conversation's ticket, and lose nothing of a long batch.",
    )
    def test_more_than_a_batch_arrives_whole(self, way: Way) -> None:
        """However much waits, all of it arrives, in its order."""
        with self.stage(way) as stage:
            number = self.help_desk.batch + 3
            if number > _MANY and way == "filed":
                raise NotApplicable(f"A batch of this desk holds {self.help_desk.batch} filings.")
            first = stage.filings.post("Voice 0 of the crowd.")
            crowd = [
                stage.filings.post(f"Voice {each} of the crowd.", under=first)
                for each in range(1, number)
            ]
            stage.bring(first, *crowd)
            [ticket] = stage.tickets()
            texts = [comment.text for comment in ticket.comments]
            told = [n for text in texts for n in range(number) if f"Voice {n} of" in text]
            expect(
                told == list(range(number)),
                f"Of {number} posts {len(set(told))} arrived, or not in their order.",
            )


#: More filings than this take too long one by one.
_MANY = 250


def _expect_customers(found: list[tuple[PretendTicket, PretendComment]]) -> None:
    for _, comment in found:
        expect(
            comment.public and comment.by == "customer",
            "What a customer said is a private note, or stands there as ours.",
            "File posts as public comments in the customer's name.",
        )
