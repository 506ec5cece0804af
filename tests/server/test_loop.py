"""The whole loop over real HTTP: said on the square, filed at the desk, answered under the post."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from town import Town, open_town, until

from answerback_server.store import ledger
from answerback_server.store import tables as t

#: The smallest picture: one transparent point.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as town:
        yield town


def test_a_mention_becomes_a_ticket_and_the_answer_stands_under_the_post(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        town.answer(ticket, "On its way, Rosa.")
        answer = until(lambda: town.brand_answers(post["id"]))[0]
        sent = until(lambda: [r for r in town.replies(ticket) if r["state"] == "sent"])
    assert answer["in_reply_to_id"] == post["id"]
    assert "On its way, Rosa." in answer["content"]
    assert sent[0]["external_id"] == answer["uri"]
    assert len(town.brand_answers(post["id"])) == 1


def test_a_reply_in_the_thread_is_a_comment_in_the_same_ticket(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        more = town.say("rosa", "@northwind and cold", in_reply_to_id=post["id"])
        again = until(lambda: town.ticket_of(more))
    assert again["id"] == ticket["id"]
    assert len(town.tickets()) == 1


def test_a_reply_without_the_handle_is_heard_while_its_conversation_is_open(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        bare = town.say("jonas", "Mine too, for weeks.", in_reply_to_id=post["id"])
        again = until(lambda: town.ticket_of(bare))
    assert again["id"] == ticket["id"]


def test_an_edit_and_a_deletion_reach_the_ticket_as_private_notes(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        town.on_square(
            "PUT", "rosa", f"statuses/{post['id']}", json={"status": "@northwind four weeks late"}
        )
        until(lambda: any("four weeks late" in note for note in town.notes(ticket)))
        town.on_square("DELETE", "rosa", f"statuses/{post['id']}")
        until(lambda: any("deleted" in note for note in town.notes(ticket)))


def test_our_own_answer_never_comes_back_as_a_customers_words(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        town.answer(ticket, "On its way.")
        until(lambda: town.brand_answers(post["id"]))
        last = town.say("rosa", "@northwind thanks", in_reply_to_id=post["id"])
        until(lambda: town.ticket_of(last))
        shown = until(lambda: town.ticket_of(post))
    customer = [c for c in shown["comments"] if c["external_id"] and not c["reply"] and c["public"]]
    assert {c["external_id"] for c in customer} == {post["uri"], last["uri"]}


def test_an_answer_given_in_the_networks_own_app_is_noted_in_the_ticket(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        outside = town.say("northwind", "@rosa we are on it", in_reply_to_id=post["id"])
        note = until(lambda: [n for n in town.notes(ticket) if n.startswith("Answered outside")])
    assert outside["url"] in note[0]


def test_a_direct_message_is_a_ticket_of_its_own_and_answered_in_private(town: Town) -> None:
    with town.working():
        post = town.say("rosa", "@northwind my order is late")
        first = until(lambda: town.ticket_of(post))
        private = town.say(
            "rosa", "@northwind my number is 4711", visibility="direct", in_reply_to_id=post["id"]
        )
        ticket = until(lambda: town.ticket_of(private))
        town.answer(ticket, "Thank you, found it.")
        answer = until(lambda: town.brand_answers(private["id"]))[0]
    assert ticket["id"] != first["id"]
    assert answer["visibility"] == "direct"
    assert "4711" not in ticket["subject"]


def test_a_lost_answer_of_the_network_is_looked_for_and_not_posted_twice(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        town.break_square({"type": "cut_after"}, methods=["POST"], path="/api/v1/statuses", count=1)
        town.answer(ticket, "On its way.")
        until(lambda: _states(town) == ["posted"], seconds=40)
    assert len(town.brand_answers(post["id"])) == 1


def test_an_outage_before_the_write_delays_the_answer_and_loses_nothing(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        town.break_square({"type": "ratelimit"}, methods=["POST"], path="/api/v1/statuses", count=1)
        town.answer(ticket, "On its way.")
        until(lambda: _states(town) == ["queued"])
        town.mend_square()
        _hurry(town)
        until(lambda: _states(town) == ["posted"], seconds=30)
    assert len(town.brand_answers(post["id"])) == 1


def test_an_answer_to_a_deleted_post_fails_with_a_sentence_for_the_agent(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
    town.on_square("DELETE", "rosa", f"statuses/{post['id']}")
    with town.working():
        town.answer(ticket, "On its way.")
        failed = until(lambda: [r for r in town.replies(ticket) if r["state"] == "failed"])
        note = until(lambda: [n for n in town.notes(ticket) if "NOT posted" in n])
    assert failed
    assert note


def test_a_long_answer_becomes_a_thread_under_the_post(town: Town) -> None:
    words = " ".join(f"word{number}" for number in range(120))
    with town.working():
        post, ticket = town.complaint()
        town.answer(ticket, words)
        until(lambda: len(town.brand_answers(post["id"])) == 2)
    first, second = town.brand_answers(post["id"])
    assert first["in_reply_to_id"] == post["id"]
    assert second["in_reply_to_id"] == first["id"]


def test_the_same_words_under_the_same_post_are_held_for_a_person(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        town.answer(ticket, "On its way.")
        until(lambda: _states(town) == ["posted"])
        town.answer(ticket, "On its way.")
        until(lambda: sorted(_states(town)) == ["held", "posted"])
        until(lambda: any("held" in note for note in town.notes(ticket)))
    assert len(town.brand_answers(post["id"])) == 1


def test_a_file_the_agent_attached_stands_with_the_answer(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        town.answer_with_file(ticket, "Here is the label.", PICTURE)
        answer = until(lambda: town.brand_answers(post["id"]))[0]
    assert [one["type"] for one in answer["media_attachments"]] == ["image"]
    assert "Here is the label." in answer["content"]


def test_a_file_that_cannot_be_fetched_is_told_and_nothing_is_posted(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        town.break_desk({"type": "status", "status": 404}, methods=["GET"], path="/attachments/*")
        town.answer_with_file(ticket, "Here is the label.", PICTURE)
        note = until(lambda: [n for n in town.notes(ticket) if "NOT posted" in n])
    assert "file could not be fetched" in note[0]
    assert town.brand_answers(post["id"]) == []


def test_every_step_stands_in_the_ledger(town: Town) -> None:
    def events(subject: str) -> list[str]:
        with town.assembly.database.read() as tx:
            return [event for _at, event, _facts in ledger.of(tx, subject)]

    with town.working():
        town.say("rosa", "@northwind my order is late")
        until(lambda: events("filing:1"))
    assert events("mention:1") == ["heard"]
    assert events("filing:1") == ["filed"]


def _states(town: Town) -> list[str]:
    with town.assembly.database.read() as tx:
        return list(tx.execute(sa.select(t.replies.c.state)).scalars())


def _hurry(town: Town) -> None:
    """Let every waiting delivery be due now."""
    with town.assembly.database.write() as tx:
        tx.execute(t.deliveries.update().values(due_at=0.0))
