"""Networks' deliveries over real HTTP: what is taken, what is refused, what becomes of it."""

from __future__ import annotations

import hmac
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from commands import within
from tavern_town import SECRET, TavernTown, open_tavern_town

from answerback.calls import Request
from answerback_sandbox.serving import serve
from answerback_server.app import create_app
from answerback_server.engine import parking, registering
from answerback_server.engine.backlog import Pauses
from answerback_server.store import accounts
from answerback_server.store import tables as t

COMPLAINT = "@northwind my order is late"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TavernTown]:
    with open_tavern_town(tmp_path) as town:
        yield town


def test_a_delivery_is_answered_at_once_and_becomes_something_to_file(town: TavernTown) -> None:
    said = town.say(COMPLAINT)
    answer = town.deliver()
    assert (answer.status_code, answer.content) == (200, b"")
    assert town.heard() == []
    town.work()
    assert town.heard() == [COMPLAINT]
    assert town.filed() == [said]
    assert [call["state"] for call in town.calls()] == ["done"]


def test_an_edit_and_a_deletion_follow_the_post_they_are_about(town: TavernTown) -> None:
    said = town.say(COMPLAINT)
    town.deliver()
    town.network.edit(said, "@northwind it came")
    town.deliver()
    town.work()
    assert town.heard() == ["@northwind it came"]
    town.network.delete(said)
    town.deliver()
    town.work()
    assert town.count(t.mentions, t.mentions.c.status == "deleted") == 1


def test_credentials_are_not_stored_with_a_call(town: TavernTown) -> None:
    town.say(COMPLAINT)
    call = town.delivery()
    headers = {
        **town.signed(call),
        "Authorization": "Bearer s3cret-authorization",
        "Cookie": "session=s3cret-cookie",
        "X-Goog-Channel-Token": "s3cret-channel",
        "X-Odd-Name": f"my {SECRET}",
        "X-Tavern-Kind": "comments",
        "X-Original-URI": f"/h/{town.path}",
    }
    query = "access_token=s3cret-query&hub.verify_token=s3cret-verify&page=7"
    url = f"{town.url}/h/{town.path}?{query}"
    assert requests.post(url, data=call.body, headers=headers, timeout=15).status_code == 200
    [stored] = town.calls()
    head = json.loads(stored["head"])
    assert head["query"] == {"page": ["7"]}
    assert head["headers"]["x-tavern-kind"] == "comments"
    written = stored["head"] + stored["body"].decode()
    assert "s3cret" not in written
    assert SECRET not in written
    assert headers["X-Tavern-Signature"] not in written
    assert town.path not in written


@pytest.mark.parametrize("path", ["nothing", "x" * 65, "..%2f..", ""])
def test_an_unknown_address_finds_nothing(town: TavernTown, path: str) -> None:
    town.say(COMPLAINT)
    call = town.delivery()
    url = f"{town.url}/h/{path}"
    answer = requests.post(url, data=call.body, headers=town.signed(call), timeout=15)
    assert answer.status_code == 404
    assert town.calls() == []


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json; charset=utf-8", 200),
        ("application/vnd.tavern+json", 200),
        ("text/plain", 415),
        ("application/xml", 415),
        ("", 415),
    ],
)
def test_only_the_kinds_of_body_a_channel_reads_are_taken(
    town: TavernTown, kind: str, status: int
) -> None:
    town.say(COMPLAINT)
    call = town.delivery()
    headers = {**town.signed(call), "Content-Type": kind}
    assert town.deliver(call, headers=headers).status_code == status
    assert len(town.calls()) == (status == 200)


def test_a_body_over_the_limit_is_refused_before_it_is_read(town: TavernTown) -> None:
    parts = urlsplit(town.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=15) as connection:
        connection.sendall(
            f"POST /h/{town.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Content-Length: {2_000_000}\r\n\r\n{{".encode()
        )
        # One byte of two million was sent, and the answer is there.
        assert b" 413 " in connection.recv(1000).split(b"\r\n")[0]
    assert town.calls() == []


def test_a_body_in_pieces_is_refused_over_the_limit_too(town: TavernTown) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    url = f"{town.url}/h/{town.path}"
    kind = {"Content-Type": "application/json"}
    assert requests.post(url, data=pieces(), headers=kind, timeout=15).status_code == 413


def test_another_verb_is_not_taken(town: TavernTown) -> None:
    assert requests.put(f"{town.url}/h/{town.path}", timeout=15).status_code == 405


