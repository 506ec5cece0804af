"""An agent changes a posted answer or takes it back, and the network follows where it can."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from answering_post import AnsweringPost, open_answering_post, said
from commands import within
from town import Town, open_town, until

from answerback.errors import Reconnect, Refused, TryLater
from answerback.model import Receipt
from answerback.plugins import load_channel
from answerback_server.engine import amend, brakes
from answerback_server.engine.amend import Amender
from answerback_server.store import amendments, replies
from answerback_server.store import tables as t

LONG = "Dear Rosa. " * 60


@pytest.fixture
def post(tmp_path: Path) -> Iterator[AnsweringPost]:
    with open_answering_post(tmp_path) as post:
        post.hear(said(1), said(2))
        yield post


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as town:
        yield town


class Network:
    """Notes what the channel is asked to change, and fails as told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[tuple[str, str]] = []
        self.errors: list[Exception] = []
        channel = load_channel("mastodon")
        monkeypatch.setattr(channel, "edit", lambda _self, receipt, part: self.edit(receipt, part))
        monkeypatch.setattr(channel, "delete", lambda _self, receipt: self.delete(receipt))

    def edit(self, receipt: Receipt, part: Any) -> Receipt:
        self.called("edit", part.text)
        return receipt

    def delete(self, receipt: Receipt) -> None:
        self.called("delete", str((receipt.ref or {})["id"]))

    def called(self, action: str, what: str) -> None:
        self.calls.append((action, what))
        if self.errors:
            raise self.errors.pop(0)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    return Network(monkeypatch)


def answered(post: AnsweringPost, words: str = "On its way.") -> str:
    id = post.answer(words, to=1)
    post.posted(id)
    return id


def ask(post: AnsweringPost, id: str, text: str | None, key: str = "k", **more: Any) -> str | None:
    return amend.ask(post.assembly, id, key=key, text=text, **more)


def work(post: AnsweringPost) -> None:
    Amender(post.assembly, post.row()).drain(lambda: False)


def steps(post: AnsweringPost) -> list[tuple[str, str]]:
    with post.assembly.database.read() as tx:
        rows = tx.execute(sa.select(t.amendments).order_by(t.amendments.c.id)).mappings()
        return [(row["kind"], row["state"]) for row in rows]


def hurry(post: AnsweringPost) -> None:
    with post.assembly.database.write() as tx:
        tx.execute(t.amendments.update().values(due_at=0.0))
        tx.execute(t.accounts.update().values(status="active"))


