"""Event callbacks: believed where they confirm our own, written down otherwise."""

import json
from typing import Any

import pytest
from zendesk_bridge import StandInBridge, known_metadata
from zendesk_schemas import assert_valid

from answerback.calls import Request, Response
from answerback.helpdesk import FileResult
from answerback_zendesk import Zendesk

US = "urn:answerback:zendesk:inst_1"


def event(type_id: str, data: object, **changes: object) -> dict[str, Any]:
    """One event in its envelope, as the schema has it."""
    return {
        "type_id": type_id,
        "timestamp": "2026-11-21T10:00:05Z",
        "subdomain": "acme",
        "integration_name": "answerback",
        "integration_id": US,
        "data": data,
        **changes,
    }


def created(*items: object) -> dict[str, Any]:
    """News of tickets."""
    data = {"request_id": "r1", "resource_events": list(items)}
    return event("resources_created_from_external_ids", data)


def item(type_id: str = "comment_on_new_ticket", **changes: object) -> dict[str, Any]:
    """What became of one resource."""
    values = {"external_id": "mastodon:1", "ticket_id": 4711, "comment_id": 990017}
    return {"type_id": type_id, **values, **changes}


def tell(bridge: StandInBridge, *events: object) -> Response:
    """Zendesk posts these events."""
    body = json.dumps({"events": events}).encode()
    return Zendesk().events(Request(method="POST", path="/events", body=body), bridge)


def test_tickets_are_learned_from_a_batch() -> None:
    bridge = StandInBridge()
    news = created(
        item(),
        item("comment_on_existing_ticket", external_id="mastodon:2", comment_id=990018),
    )
    assert tell(bridge, news).status == 200
    assert bridge.results == [
        FileResult(external_id="mastodon:1", outcome="done", ticket="4711", comment="990017"),
        FileResult(external_id="mastodon:2", outcome="done", ticket="4711", comment="990018"),
    ]
    assert bridge.ledger == []
    assert_valid("event_callback_any.json", news)


@pytest.mark.parametrize(("told", "follows"), [(12, 4711), (4711, 12)])
def test_a_follow_up_counts_as_the_newer_of_both_tickets(told: int, follows: int) -> None:
    bridge = StandInBridge()
    news = item("comment_on_follow_up_ticket", ticket_id=told, follow_up_ticket_id=follows)
    tell(bridge, created(news))
    assert [result.ticket for result in bridge.results] == ["4711"]


def test_a_reply_told_back_to_us_is_only_written_down() -> None:
    bridge = StandInBridge()
    tell(bridge, created(item("external_id_associated_with_channelback", external_id="post:99")))
    assert bridge.results == []
    ((name, facts),) = bridge.ledger
    assert name == "zendesk.reply_linked"
    assert facts["reply"] == "post:99"
    assert facts["ticket"] == "4711"


def test_duplicates_of_a_pull_confirm_what_is_there_already() -> None:
    bridge = StandInBridge()
    data = {
        "integration_instance_name": "@acme",
        "url": "https://bridge.example/d/x/pull",
        "request_id": "r2",
        "duplicate_external_ids": [
            {"external_id": "mastodon:1", "request_id": "r1", "ticket_id": 4711, "comment_id": 9},
            {"external_id": "mastodon:2", "request_id": "r1"},
        ],
    }
    tell(bridge, event("pull_request", data))
    assert bridge.results == [
        FileResult(external_id="mastodon:1", outcome="already", ticket="4711", comment="9"),
        FileResult(external_id="mastodon:2", outcome="already"),
    ]


@pytest.mark.parametrize("type_id", ["pull_request", "channelback"])
def test_an_error_is_kept_without_what_it_quotes(type_id: str) -> None:
    bridge = StandInBridge()
    data = {"integration_instance_name": "x", "url": "x", "request_id": "r3"}
    error = (
        '502 Bad Gateway from /d/8Xq2unguessable0123456789abcdef/pull: "my parcel" '
        f"{known_metadata('s3cret')}"
    )
    tell(bridge, event(type_id, data, error=error))
    ((name, facts),) = bridge.ledger
    assert name in {"zendesk.pull_failed", "zendesk.channelback_failed"}
    assert facts["reason"].startswith("502 Bad Gateway")
    assert facts["request"] == "r3"
    for quoted in ("parcel", "8Xq2", "s3cret"):
        assert quoted not in str(facts)


