"""What can happen to a ticket, each step leaving an audit.

https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_audits/
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from answerback_sandbox.desk.records import Audit, Comment, Ticket
from answerback_sandbox.desk.refusals import invalid, not_found
from answerback_sandbox.desk.store import Store

SHOWN = (
    "subject",
    "status",
    "priority",
    "type",
    "requester_id",
    "assignee_id",
    "group_id",
    "brand_id",
    "external_id",
    "tags",
    "due_at",
    "organization_id",
    "problem_id",
    "ticket_form_id",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A comment before it is on its ticket."""

    author_id: int
    text: str
    html: str | None = None
    public: bool = True
    attachment_ids: tuple[int, ...] = ()
    external_id: str | None = None
    said_at: datetime | None = None
    display_info: tuple[Mapping[str, Any], ...] = ()
    allow_channelback: bool = False
    account_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Who does something to a ticket, by which way, and what they noted about it."""

    actor_id: int
    via: Mapping[str, Any] = field(default_factory=lambda: {"channel": "api", "source": EMPTY})
    custom: Mapping[str, Any] = field(default_factory=dict)


EMPTY: Mapping[str, Any] = {"from": {}, "to": {}, "rel": None}


def open_ticket(
    store: Store, step: Step, members: Mapping[str, Any], draft: Draft, *, follows: int | None
) -> tuple[Ticket, Audit, Comment]:
    """Creates a ticket with its first comment; `follows` names a closed ticket it continues."""
    with store.lock:
        now = store.now()
        source = store.tickets.get(follows) if follows else None
        values = dict(members)
        via = step.via
        if source is not None and source.closed:
            values.setdefault("tags", source.tags)
            values.setdefault("subject", f"Re: {source.subject or ''}".strip())
            origin = {"ticket_id": source.id, "subject": source.subject}
            how = dict(via.get("source", EMPTY))
            how |= {"from": {**how.get("from", {}), **origin}, "rel": "follow_up"}
            via = {**via, "source": how}
        ticket = Ticket(
            id=store.next_ticket_id(),
            created_at=now,
            updated_at=now,
            via=via,
            **{"status": "open" if values.get("assignee_id") else "new", **values},
        )
        store.tickets[ticket.id] = ticket
        if source is not None and source.closed:
            links = (*source.followup_ids, ticket.id)
            store.tickets[source.id] = replace(source, followup_ids=links)
        created = [
            _event(store, "Create", field_name=name, value=_shown(getattr(ticket, name)))
            for name in SHOWN
            if getattr(ticket, name) not in (None, ())
        ]
        created += [
            _event(store, "Create", field_name=str(id), value=value)
            for id, value in ticket.custom_fields.items()
        ]
        comment, audit = _record(store, ticket.id, replace(step, via=via), draft, created)
        assert comment is not None
        return ticket, audit, comment


def change_ticket(
    store: Store, step: Step, ticket_id: int, members: Mapping[str, Any], draft: Draft | None
) -> tuple[Ticket, Audit, Comment | None]:
    """Changes a ticket, comments on it, or both; a closed one refuses."""
    with store.lock:
        ticket = live_ticket(store, ticket_id)
        if ticket.closed:
            raise invalid("status", "Status: closed prevents ticket update")
        if members.get("status") == "new" and ticket.status != "new":
            raise invalid("status", "Status: cannot go back to new")
        changed = replace(ticket, **members)
        events = [
            _event(
                store,
                "Change",
                field_name=name,
                value=_shown(getattr(changed, name)),
                previous_value=_shown(getattr(ticket, name)),
            )
            for name in SHOWN
            if getattr(changed, name) != getattr(ticket, name)
        ]
        events += [
            _event(
                store,
                "Change",
                field_name=str(id),
                value=value,
                previous_value=ticket.custom_fields.get(id),
            )
            for id, value in changed.custom_fields.items()
            if ticket.custom_fields.get(id) != value
        ]
        store.tickets[ticket_id] = replace(changed, updated_at=store.now())
        comment, audit = _record(store, ticket_id, step, draft, events)
        return store.tickets[ticket_id], audit, comment


def live_ticket(store: Store, ticket_id: int) -> Ticket:
    """The ticket, unless it never was or was deleted."""
    ticket = store.tickets.get(ticket_id)
    if ticket is None or ticket.deleted:
        raise not_found()
    return ticket


def delete_ticket(store: Store, ticket_id: int) -> None:
    """Deletes a ticket as the platform does: it is gone for readers, and exports still name it."""
    with store.lock:
        ticket = live_ticket(store, ticket_id)
        store.tickets[ticket_id] = replace(ticket, deleted=True, updated_at=store.now())
        store.touch()


def merge_tickets(
    store: Store, step: Step, target_id: int, source_ids: Iterable[int], notes: Mapping[str, Any]
) -> None:
    """Closes the sources, with a comment on each and one on the target that tells of them."""
    with store.lock:
        sources = [live_ticket(store, id) for id in source_ids]
        target = live_ticket(store, target_id)
        if target.closed or any(one.closed or one.id == target_id for one in sources):
            raise invalid("base", "Merge: only other tickets that are not closed can be merged")
        names = ", ".join(f"#{one.id}" for one in sources)
        via = {"channel": "system", "source": {**EMPTY, "rel": "merge"}}
        step = replace(step, via=via)
        text = notes.get("target_comment") or f"Requests {names} were merged into this one."
        public = bool(notes.get("target_comment_is_public", False))
        draft = Draft(author_id=step.actor_id, text=text, public=public)
        change_ticket(store, step, target_id, {}, draft)
        for one in sources:
            text = notes.get("source_comment") or f"This was merged into request #{target_id}."
            public = bool(notes.get("source_comment_is_public", False))
            draft = Draft(author_id=step.actor_id, text=text, public=public)
            closing = {"status": "closed", "tags": (*one.tags, "closed_by_merge")}
            change_ticket(store, step, one.id, closing, draft)


def hide_comment(store: Store, ticket_id: int, comment_id: int, actor_id: int) -> None:
    """Makes a public comment private, for good."""
    with store.lock:
        ticket, comment = comment_on(store, ticket_id, comment_id)
        if ticket.closed:
            raise invalid("status", "Status: closed prevents ticket update")
        store.comments[comment.id] = replace(comment, public=False)
        event = _event(store, "CommentPrivacyChange", comment_id=comment.id, public=False)
        _record(store, ticket_id, Step(actor_id=actor_id), None, [event])


def reword_comment(
    store: Store, ticket_id: int, comment_id: int, actor_id: int, text: str, html: str | None
) -> Comment:
    """Replaces a comment's words by redacted ones, for good."""
    with store.lock:
        _, comment = comment_on(store, ticket_id, comment_id)
        store.comments[comment.id] = replace(comment, text=text, html=html)
        event = _event(store, "CommentRedactionEvent", comment_id=comment.id)
        _record(store, ticket_id, Step(actor_id=actor_id), None, [event])
        return store.comments[comment.id]


