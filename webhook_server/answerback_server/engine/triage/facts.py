"""What triage is told of a mention, and what it says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from answerback.helpdesk import Kind, Priority
    from answerback.model import Actor, Mention

Mood = Literal["angry", "unhappy", "neutral", "praise"]
#: Why something is kept and not filed.
Kept = Literal["repost", "muted", "staff", "rule", "ceiling"]


class Customers(Protocol):
    """What the help desk knows of people. Answers at once, from memory, never over a network."""

    def value(self, actor: Actor) -> str | None:
        """What this person is worth to the company: "vip", "high", another word, or None."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One mention as an account heard it.

    `listens_for` are the listener's own settings; `waits` is how long its author has waited for
    an answer, `customer` what the help desk says they are worth.
    """

    mention: Mention
    kind: Kind
    channel: str
    account: str
    handle: str
    listener: str
    listens_for: Mapping[str, object] = field(default_factory=dict)
    waits: timedelta | None = None
    customer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a mention. `kept` says why it is not filed; None: file it.

    `reasons` are sentences for agents; `faults` name parts that failed and with what, without
    content. `account` is the answering account a rule names, by id or @handle.
    """

    kept: Kept | None = None
    priority: Priority = "normal"
    tags: tuple[str, ...] = ()
    account: str | None = None
    reasons: tuple[str, ...] = ()
    language: str | None = None
    mood: Mood | None = None
    faults: tuple[str, ...] = ()
