"""The contract of a channel: what a plugin for one network subclasses.

A channel is a class with constants and the methods its network can ever do. What it can do is
read off the methods it has (`capabilities(cls)`). Methods that reach the network raise the
errors of `answerback.errors`; `http` already maps the ordinary failures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from answerback._deprecation import adopt_old_methods
from answerback.budget import Budget
from answerback.calls import Request, Response
from answerback.contract import cannot, optional
from answerback.model import Actor, Item, Mention, Page, Part, Receipt
from answerback.settings import Setting

if TYPE_CHECKING:
    from answerback.errors import RemoteError
    from answerback.http import Answer, Http
    from answerback.oauth import OAuth
    from answerback.signatures import Signature

ListenerKind = Literal[
    "mentions", "comments", "direct", "reviews", "hashtag", "keyword", "conversation", "deletions"
]
Action = Literal[
    "reply", "edit", "delete", "like", "unlike", "boost", "unboost", "hide", "unhide", "direct"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A developer app registered at a network; `settings` may hold secrets, so repr hides it."""

    id: str
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One connected brand identity; `settings` holds its credentials, so repr hides it."""

    id: str
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    actor: Actor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One thing an account listens to."""

    id: str
    kind: ListenerKind
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """A kind of listener a channel offers. `every` is how often it is worth asking.

    A kind is offered once. One of the kind ``conversation`` has a setting `root`: the engine sets
    it to the `ref` of the post that became a ticket, and asks what is said below.
    """

    kind: ListenerKind
    title: str
    settings: tuple[Setting, ...] = ()
    every: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What fits into one post. `parts` is 1 where a network takes only one answer.

    `count` tells the length of an agent's words as the network counts them, with what `reply`
    adds to them: where it escapes, ``lambda text: len(escape_markdown(text))``.
    """

    length: int
    count: Callable[[str], int] = len
    parts: int = 1
    attachments: int = 0
    attachment_size: int | None = None
    media_types: frozenset[str] = frozenset()
    reply_window: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """How a second try of `reply` is safe.

    `key`: the network remembers our key for `lifetime`. `client_id`: we choose the post's id.
    `replace`: posting again replaces. `read_back`: `sent` finds it after `settle`. `none`: a
    person decides. `absence_is_proof` says whether not finding it means it was not posted.
    """

    by: Literal["key", "client_id", "replace", "read_back", "none"]
    lifetime: timedelta | None = None
    settle: timedelta = timedelta(seconds=10)
    absence_is_proof: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """What a reply carries beside the agent's words: text put in front, and length used up."""

    before: str = ""
    reserved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What became of one `ref`: present with its mention, missing for now, or gone for good."""

    ref: Mapping[str, Any]
    state: Literal["present", "missing", "gone"]
    mention: Mention | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A webhook subscription at the network; `expires` is when it must be renewed."""

    id: str
    expires: datetime | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


Target = Mention | Receipt