def comment_on(store: Store, ticket_id: int, comment_id: int) -> tuple[Ticket, Comment]:
    """A ticket and one of its comments."""
    ticket = live_ticket(store, ticket_id)
    comment = store.comments.get(comment_id)
    if comment is None or comment.ticket_id != ticket_id:
        raise not_found()
    return ticket, comment


def note_events(
    store: Store, ticket_id: int, actor_id: int, events: list[Mapping[str, Any]]
) -> None:
    """Adds events without a comment to a ticket's history, closed or not."""
    with store.lock:
        named = [{"id": store.next_id(), **event} for event in events]
        _record(store, ticket_id, Step(actor_id=actor_id), None, list(named))


def _record(
    store: Store,
    ticket_id: int,
    step: Step,
    draft: Draft | None,
    events: list[Mapping[str, Any]],
) -> tuple[Comment | None, Audit]:
    now = store.now()
    audit_id = store.next_id()
    comment = None
    if draft is not None:
        comment = Comment(
            id=store.next_id(),
            ticket_id=ticket_id,
            audit_id=audit_id,
            created_at=now,
            via=step.via,
            **{name: getattr(draft, name) for name in Draft.__slots__},
        )
        store.comments[comment.id] = comment
        store.comments_of.setdefault(ticket_id, []).append(comment.id)
        events = [{"id": comment.id, "type": "Comment"}, *events]
    audit = Audit(
        id=audit_id,
        ticket_id=ticket_id,
        author_id=step.actor_id,
        created_at=now,
        events=tuple(events),
        custom=step.custom,
        via=step.via,
    )
    store.audits[audit.id] = audit
    store.audits_of.setdefault(ticket_id, []).append(audit.id)
    store.tickets[ticket_id] = replace(store.tickets[ticket_id], updated_at=now)
    store.touch()
    return comment, audit


def _event(store: Store, type: str, **members: Any) -> Mapping[str, Any]:
    return {"id": store.next_id(), "type": type, **members}


def _shown(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, int) else value
