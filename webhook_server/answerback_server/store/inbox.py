"""What came in, stored before anything else happens to it."""

from __future__ import annotations

import sqlalchemy as sa

from answerback_server.store import tables as t
from answerback_server.store.database import clock
from answerback_server.store.rows import InboxRow, every


def add(tx: sa.Connection, *, account: str, listener: str, body: str, attempts: int = 0) -> None:
    """Store a page; in the same transaction as its cursor."""
    tx.execute(
        t.inbox.insert().values(
            account=account,
            listener=listener,
            body=body,
            state="open",
            attempts=attempts,
            due_at=clock(),
            received_at=clock(),
        )
    )


def _ready() -> sa.ColumnElement[bool]:
    """An open page whose time has come, and that of every open page before it."""
    earlier = t.inbox.alias()
    waiting = (
        sa.select(earlier.c.id)
        .where(
            earlier.c.account == t.inbox.c.account,
            earlier.c.state == "open",
            earlier.c.id < t.inbox.c.id,
            earlier.c.due_at > clock(),
        )
        .exists()
    )
    return sa.and_(t.inbox.c.state == "open", t.inbox.c.due_at <= clock(), sa.not_(waiting))


def open_accounts() -> sa.Select[tuple[str]]:
    """A query for the accounts that have pages to apply."""
    return sa.select(t.inbox.c.account).where(_ready())


def due(tx: sa.Connection, account: str, limit: int) -> list[InboxRow]:
    """Open pages of one account in the order they came; none behind one that has to wait."""
    return every(
        InboxRow,
        tx.execute(
            sa.select(t.inbox)
            .where(t.inbox.c.account == account, _ready())
            .order_by(t.inbox.c.id)
            .limit(limit)
        ),
    )


def done(tx: sa.Connection, id: int) -> bool:
    """Mark a row applied; False when another worker already did."""
    changed = tx.execute(
        t.inbox.update().where(t.inbox.c.id == id, t.inbox.c.state == "open").values(state="done")
    )
    return bool(changed.rowcount)


def later(tx: sa.Connection, id: int, *, delay: float, reason: str) -> None:
    """Try again after `delay` seconds."""
    tx.execute(
        t.inbox.update()
        .where(t.inbox.c.id == id)
        .values(attempts=t.inbox.c.attempts + 1, due_at=clock() + sa.literal(delay), reason=reason)
    )


def park(tx: sa.Connection, id: int, reason: str) -> None:
    """Set aside with its reason, so that the rows behind it go on."""
    tx.execute(t.inbox.update().where(t.inbox.c.id == id).values(state="parked", reason=reason))


def prune(tx: sa.Connection, older_than: float, limit: int) -> int:
    """Drop applied rows older than so many seconds, a few at a time; how many went."""
    old = (
        sa.select(t.inbox.c.id)
        .where(t.inbox.c.state == "done", t.inbox.c.received_at < clock() - sa.literal(older_than))
        .limit(limit)
    )
    return int(tx.execute(t.inbox.delete().where(t.inbox.c.id.in_(old))).rowcount)
