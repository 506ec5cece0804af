"""The contract of a help desk: what a plugin for one ticket system subclasses.

Some desks are called by us (their REST API), some call us (manifest, pull, channelback), some
both. Desks that call us declare those calls; their methods get a framework-free `Request` and a
`Bridge`, which is all of the engine a plugin ever sees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from answerback._deprecation import adopt_old_methods
from answerback.calls import Call
from answerback.contract import cannot, optional
from answerback.model import Actor, Attachment, Mention
from answerback.settings import Setting

if TYPE_CHECKING:
    from answerback.errors import RemoteError
    from answerback.http import Answer, Http

Kind = Literal["mention", "reply", "comment", "keyword", "review", "direct", "quote"]
Priority = Literal["low", "normal", "high", "urgent"]
Outcome = Literal["done", "already", "parent_missing", "refused", "try_later"]
ReplyState = Literal["queued", "posting", "posted", "held", "failed", "unsure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """One help desk of one company; `settings` may hold secrets, so repr hides it."""

    id: str
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """A connected account as a help desk may know it: no credentials."""

    id: str
    channel: str
    channel_title: str
    handle: str
    needs_reconnect: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """One thing to bring into a ticket; frozen when it is first offered.

    `external_id` and `conversation` are ASCII and at most 200 characters. `kind` is "post" for
    what was said, "edit" and "deletion" for what became of it, "note" for our own private word
    to the agents (`note`). `reasons` say in sentences why it has its `priority`.
    """

    external_id: str
    conversation: str
    kind: Literal["post", "edit", "deletion", "note"]
    brand: Brand
    created: datetime
    heard: Kind = "mention"
    mention: Mention | None = None
    parent: Mention | None = None
    note: str | None = field(default=None, repr=False)
    allow_reply: bool = True
    priority: Priority | None = None
    tags: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What became of one filing; `ticket` and `comment` are the desk's own ids."""

    external_id: str
    outcome: Outcome
    ticket: str | None = None
    comment: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentReply:
    """What a human agent answered in public.

    `key` is the desk's own id of this answer, the same on every re-send. `parent` is the
    external id answered, `recipient` the network id of the person addressed.
    """

    key: str
    text: str = field(repr=False)
    parent: str | None = None
    conversation: str | None = None
    recipient: str | None = None
    attachment: tuple[Attachment, ...] = ()
    agent: str | None = None
    created: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Where a reply stands. `id` is what the desk should remember it by, at all times the same
    post: the network's id once posted, our own stable id before. `reason` is for the agent."""

    id: str
    state: ReplyState
    reason: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPage:
    """One step of the sweep for agents' replies."""

    replies: tuple[AgentReply, ...] = ()
    cursor: str | None = None
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket as the desk names it."""

    id: str
    url: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketChange:
    """What to change on a ticket; `None` leaves a thing alone."""

    status: str | None = None
    priority: Priority | None = None
    group: str | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """What the desk knows of a person: its own id and what they are worth to the company."""

    id: str
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One brand joined to the desk. `renewed` is a new secret to hand over, if one is due."""

    id: str
    brand: Brand
    renewed: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A set-up under way. Until it is unlocked it lists nothing."""

    facts: Mapping[str, str]
    unlocked: bool
    brands: tuple[Brand, ...] = ()
    connection: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What waits for a desk that pulls; `number` comes back as acknowledgement."""

    number: int
    filings: tuple[Filing, ...]