@pytest.mark.parametrize("type_id", ["pull_request", "channelback"])
def test_a_call_that_went_well_leaves_no_trace(type_id: str) -> None:
    bridge = StandInBridge()
    tell(bridge, event(type_id, {"request_id": "r3", "duplicate_external_ids": []}))
    assert bridge.ledger == []
    assert bridge.results == []


@pytest.mark.parametrize(
    "type_id",
    [
        "create_integration",
        "destroy_integration",
        "create_integration_instance",
        "activate_integration_instance",
        "deactivate_integration_instance",
        "destroy_integration_instance",
    ],
)
def test_what_became_of_an_account_is_written_down_and_nothing_more(type_id: str) -> None:
    bridge = StandInBridge()
    tell(bridge, event(type_id, {"metadata": known_metadata(), "deactivated_by": "error"}))
    ((name, facts),) = bridge.ledger
    assert name == f"zendesk.{type_id}"
    assert facts["connection"] == "con_1"
    assert facts["proved"] == "yes"
    assert "s3cret" not in str(facts)
    assert bridge.connection("con_1", "s3cret") is not None


def test_a_claim_without_the_secret_is_marked_as_one() -> None:
    bridge = StandInBridge()
    data = {"metadata": known_metadata("wrong")}
    tell(bridge, event("destroy_integration_instance", data))
    assert bridge.ledger[0][1]["proved"] == "no"
    assert "wrong" not in str(bridge.ledger)


def test_a_wish_to_erase_a_person_is_written_down_only() -> None:
    bridge = StandInBridge()
    news = event("destroy_user_identity", {"author": {"external_id": "https://s.example/rosa"}})
    tell(bridge, news)
    ((name, facts),) = bridge.ledger
    assert name == "zendesk.destroy_user_identity"
    assert facts["author"] == "https://s.example/rosa"


@pytest.mark.parametrize(
    "changes", [{"integration_id": "urn:other"}, {"subdomain": "other"}, {"integration_id": 1}]
)
def test_news_in_anothers_name_is_suspicious_and_ignored(changes: dict[str, object]) -> None:
    bridge = StandInBridge()
    assert tell(bridge, created(item()) | changes).status == 200
    assert bridge.results == []
    assert [name for name, _ in bridge.ledger] == ["zendesk.event_foreign"]


def test_one_strange_event_costs_the_others_nothing() -> None:
    bridge = StandInBridge()
    strange: list[object] = [
        None,
        7,
        {},
        event("brand_new_event", {}),
        event("pull_request", None),
        event("resources_created_from_external_ids", {"resource_events": [None, {}, item("odd")]}),
        event("resources_created_from_external_ids", {"resource_events": "none"}),
        created(item(external_id=7), item(external_id="x" * 600), item(ticket_id=None)),
        created(item(ticket_id="9" * 30)),
    ]
    assert tell(bridge, *strange, created(item())).status == 200
    assert [result.external_id for result in bridge.results] == ["mastodon:1"]
    assert "zendesk.event_unknown" in {name for name, _ in bridge.ledger}
    assert all(len(value) <= 255 for _, facts in bridge.ledger for value in facts.values())


def test_the_same_news_twice_changes_nothing() -> None:
    bridge = StandInBridge()
    tell(bridge, created(item()))
    tell(bridge, created(item()))
    assert len(set(bridge.results)) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"events":{}}',
        b"[" * 100_000,
        b"\xff",
        json.dumps({"events": [{}] * 1001}).encode(),
    ],
)
def test_a_body_that_is_no_list_of_events_is_refused(body: bytes) -> None:
    bridge = StandInBridge()
    response = Zendesk().events(Request(method="POST", path="/events", body=body), bridge)
    assert response.status == 400
    assert bridge.ledger == []
