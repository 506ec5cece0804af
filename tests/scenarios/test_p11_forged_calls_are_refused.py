"""Promise 11: a call nobody can prove is refused, whatever is wrong with it, and leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tavern_town import SECRET, TavernTown, open_tavern_town

from answerback_server.engine import registering
from answerback_server.store import tables as t

SIGNATURE, TIME = "X-Tavern-Signature", "X-Tavern-Time"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TavernTown]:
    with open_tavern_town(tmp_path) as town:
        town.say("@northwind my order is late")
        yield town


def refused(town: TavernTown, status: int, words: str) -> None:
    """Nothing was stored, and the answer tells a forger nothing."""
    assert (status, words) == (401, "This call is not accepted.")
    assert town.calls() == []


def test_a_single_changed_byte_is_noticed_wherever_it_stands(town: TavernTown) -> None:
    call = town.delivery()
    headers = town.signed(call)
    for place in range(0, len(call.body), max(1, len(call.body) // 40)):
        body = bytearray(call.body)
        body[place] ^= 1
        answer = town.deliver(replace(call, body=bytes(body)), headers=headers)
        refused(town, answer.status_code, answer.text)
    assert town.deliver(call, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {SIGNATURE: "sha256=" + "0" * 64},
        {SIGNATURE: "sha1=" + "0" * 40},
        {SIGNATURE: "sha256=nonsense"},
        {SIGNATURE: ""},
        {SIGNATURE: "sha256="},
        {TIME: "1"},
        {TIME: "yesterday"},
        {TIME: ""},
    ],
)
def test_a_signature_that_does_not_fit_is_refused(town: TavernTown, change: dict[str, str]) -> None:
    call = town.delivery()
    answer = town.deliver(call, headers={**town.signed(call), **change})
    refused(town, answer.status_code, answer.text)


def test_an_unsigned_call_is_refused(town: TavernTown) -> None:
    answer = town.deliver(headers={"Content-Type": "application/json"})
    refused(town, answer.status_code, answer.text)


@pytest.mark.parametrize("secret", ["another-secret", SECRET.upper(), f"{SECRET} "])
def test_a_call_signed_with_another_secret_is_refused(town: TavernTown, secret: str) -> None:
    answer = town.deliver(secret=secret)
    refused(town, answer.status_code, answer.text)


@pytest.mark.parametrize("minutes", [-6, 6, -60 * 24 * 365])
def test_a_call_signed_too_long_ago_or_ahead_is_refused(town: TavernTown, minutes: int) -> None:
    answer = town.deliver(now=datetime.now(UTC) + timedelta(minutes=minutes))
    refused(town, answer.status_code, answer.text)


def test_one_apps_secret_opens_no_other_apps_address(town: TavernTown) -> None:
    other = registering.add(
        town.assembly, "tavern", {"signing_secret": "their-own"}, installation=town.desk()
    )
    town.path = other.address.rpartition("/h/")[2]
    answer = town.deliver(secret=SECRET)
    refused(town, answer.status_code, answer.text)


def test_an_app_without_a_secret_takes_nothing(town: TavernTown) -> None:
    with town.assembly.database.write() as tx:
        tx.execute(t.apps.update().values(secrets=town.assembly.vault.seal({})))
    for secret in (SECRET, " "):
        answer = town.deliver(town.delivery() if secret == SECRET else None, secret=secret)
        refused(town, answer.status_code, answer.text)
        town.say("@northwind hello?")


def test_a_removed_apps_address_is_gone(town: TavernTown) -> None:
    registering.remove(town.assembly, town.app)
    assert town.deliver().status_code == 404
    assert town.calls() == []


def test_a_call_that_is_played_back_does_nothing_twice(town: TavernTown) -> None:
    call = town.delivery()
    headers = town.signed(call)
    for number in ("1", "1", "2", "3"):
        headers["X-Tavern-Delivery"] = number
        assert town.deliver(call, headers=headers).status_code == 200
    town.work()
    assert len(town.heard()) == len(town.filed()) == 1


def test_an_old_call_played_back_does_not_bring_old_words_back(town: TavernTown) -> None:
    first = town.delivery()
    headers = town.signed(first, number="first")
    town.deliver(first, headers=headers)
    [said] = [comment["url"] for comment in town.network.comments.values()]
    town.network.edit(said, "@northwind it came")
    town.deliver()
    town.work()
    headers["X-Tavern-Delivery"] = "again"
    assert town.deliver(first, headers=headers).status_code == 200
    town.work()
    assert town.heard() == ["@northwind it came"]
