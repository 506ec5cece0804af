"""Event callbacks: what Zendesk says became of things.

Nothing proves who sent them, beyond knowing our path. So they only confirm what we filed
ourselves and are otherwise written down: they never connect, disconnect or erase anything.
Each event stands alone, and may come twice.
https://developer.zendesk.com/documentation/channel_framework/understanding-the-channel-framework/event_callbacks/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from answerback.calls import Request, Response
from answerback.errors import Malformed
from answerback.helpdesk import Bridge, FileResult, Outcome
from answerback_zendesk.host import Host
from answerback_zendesk.markup import one_line
from answerback_zendesk.metadata import proved, read_metadata

MOST_EVENTS = 1000
MOST_RESULTS = 1000
ID_LENGTH = 511

_KNOWN = frozenset(
    {
        "create_integration",
        "destroy_integration",
        "create_integration_instance",
        "destroy_integration_instance",
        "activate_integration_instance",
        "deactivate_integration_instance",
        "destroy_user_identity",
        "pull_request",
        "resources_created_from_external_ids",
        "channelback",
    }
)
_FILED = frozenset(
    {"comment_on_new_ticket", "comment_on_existing_ticket", "comment_on_follow_up_ticket"}
)
_ANSWERED = "external_id_associated_with_channelback"
_NUMBER = re.compile(r"[0-9]{1,19}")
# Zendesk's errors quote what it read or called: our path, a secret, a customer's words.
_QUOTED = re.compile(r"[\"'“‘].*[\"'”’]|[A-Za-z0-9_-]{24,}", re.DOTALL)


def answer(request: Request, bridge: Bridge) -> Response:
    """Takes note of each event; one that cannot be read costs the others nothing."""
    body = request.json()
    events = body.get("events") if isinstance(body, dict) else None
    if not isinstance(events, list):
        raise Malformed("The body holds no list of events.")
    if len(events) > MOST_EVENTS:
        raise Malformed(f"The body holds more than {MOST_EVENTS} events.")
    host = Host.of(bridge.installation)
    for event in events:
        _take(event if isinstance(event, dict) else {}, host, bridge)
    return Response.of_text("ok")


def _take(event: Mapping[str, Any], host: Host, bridge: Bridge) -> None:
    type_id = _id(event.get("type_id"))
    data = event.get("data")
    if not type_id or not isinstance(data, dict):
        bridge.record("zendesk.event_unreadable", _facts(event=type_id))
        return
    facts = _facts(
        event=type_id,
        at=event.get("timestamp"),
        request=data.get("request_id"),
        reason=_reason(event.get("error")),
    )
    theirs = (event.get("integration_id"), str(event.get("subdomain")).lower())
    if theirs != (host.integration_id, host.subdomain):
        # Our path is secret: whoever calls it in another's name was told it, or mixes things up.
        bridge.record("zendesk.event_foreign", facts | _facts(integration=theirs[0]))
    elif type_id not in _KNOWN:
        bridge.record("zendesk.event_unknown", facts)
    elif type_id == "resources_created_from_external_ids":
        _created(data, facts, bridge)
    elif type_id == "pull_request":
        _pulled(data, facts, bridge)
    elif type_id == "channelback":
        if "reason" in facts:
            bridge.record("zendesk.channelback_failed", facts)
    else:
        bridge.record(f"zendesk.{type_id}", facts | _about(data, bridge))


def _created(data: Mapping[str, Any], facts: Mapping[str, str], bridge: Bridge) -> None:
    if "reason" in facts:
        # Made, and failed: what it says of tickets is not to be relied on.
        bridge.record("zendesk.creation_failed", facts)
        return
    filed = []
    for item in _items(data.get("resource_events")):
        kind = item.get("type_id")
        result = _result(item, "done")
        if kind in _FILED and result is not None:
            filed.append(result)
        elif kind == _ANSWERED and result is not None:
            bridge.record("zendesk.reply_linked", {**facts, **_result_facts(result)})
        else:
            bridge.record("zendesk.event_unreadable", {**facts, **_facts(item=kind)})
    if filed:
        bridge.confirm(filed)


def _pulled(data: Mapping[str, Any], facts: Mapping[str, str], bridge: Bridge) -> None:
    known = [_result(item, "already") for item in _items(data.get("duplicate_external_ids"))]
    results = [result for result in known if result is not None]
    if results:
        bridge.confirm(results)
    if "reason" in facts:
        bridge.record("zendesk.pull_failed", facts)


def _items(items: object) -> Iterator[Mapping[str, Any]]:
    for item in (items if isinstance(items, list) else [])[:MOST_RESULTS]:
        yield item if isinstance(item, dict) else {}


def _result(item: Mapping[str, Any], outcome: Outcome) -> FileResult | None:
    external_id = item.get("external_id")
    if not isinstance(external_id, str) or not 0 < len(external_id) <= ID_LENGTH:
        return None
    if not external_id.isascii():
        return None
    ticket = _ticket(item)
    comment = _id(item.get("comment_id"))
    if comment is not None and not _NUMBER.fullmatch(comment):
        comment = None
    if outcome == "done" and ticket is None:
        return None
    return FileResult(external_id=external_id, outcome=outcome, ticket=ticket, comment=comment)


def _ticket(item: Mapping[str, Any]) -> str | None:
    """The ticket a comment stands in.

    A follow-up tells two, and it is not documented which is which: a service in production
    reads `follow_up_ticket_id` as the old one. Ids only grow, so the greater is the new one.
    """
    told = [_id(item.get(name)) for name in ("ticket_id", "follow_up_ticket_id")]
    numbers = [int(id) for id in told if id and _NUMBER.fullmatch(id)]
    return str(max(numbers)) if numbers else None


def _result_facts(result: FileResult) -> dict[str, str]:
    return _facts(reply=result.external_id, ticket=result.ticket, comment=result.comment)


def _about(data: Mapping[str, Any], bridge: Bridge) -> dict[str, str]:
    """Whom an event is about, by ids alone; metadata is read and never written down."""
    metadata = data.get("metadata")
    metadata = metadata if isinstance(metadata, str) else ""
    claimed = read_metadata(metadata)
    author = data.get("author")
    return _facts(
        connection=claimed[0] if claimed else None,
        proved=("yes" if proved(metadata, bridge) else "no") if claimed else None,
        author=author.get("external_id") if isinstance(author, dict) else None,
        by=data.get("deactivated_by"),
        reason=_reason(data.get("deactivating_error")),
    )


def _reason(error: object) -> str | None:
    """The kind of an error: what stands before its first colon. The rest may quote anybody."""
    if not isinstance(error, str):
        return None
    kind, colon, _rest = error[:2000].partition(":")
    return one_line(_QUOTED.sub("…", kind), 80) + (": …" if colon else "")


def _id(value: object) -> str | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if value and (whole or isinstance(value, str)) else None


def _facts(**facts: object) -> dict[str, str]:
    told = {name: _id(value) for name, value in facts.items()}
    return {name: one_line(value, 255) for name, value in told.items() if value}
