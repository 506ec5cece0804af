"""Each check about agents' answers fails for a help desk with just the fault it is about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import pytest
from counter_desk import Counter, Json
from desk_mutants import GOLDEN, assert_seen, contract_of
from hatch_desk import Hatch
from hatch_house import HatchHouse

from answerback.errors import RemoteError
from answerback.fields import needed
from answerback.helpdesk import AgentReply, HelpDesk, ReplyPage
from answerback.testing.pretend.desk import FakeDesk
from answerback.testing.running import grade_of, run

_NUMBERS = count(1)


class Deaf(Counter):
    def replies_since(self, cursor: str | None) -> ReplyPage:
        return ReplyPage(cursor=cursor or "{}")


class ReportingTwice(Counter):
    def replies_since(self, cursor: str | None) -> ReplyPage:
        page = super().replies_since(cursor)
        return replace(page, replies=page.replies * 2)


class Changing(Counter):
    """Gives each answer as a part of it says it should be given."""

    def changed(self, reply: AgentReply) -> AgentReply:
        return reply

    def replies_since(self, cursor: str | None) -> ReplyPage:
        page = super().replies_since(cursor)
        return replace(page, replies=tuple(self.changed(one) for one in page.replies))


class Shouting(Changing):
    def changed(self, reply: AgentReply) -> AgentReply:
        return replace(reply, text=reply.text.upper())


class Nowhere(Changing):
    def changed(self, reply: AgentReply) -> AgentReply:
        return replace(reply, conversation=None)


class Elsewhere(Changing):
    def changed(self, reply: AgentReply) -> AgentReply:
        return replace(reply, parent="something else")


class OneLine(Changing):
    def changed(self, reply: AgentReply) -> AgentReply:
        return replace(reply, text=" ".join(reply.text.split()))


class WithoutFiles(Changing):
    def changed(self, reply: AgentReply) -> AgentReply:
        return replace(reply, attachment=())


class NewKeys(Counter):
    def _key_of(self, comment: Json) -> str:
        return f"{needed(comment, 'id')}-{next(_NUMBERS)}"


class WordsAsKeys(Counter):
    def _key_of(self, comment: Json) -> str:
        return str(comment["body"])


class Indiscreet(Counter):
    def _is_answer(self, comment: Json) -> bool:
        return comment["by"] == "agent"


class Echoing(Counter):
    def _is_answer(self, comment: Json) -> bool:
        return comment["public"] is True and comment["via"] != "rule"


class FondOfRobots(Counter):
    def _is_answer(self, comment: Json) -> bool:
        return comment["public"] is True and comment["by"] == "agent"


class AllTickets(Counter):
    def _is_answer(self, comment: Json) -> bool:
        return super()._is_answer({**comment, "conversation": "any"})


class StandingStill(Counter):
    def replies_since(self, cursor: str | None) -> ReplyPage:
        page = super().replies_since(cursor)
        return page if page.more else replace(page, cursor=cursor or page.cursor)


class FirstPageOnly(Counter):
    def replies_since(self, cursor: str | None) -> ReplyPage:
        return replace(super().replies_since(cursor), more=False)


class Backwards(Counter):
    def replies_since(self, cursor: str | None) -> ReplyPage:
        page = super().replies_since(cursor)
        return replace(page, replies=page.replies[::-1])


class Skipping(Counter):
    """Moves on to the newest there is, whatever was given."""

    def replies_since(self, cursor: str | None) -> ReplyPage:
        page, last = super().replies_since(cursor), ReplyPage(more=True, cursor=cursor)
        while last.more:
            last = super().replies_since(last.cursor)
        return replace(page, cursor=last.cursor, more=False)


class InMemory(Counter):
    """Remembers in the process what it gave."""

    def replies_since(self, cursor: str | None) -> ReplyPage:
        after = self.state.get("given", cursor)
        page = super().replies_since(after)
        self.state["given"] = page.cursor
        return page


class ANumberAsCursor(Counter):
    def replies_since(self, cursor: str | None) -> ReplyPage:
        page = super().replies_since(cursor)
        return replace(page, cursor=json.loads(page.cursor or "{}"))


class Brittle(Counter):
    def replies_since(self, cursor: str | None) -> ReplyPage:
        json.loads(cursor or "{}")["v"] if cursor else None
        return super().replies_since(cursor)


class DeafToErrors(Counter):
    def replies_since(self, cursor: str | None) -> ReplyPage:
        try:
            return super().replies_since(cursor)
        except RemoteError:
            return ReplyPage(cursor=cursor or "{}")


class ReportingAll(Hatch):
    """Takes whatever is handed over, and calls every answer by a name of its own."""

    def _key(self, form: dict[str, list[str]]) -> str:
        return f"answer-{next(_NUMBERS)}"


class EverythingFailed(Hatch):
    def _told(self, state: str, id: str, reason: str | None) -> object:  # type: ignore[override]
        return super()._told("failed", id, reason)


MUTANTS: Sequence[tuple[str, type[HelpDesk], type[FakeDesk] | None]] = [
    ("an_agents_answer_is_reported_once", Deaf, None),
    ("an_agents_answer_is_reported_once", ReportingTwice, None),
    ("an_agents_answer_is_reported_once", Shouting, None),
    ("an_agents_answer_is_reported_once", Nowhere, None),
    ("an_agents_answer_is_reported_once", Elsewhere, None),
    ("an_agents_answer_is_reported_once", ANumberAsCursor, None),
    ("an_agents_answer_is_reported_once", EverythingFailed, HatchHouse),
    ("an_answer_that_comes_again_has_its_key", NewKeys, None),
    ("an_answer_that_comes_again_has_its_key", WordsAsKeys, None),
    ("an_answer_that_comes_again_has_its_key", ReportingAll, HatchHouse),
    ("nothing_but_an_agents_answer_is_reported", Indiscreet, None),
    ("nothing_but_an_agents_answer_is_reported", Echoing, None),
    ("what_a_robot_wrote_is_never_reported", FondOfRobots, None),
    ("answers_in_other_peoples_tickets_are_never_reported", AllTickets, None),
    ("the_same_cursor_gives_the_same_answers", InMemory, None),
    ("the_same_cursor_gives_the_same_answers", NewKeys, None),
    ("a_new_cursor_gives_nothing_new", StandingStill, None),
    ("a_new_cursor_gives_nothing_new", Deaf, None),
    ("more_than_a_page_arrives_whole", FirstPageOnly, None),
    ("more_than_a_page_arrives_whole", Backwards, None),
    ("what_is_answered_during_a_walk_is_not_lost", Skipping, None),
    ("a_cursor_it_cannot_read_stops_nothing", Brittle, None),
    ("a_bad_answer_to_the_sweep_is_the_right_error", DeafToErrors, None),
    ("a_sweep_that_is_cut_off_is_tried_later", DeafToErrors, None),
    ("answers_are_reported_as_they_were_written", OneLine, None),
    ("answers_are_reported_as_they_were_written", Shouting, None),
    ("an_answers_files_are_reported", WithoutFiles, None),
]


@pytest.mark.parametrize(("check", "mutant", "network"), MUTANTS)
def test_a_help_desk_with_a_fault_fails_the_check_that_is_about_it(
    check: str, mutant: type[HelpDesk], network: type[FakeDesk] | None
) -> None:
    if network is None:
        assert_seen(check, mutant)
    else:
        assert_seen(check, mutant, network)


@pytest.mark.parametrize(
    ("help_desk", "attributes"),
    [
        (Counter, {}),
        (
            Hatch,
            {"network": HatchHouse, "golden": None, "docs": GOLDEN.parent / "hatch" / "hatch.md"},
        ),
    ],
)
def test_the_reference_desks_pass_every_check(
    help_desk: type[HelpDesk], attributes: dict[str, object]
) -> None:
    found = list(run(contract_of(help_desk, **attributes)))  # type: ignore[arg-type]

    assert {f"{one.name}: {one.seen}" for one in found if one.result == "failed"} == set()
    assert grade_of(found) == "gold"
