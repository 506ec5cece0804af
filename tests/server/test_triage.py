"""Triage in the engine: what is filed comes with its priority and reasons, the rest is kept."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from listening_post import BRAND_ID, ListeningPost, open_listening_post

from answerback.helpdesk import Filing
from answerback.model import Activity, Actor, Mention, Tag
from answerback.schema import dumps, to_wire
from answerback_server.engine import file, sieve, triage
from answerback_server.engine.hear import Ear
from answerback_server.engine.triage import Readers, Rules
from answerback_server.store import accounts, inbox, installations, ledger
from answerback_server.store import tables as t
from answerback_server.store import triage as stored

ANGRY = "Worst service ever. I hate this, you are terrible liars!"
PRAISE = (Tag(type="Hashtag", name="#praise"),)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[ListeningPost]:
    with open_listening_post(tmp_path) as post:
        yield post


def said(number: int, text: str = "My order 4711", *, followers: int = 0, **more: Any) -> Activity:
    """Something Rosa says."""
    values: dict[str, Any] = {
        "id": f"https://square.example/{number}",
        "channel": "mastodon",
        "text": text,
        "language": "en",
        "visibility": "public",
        "attributed_to": Actor(
            id="https://square.example/users/rosa",
            preferred_username="rosa",
            followers=followers,
        ),
        "published": datetime.now(UTC),
        "version": "0",
        "ref": {"id": str(number)},
    }
    mention = Mention(**{**values, **more})
    return Activity(type="Create", channel="mastodon", object=mention)


def under(number: int) -> dict[str, str]:
    return {"in_reply_to": f"https://square.example/{number}"}


def rule(post: ListeningPost, *rules: Any) -> None:
    """Let these rules hold."""
    with post.assembly.database.write() as tx:
        stored.set_rules(tx, post.installation, json.dumps({"rules": rules}))


def ceiling(post: ListeningPost, most: int) -> None:
    post.assembly = replace(
        post.assembly, config=replace(post.assembly.config, filings_per_hour=most)
    )


def events(post: ListeningPost, subject: str) -> list[tuple[str, dict[str, Any]]]:
    with post.assembly.database.read() as tx:
        return [(event, facts) for _at, event, facts in ledger.of(tx, subject)]


def filed(post: ListeningPost) -> list[tuple[str, str]]:
    """The end of each external id that is queued, and its kind."""
    return [(id.rpartition("/")[2], kind) for id, kind in post.filings() if kind == "post"]


def notes(offered: list[Filing]) -> list[str]:
    return [one.note or "" for one in offered if one.kind == "note"]


def test_an_angry_post_with_reach_is_urgent_and_says_why(post: ListeningPost) -> None:
    post.hear([said(1, ANGRY, followers=12_000)])
    first, note = post.take()
    assert (first.kind, first.priority) == ("post", "urgent")
    assert first.reasons == ("angry words", "12,000 followers")
    assert note.note == "Priority urgent: angry words, 12,000 followers."
    assert note.conversation == first.conversation


def test_a_post_about_which_there_is_nothing_to_say_brings_no_note(post: ListeningPost) -> None:
    post.hear([said(1)])
    [first] = post.take()
    assert (first.priority, first.tags) == ("normal", ("answerback", "mastodon"))


def test_what_was_weighed_stays_as_it_was_first_offered(post: ListeningPost) -> None:
    rule(post, {"then": {"tags": "first", "priority": "high"}})
    post.hear([said(1)])
    before = post.take()
    rule(post, {"then": {"tags": "second", "priority": "low"}})
    assert post.take() == before
    assert before[0].tags == ("answerback", "mastodon", "first")
    assert before[0].reasons == ("high by rule 1",)


def test_a_ticket_that_gets_more_urgent_is_told_once_each_time_it_rises(
    post: ListeningPost,
) -> None:
    post.hear([said(1)])
    post.hear([said(2, "This is a scandal.", **under(1))])
    post.hear([said(3, "Still a scandal.", **under(1))])
    post.hear([said(4, ANGRY, followers=12_000, **under(1))])
    post.hear([said(5, "I love it, great job, thank you so much!", **under(1))])
    assert [one.split(":")[0] for one in notes(post.take())] == ["Priority high", "Priority urgent"]


def test_who_writes_again_has_waited_since_the_first_post_nobody_answered(
    post: ListeningPost,
) -> None:
    post.hear([said(1)])
    with post.assembly.database.write() as tx:
        tx.execute(t.mentions.update().values(seen_at=t.mentions.c.seen_at - 3 * 3600))
    post.hear([said(2, **under(1))])
    assert post.take()[1].reasons == ("waits for 3 hours",)
    ours = Actor(id=BRAND_ID)
    post.hear([said(3, attributed_to=ours, **under(2)), said(4, **under(2))])
    assert [one.reasons for one in post.take() if one.external_id.endswith("/4")] == [()]


def test_a_staff_members_post_is_kept_and_not_filed(post: ListeningPost) -> None:
    rule(post, {"if": {"author": "@rosa@square.example"}, "then": {"author": "staff"}})
    post.hear([said(1, ANGRY)])
    assert post.filings() == []
    assert post.words(1) == ANGRY
    facts = {"kept": "staff", "reasons": ["one of our own staff (rule 1)", "angry words"]}
    assert events(post, "mention:1")[1:] == [("kept", facts)]


def test_nothing_is_told_to_a_ticket_about_a_post_that_was_only_kept(post: ListeningPost) -> None:
    rule(post, {"then": {"file": False}})
    post.hear([said(1)])
    post.hear([], missing=["https://square.example/1"])
    post.hear([], missing=["https://square.example/1"])
    post.hear([said(1)])
    post.hear([said(2, "on it", attributed_to=Actor(id=BRAND_ID), **under(1))])
    file.settle(post.assembly, post.installation)
    assert post.status(1) == "live"
    assert post.filings() == []


def test_a_rule_sends_praise_to_be_only_kept(post: ListeningPost) -> None:
    rule(post, {"name": "praise", "if": {"hashtag": "praise"}, "then": {"file": False}})
    post.hear([said(1, "Lovely", tag=PRAISE), said(2)])
    assert filed(post) == [("2", "post")]


def other_listener(post: ListeningPost, kind: str, settings: dict[str, str]) -> str:
    with post.assembly.database.write() as tx:
        accounts.listen(
            post.assembly.database,
            tx,
            account=post.account,
            kind=kind,
            settings=json.dumps(settings),
            every=60.0,
        )
    with post.assembly.database.read() as tx:
        rows = accounts.listeners_of(tx, post.account)
    return next(row.id for row in rows if row.kind == kind)


def test_what_one_listener_only_keeps_another_may_file(post: ListeningPost) -> None:
    rule(post, {"if": {"listener": "hashtag"}, "then": {"file": False}})
    mentions, post.listener = post.listener, other_listener(post, "hashtag", {"tag": "praise"})
    post.hear([said(1)])
    assert filed(post) == []
    post.listener = mentions
    post.hear([said(1)])
    post.hear([said(1)])
    assert filed(post) == [("1", "post")]
    assert [event for event, _facts in events(post, "mention:1")] == ["heard", "kept"]


def test_beyond_the_ceiling_posts_are_kept_recorded_and_never_filed(post: ListeningPost) -> None:
    ceiling(post, 2)
    post.hear([said(1), said(2, **under(1)), said(3, **under(1)), said(4), said(5, **under(1))])
    post.hear([said(3, **under(1)), said(4)])
    assert filed(post) == [("1", "post"), ("2", "post")]
    [note] = notes(post.take())
    assert note.startswith("More is said here than is filed: more than 2 posts")
    listener = events(post, f"listener:{post.listener}")
    assert listener == [("ceiling reached", {"account": post.account, "most": 2})]
    facts = {"kept": "ceiling", "reasons": ["more than 2 in an hour"]}
    assert events(post, "mention:4")[1:] == [("kept", facts)]


def test_the_next_hour_is_filed_again(post: ListeningPost) -> None:
    ceiling(post, 1)
    post.hear([said(1), said(2)])
    with post.assembly.database.write() as tx:
        tx.execute(t.listeners.update().values(hour=t.listeners.c.hour - 1))
    post.hear([said(3)])
    assert filed(post) == [("1", "post"), ("3", "post")]


def second_account(post: ListeningPost, *, connected: bool) -> str:
    """A sister account @service, joined to the desk or not."""
    with post.assembly.database.write() as tx:
        id = accounts.add(
            tx,
            id="acc_service",
            installation=post.installation,
            channel="mastodon",
            actor_id="https://square.example/service",
            actor=dumps(Actor(id="https://square.example/service")),
            handle="@service",
            settings=json.dumps({"instance": "https://square.example"}),
            secrets=post.assembly.vault.seal({"access_token": "t0ken"}),
            state="{}",
        )
        if connected:
            installations.connect(
                tx, id="con_s", installation=post.installation, account=id, secret="s3cret"
            )
    return id


def test_a_rule_says_which_account_answers(post: ListeningPost) -> None:
    service = second_account(post, connected=True)
    rule(post, {"if": {"words": "order"}, "then": {"account": "@Service"}})
    post.hear([said(1), said(2, "and cold", **under(1))])
    assert post.take() == []
    found = post.bridge.connection("con_s", "s3cret")
    assert found is not None
    offered = post.bridge.take(found, acknowledged=0, limit=10).filings
    assert [(one.external_id[-1], one.brand.id) for one in offered] == [
        ("1", service),
        ("2", service),
    ]


def test_an_account_no_desk_asks_for_never_strands_a_post(post: ListeningPost) -> None:
    second_account(post, connected=False)
    rule(post, {"then": {"account": "@service"}})
    post.hear([said(1)])
    assert [one.brand.id for one in post.take()] == [post.account]
    assert events(post, "mention:1")[1][0] == "rule not followed"


def test_rules_of_another_release_are_logged_and_everything_is_filed(
    post: ListeningPost, caplog: pytest.LogCaptureFixture
) -> None:
    with post.assembly.database.write() as tx:
        stored.set_rules(tx, post.installation, '{"rules": [{"then": {"teleport": true}}]}')
    post.hear([said(1)])
    assert filed(post) == [("1", "post")]
    assert "rules not readable" in [record.message for record in caplog.records]


class Broken:
    """A reader and a desk that fail, with the words in their error."""

    languages = frozenset({"en"})

    def mood(self, words: str) -> None:
        raise RuntimeError(words)

    def value(self, actor: Actor) -> str:
        raise RuntimeError(actor.id)


class Worth:
    """A desk that knows everybody as a special customer."""

    def value(self, actor: Actor) -> str:
        return "vip"


def hear_with(post: ListeningPost, activity: Activity, **parts: Any) -> None:
    """Hear one thing with other parts of triage."""
    body = json.dumps({"activities": [to_wire(activity)]})
    with post.assembly.database.write() as tx:
        inbox.add(tx, account=post.account, listener=post.listener, body=body)
        account = accounts.get(tx, post.account)
        assert account is not None
        other = sieve.Sieve(post.assembly, tx, account, **parts)
    Ear(post.assembly, account, sieve=other).drain()


@pytest.mark.parametrize(
    "parts", [{"readers": Readers(moods=(Broken(),))}, {"customers": Broken()}]
)
def test_a_failing_part_is_logged_without_content_and_the_post_is_filed(
    post: ListeningPost, caplog: pytest.LogCaptureFixture, parts: dict[str, Any]
) -> None:
    hear_with(post, said(1, ANGRY, followers=12_000), **parts)
    assert filed(post) == [("1", "post")]
    [record] = [one for one in caplog.records if one.message == "triage failed"]
    assert record.levelno == logging.WARNING
    told = json.dumps({name: str(value) for name, value in vars(record).items()})
    assert "RuntimeError" in told
    assert ANGRY not in told
    assert "rosa" not in told


def test_what_the_desk_says_a_customer_is_worth_counts(post: ListeningPost) -> None:
    hear_with(post, said(1), customers=Worth())
    assert post.take()[0].reasons == ("a customer of the value “vip”",)


def test_triage_is_pure_and_knows_neither_store_nor_network() -> None:
    folder = Path(triage.__file__).parent
    told = "\n".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    assert "answerback_server.store" not in told
    assert "answerback.http" not in told
    assert Rules().decide({}, "") == {}