def test_a_changed_answer_is_changed_on_the_network_and_the_ticket_says_so(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        town.answer(ticket, "On its way.")
        until(lambda: town.brand_answers(post["id"]))
        id = until(lambda: reply_id(town, "posted"))
        ran = within("amend", id, "--text-file", "-", environment=town.environment, stdin="Sent.")
        assert (ran.status, ran.said) == (0, "It will be changed.\n")
        until(lambda: "Sent." in town.brand_answers(post["id"])[0]["content"])
        until(lambda: any("Your answer was changed" in note for note in town.notes(ticket)))
    [answer] = town.brand_answers(post["id"])
    assert "On its way" not in answer["content"]
    assert answer["mentions"][0]["username"] == "rosa"


def test_an_answer_in_several_posts_is_taken_back_whole(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        town.answer(ticket, LONG)
        until(lambda: len(town.brand_answers(post["id"])) == 2)
        id = until(lambda: reply_id(town, "posted"))
        ran = within("amend", id, "--delete", environment=town.environment)
        assert (ran.status, ran.said) == (0, "It will be taken back.\n")
        until(lambda: town.brand_answers(post["id"]) == [])
        until(lambda: any("Your answer was taken back" in note for note in town.notes(ticket)))
    assert not any("outside" in note for note in town.notes(ticket))


def reply_id(town: Town, state: str) -> str | None:
    with town.assembly.database.read() as tx:
        found = tx.execute(sa.select(t.replies.c.id).where(t.replies.c.state == state)).scalar()
    return None if found is None else str(found)


def test_a_shorter_text_changes_the_first_posts_and_takes_the_others_back(
    post: AnsweringPost, network: Network
) -> None:
    id = answered(post, LONG)
    first, second = post.parts(id)
    assert ask(post, id, "Short.") is None
    work(post)
    assert network.calls == [("edit", "Short."), ("delete", second.id)]
    assert steps(post) == [("edit", "done"), ("delete", "done")]
    assert post.parts(id)[0].text == "Short."
    assert post.reply(id).amended == "edited"
    assert first.receipt == post.parts(id)[0].receipt


def test_posts_are_taken_back_from_the_last_on(post: AnsweringPost, network: Network) -> None:
    id = answered(post, LONG)
    assert ask(post, id, None) is None
    work(post)
    assert network.calls == [("delete", part.id) for part in reversed(post.parts(id))]
    assert post.reply(id).amended == "deleted"
    assert post.notes()[-1] == "Your answer was taken back."


def test_a_longer_text_than_there_are_posts_is_refused_and_the_ticket_told(
    post: AnsweringPost, network: Network
) -> None:
    id = answered(post)
    assert "need 2 posts" in str(ask(post, id, LONG))
    assert "NOT changed" in post.notes()[-1]
    assert network.calls == steps(post) == []


def test_new_words_raise_the_same_doubts_as_old_ones(post: AnsweringPost, network: Network) -> None:
    id = answered(post)
    assert "e-mail address" in str(ask(post, id, "Write to rosa@mail.example"))
    assert steps(post) == []
    assert ask(post, id, "Write to rosa@mail.example", confirmed=True) is None


def test_the_same_wish_twice_is_one(post: AnsweringPost, network: Network) -> None:
    id = answered(post)
    assert ask(post, id, "New.") is None
    assert ask(post, id, "New.") is None
    work(post)
    assert ask(post, id, "New.") is None
    work(post)
    assert network.calls == [("edit", "New.")]


def test_a_later_wish_takes_the_place_of_one_not_begun(
    post: AnsweringPost, network: Network
) -> None:
    id = answered(post)
    ask(post, id, "One.", key="one")
    ask(post, id, "Two.", key="two")
    work(post)
    assert network.calls == [("edit", "Two.")]
    assert steps(post) == [("edit", "superseded"), ("edit", "done")]


def test_a_network_that_is_away_is_tried_again(post: AnsweringPost, network: Network) -> None:
    id = answered(post)
    network.errors = [TryLater("away"), KeyError("a mistake of its own")]
    ask(post, id, None)
    for _ in range(3):
        work(post)
        hurry(post)
    assert len(network.calls) == 3
    assert steps(post) == [("delete", "done")]
    assert [facts["attempts"] for event, facts in post.events(f"reply:{id}") if event == "deleted"]


def test_after_a_day_it_is_given_up_and_the_ticket_told(
    post: AnsweringPost, network: Network
) -> None:
    id = answered(post)
    ask(post, id, None)
    with post.assembly.database.write() as tx:
        tx.execute(t.amendments.update().values(since=t.amendments.c.since - 86401))
    network.errors = [TryLater("The network is away.")]
    work(post)
    assert steps(post) == [("delete", "failed")]
    assert post.notes()[-1] == "Your answer was NOT taken back. The network is away."


def test_what_the_network_refuses_for_one_post_is_told_with_how_many(
    post: AnsweringPost, network: Network
) -> None:
    id = answered(post, LONG)
    ask(post, id, None)
    network.errors = [Refused("It is locked.")]
    work(post)
    assert steps(post) == [("delete", "failed"), ("delete", "done")]
    assert post.notes()[-1] == ("Your answer was NOT taken back in 1 of its 2 posts. It is locked.")


def test_a_network_that_cannot_is_said_so_in_the_ticket(
    post: AnsweringPost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(load_channel("mastodon"), "edit")
    id = answered(post)
    assert "does not let an answer be changed" in str(ask(post, id, "New."))
    assert "Do it there by hand" in post.notes()[-1]


def test_what_is_not_posted_yet_is_dropped_only_by_taking_it_back(post: AnsweringPost) -> None:
    queued, held = post.answer("queued", to=1), post.answer("{{name}}", to=2)
    for id, state in ((queued, "queued"), (held, "held")):
        assert "not posted yet" in str(ask(post, id, "Better words.", key="zero"))
        assert [part.state for part in post.parts(id)] == [state]
        for key in ("one", "one", "two"):
            assert (ask(post, id, None, key=key), post.reply(id).state) == (None, "withdrawn")
        assert [part.state for part in post.parts(id)] == ["withdrawn"]
        assert "taken back already" in str(ask(post, id, "Better words.", key="three"))
    with post.assembly.database.read() as tx:
        assert amendments.due(tx, post.account, 10) == []
    assert sum("taken back before it was posted" in note for note in post.notes()) == 2
    assert post.accept("queued", to=1).state == "failed"


def test_a_change_that_meets_the_posting_deletes_nothing(
    post: AnsweringPost, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = post.answer("On its way.", to=1)
    write = type(post.assembly.database).write

    def posted_meanwhile(database: Any) -> Any:
        monkeypatch.setattr(type(database), "write", write)
        post.posted(id)
        return write(database)

    monkeypatch.setattr(type(post.assembly.database), "write", posted_meanwhile)
    assert ask(post, id, "Better words.") == amend.MOVING
    work(post)
    assert network.calls == steps(post) == []
    assert ask(post, id, "Better words.") is None


def test_what_a_worker_takes_up_at_the_same_moment_is_not_called_taken_back(
    post: AnsweringPost, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = post.answer("On its way.", to=1)
    [part] = post.parts(id)
    database, withdraw = post.assembly.database, amend._withdraw

    def claimed_meanwhile(assembly: Any, tx: Any, reply: Any, parts: Any) -> None:
        # SQLite has one writer only, so there the worker has to share the transaction.
        with nullcontext(tx) if database.dialect == "sqlite" else database.write() as worker:
            assert replies.claim(worker, part.id, token="worker", lease=45.0)
        withdraw(assembly, tx, reply, parts)

    monkeypatch.setattr(amend, "_withdraw", claimed_meanwhile)
    assert ask(post, id, None) == amend.MOVING
    assert post.reply(id).state == "queued"
    assert post.parts(id)[0].state in ("queued", "posting")
    assert not any("taken back" in note for note in post.notes())


def test_what_is_being_posted_can_be_neither_changed_nor_dropped(post: AnsweringPost) -> None:
    id = post.answer("queued", to=1)
    with post.assembly.database.write() as tx:
        tx.execute(t.deliveries.update().values(state="unsure"))
    assert "Settle that first" in str(ask(post, id, None))
    assert post.parts(id)[0].state == "unsure"
    assert "no reply 'rep_none'" in str(ask(post, "rep_none", None))


def test_in_a_pause_answers_are_taken_back_and_none_is_changed(
    post: AnsweringPost, network: Network
) -> None:
    first, second = post.answer("one", to=1), post.answer("two", to=2)
    post.posted(first)
    post.posted(second)
    brakes.pause(post.assembly, post.row())
    ask(post, first, "New.")
    ask(post, second, None)
    work(post)
    assert [action for action, _ in network.calls] == ["delete"]


@pytest.mark.parametrize("error", [TryLater("away"), Reconnect("dead"), None])
def test_a_change_begun_before_a_deletion_never_holds_it_up(
    post: AnsweringPost, network: Network, monkeypatch: pytest.MonkeyPatch, error: Any
) -> None:
    id = answered(post)
    ask(post, id, "New.", key="one")

    def deleted_meanwhile(_: Any, receipt: Receipt, __: Any) -> Receipt:
        ask(post, id, None, key="two")
        brakes.pause(post.assembly, post.row())
        if error is not None:
            raise error
        with post.assembly.database.write() as tx:
            tx.execute(t.amendments.update().values(lease_until=0.0))
            amendments.give_up_abandoned(tx, post.account)
        return receipt

    monkeypatch.setattr(load_channel("mastodon"), "edit", deleted_meanwhile)
    work(post)
    hurry(post)
    work(post)
    assert steps(post) == [("edit", "superseded"), ("delete", "done")]


def test_a_post_taken_back_by_a_shorter_text_counts_no_more(
    post: AnsweringPost, network: Network
) -> None:
    id = answered(post, LONG)
    ask(post, id, "Short.", key="one")
    work(post)
    assert "need 2 posts, and 1 are there" in str(ask(post, id, LONG, key="two"))
    assert ask(post, id, "Shorter.", key="three") is None
    assert ask(post, id, None, key="four") is None
    work(post)
    assert network.calls[2:] == [("delete", post.parts(id)[0].id)]
    assert "taken back already" in str(ask(post, id, "New.", key="five"))
    assert ask(post, id, None, key="four") is None


def test_what_a_worker_left_behind_is_done_by_the_next(
    post: AnsweringPost, network: Network
) -> None:
    id = answered(post)
    ask(post, id, None)
    with post.assembly.database.write() as tx:
        [step] = amendments.due(tx, post.account, 10)
        assert amendments.claim(tx, step.id, token="gone", lease=-1.0)
        assert not amendments.claim(tx, step.id, token="other", lease=60.0)
    work(post)
    work(post)
    assert network.calls[0][0] == "delete"
    with post.assembly.database.write() as tx:
        assert not amendments.settle(tx, step.id, token="gone", state="failed")


def test_a_dead_token_stops_the_account_and_the_wish_waits(
    post: AnsweringPost, network: Network
) -> None:
    id = answered(post)
    ask(post, id, None)
    network.errors = [Reconnect("The token is dead.")]
    work(post)
    assert post.row().status == "reconnect"
    assert steps(post) == [("delete", "queued")]
    work(post)
    assert len(network.calls) == 1
    hurry(post)
    work(post)
    assert steps(post) == [("delete", "done")]


def test_the_same_words_may_be_sent_again_after_they_were_taken_back(
    post: AnsweringPost, network: Network
) -> None:
    id = answered(post)
    ask(post, id, None)
    work(post)
    again = post.answer("On its way.", to=1, key="again")
    assert post.reply(again).state == "queued"


def test_a_frozen_worker_that_wakes_up_late_changes_nothing(
    post: AnsweringPost, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = answered(post)
    ask(post, id, None)
    moments = iter([0.0, 0.0, 0.0, 1000.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(moments, 2000.0))
    work(post)
    assert network.calls == []
    assert steps(post) == [("delete", "queued")]
