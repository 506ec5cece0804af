"""Turns one external resource into a ticket or a comment, once.

Threading: a known thread_id or parent_id leads to its ticket, a new thread_id or none to a new
one; a closed ticket is continued by a new ticket, a solved one opens again.
https://developer.zendesk.com/api-reference/ticketing/account-configuration/channel_framework/
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from answerback_sandbox.desk.channel_records import Account, Integration, Resource
from answerback_sandbox.desk.people import channel_author
from answerback_sandbox.desk.records import PRIORITIES, STATUSES, TYPES, Comment, Ticket
from answerback_sandbox.desk.rules import MESSAGE_BYTES
from answerback_sandbox.desk.store import Store
from answerback_sandbox.desk.tickets import Draft, Step, change_ticket, open_ticket

REOPENED = ("pending", "hold", "solved")
SUBJECT_LENGTH = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a resource: a push status code, and the event that tells of it."""

    code: str
    resource: Resource | None = None
    description: str | None = None
    event: Mapping[str, Any] | None = None


def known_resource(store: Store, integration_id: int, external_id: str) -> Resource | None:
    """The resource, when it was imported or sent before."""
    return store.resources.get((integration_id, external_id))


def import_resource(
    store: Store,
    integration: Integration,
    account: Account,
    resource: Mapping[str, Any],
    *,
    attachment_ids: tuple[int, ...],
    request_id: str,
) -> Imported:
    """Imports a resource that has passed the rules."""
    external_id = resource["external_id"]
    with store.lock:
        known = known_resource(store, integration.id, external_id)
        if known is not None:
            return _again(store, integration, known)
        parent_id = resource.get("parent_id")
        ticket = _ticket_for(store, integration, resource)
        if parent_id and ticket is None:
            code = "could_not_locate_parent_external_resource"
            return Imported(code=code, description=parent_id)
        author = channel_author(store, integration, resource["author"])
        via = _via(integration, account)
        draft = _draft(resource, author.id, account.id, attachment_ids, _answerable(integration))
        step = Step(actor_id=author.id, via=via)
        event: dict[str, Any] = {"external_id": external_id}
        if ticket is None or ticket.closed:
            members = _creation_fields(resource)
            members |= {
                "requester_id": author.id,
                "submitter_id": author.id,
                "account_id": account.id,
                "allow_channelback": draft.allow_channelback,
                "thread_id": resource.get("thread_id") or (ticket and ticket.thread_id),
            }
            follows = None
            event["type_id"] = "comment_on_new_ticket"
            if ticket is not None and integration.create_followup_tickets:
                follows = ticket.id
                event["type_id"] = "comment_on_follow_up_ticket"
                # A service in production reads it so: the ticket that is followed up.
                event["follow_up_ticket_id"] = ticket.id
            made, _, comment = open_ticket(store, step, members, draft, follows=follows)
        else:
            members = {}
            if draft.public:
                members["allow_channelback"] = draft.allow_channelback
                if ticket.status in REOPENED:
                    members["status"] = "open"
            made, _, said = change_ticket(store, step, ticket.id, members, draft)
            assert said is not None
            comment = said
            event["type_id"] = "comment_on_existing_ticket"
        return _remember(store, integration, resource, made, comment, request_id, event)


def _remember(
    store: Store,
    integration: Integration,
    resource: Mapping[str, Any],
    ticket: Ticket,
    comment: Comment,
    request_id: str,
    event: dict[str, Any],
) -> Imported:
    kept = Resource(
        external_id=resource["external_id"],
        ticket_id=ticket.id,
        comment_id=comment.id,
        request_id=request_id,
    )
    store.resources[integration.id, kept.external_id] = kept
    if resource.get("thread_id"):
        store.threads[integration.id, resource["thread_id"]] = ticket.id
    event |= {"ticket_id": ticket.id, "comment_id": comment.id}
    return Imported(code="success", resource=kept, event=event)


def _again(store: Store, integration: Integration, known: Resource) -> Imported:
    event = None
    if known.sent_by_us and not known.seen_again:
        store.resources[integration.id, known.external_id] = replace(known, seen_again=True)
        event = {
            "type_id": "external_id_associated_with_channelback",
            "external_id": known.external_id,
            "ticket_id": known.ticket_id,
            "comment_id": known.comment_id,
        }
    return Imported(code="already_imported", resource=known, event=event)


def _ticket_for(
    store: Store, integration: Integration, resource: Mapping[str, Any]
) -> Ticket | None:
    ticket_id = None
    if resource.get("thread_id"):
        ticket_id = store.threads.get((integration.id, resource["thread_id"]))
    elif resource.get("parent_id"):
        parent = known_resource(store, integration.id, resource["parent_id"])
        ticket_id = parent.ticket_id if parent else None
    ticket = store.tickets.get(ticket_id) if ticket_id else None
    while ticket is not None and ticket.closed and ticket.followup_ids:
        # What is said beneath a closed ticket's comments belongs on the one that continues it.
        ticket = store.tickets[ticket.followup_ids[-1]]
    return None if ticket is not None and ticket.deleted else ticket


def _draft(
    resource: Mapping[str, Any],
    author_id: int,
    account_id: int,
    attachment_ids: tuple[int, ...],
    answerable: bool,
) -> Draft:
    text = resource["message"].encode(errors="replace")[:MESSAGE_BYTES].decode(errors="ignore")
    public = not resource.get("internal_note", False)
    return Draft(
        author_id=author_id,
        text=text,
        html=resource.get("html_message"),
        public=public,
        attachment_ids=attachment_ids,
        external_id=resource["external_id"],
        said_at=datetime.fromisoformat(resource["created_at"].upper()),
        display_info=tuple(resource.get("display_info", ())),
        allow_channelback=answerable and public and resource.get("allow_channelback", True),
        account_id=account_id,
    )


def _creation_fields(resource: Mapping[str, Any]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    custom: dict[int, Any] = {}
    for one in resource.get("fields", ()):
        id, value = one["id"], one["value"]
        if isinstance(id, int) or str(id).isdecimal():
            custom[int(id)] = value
        elif id == "subject" and isinstance(value, str):
            members["subject"] = value
        elif id == "tags":
            members["tags"] = normal_tags(value)
        elif (id, value) in _CHOICES:
            members[id] = value
    if custom:
        members["custom_fields"] = custom
    if not members.get("subject"):
        members["subject"] = " ".join(resource["message"].split())[:SUBJECT_LENGTH]
    return members


_CHOICES = {
    *(("priority", one) for one in PRIORITIES),
    *(("type", one) for one in TYPES),
    *(("status", one) for one in STATUSES if one != "closed"),
}


def normal_tags(value: object) -> tuple[str, ...]:
    """Tags as the platform keeps them: lower case, without white space, each once."""
    items = value.split() if isinstance(value, str) else value
    if not isinstance(items, list | tuple):
        return ()
    return tuple(dict.fromkeys(word for one in items for word in str(one).lower().split()))


def _answerable(integration: Integration) -> bool:
    return "channelback_url" in integration.urls


def _via(integration: Integration, account: Account) -> Mapping[str, Any]:
    service = {
        "supports_channelback": "channelback_url" in integration.urls,
        "supports_clickthrough": "clickthrough_url" in integration.urls,
        "registered_integration_service_name": integration.name,
        "registered_integration_service_external_id": integration.external_id,
        "integration_service_instance_name": account.name,
    }
    source = {"from": {"service_info": service}, "to": {}, "rel": None}
    return {"channel": "any_channel", "source": source}
