"""The desk's memory: tables of records behind one lock, ids, settings and the clock.

Nothing survives the process; that is what a sandbox is for.
"""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from answerback_sandbox.desk.channel_records import (
    Account,
    Breach,
    Callback,
    Integration,
    Problem,
    Reply,
    Resource,
    Setup,
)
from answerback_sandbox.desk.records import (
    Attachment,
    Audit,
    Comment,
    Identity,
    KeptAnswer,
    Ticket,
    Upload,
    User,
)

KEPT = 1000  # callbacks and problems, newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be changed while the desk runs, at ``/_sandbox/settings``. Times are seconds."""

    pull_seconds: float = 3.0
    pull_timeout: float = 60.0
    errors_to_deactivate: int = 10
    channelback_timeout: float = 15.0
    channelback_resends: int = 3
    channelback_spacing: float = 2.0
    callback_tries: int = 3
    callback_spacing: float = 1.0
    repeat_channelbacks: bool = False
    repeat_callbacks: bool = False
    rate_limit: int = 700
    updates_per_ticket: int = 30
    export_delay: float = 60.0

    def changed(self, values: Mapping[str, Any]) -> "Settings":
        """These settings with some replaced; ValueError names what does not fit."""
        known = asdict(self)
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"there is no setting {name}; there are {', '.join(known)}")
            wanted = (bool,) if isinstance(known[name], bool) else (int, float)
            if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
                raise ValueError(f"{name} is a {'true or false' if bool in wanted else 'number'}")
            if not isinstance(value, bool) and value < 0:
                raise ValueError(f"{name} is not below zero")
            known[name] = type(known[name])(value)
        return Settings(**known)


class Store:
    """All tables. Hold `lock` to change anything, or to read what belongs together."""

    def __init__(
        self, *, subdomain: str, clock: Callable[[], datetime], settings: Settings | None = None
    ) -> None:
        self.subdomain = subdomain
        self.clock = clock
        self.url = ""
        self.settings = settings or Settings()
        self.lock = threading.RLock()
        self.users: dict[int, User] = {}
        self.identities: dict[int, Identity] = {}
        self.attachments: dict[int, Attachment] = {}
        self.uploads: dict[str, Upload] = {}
        self.tickets: dict[int, Ticket] = {}
        self.comments: dict[int, Comment] = {}
        self.comments_of: dict[int, list[int]] = {}
        self.audits: dict[int, Audit] = {}
        self.audits_of: dict[int, list[int]] = {}
        self.kept_answers: dict[str, KeptAnswer] = {}
        self.job_results: dict[str, Mapping[str, Any]] = {}
        self.integrations: dict[int, Integration] = {}
        self.accounts: dict[int, Account] = {}
        self.setups: dict[str, Setup] = {}
        self.resources: dict[tuple[int, str], Resource] = {}
        self.threads: dict[tuple[int, str], int] = {}
        self.replies: dict[int, Reply] = {}
        self.callbacks: dict[int, Callback] = {}
        self.problems: dict[tuple[Any, ...], Problem] = {}
        self.read_up_to: dict[int, int] = {}
        self.revision = 0
        self._ticket_ids = count(1)
        self._ids = count(20_261_121_001)

    def now(self) -> datetime:
        return self.clock().astimezone(UTC)

    def in_(self, **span: float) -> datetime:
        """The time so much from now: ``in_(minutes=60)``."""
        return self.now() + timedelta(**span)

    def next_id(self) -> int:
        return next(self._ids)

    def next_ticket_id(self) -> int:
        return next(self._ticket_ids)

    def token(self) -> str:
        """An unguessable name for a link or a key."""
        return secrets.token_urlsafe(24)

    def touch(self) -> None:
        """Tells everybody who watches that something changed."""
        with self.lock:
            self.revision += 1

    def comments_on(self, ticket_id: int) -> list[Comment]:
        """A ticket's comments, oldest first."""
        with self.lock:
            return [self.comments[id] for id in self.comments_of.get(ticket_id, ())]

    def audits_on(self, ticket_id: int) -> list[Audit]:
        """A ticket's history, oldest first."""
        with self.lock:
            return [self.audits[id] for id in self.audits_of.get(ticket_id, ())]

    def reply_for(self, comment_id: int) -> Reply | None:
        """How a comment fared as a reply to its channel, if it was one."""
        with self.lock:
            found = (one for one in self.replies.values() if one.comment_id == comment_id)
            return next(found, None)

    def report(
        self,
        document: str,
        breaches: list[Breach],
        *,
        integration_id: int | None = None,
        account_id: int | None = None,
        external_id: str | None = None,
    ) -> None:
        """Keeps breaches of the rules where people look for them, each once and counted."""
        with self.lock:
            for breach in breaches:
                key = (document, breach, integration_id, account_id, external_id)
                known = self.problems.pop(key, None)
                self.problems[key] = Problem(
                    id=known.id if known else self.next_id(),
                    at=self.now(),
                    document=document,
                    breach=breach,
                    integration_id=integration_id,
                    account_id=account_id,
                    external_id=external_id,
                    times=known.times + 1 if known else 1,
                )
            for old in list(self.problems)[:-KEPT]:
                del self.problems[old]
            if breaches:
                self.touch()

    def change_account(self, account_id: int, **values: Any) -> Account | None:
        """Replaces members of an account; None when it is gone."""
        with self.lock:
            account = self.accounts.get(account_id)
            if account is None:
                return None
            self.accounts[account_id] = replace(account, **values)
            self.touch()
            return self.accounts[account_id]

    def add_attachment(self, file_name: str, content_type: str, data: bytes) -> Attachment:
        """Stores a file."""
        with self.lock:
            attachment = Attachment(
                id=self.next_id(),
                token=self.token(),
                file_name=file_name or "file",
                content_type=content_type or "application/octet-stream",
                data=data,
                created_at=self.now(),
            )
            self.attachments[attachment.id] = attachment
            return attachment

    def link_to(self, attachment: Attachment) -> str:
        """Where an attachment can be read."""
        return f"{self.url}/attachments/token/{attachment.token}/"


def timestamp(when: datetime) -> str:
    """RFC 3339 in UTC, to the second, as the platform writes times."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
