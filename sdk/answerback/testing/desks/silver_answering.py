"""Silver: an agent's public answer comes back once, and nothing else ever does."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from answerback.helpdesk import AgentReply
from answerback.testing.checks import NotApplicable, check, expect
from answerback.testing.desks.stage import DeskStage, WayBack
from answerback.testing.desks.subject import DeskSubject

_PARCEL = "Where is my parcel?"
_ANSWER = "We are sorry. It comes tomorrow."
_SWEEP = ("replies_since",)


class DeskSilverAnswering(DeskSubject):
    """What goes back."""

    @check(
        "silver",
        each="ways_back",
        mend="Give the desk's own id of the answer as `key`, and say what is answered by the "
        "external id filed, or by its conversation.",
    )
    def test_an_agents_answer_is_reported_once(self, way: WayBack) -> None:
        """A public answer of an agent is told of under one key, with its words and its place."""
        with self.stage() as stage:
            first = stage.filings.post(_PARCEL)
            stage.bring(first)
            cursor = stage.sweep().cursor if way == "swept" else None
            key = stage.network.answer(stage.place(_PARCEL)[0].id, _ANSWER)
            replies = _told(stage, way, key, cursor)
            expect(len(replies) == 1, f"One answer was reported {len(replies)} times.")
            [reply] = replies
            expect(reply.text.strip() == _ANSWER, "The answer is reported with other words.")
            expect(reply.parent or reply.conversation, "Nothing says what is answered.")
            expect(
                reply.parent in (None, first.external_id)
                and reply.conversation in (None, first.conversation),
                "The answer names something else than what it answers.",
            )

    @check(
        "silver",
        each="ways_back",
        mend="Make `key` of the desk's id alone: no time, no counter, no hash of the words.",
    )
    def test_an_answer_that_comes_again_has_its_key(self, way: WayBack) -> None:
        """Told of again, also by another process, an answer has the key it had."""
        with self.stage() as stage:
            stage.bring(stage.filings.post(_PARCEL))
            ticket = stage.place(_PARCEL)[0].id
            cursor = stage.sweep().cursor if way == "swept" else None
            first = stage.network.answer(ticket, _ANSWER)
            one = _told(stage, way, first, cursor)
            again = _told(stage, way, first, cursor)
            expect(
                [(each.key, each.text) for each in one] == [(each.key, each.text) for each in again]
                and len(one) == 1,
                "The same answer came under another key, or with other words.",
            )
            second = stage.network.answer(ticket, _ANSWER)
            both = _told(stage, way, second, cursor)
            expect(
                len({each.key for each in both}) == 2,
                "The same words written twice are told of as one answer.",
            )

    @check(
        "silver",
        each="ways_back",
        mend="Report public comments of human agents alone; know our own by the ids they were "
        "filed under, never by their author.",
    )
    def test_nothing_but_an_agents_answer_is_reported(self, way: WayBack) -> None:
        """Private notes, what customers said, and what we wrote ourselves never go back."""
        with self.stage() as stage:
            first = stage.filings.post(_PARCEL)
            stage.bring(first, stage.filings.note(first, "Our own word."))
            ticket = stage.place(_PARCEL)[0].id
            stage.network.whisper(ticket, "The customer is a nuisance.")
            if not self.lacks(("note",)):
                stage.desk().note(ticket, "Another word of ours.")
            stage.bring(stage.filings.edit(first, "Where is my money?"))
            told = stage.sweep().replies if way == "swept" else _handed_over(stage)
            expect(not told, f"{len(told)} comments that no agent wrote in public were reported.")

    @check(
        "silver",
        each="ways_back",
        mend="Leave out what a trigger, a bot or a survey wrote: the desk says by what way a "
        "comment came.",
    )
    def test_what_a_robot_wrote_is_never_reported(self, way: WayBack) -> None:
        """A public comment of a rule or a bot is no answer of a human."""
        with self.stage() as stage:
            stage.bring(stage.filings.post(_PARCEL))
            ticket = stage.place(_PARCEL)[0].id
            stage.network.robot(ticket, "We got your message. Your number is 42.")
            told = stage.sweep().replies if way == "swept" else _handed_over(stage)
            expect(not told, "What a robot wrote is reported as an agent's answer.")

    @check(
        "silver",
        needs=_SWEEP,
        mend="Report answers in tickets of ours alone: those with a conversation's id.",
    )
    def test_answers_in_other_peoples_tickets_are_never_reported(self) -> None:
        """What an agent answers to an e-mail is nothing we could post."""
        with self.stage() as stage:
            stage.bring(stage.filings.post(_PARCEL))
            cursor = stage.sweep().cursor
            stage.network.answer(stage.network.write_in("I write you an e-mail."), _ANSWER)
            told = stage.sweep(cursor).replies
            expect(
                not any(one.parent or one.conversation for one in told) and not told,
                "An answer in a ticket that is not ours was reported.",
            )

    @check(
        "silver",
        needs=_SWEEP,
        mend="Let a page depend on the cursor and the desk alone.",
    )
    def test_the_same_cursor_gives_the_same_answers(self) -> None:
        """A step that is repeated, because its result was lost, gives the same again."""
        with self.stage() as stage:
            cursor, _ = _with_answers(stage, 3)
            one, again = stage.sweep(cursor), stage.sweep(cursor)
            expect(
                one.keys == again.keys and len(one.keys) == 3,
                f"The same cursor gave {len(one.keys)} answers, then {len(again.keys)}.",
            )

    @check(
        "silver",
        needs=_SWEEP,
        mend="Move the cursor past what was given.",
    )
    def test_a_new_cursor_gives_nothing_new(self) -> None:
        """When all was given, and no agent wrote since, the next look gives nothing."""
        with self.stage() as stage:
            cursor, _ = _with_answers(stage, 2)
            swept = stage.sweep(cursor)
            after = stage.sweep(swept.cursor)
            expect(not after.keys, f"{len(after.keys)} answers came again.")
            third = stage.network.answer(stage.place(_PARCEL)[0].id, "And one more.")
            expect(
                stage.sweep(after.cursor).keys == [third],
                "An answer after a quiet look was not given, or not alone.",
            )

    @check(
        "silver",
        needs=_SWEEP,
        mend="Keep in the cursor where the walk stands, and say `more` until the end.",
    )
    def test_more_than_a_page_arrives_whole(self) -> None:
        """More answers than the desk shows at once are all given, each once, in order."""
        with self.stage() as stage:
            number = 2 * stage.network.page + 3
            cursor, keys = _with_answers(stage, number)
            given = Counter(stage.sweep(cursor).keys)
            missing = sum(key not in given for key in keys)
            expect(not missing, f"Of {number} answers {missing} were never given.")
            expect(max(given.values()) == 1, "Some answers were given more than once.")
            expect(list(given) == keys, "The answers came in another order than they were written.")

    @check(
        "silver",
        needs=_SWEEP,
        mend="Put all a walk has to remember into its cursor, not into the plugin's memory.",
    )
    def test_what_is_answered_during_a_walk_is_not_lost(self) -> None:
        """An answer written while pages are walked is given by this walk or the next."""
        with self.stage() as stage:
            cursor, keys = _with_answers(stage, stage.network.page + 2)
            page = stage.replies_since(cursor)
            late = stage.network.answer(stage.place(_PARCEL)[0].id, "In the middle of it.")
            rest = stage.sweep(page.cursor)
            given = [*(one.key for one in page.replies), *rest.keys]
            given += stage.sweep(rest.cursor).keys
            missing = {*keys, late} - set(given)
            expect(not missing, f"{len(missing)} answers are lost between two pages.")

    @check(
        "silver",
        needs=_SWEEP,
        mend="Begin anew where a cursor cannot be read: what was given before is known by its key.",
    )
    def test_a_cursor_it_cannot_read_stops_nothing(self) -> None:
        """A cursor of an older release, or a damaged one, never stops the sweep for good."""
        with self.stage() as stage:
            _with_answers(stage, 1)
            for cursor in ("not a cursor", "{", '{"v": 999}', "[]", "null"):
                stage.replies_since(cursor)


def _with_answers(stage: DeskStage, number: int) -> tuple[str | None, list[str]]:
    """A ticket with that many answers after a first look; its cursor, and their keys."""
    stage.bring(stage.filings.post(_PARCEL))
    ticket = stage.place(_PARCEL)[0].id
    cursor = stage.sweep().cursor
    return cursor, [stage.network.answer(ticket, f"Answer {each}.") for each in range(number)]


def _told(stage: DeskStage, way: WayBack, key: str, cursor: str | None) -> list[AgentReply]:
    """The answers told of by now, in the one way or the other."""
    if way == "swept":
        return [replace(one, attachment=()) for one in stage.sweep(cursor).replies]
    expect(
        stage.hand_over(key),
        "The desk handed an answer over that was posted, and holds it for failed.",
        "Answer as the desk expects it for a reply that was taken.",
    )
    return _handed_over(stage)


def _handed_over(stage: DeskStage) -> list[AgentReply]:
    if "accept" not in stage.bridge.done and not stage.cls.calls:
        raise NotApplicable("The desk never calls us.")
    return [reply for reply, _ in stage.bridge.replies.values()]
