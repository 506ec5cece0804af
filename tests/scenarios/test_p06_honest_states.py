"""Promise 6: nothing looks sent that was not, and trouble reaches the agent in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from commands import within
from town import Town, open_town, until

from answerback_server.store import tables as t

WRITE = {"methods": ["POST"], "path": "/api/v1/statuses"}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as town:
        yield town


def states(town: Town) -> list[str]:
    with town.assembly.database.read() as tx:
        return list(tx.execute(sa.select(t.replies.c.state)).scalars())


def noted(town: Town, ticket: Any, words: str) -> str:
    return until(lambda: next((one for one in town.notes(ticket) if words in one), None))


def test_a_refused_answer_is_failed_at_the_desk_and_noted_with_its_reason(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        town.break_square({"type": "status", "status": 422}, **WRITE, count=1)
        town.answer(ticket, "On its way.")
        noted(town, ticket, "NOT posted")
        [reply] = until(lambda: [one for one in town.replies(ticket) if one["state"] == "failed"])
    assert reply["state"] == "failed"
    assert town.brand_answers(post["id"]) == []


def test_a_held_answer_says_why_how_to_let_it_go_and_then_that_it_is_posted(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        town.answer(ticket, "Write to rosa@mail.example, Rosa.")
        note = noted(town, ticket, "held and NOT posted")
        assert "e-mail address" in note
        assert "rosa@mail.example" not in note
        assert town.brand_answers(post["id"]) == []
        id = note.rpartition(" ")[2]
        assert within("replay", id, environment=town.environment).status == 0
        answer = until(lambda: town.brand_answers(post["id"]))[0]
        posted = noted(town, ticket, "Your answer was posted")
    assert answer["url"] in posted


def test_an_answer_that_waits_in_a_pause_is_noted_and_posted_once_after_it(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        paused = within("pause", "--all", environment=town.environment)
        assert (paused.status, paused.said.split()[2:]) == (0, ["paused"])
        town.answer(ticket, "On its way.")
        noted(town, ticket, "paused the account")
        assert town.brand_answers(post["id"]) == []
        assert states(town) == ["queued"]
        handle = paused.said.split()[1]
        resumed = within("resume", handle, environment=town.environment)
        assert (resumed.status, resumed.said.split()[2:]) == (0, ["answers", "again"])
        until(lambda: town.brand_answers(post["id"]))
        noted(town, ticket, "Your answer was posted")
    assert len(town.brand_answers(post["id"])) == 1


def test_a_pause_names_the_accounts_there_are(town: Town) -> None:
    for words in ((), ("@northwind", "--all"), ("@nobody",)):
        ran = within("pause", *words, environment=town.environment)
        assert (ran.status, ran.said) == (2, "")
    assert "Known: acc_" in ran.complained


def test_a_held_answer_that_is_dropped_is_never_posted_and_no_longer_waits(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        town.answer(ticket, "Hello {{ticket.requester.name}}")
        id = noted(town, ticket, "held and NOT posted").rpartition(" ")[2]
        assert within("amend", id, "--delete", environment=town.environment).status == 0
        noted(town, ticket, "taken back before it was posted")
        assert within("replay", environment=town.environment).said == (
            "Nothing waits for a person.\n"
        )
    assert states(town) == ["withdrawn"]
    assert town.brand_answers(post["id"]) == []
