"""Promise 9: direct never becomes public, notes never leave, and slips are asked about first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from commands import within
from town import TIMEOUT, Town, open_town, until

from answerback_server.store import tables as t

CONTACT = "Write to rosa@mail.example or call +44 20 7946 0958."


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as town:
        yield town


def letter(town: Town, words: str = "@northwind my number is 4711") -> tuple[Any, Any]:
    post = town.say("rosa", words, visibility="direct")
    return post, until(lambda: town.ticket_of(post))


def replies(town: Town) -> list[Any]:
    with town.assembly.database.read() as tx:
        return list(tx.execute(sa.select(t.replies)).mappings())


def test_what_may_be_told_in_private_is_held_in_public(town: Town) -> None:
    with town.working():
        private, ticket = letter(town)
        town.answer(ticket, CONTACT)
        answer = until(lambda: town.brand_answers(private["id"]))[0]
        assert answer["visibility"] == "direct"
        public, other = town.complaint()
        town.answer(other, CONTACT)
        until(lambda: sorted(one["state"] for one in replies(town)) == ["held", "posted"])
    assert town.brand_answers(public["id"]) == []


def test_an_answer_in_private_stays_private_in_every_part_and_when_changed(town: Town) -> None:
    with town.working():
        private, ticket = letter(town)
        town.answer(ticket, "Dear Rosa. " * 60)
        until(lambda: len(town.brand_answers(private["id"])) == 2)
        until(lambda: [one["state"] for one in replies(town)] == ["posted"])
        id = replies(town)[0]["id"]
        changed = within(
            "amend", id, "--text-file", "-", environment=town.environment, stdin=CONTACT
        )
        assert changed.status == 0
        until(lambda: len(town.brand_answers(private["id"])) == 1)
        [answer] = town.brand_answers(private["id"])
    assert answer["visibility"] == "direct"
    assert town.brand_answers(private["id"], reader="northwind")[0]["id"] == answer["id"]
    seen = requests.get(f"{town.square}/api/v1/statuses/{answer['id']}", timeout=TIMEOUT)
    assert seen.status_code == 404


def test_an_agents_private_note_never_reaches_the_network(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        requests.post(
            f"{town.desk}/_sandbox/agent/tickets/{ticket['id']}/reply",
            data={"text": "A difficult customer.", "kind": "private", "status": "open"},
            timeout=TIMEOUT,
        ).raise_for_status()
        town.answer(ticket, "On its way.")
        until(lambda: town.brand_answers(post["id"]))
    [answer] = town.brand_answers(post["id"])
    assert "difficult" not in answer["content"]
    assert [one["text"] for one in replies(town)] == ["On its way."]


def test_our_notes_are_never_public_comments(town: Town) -> None:
    with town.working():
        _post, ticket = town.complaint()
        town.answer(ticket, CONTACT)
        until(lambda: [one for one in town.notes(ticket) if "held" in one])
        shown = town.window(f"tickets/{ticket['id']}")["ticket"]["comments"]
    public = [one["body"] for one in shown if one["public"]]
    assert not any("held" in words or "answerback" in words for words in public)


def test_the_reasons_why_an_answer_is_held_repeat_nothing_of_it(town: Town) -> None:
    with town.working():
        _post, ticket = town.complaint()
        town.answer(ticket, CONTACT)
        until(lambda: [one for one in replies(town) if one["state"] == "held"])
    listed = within("replay", environment=town.environment).said
    with town.assembly.database.read() as tx:
        ledger = " ".join(tx.execute(sa.select(t.ledger.c.facts)).scalars())
    for words in ("rosa@mail.example", "7946"):
        assert words not in listed
        assert words not in ledger
