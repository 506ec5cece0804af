"""Bad calls to the server's side for help desks: each refused in plain words, nothing lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
import sqlalchemy as sa
from desk_calls import DeskCalls, patient_town
from town import TIMEOUT, Town, until

from answerback_server.store import tables as t

FAMILY = "\U0001f469‍\U0001f469‍\U0001f467"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with patient_town(tmp_path_factory.mktemp("calls")) as town:
        yield town


@pytest.fixture(scope="module")
def calls(town: Town) -> DeskCalls:
    return DeskCalls(town, town.invitation)


def waiting(calls: DeskCalls, post: Any) -> bool:
    """Whether a post waits to be pulled."""
    return post["uri"] in calls.offered()


def ledger(town: Town, event: str) -> list[Any]:
    """What the ledger tells of one kind of event."""
    with town.assembly.database.read() as tx:
        found = tx.execute(sa.select(t.ledger.c.facts).where(t.ledger.c.event == event))
        return [json.loads(facts) for facts in found.scalars()]


# Pull


@pytest.mark.parametrize(
    "metadata",
    [
        *("", "{}", "nonsense", "[" * 5000, "x" * 9000, "\x00"),
        '{"v":1,"connection":7,"secret":[]}',
        '{"v":1,"connection":"con_x","secret":"\\ud800"}',
        '{"v":1,"connection":"\\ud800","secret":"sec_x"}',
    ],
    ids=range(9),
)
def test_a_pull_with_metadata_that_proves_nothing_is_refused(
    metadata: str, calls: DeskCalls
) -> None:
    answer = calls.pull(metadata=metadata)
    assert answer.status_code == 401
    assert "Open the account in Zendesk's Admin Center" in answer.text


def test_a_pull_with_a_wrong_secret_takes_nothing(town: Town, calls: DeskCalls) -> None:
    with calls.desk_away():
        post = town.say("rosa", "@northwind a pull with a wrong secret")
        wrong = {**json.loads(calls.account["metadata"]), "secret": "sec_wrong"}
        until(lambda: waiting(calls, post))
        refused = calls.pull(metadata=json.dumps(wrong), state=json.dumps({"offer": 10**9}))
        still = calls.offered()
    assert refused.status_code == 401
    assert "external_resources" not in refused.text
    assert post["uri"] in still
    until(lambda: town.ticket_of(post))


STATES = (
    *("", "garbage", "{}", "null", '{"offer":"2"}', '{"offer":-1}', '{"offer":1e400}'),
    *('{"offer":true}', f'{{"offer":{2**63}}}', f'{{"offer":{"9" * 4900}}}'),
    *("[" * 4999, "x" * 9000, "\x00\ufffd"),
)


def test_a_state_we_never_gave_only_means_that_all_is_offered_again(
    town: Town, calls: DeskCalls
) -> None:
    with calls.desk_away():
        post = town.say("rosa", "@northwind a pull with another state")
        until(lambda: waiting(calls, post))
        missed = [state for state in STATES if post["uri"] not in calls.offered(state=state)]
    assert missed == []
    ticket = until(lambda: town.ticket_of(post))
    assert [one["external_id"] for one in ticket["comments"]] == [post["uri"]]


def test_what_is_offered_again_and_again_is_imported_once(town: Town, calls: DeskCalls) -> None:
    old = calls.account["state"]
    with calls.desk_away():
        post = town.say("rosa", "@northwind a pull with an old state")
        until(lambda: waiting(calls, post))
        offers = [calls.pull(state=old).json() for _ in range(3)]
    until(lambda: town.ticket_of(post))
    town.pull()
    calls.pull(state=old)
    town.pull()
    frozen = [
        next(one for one in offer["external_resources"] if one["external_id"] == post["uri"])
        for offer in offers
    ]
    assert frozen[0] == frozen[1] == frozen[2]
    comments = [one for ticket in town.tickets() for one in ticket["comments"]]
    assert sum(one["external_id"] == post["uri"] for one in comments) == 1


# Channelback


@pytest.fixture(scope="module")
def complaint(town: Town) -> Any:
    post = town.say("rosa", "@northwind my order is late")
    until(lambda: town.ticket_of(post))
    return post


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"metadata": "nonsense"}, 401, "no valid secret"),
        ({"metadata": ...}, 401, "no valid secret"),
        ({"parent_id": "https://nowhere.example/1"}, 422, "not known here"),
        ({"parent_id": "x" * 600}, 422, "too long"),
        ({"parent_id": ..., "thread_id": "nothing:at-all"}, 422, "not known here"),
        ({"parent_id": ...}, 422, "not known here"),
        ({"message": ""}, 422, "empty"),
        ({"message": " \n\t "}, 422, "empty"),
        ({"message": ...}, 422, "empty"),
        ({"message": "x" * 70_000}, 422, "70000 characters; at most 65535"),
        ({"message": "x" * 60_000}, 422, "too long"),
        ({"message": "hello", "file_urls[]": "file:///etc/passwd"}, 422, "cannot be fetched"),
        ({"message": "hello", "file_urls[]": "http://10.0.0.1/"}, 422, "cannot be fetched"),
    ],
    ids=range(13),
)
def test_an_answer_that_cannot_be_posted_is_refused_with_the_reason(
    fields: dict[str, Any],
    status: int,
    sentence: str,
    town: Town,
    calls: DeskCalls,
    complaint: Any,
) -> None:
    before = town.brand_answers(complaint["id"])
    answer = calls.reply(complaint, **{"words": "hello", **_as_words(fields)})
    assert answer.status_code == status, answer.text
    assert sentence in answer.text
    assert town.brand_answers(complaint["id"]) == before


def _as_words(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields without the message where it is a text, and with it as the words."""
    words = fields.get("message")
    if not isinstance(words, str):
        return fields
    return {**{k: v for k, v in fields.items() if k != "message"}, "words": words}


