"""Trouble is shown on the ticket itself, where its desk lets us change tickets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from answering_post import AnsweringPost, open_answering_post, said

from answerback.errors import Refused, TryLater
from answerback.helpdesk import FileResult, TicketChange
from answerback.plugins import load_help_desk
from answerback_server.engine import amend, attention, reopen
from answerback_server.store import drains
from answerback_server.store import tables as t

TROUBLE = TicketChange(status="open", add_tags=("answerback_attention",))
OVER = TicketChange(remove_tags=("answerback_attention",))


class Desk:
    """Notes how tickets are changed, and fails as told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.changes: list[tuple[str, TicketChange]] = []
        self.errors: list[Exception] = []
        desk = load_help_desk("zendesk")
        monkeypatch.setattr(desk, "update", lambda _self, ticket, change: self(ticket, change))

    def __call__(self, ticket: str, change: TicketChange) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.changes.append((ticket, change))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[AnsweringPost]:
    with open_answering_post(tmp_path) as post:
        post.hear(said(1))
        yield post


def file(post: AnsweringPost) -> None:
    number = post.bridge.take(post.heard.connection, acknowledged=0, limit=9).number
    post.bridge.take(post.heard.connection, acknowledged=number, limit=9)
    done = FileResult(external_id="https://square.example/1", outcome="done", ticket="77")
    post.bridge.confirm([done])


def settle(post: AnsweringPost) -> None:
    attention.settle(post.assembly, post.installation)


def is_open(post: AnsweringPost) -> bool:
    with post.assembly.database.read() as tx:
        return ("file", post.installation) in drains.open_work(tx)


def row(post: AnsweringPost) -> Any:
    with post.assembly.database.read() as tx:
        return tx.execute(sa.select(t.attentions)).one()


def test_a_held_answer_reopens_and_tags_its_ticket_until_it_is_posted(
    post: AnsweringPost, desk: Desk
) -> None:
    file(post)
    id = post.answer("Hello {{name}}", to=1)
    assert is_open(post)
    settle(post)
    settle(post)
    assert desk.changes == [("77", TROUBLE)]
    assert not is_open(post)
    assert reopen.reopen(post.assembly, id, posted=False) is None
    post.posted(id)
    settle(post)
    assert desk.changes[1:] == [("77", OVER)]


def test_a_ticket_that_is_not_known_yet_is_changed_once_it_is(
    post: AnsweringPost, desk: Desk
) -> None:
    post.answer("Hello {{name}}", to=1)
    settle(post)
    assert desk.changes == []
    assert not is_open(post)
    file(post)
    assert is_open(post)
    settle(post)
    assert desk.changes == [("77", TROUBLE)]


def test_a_desk_that_is_away_is_asked_again(post: AnsweringPost, desk: Desk) -> None:
    file(post)
    post.answer("Hello {{name}}", to=1)
    desk.errors = [TryLater("away"), KeyError("a mistake of its own")]
    for _ in range(3):
        settle(post)
        with post.assembly.database.write() as tx:
            tx.execute(t.attentions.update().values(due_at=0.0))
    assert desk.changes == [("77", TROUBLE)]


def test_a_desk_that_refuses_is_left_alone_and_the_ledger_says_so(
    post: AnsweringPost, desk: Desk
) -> None:
    file(post)
    post.answer("Hello {{name}}", to=1)
    desk.errors = [Refused("The ticket is closed.")]
    settle(post)
    settle(post)
    assert desk.changes == []
    assert row(post).done
    events = post.events(f"conversation:{row(post).conversation}")
    assert ("ticket not changed", {"error": "Refused"}) in events


def test_what_is_wished_while_the_desk_is_asked_is_not_lost(
    post: AnsweringPost, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    file(post)
    id = post.answer("Hello {{name}}", to=1)

    def slow(_self: Any, ticket: str, change: TicketChange) -> None:
        desk(ticket, change)
        if change == TROUBLE:
            reopen.reopen(post.assembly, id, posted=False)
            post.posted(id)

    monkeypatch.setattr(load_help_desk("zendesk"), "update", slow)
    settle(post)
    settle(post)
    assert [change for _, change in desk.changes] == [TROUBLE, OVER]


def test_an_answer_that_could_not_be_taken_back_needs_a_person_too(
    post: AnsweringPost, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from answerback.plugins import load_channel

    monkeypatch.delattr(load_channel("mastodon"), "delete")
    file(post)
    id = post.answer("On its way.", to=1)
    post.posted(id)
    assert amend.ask(post.assembly, id, key="k", text=None) is not None
    settle(post)
    assert desk.changes == [("77", TROUBLE)]


def test_a_desk_that_only_pulls_is_told_by_a_note_alone(post: AnsweringPost) -> None:
    file(post)
    post.answer("Hello {{name}}", to=1)
    with post.assembly.database.read() as tx:
        assert tx.execute(sa.select(t.attentions)).first() is None
    assert "held and NOT posted" in post.notes()[-1]
