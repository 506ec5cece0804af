"""What a real Mastodon server was recorded to say, through the whole server into tickets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from recorded_server import CORPUS, TOKEN, Json, RecordedServer, plain, recorded, recorded_server
from town import TIMEOUT, Town, until

from answerback import from_as2, from_wire
from answerback.cli import main
from answerback_sandbox.sandbox import Sandbox

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus beside this checkout")

LISTENERS: dict[str, Any] = {
    "mentions": [{"backfill": "40"}],
    "hashtag": [{"tag": "#hoot", "backfill": "40"}],
    "keyword": [{"query": "toot", "backfill": "40"}, {"query": "editor", "backfill": "40"}],
}


class RecordedTown(Town):
    """A town whose network is the recorded server."""

    def token(self, name: str) -> str:
        """The one token the recorded server takes."""
        return TOKEN

    def comments(self) -> list[Any]:
        """All comments of all tickets that came over the bridge."""
        return [one for ticket in self.tickets() for one in ticket["comments"]]

    def posts(self) -> list[Any]:
        """The comments in strangers' words."""
        return [one for one in self.comments() if one["public"]]


@contextmanager
def town_hearing(folder: Path, me: Json, *played: str) -> Iterator[tuple[RecordedTown, Any]]:
    """A town whose brand is `me`, on a server where some of it has happened before."""
    instance = recorded("hashtag_tl.1")["body"]
    with (
        recorded_server(me, instance=instance) as server,
        Sandbox(seeded=False, pull_seconds=0.3) as sandbox,
    ):
        for name in played:
            server.play(recorded(name))
        town = RecordedTown(folder, sandbox, listeners=LISTENERS)
        town.square = server.url
        if "notifications_mentions_only.0" in played:
            server.notify(recorded("notifications_mentions_only.1")["body"][0])
        with town.open():
            yield town, server


def author_of(name: str) -> Json:
    """The account that a recorded status is from."""
    account: Json = recorded(name)["body"]["account"]
    return account


def shows(comment: Any, status: Json) -> bool:
    """Whether a comment holds a status with its words, language and permalink."""
    told = comment["display_info"][0]["data"]
    opened = requests.get(comment["original"], allow_redirects=False, timeout=TIMEOUT)
    return (
        plain(status) in comment["body"]
        and told["language"] == status["language"]
        and told["permalink"] == opened.headers["Location"] == status["url"]
        and status["url"] in comment["body"]
        and f"@{status['account']['acct']}@localhost:3000" in comment["author"]
    )


def settled(town: RecordedTown, server: RecordedServer) -> None:
    """Wait until every listener was asked again, and the desk has pulled once more."""
    before = len(server.asked)
    until(lambda: len(server.asked) >= before + 20)
    town.pull()


def test_what_concerns_the_brand_becomes_tickets_and_stays_in_step(tmp_path: Path) -> None:
    said = {
        name: recorded(name)["body"]
        for name in (
            "notifications_mentions_only.0",
            "hashtag_tl.0",
            "status_reply.0",
            "status_reply.2",
            "status_edit.0",
        )
    }
    me = author_of("status_card.0")
    with (
        town_hearing(tmp_path, me, "notifications_mentions_only.0") as (town, server),
        town.working(),
    ):
        for name in (
            "status_reply.0",
            "status_reply.2",
            "status_context.0",
            "status_edit.0",
            "hashtag_tl.0",
            "status_card.0",
        ):
            server.play(recorded(name))
        until(lambda: len(town.posts()) >= len(said))
        ticket = until(lambda: town.ticket_of(said["status_edit.0"]))

        server.play(recorded("status_edit.2"))
        until(lambda: any("Kate" in note for note in town.notes(ticket)))
        for name in (
            "notifications_mentions_only.3",
            "status_reply.3",
            "status_reply.4",
            "status_context.2",
            "hashtag_tl.3",
            "status_card.2",
        ):
            server.play(recorded(name))
        until(lambda: sum("deleted" in one["body"] for one in town.comments()) >= 4)
        settled(town, server)
        posts, comments = town.posts(), town.comments()
        reply, parent = (town.ticket_of(said[f"status_reply.{number}"]) for number in (2, 0))
        notes = town.notes(ticket)
        problems = town.window("problems")["problems"]
        by_id = {one["external_id"]: one for one in posts}
        assert sorted(by_id) == sorted(status["uri"] for status in said.values())
        assert all(shows(by_id[status["uri"]], status) for status in said.values())

    assert reply is not None
    assert parent is not None
    assert reply["id"] == parent["id"]
    ids = [one["external_id"] for one in comments]
    assert len(ids) == len(set(ids))
    gone = sorted(one["external_id"] for one in comments if "deleted" in one["body"])
    edited = said.pop("status_edit.0")
    assert gone == sorted(f"{status['uri']}:deleted" for status in said.values())
    assert len(notes) == 1
    assert plain(recorded("status_edit.2")["body"]) in notes[0]
    assert plain(edited) not in notes[0]
    assert problems == []