def test_a_body_too_large_for_any_answer_is_refused_before_it_is_read(calls: DeskCalls) -> None:
    assert calls.post("channelback", message="x" * 1_100_000).status_code == 413


@pytest.mark.parametrize("body", [b"\xff\xfe=1", b"&" * 5000 + b"a=1" * 3, b"a=1&" * 2000])
def test_a_form_that_is_none_is_refused(body: bytes, calls: DeskCalls) -> None:
    for path in ("pull", "channelback", "admin", "admin/code", "admin/account"):
        answer = requests.post(f"{calls.base}/{path}", data=body, timeout=TIMEOUT)
        assert 400 <= answer.status_code < 500


def test_a_placeholder_nobody_filled_in_is_held(
    town: Town, calls: DeskCalls, complaint: Any
) -> None:
    before = town.brand_answers(complaint["id"])
    answer = calls.reply(complaint, "Dear {{ticket.requester.first_name}}, sorry.")
    ticket = town.ticket_of(complaint)
    note = until(lambda: [one for one in town.notes(ticket) if "placeholder" in one])
    assert answer.status_code == 200
    assert "held and NOT posted" in note[0]
    assert town.brand_answers(complaint["id"]) == before


def test_handles_of_others_in_an_answer_name_nobody(
    town: Town, calls: DeskCalls, complaint: Any
) -> None:
    answer = calls.reply(complaint, "Ask @jonas or @amina@square.example, or (@kenji).")
    assert answer.status_code == 200, answer.text
    posted = town.brand_answers(complaint["id"])[-1]
    assert [one["acct"] for one in posted["mentions"]] == ["rosa"]
    assert "jonas" in posted["content"]


def test_the_same_call_twice_posts_once_with_and_without_the_desks_own_id(
    town: Town, calls: DeskCalls, complaint: Any
) -> None:
    before = len(town.brand_answers(complaint["id"]))
    for id in ("one-and-the-same", ...):
        words = f"Only once, with the id {id}."
        first = calls.reply(complaint, words, request_unique_identifier=id)
        second = calls.reply(complaint, words, request_unique_identifier=id)
        assert first.status_code == second.status_code == 200
        assert first.json()["external_id"] == second.json()["external_id"]
    assert len(town.brand_answers(complaint["id"])) == before + 2


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("no\x00thing", "nothing"),
        ("a bell \x07 rings", "rings"),
        ("turned ‮moc.elpmaxe‬ round", "moc.elpmaxe"),
        (f"we {FAMILY} are sorry", FAMILY),
    ],
)
def test_odd_characters_in_an_answer_are_posted_once_and_harmlessly(
    sent: str, shown: str, town: Town, calls: DeskCalls, complaint: Any
) -> None:
    before = len(town.brand_answers(complaint["id"]))
    answer = calls.reply(complaint, sent)
    assert answer.status_code == 200, answer.text
    posted = town.brand_answers(complaint["id"])
    assert len(posted) == before + 1
    assert shown in posted[-1]["content"]
    assert "\x00" not in posted[-1]["content"]


