"""Rows as the engine sees them: plain frozen data with the columns' names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

import sqlalchemy as sa

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationRow:
    """One help desk of one company."""

    id: str
    help_desk: str
    path: str
    settings: str
    secrets: bytes | None = field(repr=False)
    rules: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRow:
    """A developer app at a network; without installation it is the operator's."""

    id: str
    channel: str
    installation: str | None
    path: str
    settings: str
    secrets: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One connected brand identity."""

    id: str
    installation: str
    channel: str
    app: str | None = None
    actor_key: str
    actor: str
    handle: str
    settings: str
    secrets: bytes | None = field(repr=False)
    state: str
    status: str
    reason: str | None
    paused_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRow:
    """An account joined to its desk."""

    id: str
    installation: str
    account: str
    secret_hash: str
    renewed_hash: str | None
    renewed: bytes | None = field(repr=False)
    issued_at: float
    offers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerRow:
    """One thing an account listens to."""

    id: str
    account: str
    kind: str
    settings: str
    conversation: str | None
    cursor: str | None
    active: bool
    every: float
    due_at: float
    failures: int
    reason: str | None
    well_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """One polled page, stored before anything else happened to it."""

    id: int
    account: str
    listener: str
    body: str = field(repr=False)
    attempts: int
    state: str = "open"
    reason: str | None = None
    received_at: float = 0.0
    replays: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """One call of a network, stored before anything else happened to it."""

    id: int
    app: str
    key: str
    head: str = field(repr=False)
    body: bytes = field(repr=False)
    state: str
    attempts: int
    reason: str | None
    received_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRow:
    """What belongs into one ticket."""

    id: str
    installation: str
    account: str
    thread: str
    ticket: str | None
    active_at: float
    priority: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionRow:
    """One thing said, by a customer or by us."""

    id: int
    installation: str
    channel: str
    key: str
    wire: str | None = field(repr=False)
    ref: str | None
    version: str | None
    updated: float | None
    parent_key: str | None
    own: bool
    outside: str | None
    private: bool
    status: str
    absent: int
    conversation: str | None
    edits: int
    kept: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingRow:
    """One thing on its way into a ticket."""

    id: int
    installation: str
    account: str
    conversation: str
    mention: int | None
    external_id: str
    kind: str
    heard: str
    note: str | None = field(repr=False)
    payload: str | None = field(repr=False)
    state: str
    offer: int
    offers: int
    offered_to: str | None
    reported: bool
    accepted: bool
    ticket: str | None
    created_at: float
    priority: str | None = None
    tags: str | None = None
    reasons: str | None = None
    reason: str | None = None
    replays: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRow:
    """What an agent answered."""

    id: str
    installation: str
    account: str
    conversation: str | None
    mention: int | None
    key: str
    text: str = field(repr=False)
    attachment: str = field(repr=False)
    state: str
    reason: str | None
    told: str | None
    desk_name: str | None
    created_at: float
    replays: int = 0
    amended: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """One part of a reply on its way to the network."""

    id: str
    reply: str
    account: str
    number: int
    of: int
    text: str = field(repr=False)
    state: str
    token: str | None
    lease_until: float | None
    due_at: float
    attempts: int
    looks: int
    since: float
    prepared: str | None = field(repr=False)
    intent_at: float | None
    receipt: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentRow:
    """One step of changing a posted reply or taking it back: what becomes of one of its parts."""

    id: int
    reply: str
    delivery: str
    account: str
    key: str
    number: int
    kind: str
    text: str | None = field(repr=False)
    state: str
    token: str | None
    attempts: int
    since: float
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionRow:
    """That a ticket should show trouble, or no longer."""

    conversation: str
    installation: str
    wanted: bool
    number: int
    attempts: int
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRow:
    """Something that was found wrong, and until when it was."""

    id: int
    kind: str
    subject: str
    installation: str | None
    words: str
    opened_at: float
    told_at: float | None
    closed_at: float | None


def one(cls: type[Row], result: sa.CursorResult[Any]) -> Row | None:
    """The first row as `cls`, or None."""
    row = result.mappings().first()
    return None if row is None else row_of(cls, row)


def every(cls: type[Row], result: sa.CursorResult[Any]) -> list[Row]:
    """All rows as `cls`."""
    return [row_of(cls, row) for row in result.mappings()]


def row_of(cls: type[Row], mapping: Any) -> Row:
    """A mapping with at least the columns of `cls` as `cls`."""
    names: Iterable[str] = (f.name for f in fields(cls))  # type: ignore[arg-type]
    return cls(**{name: mapping[name] for name in names})
