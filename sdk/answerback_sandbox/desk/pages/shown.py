"""Records as the pages show them: names for ids, words for times, nothing that could act."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from answerback_sandbox.desk.channel_records import Account, Integration, Reply
from answerback_sandbox.desk.desk import Desk
from answerback_sandbox.desk.inert import clean_html, safe_link
from answerback_sandbox.desk.people import channel_address
from answerback_sandbox.desk.records import Attachment, Comment, Ticket, User
from answerback_sandbox.desk.store import Store, timestamp

FACTS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A ticket in the list."""

    ticket: Ticket
    requester: User
    preview: str
    unread: bool
    trouble: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A comment in the conversation; `kind` is customer, agent or note."""

    comment: Comment
    author: User
    kind: str
    html: Markup | None
    files: list[tuple[Attachment, str]]
    facts: list[tuple[str, str, str | None]]
    original: str | None
    reply: Reply | None
    answers: str | None
    answerable: bool

    @property
    def at(self) -> datetime:
        return self.comment.said_at or self.comment.created_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """The requester, with what is known of them at their channel."""

    user: User
    address: str | None
    account: Account | None
    integration: Integration | None
    tickets: int


def rows(desk: Desk) -> list[Row]:
    """All tickets, the most recently changed first."""
    store = desk.store
    with store.lock:
        live = [one for one in store.tickets.values() if not one.deleted]
        live.sort(key=lambda one: (one.updated_at, one.id), reverse=True)
        last = {one.ticket_id: one.state for one in store.replies.values()}
        return [_row(store, one, last.get(one.id) == "failed") for one in live]


def _row(store: Store, ticket: Ticket, trouble: bool) -> Row:
    said = store.comments_on(ticket.id)
    theirs = [one for one in said if not store.users[one.author_id].staff]
    last = theirs[-1] if theirs else said[-1]
    return Row(
        ticket=ticket,
        requester=store.users[ticket.requester_id],
        preview=" ".join(last.text.split())[:140],
        unread=last.id > store.read_up_to.get(ticket.id, 0) and bool(theirs),
        trouble=trouble,
    )


def conversation(desk: Desk, ticket: Ticket) -> list[Said]:
    """What was said on a ticket, oldest first."""
    store = desk.store
    with store.lock:
        answerable = {one.id for one in desk.channelbacks.answerable(ticket)}
        return [_said(store, one, one.id in answerable) for one in store.comments_on(ticket.id)]


def _said(store: Store, comment: Comment, answerable: bool) -> Said:
    author = store.users[comment.author_id]
    kind = "note" if not comment.public else "agent" if author.staff else "customer"
    reply = store.reply_for(comment.id)
    return Said(
        comment=comment,
        author=author,
        kind=kind,
        # clean_html leaves nothing but its allow-list, all of it closed.
        html=Markup(clean_html(comment.html)) if comment.html else None,  # noqa: S704
        files=[
            (store.attachments[id], store.link_to(store.attachments[id]))
            for id in comment.attachment_ids
            if id in store.attachments
        ],
        facts=list(_facts(comment))[:FACTS],
        original=original_of(store, comment, reply),
        reply=reply,
        answers=_answered_name(store, reply),
        answerable=answerable,
    )


def original_of(store: Store, comment: Comment, reply: Reply | None) -> str | None:
    """The clickthrough address of a comment that has an original somewhere."""
    account_id = comment.account_id or (reply and reply.account_id)
    account = store.accounts.get(account_id) if account_id else None
    if account is None or not comment.external_id:
        return None
    url = store.integrations[account.integration_id].urls.get("clickthrough_url")
    if not url:
        return None
    mark = "&" if "?" in url else "?"
    return f"{url}{mark}external_id={quote(comment.external_id, safe='')}"


def _answered_name(store: Store, reply: Reply | None) -> str | None:
    if reply is None:
        return None
    for comment in store.comments_on(reply.ticket_id):
        if comment.imported and comment.external_id == reply.parent_id:
            return store.users[comment.author_id].name
    return None


def _facts(comment: Comment) -> Iterator[tuple[str, str, str | None]]:
    for info in comment.display_info:
        data: Mapping[str, Any] = info.get("data", {})
        for name, value in data.items():
            if value is None or value == "" or isinstance(value, dict):
                continue
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            if isinstance(value, bool):
                text = "yes" if value else "no"
            yield name.replace("_", " "), text[:200], safe_link(value)


def customer(desk: Desk, ticket: Ticket) -> Customer:
    """The person a ticket is about."""
    store = desk.store
    with store.lock:
        account = store.accounts.get(ticket.account_id or 0)
        integration = store.integrations.get(account.integration_id) if account else None
        user = store.users[ticket.requester_id]
        same = (one for one in store.tickets.values() if one.requester_id == user.id)
        return Customer(
            user=user,
            address=channel_address(store, integration.id, user.id) if integration else None,
            account=account,
            integration=integration,
            tickets=sum(not one.deleted for one in same),
        )


def mark_read(store: Store, ticket: Ticket) -> None:
    """Takes the new mark off a ticket."""
    with store.lock:
        said = store.comments_of.get(ticket.id)
        if said and store.read_up_to.get(ticket.id) != said[-1]:
            store.read_up_to[ticket.id] = said[-1]
            store.touch()


def ago(when: datetime, now: datetime) -> str:
    """How long ago, in a few characters."""
    seconds = int((now - when).total_seconds())
    if seconds < 45:
        return "now" if seconds > -45 else timestamp(when)[:10]
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {name}"
    return "1 min"


def file_size(data: bytes) -> str:
    """How large a file is, in words."""
    size = len(data)
    return f"{size} B" if size < 1024 else f"{size / 1024:.0f} KB"
