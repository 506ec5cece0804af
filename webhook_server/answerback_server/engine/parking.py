"""What waits for a person, of every kind, and a real new attempt for it: one, or many by filter.

rep_…       an answer that is held, failed, or in a doubt that only people can settle
filing:N    something that could not be brought into its ticket
page:N      a stored page of a network that could not be applied
call:N      what a network delivered and its channel could not read
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from answerback_server.engine import hear, reopen
from answerback_server.store import apps, filings, inbox, ledger

if TYPE_CHECKING:
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.database import Transaction

Kind = Literal["reply", "filing", "page", "call"]
KINDS: tuple[Kind, ...] = ("reply", "filing", "page", "call")
#: Calls looked through at a time; the oldest, since they are let go oldest first.
CALLS = 1000
_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing a person has to decide about; `since` in seconds since 1970."""

    id: str
    kind: Kind
    state: str
    reason: str
    installation: str
    account: str
    since: float
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which of them are meant; what is None leaves all."""

    kinds: Sequence[Kind] = KINDS
    installation: str | None = None
    account: str | None = None
    state: str | None = None
    reason: str | None = None
    since: float | None = None

    def takes(self, one: Waiting) -> bool:
        """Whether it is meant."""
        return (
            one.kind in self.kinds
            and self.installation in (None, one.installation)
            and self.account in (None, one.account)
            and self.state in (None, one.state)
            and (self.reason is None or self.reason.lower() in one.reason.lower())
            and (self.since is None or one.since >= self.since)
        )


def waiting(assembly: Assembly, wanted: Filter | None = None) -> list[Waiting]:
    """What waits for a person, each kind oldest first."""
    takes = (wanted or Filter()).takes
    with assembly.database.read() as tx:
        return [one for one in _every(assembly, tx) if takes(one)]


def named(assembly: Assembly, id: str) -> Waiting | None:
    """What waits under this id, however much waits before it."""
    kind, _, number = id.partition(":")
    call = int(number) if kind == "call" and _NUMBER.fullmatch(number) else None
    with assembly.database.read() as tx:
        every = _every(assembly, tx, call)
    return next((one for one in every if one.id == id), None)


def _every(assembly: Assembly, tx: Transaction, call: int | None = None) -> list[Waiting]:
    found = [
        Waiting(
            id=row.id,
            kind="reply",
            state=row.state,
            reason=row.reason or "",
            installation=row.installation,
            account=row.account,
            since=row.created_at,
            attempt=row.replays + 1,
        )
        for row in reopen.waiting(assembly)
    ]
    found += [
        Waiting(
            id=f"filing:{row.id}",
            kind="filing",
            state="parked",
            reason=row.reason or "",
            installation=row.installation,
            account=row.account,
            since=row.created_at,
            attempt=row.replays + 1,
        )
        for row in filings.parked(tx)
    ]
    found += [
        Waiting(
            id=f"page:{row.id}",
            kind="page",
            state="parked",
            reason=row.reason or "",
            installation=installation,
            account=row.account,
            since=row.received_at,
            attempt=row.replays + 1,
        )
        for row, installation in inbox.parked(tx)
    ]
    whose = {row.id: row.installation for row in apps.listing(tx)}
    found += [
        Waiting(
            id=f"call:{row.id}",
            kind="call",
            state="parked",
            reason=row.reason or "",
            installation=whose.get(row.app) or "",
            account="",
            since=row.received_at,
            attempt=row.attempts + 1,
        )
        for row in assembly.calls.parked(CALLS, call)
    ]
    return found


def again(assembly: Assembly, one: Waiting) -> str | None:
    """Make a real new attempt, with its own number. Why not, if not."""
    if one.kind == "reply":
        return reopen.reopen(assembly, one.id, posted=False)
    number = int(one.id.partition(":")[2])
    if one.kind == "call" and not assembly.calls.reopen(number):
        return f"'{one.id}' is not parked any more."
    with assembly.database.write() as tx:
        if one.kind == "call":
            went = True
        elif one.kind == "filing":
            went = filings.reopen(tx, number)
        else:
            # One try, so that a page that fails again holds up nothing behind it.
            went = inbox.reopen(tx, number, attempts=hear.TRIES)
        if not went:
            return f"'{one.id}' is not parked any more."
        subject = f"inbox:{number}" if one.kind == "page" else one.id
        installation = one.installation or None
        ledger.write(tx, subject, "replayed", installation=installation, attempt=one.attempt + 1)
    return None
