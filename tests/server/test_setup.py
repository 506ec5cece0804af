"""Connecting again: what is not told stays, what was stopped can start, nothing is there twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tavern_channel import Tavern
from town import Town, open_town

from answerback.channel import Account, App
from answerback.errors import ConfigError
from answerback.model import Actor
from answerback_server.engine import setup
from answerback_server.store import tables as t


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as town:
        yield town


def connect(town: Town, *, listeners: dict[str, Any], **more: Any) -> str:
    values = {"instance": town.square, "access_token": town.token("northwind")}
    unwanted = more.pop("unwanted", ())
    id, _handle = setup.connect_account(
        town.assembly,
        "mastodon",
        {**values, **more},
        installation=town.invitation.installation,
        listeners=listeners,
        unwanted=unwanted,
    )
    return id


def rows(town: Town) -> list[tuple[str, bool]]:
    with town.assembly.database.read() as tx:
        found = tx.execute(
            sa.select(t.listeners.c.kind, t.listeners.c.active).order_by(t.listeners.c.kind)
        )
        return [(row[0], bool(row[1])) for row in found]


def test_a_setting_that_is_not_told_again_stays_as_it_was(town: Town) -> None:
    first = connect(town, listeners={}, public_replies="unlisted")
    assert connect(town, listeners={}) == first == town.account
    with town.assembly.database.read() as tx:
        stored = json.loads(tx.execute(sa.select(t.accounts.c.settings)).scalar_one())
    assert stored["public_replies"] == "unlisted"


def test_a_listener_that_was_stopped_starts_again_and_is_there_once(town: Town) -> None:
    connect(town, listeners={}, unwanted=("mentions",))
    assert rows(town) == [("mentions", False)]
    connect(town, listeners={"mentions": [{"backfill": "5"}]})
    assert rows(town) == [("mentions", True)]


def test_what_a_channel_cannot_listen_to_is_refused_by_name(town: Town) -> None:
    with pytest.raises(ConfigError, match=r"cannot listen to 'reviews'; it offers: mentions"):
        connect(town, listeners={"reviews": [{}]})


def test_a_help_desks_settings_that_are_not_told_again_stay(town: Town) -> None:
    invitation = setup.connect_help_desk(
        town.assembly,
        "zendesk",
        {"display_name": "Social"},
        installation=town.invitation.installation,
    )
    with town.assembly.database.read() as tx:
        stored = json.loads(tx.execute(sa.select(t.installations.c.settings)).scalar_one())
    assert (stored["subdomain"], stored["display_name"]) == ("northwind", "Social")
    assert invitation.address == town.invitation.address
    assert invitation.code != town.invitation.code


def test_who_an_account_is_is_asked_with_the_secrets_of_its_app_hidden_too(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden: list[str] = []

    def own(self: Tavern, _settings: Any) -> list[Account]:
        hidden.extend(self.http._secrets)
        return [replace(self.account, actor=Actor(id="https://tavern.example/people/brand"))]

    monkeypatch.setattr(Tavern, "accounts", own, raising=False)
    app = App(id="app_tavern", settings={"signing_secret": "s3cret-of-the-app"})
    setup._identify(town.assembly, Tavern, {"token": "s3cret-of-the-account"}, app)
    assert hidden == ["s3cret-of-the-account", "s3cret-of-the-app"]