def test_a_reply_to_the_brands_own_post_quotes_it_and_nothing_else_is_filed(tmp_path: Path) -> None:
    own, reply = recorded("status_reply.0")["body"], recorded("status_reply.2")["body"]
    with town_hearing(tmp_path, own["account"], "status_reply.0") as (town, server), town.working():
        server.play(recorded("status_reply.2"))
        shape = recorded("notifications_mentions_only.2")["body"]
        server.notify({**shape, "id": "22", "account": reply["account"], "status": reply})
        for name in ("status_edit.0", "status_edit.2", "hashtag_tl.0"):
            server.play(recorded(name))
        until(lambda: town.ticket_of(reply))
        settled(town, server)
        comments = town.comments()
        problems = town.window("problems")["problems"]
        assert [one["external_id"] for one in comments] == [reply["uri"]]
        assert shows(comments[0], reply)

    assert "Toot, finally!" in comments[0]["body"]
    assert problems == []


def test_the_brands_recorded_answer_is_noted_as_given_outside(tmp_path: Path) -> None:
    post, answer = recorded("status_reply.0")["body"], recorded("status_reply.2")["body"]
    me = recorded("status_reply.1")["body"]
    with town_hearing(tmp_path, me, "status_reply.0") as (town, server), town.working():
        ticket = until(lambda: town.ticket_of(post))
        server.play(recorded("status_reply.2"))
        until(lambda: town.notes(ticket))
        settled(town, server)
        notes = town.notes(ticket)
        posts = town.posts()
        problems = town.window("problems")["problems"]

    assert [one["external_id"] for one in posts] == [post["uri"]]
    assert len(notes) == 1
    assert notes[0].startswith("Answered outside")
    assert answer["url"] in notes[0]
    assert problems == []


# Offline


def files() -> list[str]:
    """Every recorded exchange."""
    return [str(path) for path in sorted(CORPUS.glob("*.json"))]


def posts_in(body: Any) -> int:
    """How many statuses and notifications a recorded answer holds."""
    if isinstance(body, list):
        return sum(posts_in(each) for each in body)
    if not isinstance(body, dict):
        return 0
    if "visibility" in body or "status" in body:
        return 1
    return sum(posts_in(body.get(name)) for name in ("ancestors", "descendants", "statuses"))


def lines(*options: str) -> list[Any]:
    """What `answerback read` gives for all of them."""
    done = CliRunner().invoke(main, ["read", "mastodon", *files(), *options])
    assert done.exit_code == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_recording_is_read_offline_and_fits_the_printed_schema() -> None:
    expected = sum(posts_in(json.loads(Path(file).read_text())["body"]) for file in files())
    printed = CliRunner().invoke(main, ["schema"])
    schema = Draft202012Validator(json.loads(printed.stdout))

    read = lines()

    assert expected > 15
    assert len(read) == expected
    assert [error.message for line in read for error in schema.iter_errors(line)] == []


def test_every_recording_reads_the_same_as_activitystreams() -> None:
    wire, streams = lines(), lines("--as2")

    assert [line["@context"] for line in streams if "@context" not in line] == []
    assert [from_as2(line) for line in streams] == [from_wire(line) for line in wire]
