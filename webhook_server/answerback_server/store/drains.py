"""Which work is open, derived from row states alone, and who is at it, by leases in time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from answerback_server.store import (
    accounts,
    amendments,
    attentions,
    filings,
    inbox,
    mentions,
    replies,
)
from answerback_server.store import tables as t
from answerback_server.store.database import Database, clock


def open_work(tx: sa.Connection) -> list[tuple[str, str]]:
    """(kind, key) of every drain that has something to do now and that nobody holds."""
    return [(row[0], row[1]) for row in tx.execute(_open_work())]


def unheld(tx: sa.Connection, kind: str, keys: Sequence[str]) -> list[tuple[str, str]]:
    """(kind, key) of those drains nobody holds; for work that does not lie in this database."""
    if not keys:
        return []
    held = sa.select(t.drains.c.key).where(
        t.drains.c.kind == kind, t.drains.c.key.in_(keys), t.drains.c.lease_until > clock()
    )
    taken = set(tx.execute(held).scalars())
    return [(kind, key) for key in keys if key not in taken]


@cache
def _open_work() -> sa.Select[Any]:
    """Built once: it is asked ten times a second."""
    queries = [
        ("hear", inbox.open_accounts()),
        ("fetch", inbox.fetching_accounts()),
        ("poll", accounts.open_accounts()),
        *(("answer", query) for query in replies.open_accounts()),
        *(("answer", query) for query in amendments.open_accounts()),
        ("file", attentions.open_installations()),
        ("file", filings.open_installations()),
        ("file", mentions.open_installations()),
    ]
    work = sa.union(
        *(query.add_columns(sa.literal(kind).label("kind")) for kind, query in queries)
    ).subquery()
    key, kind = work.c[0], work.c[1]
    held = (
        sa.select(t.drains.c.kind)
        .where(t.drains.c.kind == kind, t.drains.c.key == key, t.drains.c.lease_until > clock())
        .exists()
    )
    return sa.select(kind, key).where(sa.not_(held))


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