class Channel:
    """Hears and answers on one network.

    The docstring of a plugin states its purpose, what the network cannot do, and the page its
    facts come from. Constructing one opens nothing.

    `app` and `account` are for whom it works; `setting` reads their settings. `state` is a small
    map of what is worth knowing at the next call, as JSON can hold it: an ETag, what a server said
    of itself. What `poll` leaves there is kept with the account and given to every later object;
    losing it may cost a call more, and nothing else.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    settings: ClassVar[tuple[Setting, ...]] = ()
    listeners: ClassVar[tuple[Listening, ...]] = ()
    limits: ClassVar[Limits]
    budgets: ClassVar[tuple[Budget, ...]] = ()
    repeat: ClassVar[Repeat] = Repeat(by="none")
    signature: ClassVar[Signature | None] = None
    signed_with: ClassVar[tuple[str, ...]] = ()
    delivery_id: ClassVar[str | None] = None
    delivery_types: ClassVar[tuple[str, ...]] = (
        "application/json",
        "application/x-www-form-urlencoded",
    )
    oauth: ClassVar[OAuth | None] = None

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        adopt_old_methods(Channel, cls)

    def __init__(
        self,
        app: App | None = None,
        account: Account | None = None,
        http: Http | None = None,
        state: Mapping[str, Any] | None = None,
    ) -> None:
        self.app = app or App(id="")
        self.account = account or Account(id="")
        self._http = http
        self.state: dict[str, Any] = dict(state or {})

    @property
    def http(self) -> Http:
        """The paced, bounded way to the network. Raises RuntimeError when used offline."""
        if self._http is None:
            raise RuntimeError(f"{self.name} was made for offline use and has no way out.")
        return self._http

    def setting(self, name: str) -> Any:
        """The value of a declared app or account setting: typed, its default where none was given.

        Raises ConfigError naming it where it is missing.
        """
        declared = next(each for each in self.settings if each.name == name)
        given = self.app.settings if declared.scope == "app" else self.account.settings
        return declared.read(given.get(name), where=f"{self.name}, account '{self.account.id}'")

    @staticmethod
    def classify(answer: Answer) -> RemoteError | type[RemoteError] | None:
        """The error an answer means here, where its status says too little; None: the usual one.

        Asked for every answer, a successful one too: some platforms put errors into a 200.
        """
        return None

    def access_ends(self) -> datetime | None:
        """When the account's access ends unless its owner connects it again; None: not known.

        Pure: from what was stored with the account. The owner is warned a week ahead.
        """
        return None

    # Hearing

    @optional
    def poll(self, listener: Listener, cursor: str | None) -> Page:
        """One bounded step of reading. The same cursor gives the same items."""
        raise cannot(self, "be polled")

    @optional
    def parse(self, request: Request) -> Iterator[tuple[str | None, Item]]:
        """The items of a delivery with the account each is for. Pure and offline.

        One bad entry is an Unreadable and never costs the others. Raises Malformed only when
        nothing in it can be read.
        """
        raise cannot(self, "receive webhooks")

    @optional
    def handshake(self, request: Request) -> Response | None:
        """The answer to a platform's check of our address, or None if this is no check."""
        raise cannot(self, "answer handshakes")

    @optional
    def read(self, payload: object) -> Iterator[Item]:
        """The items of one native payload, for translation without an account. Pure and offline."""
        raise cannot(self, "read native payloads")

    @optional
    def fetch(self, refs: Sequence[Mapping[str, Any]]) -> list[Fetched]:
        """What became of each ref, in order, in as few calls as the network allows."""
        raise cannot(self, "fetch posts")

    @optional
    def thread(self, mention: Mention) -> list[Mention]:
        """The posts above this one, root first, as far as the network still shows them."""
        raise cannot(self, "fetch a thread")

    @optional
    def profile(self, actor: Actor) -> Actor:
        """All the network tells about a person."""
        raise cannot(self, "look up profiles")

    @optional
    def accounts(self, grant: Mapping[str, Any]) -> list[Account]:
        """The accounts that these settings open, each with its actor and the settings to keep.

        `grant` is every account setting: read as declared, with its default. The same settings
        are those of `self.account` then, which has no id and no actor yet: whose they are is what
        is asked. What is given goes into `Account.settings`, as `grant` or with what was learned.
        """
        raise cannot(self, "list accounts")

    @optional
    def subscribe(self, url: str) -> Subscription:
        """Ask the network to deliver to this address."""
        raise cannot(self, "subscribe")

    @optional
    def unsubscribe(self, subscription: Subscription) -> None:
        """Stop deliveries; repeating it is harmless."""
        raise cannot(self, "unsubscribe")

    @optional
    def subscription(self) -> Subscription | None:
        """The subscription as the network sees it."""
        raise cannot(self, "tell its subscription")

    @optional
    def auth(self, method: str, url: str) -> Mapping[str, str]:
        """Headers that sign one request, where a bearer token is not enough."""
        raise cannot(self, "sign requests")

    # Answering

    def own_limits(self) -> Limits:
        """The limits that hold for this account, where servers of one network differ."""
        return self.limits

    def framing(self, mention: Mention) -> Framing:
        """What `reply` will add to the agent's words when answering this mention."""
        return Framing()

    def refusal(self, action: Action, mention: Mention, account: Account) -> str | None:
        """Why this cannot be done now, in the agent's words, or None. Pure; asked before."""
        return None

    @optional
    def prepare(self, target: Target, part: Part) -> dict[str, Any]:
        """Uploads and containers: nothing public, repeatable. The result is stored."""
        raise cannot(self, "prepare a reply")

    @optional
    def reply(self, target: Target, part: Part, prepared: Mapping[str, Any]) -> Receipt:
        """Post one part under its target: exactly one public write.

        Raises Unsure when it may or may not have been posted.
        """
        raise cannot(self, "answer in public")

    @optional
    def sent(self, target: Target, part: Part, since: datetime) -> list[Receipt]:
        """Our own posts since then that could be this part: same parent, same words."""
        raise cannot(self, "read back what was sent")

    @optional
    def edit(self, receipt: Receipt, part: Part) -> Receipt:
        """Change a posted part."""
        raise cannot(self, "edit posts")

    @optional
    def delete(self, receipt: Receipt) -> None:
        """Take a posted part back; a post already gone is fine."""
        raise cannot(self, "delete posts")

    @optional
    def like(self, mention: Mention) -> None:
        """Like it; twice is once."""
        raise cannot(self, "like")

    @optional
    def unlike(self, mention: Mention) -> None:
        """Take the like back; twice is once."""
        raise cannot(self, "take a like back")

    @optional
    def boost(self, mention: Mention) -> None:
        """Share it to our followers; twice is once."""
        raise cannot(self, "boost")

    @optional
    def unboost(self, mention: Mention) -> None:
        """Take the boost back; twice is once."""
        raise cannot(self, "take a boost back")

    @optional
    def hide(self, mention: Mention) -> None:
        """Hide a comment under our post."""
        raise cannot(self, "hide comments")

    @optional
    def unhide(self, mention: Mention) -> None:
        """Show a hidden comment again."""
        raise cannot(self, "show hidden comments")

    @optional
    def direct(self, mention: Mention, part: Part) -> Receipt:
        """Write to the author in private; the receipt's `context` links the conversation."""
        raise cannot(self, "write in private")
