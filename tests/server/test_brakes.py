"""The brakes of an account: what is one too many asks a person, and one switch stops it all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from answering_post import AnsweringPost, open_answering_post, said

from answerback.helpdesk import AgentReply
from answerback_server.engine import brakes, reopen
from answerback_server.engine.amend import Amender
from answerback_server.engine.answer import Messenger
from answerback_server.store import accounts, drains, replies

WORDS = "We are on it."


@pytest.fixture
def post(tmp_path: Path) -> Iterator[AnsweringPost]:
    with open_answering_post(tmp_path, burst=3, same_words=2) as post:
        post.hear(*(said(number) for number in range(1, 9)))
        yield post


def states(post: AnsweringPost, ids: list[str]) -> list[str]:
    return [post.reply(id).state for id in ids]


def test_more_answers_than_the_limit_in_a_minute_are_held(post: AnsweringPost) -> None:
    ids = [post.answer(f"words {number}", to=number) for number in range(1, 6)]
    assert states(post, ids) == ["queued"] * 3 + ["held"] * 2
    assert "3 answers within a minute" in post.reply(ids[3]).reason
    assert any("3 answers within a minute" in note for note in post.notes())


def test_the_burst_is_over_after_a_minute(post: AnsweringPost) -> None:
    for number in range(1, 4):
        post.answer(f"words {number}", to=number)
    post.age(61)
    assert post.reply(post.answer("words 4", to=4)).state == "queued"


def test_what_is_held_itself_takes_no_room_in_the_burst(post: AnsweringPost) -> None:
    ids = [post.answer(f"words {number}", to=number) for number in range(1, 6)]
    post.age(61)
    again = [post.answer(f"more {number}", to=number) for number in range(1, 4)]
    assert states(post, ids + again) == ["queued"] * 3 + ["held"] * 2 + ["queued"] * 3


def test_a_backlog_that_comes_at_once_is_no_burst(post: AnsweringPost) -> None:
    ids = []
    for number in range(1, 7):
        id = post.accept(f"words {number}", to=number).id.rpartition(":")[2]
        post.age(30)
        ids.append(id)
    post.fit()
    assert states(post, ids) == ["queued"] * 6


def test_the_same_words_to_many_are_held(post: AnsweringPost) -> None:
    ids = []
    for number in range(1, 5):
        ids.append(post.answer(WORDS, to=number))
        post.age(61)
    assert states(post, ids) == ["queued", "queued", "held", "held"]
    assert "same words went to 2 others" in post.reply(ids[2]).reason
    post.age(3600)
    assert post.reply(post.answer(WORDS, to=5)).state == "queued"


def test_the_same_words_to_the_same_post_are_a_doubt_of_their_own(post: AnsweringPost) -> None:
    post.answer(WORDS, to=1, key="one")
    second = post.answer(WORDS, to=1, key="two")
    assert "under the same post" in post.reply(second).reason
    post.age(601)
    assert post.reply(post.answer(WORDS, to=1, key="three")).state == "queued"


def test_a_person_lets_the_surplus_go(post: AnsweringPost) -> None:
    ids = [post.answer(f"words {number}", to=number) for number in range(1, 5)]
    assert reopen.reopen(post.assembly, ids[3], posted=False) is None
    assert states(post, ids[3:]) == ["queued"]


def test_a_long_answer_with_a_doubt_tells_both(post: AnsweringPost) -> None:
    long = "Dear Rosa. " * 160 + "rosa@mail.example"
    held = post.reply(post.answer(long, to=1))
    assert held.state == "held"
    assert "e-mail address" in held.reason
    assert "would become" in held.reason


def test_in_a_direct_message_an_address_is_not_held(post: AnsweringPost) -> None:
    post.hear(said(20, visibility="direct"))
    assert post.reply(post.answer("rosa@mail.example", to=20)).state == "queued"
    assert post.reply(post.answer("rosa@mail.example", to=1)).state == "held"


def test_in_a_pause_answers_wait_and_their_tickets_say_so(post: AnsweringPost) -> None:
    before = post.answer("before", to=1)
    assert brakes.pause(post.assembly, post.row())
    assert not brakes.pause(post.assembly, post.row())
    during = post.answer("during", to=2)
    brakes.tell_paused(post.assembly, post.row())
    brakes.tell_paused(post.assembly, post.row())
    assert states(post, [before, during]) == ["queued", "queued"]
    assert sum("paused the account" in note for note in post.notes()) == 2
    with post.assembly.database.read() as tx:
        assert replies.due(tx, post.account, 10) == []
        assert ("answer", post.account) not in drains.open_work(tx)


def test_after_a_pause_what_waited_is_due(post: AnsweringPost) -> None:
    post.answer("before", to=1)
    brakes.pause(post.assembly, post.row())
    assert brakes.resume(post.assembly, post.row())
    assert not brakes.resume(post.assembly, post.row())
    with post.assembly.database.read() as tx:
        assert len(replies.due(tx, post.account, 10)) == 1
    assert [event for event, _ in post.events(f"account:{post.account}")][-2:] == [
        "paused",
        "resumed",
    ]


def test_a_pause_stops_also_what_is_claimed_already(post: AnsweringPost) -> None:
    id = post.answer("before", to=1)
    [part] = post.parts(id)
    with post.assembly.database.write() as tx:
        assert replies.claim(tx, part.id, token="mine", lease=60)
    brakes.pause(post.assembly, post.row())
    with post.assembly.database.write() as tx:
        assert not replies.intend(tx, part.id, token="mine", prepared="{}", lease=60)
        replies.give_back(tx, part.id, token="mine")
        assert not replies.claim(tx, part.id, token="other", lease=60)
    assert post.parts(id)[0].state == "queued"


def test_a_paused_account_is_asked_nothing_and_its_agent_need_not_wait(
    post: AnsweringPost,
) -> None:
    brakes.pause(post.assembly, post.row())
    id = post.answer("during", to=1)
    # The account's address leads nowhere: whoever called it would fail.
    Amender(post.assembly, post.row()).drain(lambda: False)
    Messenger(post.assembly, post.row()).drain(lambda: False)
    assert post.parts(id)[0].attempts == 0
    again = AgentReply(key="1:during", text="during", parent="https://square.example/1")
    began = time.monotonic()
    assert post.bridge.accept(post.heard.connection, again, wait=30.0).state == "queued"
    assert time.monotonic() - began < 10.0


def test_other_accounts_go_on_in_a_pause(post: AnsweringPost) -> None:
    id = post.answer("before", to=1)
    with post.assembly.database.write() as tx:
        accounts.pause(tx, "acc_other")
    with post.assembly.database.read() as tx:
        assert [part.reply for part in replies.due(tx, post.account, 10)] == [id]
