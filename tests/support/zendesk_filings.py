"""Filings of one customer's post, and what Zendesk is sent for them, checked on the way."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from zendesk_bridge import ACME
from zendesk_schemas import assert_valid, have_schemas

from answerback.helpdesk import Filing, Installation
from answerback.model import Actor, Mention
from answerback_sandbox.desk.rules import resource_breaches
from answerback_zendesk.host import Host
from answerback_zendesk.resource import external_resource

HOST = Host.of(Installation(id="inst_1", settings={"subdomain": "acme"}))
SANDBOX = Host.of(
    Installation(id="inst_1", settings={"subdomain": "acme", "url": "http://127.0.0.1:8080"})
)
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ROSA = Actor(
    id="https://square.example/users/rosa",
    preferred_username="rosa@square.example",
    name="Rosa",
    url="https://square.example/@rosa",
)


def mention(text: str | None = "My parcel is late", **changes: Any) -> Mention:
    """A post of Rosa's."""
    values = {
        "id": "https://square.example/1",
        "channel": "mastodon",
        "url": "https://square.example/@rosa/1",
        "text": text,
        "attributed_to": ROSA,
        "visibility": "public",
    }
    return Mention(**{**values, **changes})


def filing(said: Mention | None = None, **changes: Any) -> Filing:
    """A filing of it."""
    values = {
        "external_id": "mastodon:1",
        "conversation": "mastodon:1",
        "kind": "post",
        "brand": ACME,
        "created": NOON,
        "mention": said or mention(),
    }
    return Filing(**{**values, **changes})


def resource(said: Mention | None = None, host: Host = HOST, **changes: Any) -> dict[str, Any]:
    """What Zendesk gets, checked on the way."""
    made = external_resource(filing(said, **changes), host)
    check(made, host)
    return made


def check(made: dict[str, Any], host: Host = HOST) -> None:
    """Fail unless it is within every published limit, and can be sent at all."""
    assert [str(breach) for breach in resource_breaches(made)] == []
    assert made.get("message", "").strip()
    assert made["external_id"].isascii()
    assert made["author"]["external_id"].isascii()
    assert len(made["message"].encode()) <= 65535
    json.dumps(made, ensure_ascii=False).encode()
    if have_schemas() and not host.is_sandbox:
        assert_valid("external_resource.json", made)


def fields(made: dict[str, Any]) -> dict[str, Any]:
    """Ticket fields by name."""
    return {one["id"]: one["value"] for one in made["fields"]}
