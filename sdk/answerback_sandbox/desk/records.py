"""What the desk keeps: people, tickets, comments, files and audits.

Records are replaced, never changed, so a reader without the lock still sees something whole.
Members are those of the Support API: https://developer.zendesk.com/api-reference/ticketing/
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
PRIORITIES = ("urgent", "high", "normal", "low")
TYPES = ("problem", "incident", "question", "task")
STAFF = ("agent", "admin")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Someone who asks or answers."""

    id: int
    name: str
    created_at: datetime
    updated_at: datetime
    role: str = "end-user"
    email: str | None = None
    external_id: str | None = None
    locale: str = "en-US"
    photo_url: str | None = None
    phone: str | None = None
    notes: str | None = None
    details: str | None = None
    tags: tuple[str, ...] = ()
    user_fields: Mapping[str, Any] = field(default_factory=dict)
    active: bool = True

    @property
    def staff(self) -> bool:
        return self.role in STAFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One way to recognise a user; a customer of a channel has one of type any_channel."""

    id: int
    user_id: int
    type: str
    value: str
    created_at: datetime
    primary: bool = False
    verified: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file, reachable for whoever knows its token."""

    id: int
    token: str
    file_name: str
    content_type: str
    data: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """Files sent ahead of the comment they belong to."""

    token: str
    attachment_ids: tuple[int, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One contribution to a ticket; `external_id` is set if it came from or went to a channel."""

    id: int
    ticket_id: int
    audit_id: int
    author_id: int
    text: str
    created_at: datetime
    html: str | None = None
    public: bool = True
    via: Mapping[str, Any] = field(default_factory=dict)
    attachment_ids: tuple[int, ...] = ()
    external_id: str | None = None
    said_at: datetime | None = None
    display_info: tuple[Mapping[str, Any], ...] = ()
    allow_channelback: bool = False
    account_id: int | None = None

    @property
    def imported(self) -> bool:
        """Whether it came through a channel, rather than from somebody at this desk."""
        return self.said_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One case. `account_id` names the channel account it came through."""

    id: int
    requester_id: int
    submitter_id: int
    created_at: datetime
    updated_at: datetime
    subject: str | None = None
    status: str = "new"
    priority: str | None = None
    type: str | None = None
    assignee_id: int | None = None
    group_id: int | None = None
    brand_id: int | None = None
    organization_id: int | None = None
    ticket_form_id: int | None = None
    problem_id: int | None = None
    custom_status_id: int | None = None
    due_at: str | None = None
    external_id: str | None = None
    recipient: str | None = None
    tags: tuple[str, ...] = ()
    collaborator_ids: tuple[int, ...] = ()
    follower_ids: tuple[int, ...] = ()
    email_cc_ids: tuple[int, ...] = ()
    custom_fields: Mapping[int, Any] = field(default_factory=dict)
    via: Mapping[str, Any] = field(default_factory=dict)
    followup_ids: tuple[int, ...] = ()
    account_id: int | None = None
    thread_id: str | None = None
    allow_channelback: bool = False
    deleted: bool = False

    @property
    def closed(self) -> bool:
        return self.status == "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """One step in a ticket's history, with the events it consisted of."""

    id: int
    ticket_id: int
    author_id: int
    created_at: datetime
    events: tuple[Mapping[str, Any], ...]
    custom: Mapping[str, Any] = field(default_factory=dict)
    via: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """The answer to a request that came with an Idempotency-Key; `asked` is a hash of its body."""

    asked: str
    data: bytes
    location: str
    expires_at: datetime
