"""Promise 2: one post is one comment, however often and by whatever way it is heard."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from grand_tavern import BRAND
from tavern_town import TavernTown, open_tavern_town

from answerback_server.store import accounts
from answerback_server.store import tables as t
from answerback_server.store.database import clock

COMPLAINT = "@northwind my order is late"
SERVICE = "https://tavern.example/people/northwindservice"


def poll(town: TavernTown, account: str) -> None:
    """Have every listener of an account look now."""
    with town.assembly.database.write() as tx:
        accounts.hurry(tx, [one.id for one in accounts.listeners_of(tx, account)])


def polled(town: TavernTown, account: str) -> bool:
    """Whether every listener of an account has looked."""
    with town.assembly.database.read() as tx:
        return all(one.well_at for one in accounts.listeners_of(tx, account))


@pytest.mark.parametrize("first", ["delivered", "polled"])
def test_delivered_redelivered_polled_and_by_two_accounts_a_post_is_filed_once(
    tmp_path: Path, first: str
) -> None:
    with open_tavern_town(tmp_path, reached=True) as town:
        second = town.join(town.installation, actor=SERVICE)
        with town.assembly.database.write() as tx:
            tx.execute(t.accounts.update().values(app=town.app))
        for account in (town.account, second):
            poll(town, account)
        # An account hears what is said from its first look on.
        town.work(until=lambda: polled(town, town.account) and polled(town, second))
        said = town.say(COMPLAINT)
        call = town.delivery()
        if first == "polled":
            poll(town, second)
            town.work(until=lambda: town.heard())
        for account in (str(BRAND["url"]), SERVICE):
            body = call.body.replace(str(BRAND["url"]).encode(), account.encode(), 1)
            for _ in range(4):
                redelivered = town.deliver(replace(call, body=body), number=f"of {account}")
                assert redelivered.status_code == 200
        town.work()
        for account in (town.account, second):
            poll(town, account)
        town.work(until=lambda: not town.count(t.listeners, t.listeners.c.due_at <= clock()))
        town.work()
        assert town.heard() == [COMPLAINT]
        assert town.filed() == [said]
        assert town.count(t.hearings) == 2


def test_a_redelivery_is_stored_once_where_the_network_numbers_it(tmp_path: Path) -> None:
    with open_tavern_town(tmp_path) as town:
        town.say(COMPLAINT)
        call = town.delivery()
        for _ in range(4):
            assert town.deliver(call, number="7").status_code == 200
        town.work()
        assert town.deliver(call, number="7").status_code == 200
        assert len(town.calls()) == 1
        assert town.count(t.inbox) == 1


def test_without_numbers_a_redelivery_is_heard_once_all_the_same(tmp_path: Path) -> None:
    with open_tavern_town(tmp_path, channel="unnumbered") as town:
        said = town.say(COMPLAINT)
        call = town.delivery()
        for _ in range(3):
            assert town.deliver(call).status_code == 200
            town.work()
        assert len(town.calls()) == 3
        assert town.filed() == [said]


def test_two_installations_hear_the_same_post_once_each(tmp_path: Path) -> None:
    with open_tavern_town(tmp_path) as town:
        other = town.desk()
        town.join(other)
        with town.assembly.database.write() as tx:
            tx.execute(t.apps.update().values(installation=None))
            tx.execute(t.accounts.update().values(app=town.app))
        said = town.say(COMPLAINT)
        call = town.delivery()
        for _ in range(3):
            town.deliver(call)
        town.work()
        assert town.filed() == town.filed(other) == [said]


def test_an_answer_delivered_before_what_it_answers_joins_its_conversation(tmp_path: Path) -> None:
    with open_tavern_town(tmp_path) as town:
        above = town.say(COMPLAINT)
        below = town.say("@northwind for weeks", under=above)
        call = town.delivery()
        events = call.json()["events"]
        # The network tells them the wrong way round, in two calls.
        for event in reversed(events):
            body = json.dumps({"account": BRAND["url"], "events": [event]})
            town.deliver(replace(call, body=body.encode()))
        town.work()
        assert sorted(town.filed()) == sorted([above, below])
        assert town.count(t.conversations) == 1