def test_half_a_sign_in_an_answer_is_posted_as_a_replacement(
    town: Town, calls: DeskCalls, complaint: Any
) -> None:
    told = {"metadata": calls.account["metadata"], "parent_id": complaint["uri"]}
    body = f"{urlencode(told)}&message=half%ED%A0%BD a sign"
    answer = requests.post(f"{calls.base}/channelback", data=body.encode(), timeout=TIMEOUT)
    assert answer.status_code == 200, answer.text
    assert "half\ufffd" in town.brand_answers(complaint["id"])[-1]["content"]


# Event callbacks


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"[" * 100_000, b"7", b"[]", b"{}", b'{"events": {}}', b"\xff\x00"],
)
def test_a_callback_that_is_no_list_of_events_is_refused(body: bytes, calls: DeskCalls) -> None:
    answer = requests.post(
        f"{calls.base}/events",
        data=body,
        headers={"Content-Type": "application/json"},
        timeout=TIMEOUT,
    )
    assert answer.status_code == 400
    assert "body" in answer.text


def test_odd_events_cost_the_good_ones_nothing(town: Town, calls: DeskCalls) -> None:
    with calls.desk_away():
        post = town.say("rosa", "@northwind an event for a ticket")
        until(lambda: waiting(calls, post))
        calls.pull(state=calls.pull().json()["state"])
        odd: list[Any] = [
            None,
            7,
            "x",
            [],
            {},
            {"type_id": 5},
            {"type_id": "\ud800", "data": {"request_id": "\x00"}},
            calls.created(post["uri"], 4711, data=None),
            calls.created(post["uri"], 4711, data={"resource_events": "x"}),
            calls.created("\ud800", 4711),
            calls.created("x" * 100_000, 4711),
            calls.created("unknown", 4711),
            calls.created(post["uri"], 4711, type_id="made_up"),
            calls.created(post["uri"], 4711, error="\ud83d" * 5000),
        ]
        answer = calls.tell(*odd)
    assert answer.status_code == 200, answer.text
    until(lambda: town.ticket_of(post))


def test_a_thousand_events_are_taken_and_more_are_refused(town: Town, calls: DeskCalls) -> None:
    event = {"type_id": "pull_request", "data": {}, "subdomain": "x", "integration_id": "y"}
    before = len(ledger(town, "zendesk.event_foreign"))
    taken = calls.tell(*[event] * 1000)
    refused = calls.tell(*[event] * 1001)
    assert taken.status_code == 200
    assert refused.status_code == 400
    assert "more than 1000" in refused.text
    assert len(ledger(town, "zendesk.event_foreign")) == before + 1000


def test_an_event_of_another_integration_links_no_ticket(town: Town, calls: DeskCalls) -> None:
    with calls.desk_away():
        post = town.say("rosa", "@northwind an event of somebody else")
        until(lambda: waiting(calls, post))
        calls.pull(state=calls.pull().json()["state"])
        foreign = calls.created(post["uri"], 4711, integration_id="urn:answerback:zendesk:ins_x")
        elsewhere = calls.created(post["uri"], 4711, subdomain="southwind")
        assert calls.tell(foreign, elsewhere).status_code == 200
        with town.assembly.database.read() as tx:
            filing = tx.execute(
                sa.select(t.filings.c.ticket).where(t.filings.c.external_id == post["uri"])
            ).scalar_one()
    assert filing is None


# What is nowhere


@pytest.mark.parametrize(
    "path", ["", "manifest.jso", "../x", "%00", "admin/", "pull/x", "x" * 3000]
)
def test_what_is_not_declared_is_not_there(path: str, calls: DeskCalls) -> None:
    assert requests.get(f"{calls.base}/{path}", timeout=TIMEOUT).status_code in (404, 405, 308)


def test_the_desk_found_no_rule_broken_in_all_of_this(town: Town, complaint: Any) -> None:
    assert town.window("problems")["problems"] == []