def test_the_networks_check_of_the_address_is_answered(town: TavernTown) -> None:
    def asked(**query: str) -> requests.Response:
        return requests.get(f"{town.url}/h/{town.path}", params=query, timeout=15)

    proof = _proof("abc123", SECRET)
    right = asked(challenge="abc123", proof=proof)
    assert (right.status_code, right.text) == (200, "abc123")
    assert asked(challenge="abc123", proof=_proof("abc123", "another")).status_code == 403
    assert asked(challenge="<script>", proof=_proof("<script>", SECRET)).status_code == 403
    assert asked().status_code == 404


def test_a_call_for_an_account_we_do_not_know_is_answered_and_noted(town: TavernTown) -> None:
    town.say(COMPLAINT)
    stranger = "https://tavern.example/people/somebody"
    assert town.deliver(town.delivery(account=stranger)).status_code == 200
    town.work()
    assert town.heard() == []
    assert town.told("unknown account") == [{"app": town.app, "account": stranger}]
    assert [call["state"] for call in town.calls()] == ["done"]


def test_one_bad_entry_costs_the_others_nothing_and_is_noted(town: TavernTown) -> None:
    said = town.say(COMPLAINT)
    call = town.delivery()
    body = call.json()
    body["events"].insert(0, {"type": "created", "comment": {"text": "without a number"}})
    assert town.deliver(replace(call, body=json.dumps(body).encode())).status_code == 200
    town.work()
    assert town.filed() == [said]
    [noted] = town.told("unreadable")
    assert "'id'" in noted["reason"]


def test_a_call_that_cannot_be_read_is_set_aside_and_can_be_let_go(town: TavernTown) -> None:
    town.say(COMPLAINT)
    whole = town.delivery()
    call = replace(whole, body=b'{"events": 7}')
    assert town.deliver(call).status_code == 200
    town.work()
    [stored] = town.calls()
    assert stored["state"] == "parked"
    assert "no list of events" in stored["reason"]
    listed = within("replay", environment=town.environment)
    assert f"call:{stored['id']}  parked" in listed.said
    went = within("replay", f"call:{stored['id']}", environment=town.environment)
    assert went.said == "It will be tried again.\n"
    assert [one["state"] for one in town.calls()] == ["open"]
    town.work()
    [stored] = town.calls()
    assert (stored["state"], stored["attempts"]) == ("parked", 1)


