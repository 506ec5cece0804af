"""Pull: what Zendesk is given when it asks."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from zendesk_bridge import ACME, StandInBridge, form_call, known_metadata
from zendesk_schemas import assert_valid

from answerback.calls import Response
from answerback.helpdesk import Brand, Filing
from answerback.model import Actor, Mention
from answerback_zendesk import Zendesk


def post(number: int, text: str = "My parcel is late") -> Filing:
    """A post that waits."""
    actor = Actor(id="https://square.example/users/rosa", preferred_username="rosa")
    return Filing(
        external_id=f"mastodon:{number}",
        conversation="mastodon:1",
        kind="post",
        brand=ACME,
        created=datetime(2026, 11, 21, 9, 58, tzinfo=UTC) + timedelta(seconds=number),
        mention=Mention(
            id=f"https://square.example/{number}",
            channel="mastodon",
            text=text,
            attributed_to=actor,
        ),
    )


def ask(bridge: StandInBridge, state: str = "", metadata: str | None = None) -> Response:
    """One pull."""
    fields = {"metadata": known_metadata() if metadata is None else metadata, "state": state}
    return Zendesk().pull(form_call("/pull", fields), bridge)


def ids(response: Response) -> list[str]:
    """The external ids answered, in order."""
    return [one["external_id"] for one in json.loads(response.body)["external_resources"]]


@pytest.mark.parametrize("waiting", [0, 1, 200, 201])
def test_a_pull_gives_at_most_two_hundred_oldest_first(waiting: int) -> None:
    bridge = StandInBridge(waiting=[post(number) for number in range(waiting)])
    response = ask(bridge)
    assert response.status == 200
    assert response.headers["Content-Type"] == "application/json"
    assert ids(response) == [f"mastodon:{number}" for number in range(min(waiting, 200))]
    assert_valid("pull_payload.json", json.loads(response.body))


def test_the_state_acknowledges_the_offer_and_moves_on() -> None:
    bridge = StandInBridge(waiting=[post(number) for number in range(201)])
    first = ask(bridge)
    second = ask(bridge, json.loads(first.body)["state"])
    assert ids(second) == ["mastodon:200"]


@pytest.mark.parametrize(
    "state",
    [
        "",
        "garbage",
        "[]",
        "[" * 5000,
        '{"offer":-1}',
        '{"offer":true}',
        '{"offer":"1"}',
        '{"offer":1e999}',
        '{"offer":1.5}',
        '{"offer":9999999999999999999999}',
        '{"cursor":"2026"}',
        '{"v":1,"offer":0}',
        "9" * 5000,
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
)
def test_an_old_or_senseless_state_only_means_offering_again(state: str) -> None:
    bridge = StandInBridge(waiting=[post(1)])
    ask(bridge)
    again = ask(bridge, state)
    assert again.status == 200
    assert ids(again) == ["mastodon:1"]


@pytest.mark.parametrize(
    "metadata", ["", known_metadata("wrong"), "garbled", "null", '{"connection":1,"secret":2}']
)
def test_without_the_accounts_secret_nothing_is_given(metadata: str) -> None:
    bridge = StandInBridge(waiting=[post(1)])
    response = ask(bridge, metadata=metadata)
    assert response.status == 401
    assert b"Admin Center" in response.body
    assert bridge.offers == 0


def test_the_secret_is_not_said_back_in_a_refusal() -> None:
    assert b"almost-right" not in ask(StandInBridge(), metadata=known_metadata("almost-right")).body


def test_a_dead_token_asks_the_administrator_to_reconnect() -> None:
    brand = Brand(
        id="acc_1", channel="mastodon", channel_title="Mastodon", handle="@a", needs_reconnect=True
    )
    assert json.loads(ask(StandInBridge(brands=(brand,))).body)["metadata_needs_update"] is True
    assert "metadata_needs_update" not in json.loads(ask(StandInBridge()).body)


def test_a_renewed_secret_is_handed_over_with_the_answer() -> None:
    told = json.loads(ask(StandInBridge(renewed="n3w")).body)
    assert json.loads(told["metadata"]) == {"v": 1, "connection": "con_1", "secret": "n3w"}
    assert_valid("pull_payload.json", told)


def test_two_hundred_long_articles_stay_bearable() -> None:
    bridge = StandInBridge(waiting=[post(number, "wörd " * 14_000) for number in range(200)])
    response = ask(bridge)
    assert len(ids(response)) == 200
    assert len(response.body) < 15 * 1024 * 1024


def test_a_body_that_is_no_form_is_refused() -> None:
    request = form_call("/pull", {f"f{number}": "x" for number in range(2000)})
    assert Zendesk().pull(request, StandInBridge()).status == 400
