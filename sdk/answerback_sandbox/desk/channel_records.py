"""What the desk keeps of the Channel Framework: integrations, accounts, replies, callbacks.

https://developer.zendesk.com/documentation/channel_framework/
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One rule that a document breaks: where in it, and which rule in words."""

    where: str
    rule: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.rule}" if self.where else self.rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A breach as found in traffic, last at `at`; a warning was let through, others refused."""

    id: int
    at: datetime
    document: str
    breach: Breach
    integration_id: int | None = None
    account_id: int | None = None
    external_id: str | None = None
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """One integration service as its manifest described it when last read."""

    id: int
    manifest_url: str
    created_at: datetime
    installed: bool = False
    name: str = ""
    external_id: str = ""
    version: str = ""
    author: str = ""
    push_client_id: str | None = None
    channelback_files: bool = False
    create_followup_tickets: bool = True
    urls: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Breach, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One integration account (the documents also say instance) with its two opaque strings."""

    id: int
    integration_id: int
    name: str
    metadata: str
    state: str
    created_at: datetime
    active: bool = True
    push_id: str | None = None
    push_token: str | None = field(default=None, repr=False)
    metadata_needs_update: bool = False
    errors_in_a_row: int = 0
    last_error: str | None = None
    last_pull_at: datetime | None = None
    pulls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """An admin UI that was opened and has not finished; `token` ends its return_url."""

    token: str
    integration_id: int
    account_id: int | None
    expires_at: datetime
    push_id: str | None = None
    push_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """An external id the desk knows, and the comment that holds it."""

    external_id: str
    ticket_id: int
    comment_id: int
    request_id: str
    sent_by_us: bool = False
    seen_again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to hand a reply over."""

    at: datetime
    outcome: str
    status: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An agent's public reply on its way: `sending`, then `sent` or `failed` with a reason."""

    id: int
    ticket_id: int
    comment_id: int
    account_id: int
    parent_id: str | None
    request_unique_identifier: str
    state: str = "sending"
    external_id: str | None = None
    reason: str | None = None
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A batch of events for an integration's event_callback_url, and how delivery went."""

    id: int
    integration_id: int
    url: str
    events: tuple[Mapping[str, Any], ...]
    created_at: datetime
    state: str = "waiting"
    attempts: tuple[Attempt, ...] = ()
