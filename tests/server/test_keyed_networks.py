"""Networks that cannot show what one posted, but where a second try is safe by itself."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from listening_post import ListeningPost, open_listening_post

from answerback import Channel, Limits, Listening, Part, Receipt, Repeat, Request, Setting, Target
from answerback.helpdesk import AgentReply
from answerback.model import Activity, Actor, Mention
from answerback.testing import FakeNetwork, Fault, FaultProxy, Post, route
from answerback_server.engine.answer import Messenger
from answerback_server.store import accounts
from answerback_server.store import tables as t

HOME = "https://keyed.example"


class Keyed(Channel):
    """Posts with a key that the network remembers for an hour. It cannot show what it posted."""

    name = "keyed"
    title = "Keyed"
    settings = (Setting(name="instance", scope="account", help="Address of the server."),)
    listeners = (Listening(kind="mentions", title="Mentions"),)
    limits = Limits(length=500)
    repeat = Repeat(by="key", lifetime=timedelta(hours=1))

    def reply(self, target: Target, part: Part, prepared: Mapping[str, Any]) -> Receipt:
        answer = self.http.write(
            "POST",
            f"{self.setting('instance')}/posts",
            json={"text": part.text, "key": part.key},
            repeats=False,
        )
        return answer.understood(lambda told: Receipt(id=str(told["id"])))


class KeyedForMoments(Keyed):
    """Remembers the key for so short a time that a second try may come too late."""

    name = "moments"
    repeat = Repeat(by="key", lifetime=timedelta(0))


class KeyedNetwork(FakeNetwork):
    """Gives the post of a key it has seen."""

    origins = (HOME,)

    def __init__(self) -> None:
        self.by_key: dict[str, str] = {}

    @route("POST", "/posts")
    def post(self, request: Request) -> dict[str, str]:
        asked = request.json()
        self.by_key.setdefault(asked["key"], asked["text"])
        return {"id": f"{HOME}/{asked['key']}"}

    def posts(self) -> list[Post]:
        return [Post(id=f"{HOME}/{key}", text=text) for key, text in self.by_key.items()]

    def say(self, text: str, **_: Any) -> str:
        raise AssertionError("nobody speaks here")

    def edit(self, id: str, text: str) -> None:
        raise AssertionError("nobody edits here")

    def delete(self, id: str) -> None:
        raise AssertionError("nobody deletes here")


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both channels, installed as a stranger's distribution would be."""
    site = tmp_path / "site"
    info = site / "keyed-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: keyed\nVersion: 1.0\n")
    home = __name__
    points = [f"keyed = {home}:Keyed", f"moments = {home}:KeyedForMoments"]
    (info / "entry_points.txt").write_text("\n".join(["[answerback.channels]", *points, ""]))
    monkeypatch.setitem(sys.modules, home, sys.modules[home])
    monkeypatch.syspath_prepend(site)


@contextmanager
def answered(
    folder: Path, channel: str, *faults: Fault
) -> Iterator[tuple[ListeningPost, KeyedNetwork]]:
    """An agent's answer, worked on through these faults until nothing more is to be done."""
    with (
        KeyedNetwork() as network,
        FaultProxy(network.url) as proxy,
        open_listening_post(folder, channel=channel, address=proxy.url) as post,
    ):
        proxy.add(*faults)
        said = Mention(
            id=f"{HOME}/1",
            channel=channel,
            text="Where is it?",
            attributed_to=Actor(id=f"{HOME}/rosa"),
            visibility="public",
            ref={"id": "1"},
        )
        post.hear([Activity(type="Create", channel=channel, object=said)])
        answer = AgentReply(key="k", text="On its way.", parent=said.id)
        post.bridge.accept(post.connection, answer, wait=0.0)
        for _ in range(4):
            with post.assembly.database.write() as tx:
                tx.execute(t.deliveries.update().values(due_at=0.0))
                account = accounts.get(tx, post.account)
            assert account is not None
            Messenger(post.assembly, account).drain(lambda: False)
        yield post, network


def states(post: ListeningPost) -> list[tuple[str, str | None]]:
    with post.assembly.database.read() as tx:
        rows = tx.execute(sa.select(t.deliveries.c.state, t.deliveries.c.reason))
        return [(row.state, row.reason) for row in rows]


def test_a_lost_answer_is_asked_for_again_under_the_same_key(tmp_path: Path) -> None:
    with answered(tmp_path, "keyed", Fault(effect="cut_after")) as (post, network):
        assert states(post) == [("posted", None)]
        assert [one.text for one in network.posts()] == ["On its way."]


def test_a_post_that_never_arrived_is_sent_again_under_the_same_key(tmp_path: Path) -> None:
    with answered(tmp_path, "keyed", Fault(effect="cut_before")) as (post, network):
        assert states(post) == [("posted", None)]
        assert len(network.posts()) == 1


def test_when_the_key_may_be_forgotten_a_person_decides(tmp_path: Path) -> None:
    with answered(tmp_path, "moments", Fault(effect="cut_after")) as (post, network):
        [(state, reason)] = states(post)
        assert state == "unsure"
        assert "the network does not tell" in json.dumps(reason)
        assert len(network.posts()) == 1
