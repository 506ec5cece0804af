"""Sorts what networks delivered: each stored call is read once, and its items go to accounts.

Reading a call is pure and reaches nobody. What it tells becomes pages in the main database, the
same as polled ones; a hint makes the engine ask. Only then is the call marked as done, so that a
death in between repeats it, and each page knows which part of which call it came from.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from answerback.calls import Request
from answerback.contract import capabilities
from answerback.errors import Malformed
from answerback.model import Activity, Hint, Mention, Unreadable
from answerback.plugins import load_channel
from answerback_server.engine import steps
from answerback_server.engine.pages import listening, orphans, wired
from answerback_server.store import accounts, apps, inbox, ledger
from answerback_server.store.database import BadValue, StoreError, digest

if TYPE_CHECKING:
    from answerback.channel import Channel
    from answerback.model import Item
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.database import Transaction
    from answerback_server.store.rows import AccountRow, AppRow, CallRow, ListenerRow

CALLS = 20
#: Activities of one page, since a page is applied in one transaction.
PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What a call tells, and why it tells no more where reading it ended early."""

    items: Sequence[tuple[str | None, Item]]
    fault: str | None = None


@dataclass(slots=True, kw_only=True)
class _Share:
    """What one account is told by one call."""

    account: AccountRow
    listeners: Sequence[ListenerRow]
    activities: dict[str, list[Activity]] = field(default_factory=lambda: defaultdict(list))
    refs: list[dict[str, Any]] = field(default_factory=list)
    rung: set[str] = field(default_factory=set)


def settle(assembly: Assembly, app: str, stopping: Callable[[], bool]) -> None:
    """Sort the stored calls of an app; those of an app that was removed are set aside."""
    with assembly.database.read() as tx:
        row = apps.get(tx, app)
    if row is not None:
        Sorter(assembly, row).drain(stopping)
        return
    while left := assembly.calls.take(app, CALLS):
        assembly.calls.park(dict.fromkeys((one.id for one in left), "The app was removed."))


