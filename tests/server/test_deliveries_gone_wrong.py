"""What goes wrong after a delivery was taken: it stops nothing behind it, and is told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tavern_town import TavernTown, open_tavern_town

from answerback.calls import Request
from answerback.channel import Channel, Fetched
from answerback.model import Activity, Item, Mention
from answerback.plugins import load_channel
from answerback_server.engine import tell, watch
from answerback_server.engine.fetch import Fetcher
from answerback_server.engine.hear import Ear
from answerback_server.store import accounts, inbox
from answerback_server.store import tables as t
from answerback_server.store.rows import AccountRow

COMPLAINT = "@northwind my order is late"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TavernTown]:
    with open_tavern_town(tmp_path) as town:
        yield town


def test_one_call_a_plugin_reads_wrongly_stops_none_behind_it(
    town: TavernTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = load_channel("tavern")
    parse = channel.parse

    def wrongly(self: Channel, request: Request) -> Iterator[tuple[Any, Item]]:
        for id, item in parse(self, request):
            yield (7 if b"poison" in request.body else id), item

    monkeypatch.setattr(channel, "parse", wrongly)
    town.say("@northwind poison")
    town.deliver()
    said = town.say(COMPLAINT)
    town.deliver()
    town.work()
    assert town.filed() == [said]
    bad, good = town.calls()
    assert (bad["state"], good["state"]) == ("parked", "done")
    assert bad["reason"].endswith("Error in the channel")


def test_calls_set_aside_or_left_lying_raise_an_alarm(town: TavernTown) -> None:
    def kinds() -> set[str]:
        return {one.kind for one in watch.now_wrong(town.assembly) if one.subject[:4] == "app:"}

    town.say(COMPLAINT)
    whole = town.delivery()
    town.deliver(replace(whole, body=b'{"events": 7}'))
    assert kinds() == set()
    town.work()
    assert kinds() == {"calls-parked"}
    town.deliver(whole)
    with town.assembly.calls._changing() as tx:
        tx.execute(t.calls.update().where(t.calls.c.state == "open").values(received_at=0.0))
    assert kinds() == {"calls-parked", "calls-waiting"}


def test_what_the_network_does_not_show_yet_is_asked_for_until_a_day_has_passed(
    town: TavernTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.say(COMPLAINT)
    [(_, activity)] = load_channel("tavern")().parse(town.delivery())
    assert isinstance(activity, Activity)
    assert isinstance(activity.object, Mention)
    shown = {"1": Fetched(ref={"id": "1"}, state="present", mention=activity.object)}
    asked: list[list[str]] = []

    def fetch(_self: Channel, refs: Sequence[Mapping[str, Any]]) -> list[Fetched]:
        asked.append([ref["id"] for ref in refs])
        return [shown.get(ref["id"]) or Fetched(ref=ref, state="missing") for ref in refs]

    monkeypatch.setattr(load_channel("tavern"), "fetch", fetch)
    shown["3"] = Fetched(ref={"id": "3"}, state="gone")
    _to_fetch(town, {"refs": [{"id": "1"}, {"id": "2"}, {"id": "3"}]})
    account = _account(town)
    for _ in range(2):
        # The second is not due yet.
        Fetcher(town.assembly, account).drain(lambda: False)
    assert asked == [["1", "2", "3"]]
    assert [fact["count"] for fact in town.told("gone")] == [1]
    Ear(town.assembly, account).drain()
    assert town.heard() == [COMPLAINT]
    with town.assembly.database.write() as tx:
        waits = t.inbox.c.state == "fetch"
        tx.execute(t.inbox.update().where(waits).values(due_at=0.0, received_at=0.0, attempts=20))
    assert town.told("not shown") == []
    Fetcher(town.assembly, account).drain(lambda: False)
    assert asked == [["1", "2", "3"], ["2"]]
    assert [fact["count"] for fact in town.told("not shown")] == [1]
    assert town.count(t.inbox, t.inbox.c.state == "fetch") == 0


def test_words_go_on_when_their_account_has_to_reconnect(town: TavernTown) -> None:
    _to_fetch(town, {"activities": []})
    _to_fetch(town, {"refs": [{"id": "1"}]})
    with town.assembly.database.write() as tx:
        tx.execute(t.inbox.update().values(received_at=0.0, due_at=1.0))

    def waiting() -> list[str]:
        found = watch.now_wrong(town.assembly)
        return [one.words.split(" stored")[0] for one in found if one.kind == "pages-waiting"]

    assert waiting() == ["@northwind: 2"]
    tell.reconnect_needed(town.assembly, _account(town), "The token is dead.")
    with town.assembly.database.read() as tx:
        states = tx.execute(sa.select(t.inbox.c.state).order_by(t.inbox.c.id)).scalars().all()
    assert states == ["open", "fetch"]


def _account(town: TavernTown) -> AccountRow:
    with town.assembly.database.read() as tx:
        [row] = accounts.listing(tx)
    return row


def _to_fetch(town: TavernTown, body: dict[str, Any]) -> None:
    """A page for which the network has to be asked."""
    database = town.assembly.database
    with database.write() as tx:
        inbox.add_once(
            database,
            tx,
            account=town.account,
            listener=accounts.listeners_of(tx, town.account)[0].id,
            body=json.dumps(body),
            origin=json.dumps(body)[:64],
            fetch=True,
        )