class Bridge(Protocol):
    """What the engine lets a desk's call do, for one installation."""

    @property
    def installation(self) -> Installation:
        """The installation called."""
        ...

    def begin_setup(self, facts: Mapping[str, str], *, connection: str | None = None) -> str:
        """Start a short-lived set-up and return its unguessable id. `facts` stay on the server.

        With `connection` (proved by its secret) the set-up starts unlocked.
        """
        ...

    def setup(self, session: str) -> Setup | None:
        """The set-up under way, or None when unknown or expired."""
        ...

    def unlock(self, session: str, code: str) -> bool:
        """Spend the one-time set-up code. False when wrong, spent, expired or tried too often."""
        ...

    def connect(self, session: str, brand: str) -> tuple[str, str]:
        """Join a brand to the desk: the connection's id and its secret, shown only here.

        Raises BadRequest when the set-up is locked or the brand is not this installation's.
        """
        ...

    def connection(self, id: str, secret: str) -> Connection | None:
        """The connection this secret belongs to, compared in constant time, or None."""
        ...

    def take(self, connection: Connection, *, acknowledged: int, limit: int) -> Offer:
        """What waits for this connection, oldest first, parents before children.

        Everything offered up to `acknowledged` counts as accepted; what was offered later is
        offered again. Reads and writes tables only, never the network.
        """
        ...

    def confirm(self, results: Sequence[FileResult]) -> None:
        """Take note of what the desk reports about filings; unknown ids are ignored."""
        ...

    def accept(self, connection: Connection, reply: AgentReply, *, wait: float) -> Accepted:
        """Store the reply, then wait at most `wait` seconds for it to be posted.

        The same key again gives the stored answer. Never raises once the reply is stored.
        """
        ...

    def original(self, external_id: str) -> str | None:
        """The permalink of something filed or posted, or None when unknown here."""
        ...

    def record(self, event: str, facts: Mapping[str, str]) -> None:
        """Write an event of the desk into the ledger. Facts hold ids and reasons, no content."""
        ...


class HelpDesk:
    """Files what customers said, and reports what agents answered.

    The docstring of a plugin states its purpose, what the desk cannot do, and the page its
    facts come from. Constructing one opens nothing.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    settings: ClassVar[tuple[Setting, ...]] = ()
    calls: ClassVar[tuple[Call, ...]] = ()
    batch: ClassVar[int] = 1

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        adopt_old_methods(HelpDesk, cls)

    def __init__(
        self,
        installation: Installation | None = None,
        http: Http | None = None,
        state: Mapping[str, Any] | None = None,
    ) -> None:
        self.installation = installation or Installation(id="")
        self._http = http
        self.state: dict[str, Any] = dict(state or {})

    @property
    def http(self) -> Http:
        """The paced, bounded way to the desk. Raises RuntimeError when used offline."""
        if self._http is None:
            raise RuntimeError(f"{self.name} was made for offline use and has no way out.")
        return self._http

    @staticmethod
    def classify(answer: Answer) -> RemoteError | type[RemoteError] | None:
        """The error an answer means here, where its status says too little; None: the usual one."""
        return None

    @optional
    def file(self, batch: Sequence[Filing]) -> list[FileResult]:
        """Bring each filing into its ticket; one result each, in order. Repeating is harmless."""
        raise cannot(self, "be filed into by call")

    @optional
    def note(self, ticket: str, text: str) -> None:
        """Write a private note."""
        raise cannot(self, "take notes by call")

    @optional
    def update(self, ticket: str, change: TicketChange) -> None:
        """Change status, priority, group and tags in one step."""
        raise cannot(self, "change tickets by call")

    @optional
    def redact(self, ticket: str, comment: str) -> None:
        """Remove a comment's words for good; repeating is harmless."""
        raise cannot(self, "redact by call")

    @optional
    def replies_since(self, cursor: str | None) -> ReplyPage:
        """Agents' public replies since then. The truth; webhooks are only hints."""
        raise cannot(self, "be swept for replies")

    @optional
    def find(self, external_id: str) -> Ticket | None:
        """The ticket a filing went into."""
        raise cannot(self, "find tickets")

    @optional
    def customer(self, actor: Actor) -> Customer | None:
        """The customer with this immutable network id."""
        raise cannot(self, "look up customers")

    @optional
    def report_failure(self, reply: str, reason: str) -> None:
        """Tell the desk that a reply it believes sent was not; `reply` is its `AgentReply.key`."""
        raise cannot(self, "be told of late failures")

    @optional
    def forget(self, actor: Actor) -> None:
        """Erase a person."""
        raise cannot(self, "erase people by call")
