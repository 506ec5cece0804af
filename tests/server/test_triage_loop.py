"""Triage over real HTTP: from the post to the ticket, and rules set by command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from commands import within
from listening_post import ListeningPost, open_listening_post
from town import Town, until

from answerback_sandbox.sandbox import Sandbox
from answerback_server.engine.triage import read_rules
from answerback_server.engine.triage.rules_file import LARGEST
from answerback_server.store import tables as t
from answerback_server.store import triage

ANGRY = "Worst service ever. I hate this, you are terrible liars!"


@pytest.fixture
def post(tmp_path: Path) -> Iterator[ListeningPost]:
    with open_listening_post(tmp_path) as post:
        yield post


@contextmanager
def town_of_followers(folder: Path, **listeners: Any) -> Iterator[Town]:
    """A town in which Rosa is followed by twelve thousand."""
    with Sandbox(seeded=False, pull_seconds=0.5) as sandbox:
        square = sandbox._square.square
        with square.lock:
            rosa = square.named("rosa")
            assert rosa is not None
            square.follows |= {(f"fan-{number}", rosa.id) for number in range(12_000)}
        town = Town(folder, sandbox, listeners=listeners or {"mentions": [{}]})
        with town.open():
            yield town


def test_over_the_whole_loop_the_ticket_shows_priority_and_reasons(tmp_path: Path) -> None:
    with town_of_followers(tmp_path) as town, town.working():
        post = town.say("rosa", f"@northwind {ANGRY}", language="en")
        ticket = until(lambda: town.ticket_of(post))
        [note] = until(lambda: town.notes(ticket))
        calm = town.say("jonas", "@northwind my order 4711", language="en")
        second = until(lambda: town.ticket_of(calm))
    assert ticket["priority"] == "urgent"
    assert second["priority"] == "normal"
    assert note == "Priority urgent: angry words, 12,000 followers."
    [first] = [one for one in ticket["comments"] if one["public"]]
    assert first["display_info"][0]["data"]["reasons"] == ["angry words", "12,000 followers"]


def test_over_the_whole_loop_rules_set_by_command_keep_staff_and_praise(tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    with town_of_followers(tmp_path) as town:
        rules = [
            {"name": "praise", "if": {"hashtag": "praise"}, "then": {"file": False}},
            {"if": {"author": f"{town.square}/users/jonas"}, "then": {"author": "staff"}},
            {"if": {"words": "order"}, "then": {"tags": ["parcels"], "group": "Logistics"}},
        ]
        file.write_text(json.dumps({"rules": rules}), "utf-8")
        done = within("rules", "set", str(file), environment=town.environment)
        assert (done.status, done.said) == (0, "From the next post on: 3 rules.\n")
        shown = within("rules", "show", environment=town.environment)
        assert json.loads(shown.said) == {"rules": rules}
        with town.working():
            town.say("rosa", "@northwind you are great #praise")
            town.say("jonas", "@northwind I will look after it")
            post = town.say("rosa", "@northwind my order 4711")
            ticket = until(lambda: town.ticket_of(post))
        assert len(town.tickets()) == 1
        with town.assembly.database.read() as tx:
            kept = set(tx.execute(sa.select(t.mentions.c.kept)).scalars())
    assert kept == {"rule", "staff", None}
    assert {"parcels", "group_logistics"} <= set(ticket["tags"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"rules": [{"then": {"account": "@nobody"}}]}', "No account '@nobody' is connected"),
        ('{"rules": [{"then": {"file": "no"}}]}', "rules[1].then.file"),
        (None, "cannot be read (FileNotFoundError)"),
    ],
)
def test_rules_that_cannot_hold_are_refused_and_nothing_changes(
    post: ListeningPost, tmp_path: Path, text: str | None, words: str
) -> None:
    file = tmp_path / "rules.json"
    if text is not None:
        file.write_text(text, "utf-8")
    environment = {
        "ANSWERBACK_ENVIRONMENT": "sandbox",
        "ANSWERBACK_DATABASE_URL": post.assembly.config.database_url,
        "ANSWERBACK_SECRET_KEY": post.assembly.config.keys[0],
    }
    ran = within("rules", "set", str(file), environment=environment)
    assert ran.status != 0
    assert words in ran.complained
    assert json.loads(within("rules", "show", environment=environment).said) == {"rules": []}


def test_a_file_is_checked_without_settings_or_a_database(tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    file.write_text('{"rules": [{"then": {"file": true}}]}', "utf-8")
    ran = within("rules", "check", str(file), environment={})
    assert (ran.status, ran.said) == (0, "1 rule, in order. Nothing was changed.\n")


def test_rules_that_are_taken_hold_although_they_are_long(
    post: ListeningPost, tmp_path: Path
) -> None:
    authors = [f"@guest{n}@square.example" for n in range(200)]
    rules = {"rules": [{"if": {"author": authors}, "then": {"author": "muted"}}] * 90}
    file = tmp_path / "rules.json"
    file.write_text(json.dumps(rules, separators=(",", ":")), "utf-8")
    assert len(json.dumps(rules, indent=2)) > LARGEST
    environment = {
        "ANSWERBACK_ENVIRONMENT": "sandbox",
        "ANSWERBACK_DATABASE_URL": post.assembly.config.database_url,
        "ANSWERBACK_SECRET_KEY": post.assembly.config.keys[0],
    }
    assert within("rules", "set", str(file), environment=environment).status == 0
    with post.assembly.database.read() as tx:
        stored = triage.rules_of(tx, post.installation)
    assert stored is not None
    assert len(read_rules(stored).rules) == 90
    shown = within("rules", "show", environment=environment).said
    assert shown == json.dumps(rules, indent=2) + "\n"
