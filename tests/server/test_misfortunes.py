"""What goes wrong for one thing must not go wrong for its neighbours, and is never silent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from listening_post import BRAND_ID, ListeningPost, open_listening_post
from town import Town, open_town, until

from answerback.helpdesk import AgentReply, FileResult
from answerback.model import Activity, Actor, Mention, Receipt, Tombstone
from answerback.plugins import load_channel
from answerback.schema import dumps
from answerback_server.engine import file, reopen, tell
from answerback_server.store import accounts, replies
from answerback_server.store import tables as t


@pytest.fixture
def post(tmp_path: Path) -> Iterator[ListeningPost]:
    with open_listening_post(tmp_path) as post:
        yield post


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as town:
        yield town


def said(number: int, under: int | None = None, *, author: str = "rosa") -> Mention:
    return Mention(
        id=f"https://square.example/{number}",
        channel="mastodon",
        text=f"words {number}",
        attributed_to=Actor(
            id=BRAND_ID if author == "brand" else f"https://square.example/{author}",
            preferred_username=f"{author}@square.example",
        ),
        in_reply_to=None if under is None else f"https://square.example/{under}",
        visibility="public",
        version="1",
        ref={"id": str(number), "acct": author, "visibility": "public"},
    )


def hear(post: ListeningPost, *mentions: Mention, context: tuple[Mention, ...] = ()) -> None:
    post.hear(
        [Activity(type="Create", channel="mastodon", object=one) for one in mentions],
        context=context,
    )


def reply_in(post: ListeningPost, state: str, *, looks: int = 0) -> str:
    """A stored reply whose one part is in this state."""
    answer = AgentReply(key="k", text="On its way", parent="https://square.example/1")
    id = post.bridge.accept(post.connection, answer, wait=0.0).id.rpartition(":")[2]
    with post.assembly.database.write() as tx:
        replies.add_delivery(
            tx,
            id="dlv",
            reply=id,
            account=post.account,
            number=1,
            of=1,
            text="On its way",
            state=state,
            reason="because",
        )
        tx.execute(t.deliveries.update().values(looks=looks, attempts=1))
        tell.progress(post.assembly, tx, id)
    return id


def notes(post: ListeningPost) -> list[str]:
    with post.assembly.database.read() as tx:
        rows = tx.execute(sa.select(t.filings.c.note).where(t.filings.c.kind == "note"))
        return [str(row[0]) for row in rows]


def test_a_filing_that_cannot_be_made_ready_is_parked_and_the_others_are_offered(
    post: ListeningPost,
) -> None:
    hear(post, said(1), said(2))
    with post.assembly.database.write() as tx:
        tx.execute(t.mentions.update().where(t.mentions.c.id == 1).values(wire="{broken"))
    assert [one.external_id[-1] for one in post.take()] == ["2"]
    with post.assembly.database.read() as tx:
        states = list(tx.execute(sa.select(t.filings.c.state).order_by(t.filings.c.id)).scalars())
        told = tx.execute(
            sa.select(t.ledger.c.facts).where(t.ledger.c.event == "parked")
        ).scalar_one()
    assert states == ["parked", "offered"]
    assert "made ready" in told


def test_a_brands_own_answer_in_between_does_not_split_a_conversation(post: ListeningPost) -> None:
    hear(post, said(1), said(3, 2), context=(said(2, 1, author="brand"),))
    assert post.threads() == ["mastodon:https://square.example/1"]


def test_what_was_only_missing_and_shows_again_is_told_so_and_can_be_answered(
    post: ListeningPost,
) -> None:
    hear(post, said(1))
    post.take()
    post.hear([], missing=["https://square.example/1"])
    post.hear([], missing=["https://square.example/1"])
    assert post.status(1) == "missing"
    post.hear([Activity(type="Update", channel="mastodon", object=said(1))])
    assert post.status(1) == "live"
    assert any("can be seen again" in note for note in notes(post))


def test_what_was_missing_before_the_desk_saw_it_is_filed_when_it_shows_again(
    post: ListeningPost,
) -> None:
    hear(post, said(1))
    post.hear([], missing=["https://square.example/1"])
    post.hear([], missing=["https://square.example/1"])
    assert post.take() == []
    post.hear([Activity(type="Update", channel="mastodon", object=said(1))])
    assert [one.external_id[-1] for one in post.take()] == ["1"]


def test_our_post_that_an_administrator_noted_is_no_answer_given_outside(
    post: ListeningPost,
) -> None:
    hear(post, said(1))
    id = reply_in(post, "failed")
    assert reopen.reopen(post.assembly, id, posted=True) is None
    hear(post, said(2, 1, author="brand"))
    file.settle(post.assembly, post.installation)
    assert not any("outside" in note for note in notes(post))
    assert post.bridge.original(f"answerback:reply:{id}") == "https://square.example/2"


def test_missing_then_shown_then_deleted_ends_in_the_ticket_as_deleted(
    post: ListeningPost,
) -> None:
    hear(post, said(1))
    post.take()
    for _ in range(2):
        post.hear([], missing=["https://square.example/1"])
    post.hear([Activity(type="Update", channel="mastodon", object=said(1))])
    stone = Tombstone(id="https://square.example/1", channel="mastodon")
    post.hear([Activity(type="Delete", channel="mastodon", object=stone)])
    assert [kind for _id, kind in post.filings()] == ["post", "deletion", "note", "deletion"]


def test_a_late_word_of_a_ticket_files_what_was_to_be_offered_again(post: ListeningPost) -> None:
    hear(post, said(1))
    number = post.bridge.take(post.connection, acknowledged=0, limit=200).number
    post.take(acknowledged=number)
    with post.assembly.database.write() as tx:
        tx.execute(t.filings.update().values(changed_at=0.0))
    file.settle(post.assembly, post.installation)
    post.bridge.confirm(
        [FileResult(external_id="https://square.example/1", outcome="done", ticket="77")]
    )
    assert post.take() == []
    with post.assembly.database.read() as tx:
        row = tx.execute(sa.select(t.filings.c.state, t.filings.c.ticket)).one()
    assert tuple(row) == ("filed", "77")


def test_the_agent_is_told_which_part_already_stands_in_public(post: ListeningPost) -> None:
    hear(post, said(1))
    answer = AgentReply(key="k", text="One. Two.", parent="https://square.example/1")
    id = post.bridge.accept(post.connection, answer, wait=0.0).id.rpartition(":")[2]
    receipt = dumps(Receipt(id="https://square.example/9", url="https://square.example/@b/9"))
    with post.assembly.database.write() as tx:
        for number, state in ((1, "posted"), (2, "failed")):
            replies.add_delivery(
                tx,
                id=f"dlv{number}",
                reply=id,
                account=post.account,
                number=number,
                of=2,
                text="One.",
                state=state,
                reason=None if number == 1 else "Too long.",
                receipt=receipt if number == 1 else None,
            )
        tell.progress(post.assembly, tx, id)
    accepted = post.bridge.accept(post.connection, answer, wait=0.0)
    assert accepted.state == "failed"
    assert "https://square.example/@b/9" in (accepted.reason or "")
    with post.assembly.database.read() as tx:
        again = replies.get(tx, id)
        assert again is not None
        later = replace(again, id="other", created_at=again.created_at + 1)
        assert replies.same_words(tx, later, 600.0)


def test_what_was_refused_before_it_had_parts_is_not_posted_by_noting_it(
    post: ListeningPost,
) -> None:
    answer = AgentReply(key="k", text="On its way", parent="https://square.example/404")
    id = post.bridge.accept(post.connection, answer, wait=0.0).id.rpartition(":")[2]
    assert "never made ready" in str(reopen.reopen(post.assembly, id, posted=True))


def test_slow_polls_leave_threads_for_answers(tmp_path: Path) -> None:
    with open_town(tmp_path) as town, town.working():
        post = town.say("rosa", "@northwind hello")
        ticket = until(lambda: town.ticket_of(post))
        town.break_square(
            {"type": "latency", "delay_ms": 4000}, methods=["GET"], path="/api/v1/notifications*"
        )
        town.answer(ticket, "Hello, Rosa.")
        until(lambda: town.brand_answers(post["id"]), seconds=5)


def test_a_doubt_still_being_looked_into_cannot_be_posted_blindly(post: ListeningPost) -> None:
    hear(post, said(1))
    id = reply_in(post, "unsure", looks=1)
    assert reopen.waiting(post.assembly) == []
    assert "waits for a person" in str(reopen.reopen(post.assembly, id, posted=False))


def test_a_doubt_left_to_people_is_told_listed_and_can_be_settled(post: ListeningPost) -> None:
    hear(post, said(1))
    id = reply_in(post, "unsure", looks=replies.LOOKS)
    assert [row.id for row in reopen.waiting(post.assembly)] == [id]
    assert any("Nobody can tell" in note for note in notes(post))
    assert reopen.reopen(post.assembly, id, posted=True) is None
    assert any("noted as posted" in note for note in notes(post))


def test_a_reply_that_failed_twice_is_told_twice(post: ListeningPost) -> None:
    hear(post, said(1))
    id = reply_in(post, "failed")
    assert reopen.reopen(post.assembly, id, posted=False) is None
    with post.assembly.database.write() as tx:
        tx.execute(t.deliveries.update().values(state="failed"))
        tell.progress(post.assembly, tx, id)
    assert sum("NOT posted" in note for note in notes(post)) == 2


def test_a_dead_token_is_told_in_every_ticket_that_waits_for_it(post: ListeningPost) -> None:
    hear(post, said(1))
    reply_in(post, "queued")
    with post.assembly.database.read() as tx:
        account = accounts.get(tx, post.account)
    assert account is not None
    tell.reconnect_needed(post.assembly, account, "the token is dead")
    assert any("has to be connected again" in note for note in notes(post))


def test_a_late_word_of_an_old_token_does_not_stop_a_reconnected_account(
    post: ListeningPost,
) -> None:
    with post.assembly.database.write() as tx:
        old = accounts.get(tx, post.account)
        assert old is not None
        tx.execute(
            t.accounts.update().values(secrets=post.assembly.vault.seal({"access_token": "new"}))
        )
        assert not accounts.stop(tx, old, "the old token is dead")


def test_the_same_request_at_the_same_moment_is_one_reply(post: ListeningPost) -> None:
    hear(post, said(1))
    answer = AgentReply(key="k", text="On its way", parent="https://square.example/1")
    first = post.bridge.accept(post.connection, answer, wait=0.0)
    assert post.bridge.accept(post.connection, answer, wait=0.0).id == first.id


def test_a_channels_own_mistake_while_fitting_fails_that_reply_and_no_other(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = load_channel("mastodon")
    framing: Any = channel.framing

    def stumbles(self: Any, mention: Mention) -> Any:
        if "tea" in (mention.text or ""):
            raise KeyError("kettle")
        return framing(self, mention)

    monkeypatch.setattr(channel, "framing", stumbles)
    with town.working():
        bad, good = town.say("rosa", "@northwind tea"), town.say("jonas", "@northwind coffee")
        first, second = (until(lambda one=one: town.ticket_of(one)) for one in (bad, good))
        town.answer(first, "Gladly.")
        town.answer(second, "At once.")
        until(lambda: town.brand_answers(good["id"]))
        until(lambda: [note for note in town.notes(first) if "NOT posted" in note])
    assert town.brand_answers(bad["id"]) == []


def test_a_channels_own_mistake_in_one_listener_leaves_the_others_hearing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = load_channel("mastodon")
    poll: Any = channel.poll

    def stumbles(self: Any, listener: Any, cursor: str | None) -> Any:
        if listener.kind == "hashtag":
            raise KeyError("lost")
        return poll(self, listener, cursor)

    monkeypatch.setattr(channel, "poll", stumbles)
    listeners = {"hashtag": [{"tag": "northwind"}], "mentions": [{}]}
    with open_town(tmp_path, listeners=listeners) as town, town.working():
        post = town.say("rosa", "@northwind hello")
        assert until(lambda: town.ticket_of(post))
