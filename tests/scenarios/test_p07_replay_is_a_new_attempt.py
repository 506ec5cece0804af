"""Promise 7: replay is a real new attempt on the same row, with a number of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from answering_post import AnsweringPost, open_answering_post, said
from commands import Ran, answerback, within
from town import Town, open_town, until

from answerback.helpdesk import FileResult
from answerback_server.engine import file, hear, parking
from answerback_server.engine.parking import Filter
from answerback_server.store import inbox
from answerback_server.store import tables as t


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as town:
        yield town


@pytest.fixture
def post(tmp_path: Path) -> Iterator[AnsweringPost]:
    with open_answering_post(tmp_path) as post:
        yield post


def replay(town: Town, *words: str) -> Ran:
    return within("replay", *words, environment=town.environment)


def refuse(post: AnsweringPost, number: int, reason: str = "too many tags") -> None:
    """The desk takes it and then refuses it."""
    post.bridge.confirm(
        [
            FileResult(
                external_id=f"https://square.example/{number}", outcome="refused", reason=reason
            )
        ]
    )


def take(post: AnsweringPost) -> list[str]:
    """What the desk is offered, and has."""
    offer = post.bridge.take(post.heard.connection, acknowledged=0, limit=50)
    return [one.external_id.rpartition("/")[2] for one in offer.filings]


def rows(town: Town, table: sa.Table) -> list[Any]:
    with town.assembly.database.read() as tx:
        return list(tx.execute(sa.select(table).order_by(table.c.id)).mappings())


def events(town: Town, subject: str) -> list[tuple[str, Any]]:
    with town.assembly.database.read() as tx:
        found = tx.execute(
            sa.select(t.ledger.c.event, t.ledger.c.facts)
            .where(t.ledger.c.subject == subject)
            .order_by(t.ledger.c.id)
        )
        return [(row[0], json.loads(row[1]).get("attempt")) for row in found]


def park_all(town: Town) -> None:
    with town.assembly.database.write() as tx:
        tx.execute(t.filings.update().values(state="parked", reason="made ready: KeyError"))


def test_a_parked_post_is_listed_and_once_replayed_it_has_its_ticket(town: Town) -> None:
    town.desk_settings(pull_seconds=3600)
    with town.working():
        post = town.say("rosa", "@northwind my order is late")
        until(lambda: rows(town, t.filings))
        park_all(town)
        town.pull()
        assert town.ticket_of(post) is None
        listed = answerback("replay", environment=town.environment)
        [line] = listed.said.splitlines()
        id = line.split()[0]
        assert line.split()[1] == "parked"
        again = answerback("replay", id, environment=town.environment)
        assert (again.status, again.said) == (0, "It will be tried again.\n")
        town.pull()
        until(lambda: town.ticket_of(post))
    assert rows(town, t.filings)[0]["replays"] == 1
    assert ("replayed", 2) in events(town, id)
    assert replay(town, id).status == 2


def test_many_are_replayed_by_filter_and_the_others_stay(post: AnsweringPost) -> None:
    post.hear(said(1), said(2), said(3))
    take(post)
    refuse(post, 1, "too many tags")
    refuse(post, 2, "unknown field")
    chosen = parking.waiting(post.assembly, Filter(kinds=["filing"], reason="TAGS"))
    assert [parking.again(post.assembly, one) for one in chosen] == [None]
    left = parking.waiting(post.assembly)
    assert [(one.reason, one.attempt) for one in left] == [("unknown field", 1)]
    assert parking.waiting(post.assembly, Filter(installation="ins_other")) == []
    assert parking.waiting(post.assembly, Filter(account="acc_other")) == []
    assert parking.waiting(post.assembly, Filter(state="held")) == []
    assert parking.waiting(post.assembly, Filter(since=left[0].since + 1)) == []
    assert parking.waiting(post.assembly, Filter(since=left[0].since)) == left


def test_a_second_attempt_can_fail_and_the_ledger_shows_each(post: AnsweringPost) -> None:
    post.hear(said(1))
    for attempt in (1, 2, 3):
        assert take(post) == ["1"]
        refuse(post, 1)
        [one] = parking.waiting(post.assembly)
        assert one.attempt == attempt
        assert parking.again(post.assembly, one) is None
    told = [
        (event, facts.get("attempt"))
        for event, facts in post.events(one.id)
        if event in ("parked", "replayed")
    ]
    assert told == [
        ("parked", 1), ("replayed", 2), ("parked", 2), ("replayed", 3), ("parked", 3),
        ("replayed", 4),
    ]  # fmt: skip
    assert "not parked any more" in str(parking.again(post.assembly, one))


def test_what_is_parked_holds_up_nothing_and_the_ticket_tells_of_the_gap(
    post: AnsweringPost,
) -> None:
    first = said(1)
    post.hear(first, said(2, in_reply_to=first.id))
    take(post)
    post.bridge.confirm([FileResult(external_id=first.id, outcome="done", ticket="77")])
    refuse(post, 2)
    post.hear(said(3, in_reply_to="https://square.example/2"))
    assert "3" in take(post)
    [note] = post.notes()
    assert "Something said is missing in this ticket" in note
    assert "https://square.example/2" in note
    assert "answerback replay filing:2" in note


def test_a_first_post_that_is_parked_opens_no_ticket_with_a_note(post: AnsweringPost) -> None:
    post.hear(said(1))
    take(post)
    refuse(post, 1)
    assert post.notes() == []


def test_a_desk_that_never_tells_a_ticket_is_asked_again_after_a_replay(
    post: AnsweringPost,
) -> None:
    post.hear(said(1))
    for _ in range(file.OFFERS):
        number = post.bridge.take(post.heard.connection, acknowledged=0, limit=9).number
        post.bridge.take(post.heard.connection, acknowledged=number, limit=9)
        with post.assembly.database.write() as tx:
            tx.execute(t.filings.update().values(changed_at=0.0))
        file.settle(post.assembly, post.installation)
    [one] = parking.waiting(post.assembly)
    parking.again(post.assembly, one)
    assert take(post) == ["1"]


def test_a_page_that_could_not_be_applied_is_applied_after_all(post: AnsweringPost) -> None:
    with post.assembly.database.write() as tx:
        body = json.dumps({"activities": [{"type": "broken"}]})
        inbox.add(
            tx, account=post.account, listener=post.heard.listener, body=body, attempts=hear.TRIES
        )
    post.heard.apply()
    [one] = parking.waiting(post.assembly, Filter(kinds=["page"]))
    assert parking.again(post.assembly, one) is None
    # It fails again, and holds up nothing.
    post.heard.apply()
    post.hear(said(1))
    assert take(post) == ["1"]
    [again] = parking.waiting(post.assembly, Filter(kinds=["page"]))
    assert (again.id, again.attempt) == (one.id, 2)
    with post.assembly.database.write() as tx:
        tx.execute(t.inbox.update().where(t.inbox.c.state == "parked").values(body="{}"))
    parking.again(post.assembly, again)
    post.heard.apply()
    assert parking.waiting(post.assembly) == []


def test_a_failed_answer_is_tried_anew_with_its_number_and_posted_once(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        write = {"methods": ["POST"], "path": "/api/v1/statuses"}
        town.break_square({"type": "status", "status": 422}, **write, count=2)
        town.answer(ticket, "On its way.")
        until(lambda: [one for one in rows(town, t.replies) if one["state"] == "failed"])
        [reply] = rows(town, t.replies)
        for number in (1, 2):
            ran = replay(town, "--all", "--kind", "reply", "--state", "failed", "--since", "1h")
            assert (ran.status, ran.said) == (0, "1 will be tried again.\n")
            wanted = "failed" if number == 1 else "posted"
            until(lambda wanted=wanted: rows(town, t.replies)[0]["state"] == wanted)
    assert len(town.brand_answers(post["id"])) == 1
    told = [one for one in events(town, f"reply:{reply['id']}") if one[0] == "replayed"]
    assert told == [("replayed", 2), ("replayed", 3)]
    assert rows(town, t.replies)[0]["replays"] == 2


def test_answers_in_doubt_are_replayed_only_when_that_is_said(post: AnsweringPost) -> None:
    post.hear(said(1))
    id = post.answer("On its way.", to=1)
    with post.assembly.database.write() as tx:
        tx.execute(t.deliveries.update().values(state="unsure", looks=9))
        tx.execute(t.replies.update().values(state="unsure"))
    url = post.assembly.database.url.render_as_string(hide_password=False)
    values = {
        "ANSWERBACK_ENVIRONMENT": "sandbox",
        "ANSWERBACK_DATABASE_URL": url,
        "ANSWERBACK_SECRET_KEY": post.assembly.config.keys[0],
    }
    assert within("replay", "--all", environment=values).said == "0 will be tried again.\n"
    assert post.reply(id).state == "unsure"
    ran = within("replay", "--all", "--state", "unsure", environment=values)
    assert ran.said == "1 will be tried again.\n"
    assert post.reply(id).state == "queued"


@pytest.mark.parametrize(
    "words",
    [
        ("rep_x", "--all"),
        ("rep_x", "--kind", "reply"),
        ("--posted",),
        ("filing:1", "--posted"),
        ("--since", "yesterday"),
        ("filing:9",),
        ("page:9",),
        ("nonsense",),
    ],
)
def test_a_replay_that_makes_no_sense_says_so_in_one_line(
    town: Town, words: tuple[str, ...]
) -> None:
    ran = replay(town, *words)
    assert (ran.status, ran.said) == (2, "")
    assert len(ran.complained.splitlines()) == 1
