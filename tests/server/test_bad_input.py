"""Bad input from a network, through the whole server: nothing lost, all told plainly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from recorded_server import RecordedServer, recorded_server
from strange_posts import HOST, Json, StrangeTown, account, notify, say, status
from town import until

from answerback_sandbox.sandbox import Sandbox

LONG = 600_000
FAMILY = "\U0001f469‍\U0001f469‍\U0001f467"


@contextmanager
def strange_town(folder: Path) -> Iterator[tuple[StrangeTown, RecordedServer]]:
    """A town, at work, on a network to which nothing has happened yet."""
    with (
        recorded_server(account("northwind"), instance={"domain": "strange.example"}) as server,
        Sandbox(seeded=False, pull_seconds=0.2) as sandbox,
    ):
        town = StrangeTown(folder, sandbox, listeners={"mentions": [{"backfill": "40"}]})
        town.square = server.url
        with town.open(), town.working():
            yield town, server


# One page in which nearly everything is wrong


class Heard:
    """What came of the page."""

    def __init__(self, town: StrangeTown, posts: dict[str, Json]) -> None:
        self.tickets = town.tickets()
        self.problems = town.window("problems")["problems"]
        self.unreadable = town.entries("unreadable")
        self.parked = town.entries("not applied")
        self.posts = posts

    def comment(self, name: str) -> Any:
        """The comment a post became."""
        uri = self.posts[name]["uri"]
        found = [
            comment
            for ticket in self.tickets
            for comment in ticket["comments"]
            if comment["external_id"] == uri
        ]
        assert len(found) == 1, f"{name}: {len(found)} comments"
        return found[0]


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heard]:
    posts: dict[str, Json] = {}
    with strange_town(tmp_path_factory.mktemp("strange")) as (town, server):
        strange: dict[str, dict[str, Any]] = {
            "first": {"words": "@northwind the first"},
            "no text": {"words": "", "content": None},
            "only a photo": {
                "words": "",
                "content": "",
                "media_attachments": [
                    {"id": "1", "type": "image", "url": f"{HOST}/1.png", "description": "A cup"}
                ],
            },
            "no name": {"words": "@northwind hello", "account": account("r", display_name="")},
            "hidden name": {
                "words": "@northwind hello",
                "account": account("x", username="", acct="", display_name="​‮"),
            },
            "no author": {"words": "@northwind who am I", "account": None},
            "deleted parent": {"words": "@northwind and you?", "in_reply_to_id": "404"},
            "long": {"words": "@northwind " + "so long " * (LONG // 8)},
            "deep": {"words": "@northwind deep", "card": json.loads("[" * 200 + "]" * 200)},
            "surrogate": {"words": "@northwind half \ud83d a sign"},
            "nul": {"words": "@northwind no\x00thing \x07"},
            "bidi": {"words": "@northwind pay ‮moc.elpmaxe‬ now"},
            "emoji": {"words": f"@northwind we {FAMILY}"},
            "script": {"words": "@northwind <script>alert(1)</script><b onclick=x()>hi</b>"},
            "template": {"words": "@northwind {{ticket.requester.email}} {% if x %}"},
            "bad link": {"words": "@northwind look", "url": "javascript:alert(1)"},
            "bad language": {"words": "@northwind speak", "language": "x" * 5000},
            "odd fields": {
                "words": "@northwind odd",
                "mentions": "nobody",
                "tags": [7, None],
                "emojis": {"a": 1},
                "media_attachments": [None, "x", {"type": 5, "url": 7}],
                "poll": [],
                "replies_count": "many",
            },
        }
        for number, (name, told) in enumerate(strange.items(), start=1):
            posts[name] = say(server, number, **told)
        say(server, 41, "@northwind", created_at="2026-08-01T13:51:42")
        say(server, 42, "@northwind", created_at="yesterday")
        say(server, 43, "@northwind", id=...)
        say(server, 44, "@northwind", uri=..., url=...)
        notify(server, 45, "not a post")
        notify(server, 46, status(46, "@northwind"), id=...)
        notify(server, 47, None)
        posts["last"] = say(server, 60, "@northwind the last")
        town.hurry()
        until(lambda: town.ticket_of(posts["last"]), seconds=30)
        town.pull()
        yield Heard(town, posts)


@pytest.mark.parametrize("name", ["first", "last", "no name", "deep", "odd fields", "bad language"])
def test_what_can_be_read_arrives_whatever_stands_around_it(heard: Heard, name: str) -> None:
    assert "northwind" in heard.comment(name)["body"]


def test_the_desk_finds_no_rule_broken(heard: Heard) -> None:
    assert heard.problems == []
    assert heard.parked == []


def test_a_post_without_text_is_still_a_comment(heard: Heard) -> None:
    assert heard.comment("no text")["body"].startswith("(no text)")
    assert "A cup" in heard.comment("only a photo")["body"]


def test_an_author_without_a_name_is_called_by_the_handle_or_by_nobodys(heard: Heard) -> None:
    assert heard.comment("no name")["author"] == "@r@strange.example"
    assert heard.comment("hidden name")["author"] == "Someone on Mastodon"
    assert heard.comment("no author")["author"] == "Someone on Mastodon"
    assert heard.comment("no author")["author_id"] != heard.comment("hidden name")["author_id"]


def test_a_post_nobody_can_answer_offers_no_answer(heard: Heard) -> None:
    assert heard.comment("no author")["allow_channelback"] is False


def test_an_answer_to_a_deleted_post_arrives_as_a_ticket_of_its_own(heard: Heard) -> None:
    assert "and you?" in heard.comment("deleted parent")["body"]


def test_a_text_too_long_for_the_desk_is_cut_and_says_so(heard: Heard) -> None:
    body = heard.comment("long")["body"]
    assert len(body.encode()) <= 65535
    assert "cut; open the original" in body
    assert heard.posts["long"]["url"] in body


def test_half_a_sign_is_shown_as_a_replacement(heard: Heard) -> None:
    assert "half � a sign" in heard.comment("surrogate")["body"]


def test_control_characters_and_turned_directions_are_left_out(heard: Heard) -> None:
    assert "nothing" in heard.comment("nul")["body"]
    assert not set("\x00\x07") & set(heard.comment("nul")["body"])
    assert "pay moc.elpmaxe now" in heard.comment("bidi")["body"]


def test_signs_of_several_characters_stay_whole(heard: Heard) -> None:
    assert FAMILY in heard.comment("emoji")["body"]


def test_strangers_markup_and_template_marks_do_nothing(heard: Heard) -> None:
    assert "<script" not in heard.comment("script")["html_body"]
    assert "onclick=" not in heard.comment("script")["html_body"]
    assert "{{" not in heard.comment("template")["body"]
    assert "{%" not in heard.comment("template")["body"]
    assert "javascript:" not in json.dumps(heard.comment("bad link"))


def test_what_cannot_be_read_is_named_in_the_ledger_with_place_and_reason(heard: Heard) -> None:
    reasons = sorted(entry["reason"] for entry in heard.unreadable)
    assert "'created_at' has no time zone." in reasons
    assert "'created_at' is not a time." in reasons
    assert "'id' is missing." in reasons
    assert "'uri' is missing." in reasons
    assert all(entry["position"].startswith("mentions[") for entry in heard.unreadable)
    assert "northwind" not in json.dumps(heard.unreadable)


def test_each_post_is_filed_once(heard: Heard) -> None:
    ids = [one["external_id"] for ticket in heard.tickets for one in ticket["comments"]]
    assert len(ids) == len(set(ids))


# Answers that are wrong as a whole

WRONG = {
    "HTML for JSON": (200, "text/html", b"<!doctype html><title>Just a moment</title>"),
    "an object for a list": (200, "application/json", b'{"error": "no", "secret": "s3cret"}'),
    "a number for a list": (200, "application/json", b"7"),
    "nesting without end": (200, "application/json", b"[" * 200_000),
    "half an answer": (200, "application/json", b'[{"id": "1", "sta'),
    "no text at all": (200, "application/json", b"\xff\xfe\x00"),
    "an outage": (503, "text/html", b"<h1>Oh dear</h1>"),
}


@pytest.fixture(scope="module")
def strange(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[StrangeTown, RecordedServer]]:
    with strange_town(tmp_path_factory.mktemp("wrong")) as (town, server):
        yield town, server


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_is_told_plainly_and_costs_no_post(
    name: str, strange: tuple[StrangeTown, RecordedServer]
) -> None:
    town, server = strange
    number = 100 + list(WRONG).index(name)
    server.answers["/api/v1/notifications"] = WRONG[name]
    post = say(server, number, f"@northwind during {name}")
    town.hurry()
    (reason, *_) = until(town.reasons)
    del server.answers["/api/v1/notifications"]
    town.hurry()
    ticket = until(lambda: town.ticket_of(post))
    until(lambda: not town.reasons())

    assert ticket["comments"][0]["body"].startswith(f"@northwind during {name}")
    assert reason.startswith("mastodon/")
    assert "127.0.0.1" in reason or "/api/v1/notifications" in reason
    assert not {"s3cret", "<", "Oh dear"} & set(reason.split())
    assert town.entries("not heard")


def test_ten_megabytes_in_one_post_are_named_in_the_ledger_and_the_others_arrive(
    strange: tuple[StrangeTown, RecordedServer],
) -> None:
    town, server = strange
    before = say(server, 201, "@northwind before")
    huge = say(server, 202, "@northwind " + "x" * 10_000_000)
    after = say(server, 203, "@northwind after")
    town.hurry()
    try:
        until(lambda: town.ticket_of(before))
        until(lambda: town.ticket_of(after))
        assert town.ticket_of(huge) or any(
            "larg" in json.dumps(entry) for entry in town.entries("unreadable")
        )
    finally:
        server.forget(huge["id"])
        town.hurry()