class Sorter:
    """Sorts the stored calls of one app."""

    def __init__(self, assembly: Assembly, app: AppRow) -> None:
        self._assembly = assembly
        self._database = assembly.database
        self._app = app
        self._channel = load_channel(app.channel)

    def drain(self, stopping: Callable[[], bool]) -> None:
        """Sort what is open, in the order it came, some calls a transaction."""
        reader = self._channel(self._assembly.app(self._app))
        while not stopping():
            calls = self._assembly.calls.take(self._app.id, CALLS)
            if not calls:
                return
            steps.reached("sort.taken")
            read = [(call, _read(reader, call)) for call in calls]
            try:
                self._store_all(read)
            except Exception as error:  # noqa: BLE001 (one call's own mistake, whosoever's)
                _unless_the_store_is_away(error)
                read = [self._stored_alone(*one) for one in read]
            steps.reached("sort.stored")
            faults = {call.id: told.fault for call, told in read if told.fault is not None}
            self._assembly.calls.done([call.id for call in calls if call.id not in faults])
            self._assembly.calls.park(faults)
            steps.reached("sort.done")

    def _store_all(self, read: Sequence[tuple[CallRow, _Read]]) -> None:
        with self._database.write() as tx:
            for call, told in read:
                self._store(tx, call, told)
            steps.reached("sort.storing")

    def _stored_alone(self, call: CallRow, told: _Read) -> tuple[CallRow, _Read]:
        """One call by itself, so that what is wrong with it costs the others nothing."""
        try:
            self._store_all([(call, told)])
        except BadValue:
            return call, _Read(items=(), fault="It holds what cannot be stored.")
        except Exception as error:  # noqa: BLE001 (what the plugin told is of no use: this call's only)
            _unless_the_store_is_away(error)
            return call, _Read(items=(), fault=f"{type(error).__name__} in the channel")
        return call, told

    def _store(self, tx: Transaction, call: CallRow, read: _Read) -> None:
        subject = f"call:{call.id}"
        rows = apps.accounts_of(tx, self._app.id)
        shares: dict[str, _Share] = {}
        for id, item in read.items:
            if isinstance(item, Unreadable):
                where = {"position": item.position, "reason": item.reason}
                ledger.write(tx, subject, "unreadable", app=self._app.id, **where)
                continue
            if not isinstance(item, Activity | Hint):
                continue
            meant = self._meant(rows, id, item)
            if not meant:
                told = None if id is None else id[:200]
                ledger.write(tx, subject, "unknown account", app=self._app.id, account=told)
            for row in meant:
                if row.id not in shares:
                    known = [
                        one for one in accounts.listeners_of(tx, row.id) if one.conversation is None
                    ]
                    shares[row.id] = _Share(account=row, listeners=known)
                self._add(tx, subject, shares[row.id], item)
        for share in shares.values():
            self._hand_on(tx, call, share)
        if read.fault is not None:
            ledger.write(tx, subject, "parked", app=self._app.id, reason=read.fault)

    def _meant(
        self, rows: Sequence[AccountRow], id: str | None, item: Activity | Hint
    ) -> list[AccountRow]:
        """The accounts an item is for. Without a name, words belong to an app's only account,
        while a hint makes every one of them look for itself."""
        if id is None:
            return list(rows) if isinstance(item, Hint) or len(rows) == 1 else []
        key = digest("actor", self._app.channel, id)
        return [row for row in rows if row.actor_key == key or _native_id(row) == id]

    def _add(self, tx: Transaction, subject: str, share: _Share, item: Activity | Hint) -> None:
        if isinstance(item, Activity) and self._channel.signature is None:
            # Nobody signed it, so it is believed only where the network confirms it.
            thing = item.object
            ref = thing.ref if isinstance(thing, Mention) else None
            item = Hint(refs=() if ref is None else (ref,), reason="unsigned")
        if isinstance(item, Hint):
            if item.refs and "fetch" in capabilities(self._channel):
                share.refs += [dict(ref) for ref in item.refs]
            else:
                active = [one for one in share.listeners if one.active]
                named = [one for one in active if item.listener in (one.id, one.kind)]
                share.rung |= {one.id for one in named or active}
            return
        listener = listening(share.listeners, item)
        if listener is None:
            ledger.write(
                tx,
                subject,
                "not listened to",
                installation=share.account.installation,
                account=share.account.id,
                type=item.type,
            )
            return
        share.activities[listener.id].append(item)

    def _hand_on(self, tx: Transaction, call: CallRow, share: _Share) -> None:
        if share.rung:
            accounts.hurry(tx, share.rung)
        unreadable: list[Unreadable] = []
        active = share.account.status == "active"
        reaching = active and "thread" in capabilities(self._channel)
        for listener, heard in share.activities.items():
            for number, some in enumerate(_some(heard)):
                body = json.dumps({"activities": wired(some, unreadable)})
                fetch = reaching and bool(orphans(tx, share.account, some))
                self._page(tx, call, share, listener, body, f"{number}", fetch=fetch)
        if share.refs and share.listeners:
            body = json.dumps({"refs": share.refs})
            self._page(tx, call, share, share.listeners[0].id, body, "refs", fetch=True)
        for entry in unreadable:
            ledger.write(
                tx,
                f"call:{call.id}",
                "unreadable",
                installation=share.account.installation,
                position=entry.position,
                reason=entry.reason,
            )

    def _page(
        self,
        tx: Transaction,
        call: CallRow,
        share: _Share,
        listener: str,
        body: str,
        part: str,
        *,
        fetch: bool,
    ) -> None:
        attempt = str(call.attempts)
        inbox.add_once(
            self._database,
            tx,
            account=share.account.id,
            listener=listener,
            body=body,
            origin=digest("call", call.app, call.key, attempt, share.account.id, listener, part),
            fetch=fetch,
        )


def _read(channel: Channel, call: CallRow) -> _Read:
    """What a call tells. Where the plugin stumbles, what it told before that counts."""
    items: list[tuple[str | None, Item]] = []
    head = json.loads(call.head)
    request = Request(
        method="POST",
        path="/",
        query={name: tuple(values) for name, values in head["query"].items()},
        headers=head["headers"],
        body=call.body,
    )
    try:
        items.extend(channel.parse(request))
    except Malformed as error:
        return _Read(items=items, fault=f"It cannot be read: {error}")
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 (a plugin's own mistake: this call's only)
        return _Read(items=items, fault=f"{type(error).__name__} in the channel")
    return _Read(items=items)


def _unless_the_store_is_away(error: Exception) -> None:
    """Raise again what is no call's fault."""
    if isinstance(error, StoreError) and not isinstance(error, BadValue):
        raise error


def _native_id(account: AccountRow) -> str | None:
    """The account's number at the network, where it differs from its actor's address."""
    told = json.loads(account.settings).get("network_id")
    return None if told is None else str(told)


def _some(heard: Sequence[Activity]) -> Iterator[Sequence[Activity]]:
    for start in range(0, len(heard), PAGE):
        yield heard[start : start + PAGE]
