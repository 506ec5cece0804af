"""Which work is open, derived from row states alone, and who is at it, by leases in time."""

from __future__ import annotations

import sqlalchemy as sa

from answerback_server.store import tables as t
from answerback_server.store.database import Database, clock


def open_work(tx: sa.Connection, patience: float) -> list[tuple[str, str]]:
    """(kind, key) of every drain that has something to do now and that nobody holds."""
    now = clock()
    active = sa.select(t.accounts.c.id).where(t.accounts.c.status == "active")
    kinds = (
        sa.select(sa.literal("hear"), t.inbox.c.account).where(
            t.inbox.c.state == "open", t.inbox.c.due_at <= now
        ),
        sa.select(sa.literal("poll"), t.listeners.c.account).where(
            t.listeners.c.active, t.listeners.c.due_at <= now, t.listeners.c.account.in_(active)
        ),
        sa.select(sa.literal("answer"), t.replies.c.account).where(
            t.replies.c.state == "new", t.replies.c.account.in_(active)
        ),
        sa.select(sa.literal("answer"), t.deliveries.c.account).where(
            t.deliveries.c.state.in_(("queued", "unsure")),
            t.deliveries.c.due_at <= now,
            t.deliveries.c.account.in_(active),
        ),
        sa.select(sa.literal("answer"), t.deliveries.c.account).where(
            t.deliveries.c.state == "posting", t.deliveries.c.lease_until < now
        ),
        sa.select(sa.literal("file"), t.filings.c.installation).where(
            t.filings.c.state == "accepted", t.filings.c.changed_at < now - sa.literal(patience)
        ),
        sa.select(sa.literal("file"), t.mentions.c.installation).where(
            t.mentions.c.outside == "check"
        ),
    )
    work = sa.union(*kinds).subquery()
    kind, key = list(work.c)
    held = (
        sa.select(t.drains.c.kind)
        .where(t.drains.c.kind == kind, t.drains.c.key == key, t.drains.c.lease_until > now)
        .exists()
    )
    rows = tx.execute(sa.select(kind, key).where(sa.not_(held)))
    return [(row[0], row[1]) for row in rows]


def claim(
    database: Database, tx: sa.Connection, kind: str, key: str, *, owner: str, lease: float
) -> bool:
    """Take a drain for `lease` seconds, unless someone holds it."""
    d = t.drains.c
    database.insert_absent(tx, t.drains, {"kind": kind, "key": key, "owner": "", "lease_until": 0})
    changed = tx.execute(
        t.drains.update()
        .where(d.kind == kind, d.key == key, d.lease_until <= clock())
        .values(owner=owner, lease_until=clock() + sa.literal(lease))
    )
    return bool(changed.rowcount)


def release(tx: sa.Connection, kind: str, key: str, *, owner: str) -> None:
    """Give a drain back, if it is still ours."""
    d = t.drains.c
    tx.execute(
        t.drains.update()
        .where(d.kind == kind, d.key == key, d.owner == owner)
        .values(lease_until=0.0)
    )


def renew(tx: sa.Connection, kind: str, key: str, *, owner: str, lease: float) -> None:
    """Keep a drain that is still ours."""
    d = t.drains.c
    tx.execute(
        t.drains.update()
        .where(d.kind == kind, d.key == key, d.owner == owner, d.lease_until > clock())
        .values(lease_until=clock() + sa.literal(lease))
    )


def take_over(tx: sa.Connection) -> None:
    """End every lease: only for the one worker of a SQLite file, which cannot have a rival."""
    tx.execute(t.drains.update().values(lease_until=0.0))
    tx.execute(
        t.deliveries.update()
        .where(t.deliveries.c.state == "posting")
        .values(lease_until=clock() - 1.0)
    )