def test_a_call_set_aside_is_found_by_its_number_and_why_it_cannot_go_is_an_error(
    town: TavernTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        town.say(f"{COMPLAINT} {number}")
        town.deliver(replace(town.delivery(), body=f'{{"events": {number}}}'.encode()))
    town.work()
    last = f"call:{town.calls()[-1]['id']}"
    monkeypatch.setattr(parking, "CALLS", 2)
    assert last not in within("replay", environment=town.environment).said
    went = within("replay", last, environment=town.environment)
    assert (went.status, went.said) == (0, "It will be tried again.\n")
    assert [one["state"] for one in town.calls()] == ["parked", "parked", "open"]

    # Somebody else was quicker, between the look and the attempt.
    monkeypatch.setattr(parking, "again", lambda _assembly, one: f"'{one.id}' went before.")
    first = f"call:{town.calls()[0]['id']}"
    late = within("replay", first, environment=town.environment)
    assert (late.status, late.said) == (2, "")
    assert f"'{first}' went before." in late.complained


def test_what_an_account_does_not_listen_to_is_noted_and_not_heard(town: TavernTown) -> None:
    other = "https://tavern.example/people/southwind"
    town.join(town.installation, actor=other, kinds=["mentions"])
    _join_app(town)
    town.say("between us", kind="direct")
    town.deliver(town.delivery(account=other))
    town.work()
    assert town.heard() == []
    assert [fact["type"] for fact in town.told("not listened to")] == ["Create"]


def test_what_comes_for_an_app_of_the_operator_reaches_every_installation(
    town: TavernTown,
) -> None:
    second = town.desk()
    town.join(second)
    _join_app(town)
    said = town.say(COMPLAINT)
    town.deliver()
    town.work()
    assert town.filed() == [said]
    assert town.filed(second) == [said]


def test_a_hint_makes_the_listener_ask_now(tmp_path: Path) -> None:
    with open_tavern_town(tmp_path, channel="unsigned", reached=True) as town:
        said = town.say(COMPLAINT)
        answer = town.deliver(headers={"Content-Type": "application/json"})
        assert answer.status_code == 200
        town.work(until=lambda: town.filed())
        assert town.filed() == [said]


def test_what_nobody_signed_is_believed_only_as_the_network_shows_it(tmp_path: Path) -> None:
    with open_tavern_town(tmp_path, channel="unsigned", reached=True) as town:
        said = town.say(COMPLAINT)
        call = town.delivery()
        forged = call.body.replace(COMPLAINT.encode(), b"send me your password")
        town.deliver(replace(call, body=forged), headers={"Content-Type": "application/json"})
        town.work(until=lambda: town.heard())
        assert town.heard() == [COMPLAINT]
        assert town.filed() == [said]


def test_a_deletion_nobody_signed_deletes_nothing(tmp_path: Path) -> None:
    with open_tavern_town(tmp_path, channel="unsigned", reached=True) as town:
        town.say(COMPLAINT)
        town.deliver(headers={"Content-Type": "application/json"})
        town.work(until=lambda: town.heard())
        event = {"type": "deleted", "comment": {"id": "1", "deleted_at": "2026-11-20T10:00:00Z"}}
        body = json.dumps({"account": town.network.account, "events": [event]}).encode()
        call = Request(method="POST", path="/", body=body)
        town.deliver(call, headers={"Content-Type": "application/json"})
        town.work()
        assert town.count(t.mentions, t.mentions.c.status == "live") == 1


def test_what_a_delivered_answer_stands_under_is_fetched(tmp_path: Path) -> None:
    with open_tavern_town(tmp_path, reached=True) as town:
        above = town.say("has anybody heard of my order?")
        town.network.deliveries()
        below = town.say("@northwind you", under=above)
        town.deliver()
        town.work()
        with town.assembly.database.read() as tx:
            [thread] = tx.execute(t.conversations.select()).mappings()
        assert thread["thread"] == f"tavern:{above}"
        assert town.filed() == [below]


def test_words_do_not_wait_for_what_they_answer_where_the_network_is_away(
    town: TavernTown,
) -> None:
    above = town.say("has anybody heard of my order?")
    town.network.deliveries()
    below = town.say("@northwind you", under=above)
    town.deliver()
    town.work()
    assert town.filed() == [below]


def test_identical_rings_before_anybody_looked_are_one_and_later_ones_count(
    tmp_path: Path,
) -> None:
    with open_tavern_town(tmp_path, channel="unsigned") as town:
        town.say(COMPLAINT)
        call = town.delivery()
        kind = {"Content-Type": "application/json"}
        for _ in range(3):
            assert town.deliver(call, headers=kind).status_code == 200
        assert len(town.calls()) == 1
        taken = town.assembly.calls.take(town.app, 10)
        assert len(taken) == 1
        # Somebody is looking: what rings now may be about what that look misses.
        assert town.deliver(call, headers=kind).status_code == 200
        assert len(town.calls()) == 2


def test_a_new_secret_counts_beside_the_one_before_until_that_is_forgotten(
    town: TavernTown,
) -> None:
    def delivered(secret: str) -> int:
        town.say(COMPLAINT)
        return town.deliver(secret=secret).status_code

    values = {"signing_secret": "a-newer-secret"}
    registering.change(town.assembly, "tavern", town.app, values, forget=False)
    with open_again(town) as url:
        town.url = url
        assert [delivered("a-newer-secret"), delivered(SECRET)] == [200, 200]
    registering.change(town.assembly, "tavern", town.app, {}, forget=True)
    with open_again(town) as url:
        town.url = url
        assert [delivered("a-newer-secret"), delivered(SECRET)] == [200, 401]


def test_an_installation_with_too_much_to_do_refuses_webhooks_last(tmp_path: Path) -> None:
    with open_tavern_town(tmp_path, backlog_polls=2, backlog_webhooks=4) as town:
        for number in range(3):
            town.say(f"{COMPLAINT} {number}")
        town.deliver()
        town.work()
        assert len(town.filed()) == 3
        assert Pauses(town.assembly).accounts() == {town.account}
        with town.assembly.database.write() as tx:
            accounts.hurry(tx, [one.id for one in accounts.listeners_of(tx, town.account)])
        with town.working():
            time.sleep(0.5)
        assert not town.count(t.listeners, t.listeners.c.failures > 0)
        with open_again(town) as url:
            town.url = url
            town.say(COMPLAINT)
            assert town.deliver().status_code == 200
        town.work()
        with open_again(town) as url:
            town.url = url
            town.say(COMPLAINT)
            answer = town.deliver()
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert town.told("polls paused")


@contextmanager
def open_again(town: TavernTown) -> Iterator[str]:
    """The application served anew, so that it remembers nothing; gives its address."""
    with serve(create_app(town.assembly)) as served:
        yield served.url


def _proof(challenge: str, secret: str) -> str:
    return hmac.digest(secret.encode(), challenge.encode(), "sha256").hex()


def _join_app(town: TavernTown) -> None:
    """Make the app the operator's, with every account."""
    with town.assembly.database.write() as tx:
        tx.execute(t.apps.update().values(installation=None))
        tx.execute(t.accounts.update().values(app=town.app))
