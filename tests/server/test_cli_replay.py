"""`answerback replay`: what waits for a person is listed, and goes only when someone says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from commands import Ran, answerback, within
from town import Town, open_town, until

from answerback_server.store import tables as t

WORDS = "On its way."


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as town:
        yield town


def states(town: Town) -> dict[str, str]:
    """The state of every reply, by its id."""
    with town.assembly.database.read() as tx:
        return {
            row.id: row.state for row in tx.execute(sa.select(t.replies.c.id, t.replies.c.state))
        }


def held(town: Town) -> tuple[Any, str]:
    """A post answered twice in the same words, so that the second answer is held; its id."""
    post = town.say("rosa", "@northwind my order is late")
    ticket = until(lambda: town.ticket_of(post))
    town.answer(ticket, WORDS)
    until(lambda: list(states(town).values()) == ["posted"])
    town.answer(ticket, WORDS)
    until(lambda: sorted(states(town).values()) == ["held", "posted"])
    return post, next(id for id, state in states(town).items() if state == "held")


def replay(town: Town, *words: str) -> Ran:
    """`answerback replay`, in this process."""
    return within("replay", *words, environment=town.environment)


def test_a_held_reply_is_listed_and_once_let_go_posted_exactly_once(town: Town) -> None:
    with town.working():
        post, id = held(town)
        listed = answerback("replay", environment=town.environment)
        assert (listed.status, listed.complained) == (0, "")
        (line,) = listed.said.splitlines()
        assert line.split()[:2] == [id, "held"]
        assert len(line.split()) > 2
        assert WORDS not in listed.said

        assert len(town.brand_answers(post["id"])) == 1
        gone = answerback("replay", id, environment=town.environment)
        assert (gone.status, gone.said, gone.complained) == (0, "It will be tried again.\n", "")
        until(lambda: states(town)[id] == "posted")
        assert len(town.brand_answers(post["id"])) == 2

        again = replay(town, id)
        assert again.status == 2
        assert f"'{id}'" in again.complained
        assert replay(town).said == "Nothing waits for a person.\n"
    # What the worker still had at hand is finished by now.
    assert len(town.brand_answers(post["id"])) == 2


def test_a_reply_a_person_found_on_the_network_is_noted_as_posted_and_not_sent(town: Town) -> None:
    with town.working():
        post, id = held(town)
        noted = replay(town, id, "--posted")
        assert (noted.status, noted.said) == (0, "Noted as posted.\n")
        assert states(town)[id] == "posted"
        third = town.say("rosa", "@northwind are you there?", in_reply_to_id=post["id"])
        until(lambda: town.ticket_of(third))
    assert states(town)[id] == "posted"
    assert len(town.brand_answers(post["id"])) == 1


def test_a_failed_reply_is_listed_with_its_reason_and_tried_again_for_good(town: Town) -> None:
    with town.working():
        post = town.say("rosa", "@northwind my order is late")
        ticket = until(lambda: town.ticket_of(post))
        town.break_square(
            {"type": "status", "status": 422}, methods=["POST"], path="/api/v1/statuses", count=1
        )
        town.answer(ticket, WORDS)
        until(lambda: list(states(town).values()) == ["failed"])
        (id,) = states(town)
        assert replay(town).said.split()[:2] == [id, "failed"]
        assert town.brand_answers(post["id"]) == []
        assert replay(town, id).status == 0
        until(lambda: states(town)[id] == "posted")
    assert len(town.brand_answers(post["id"])) == 1


def test_where_nothing_waits_that_is_said_and_an_unknown_reply_is_refused_by_name(
    town: Town,
) -> None:
    assert replay(town).said == "Nothing waits for a person.\n"
    for words in (("rep_unknown",), ("rep_unknown", "--posted")):
        ran = replay(town, *words)
        assert (ran.status, ran.said) == (2, "")
        assert "'rep_unknown'" in ran.complained
        assert len(ran.complained.splitlines()) == 1
