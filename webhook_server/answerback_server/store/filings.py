"""What is on its way into tickets: pending → offered → accepted → filed, or parked, withdrawn."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from answerback_server.store import tables as t
from answerback_server.store.database import Database, clock
from answerback_server.store.rows import FilingRow, every, one

_f = t.filings.c

#: Seconds after which a desk that took a filing and tells no ticket is offered it again.
PATIENCE = 600.0


def add(database: Database, tx: sa.Connection, **values: Any) -> bool:
    """Store a pending filing; False when its external id is taken already."""
    filled = {
        "note": None,
        "payload": None,
        "state": "pending",
        "offer": 0,
        "offers": 0,
        "reported": False,
        "changed_at": clock(),
        "created_at": clock(),
        **values,
    }
    return database.insert_absent(tx, t.filings, filled)


def get(tx: sa.Connection, installation: str, external_id: str) -> FilingRow | None:
    """The filing the desk knows by this id."""
    return one(
        FilingRow,
        tx.execute(
            sa.select(t.filings).where(
                _f.installation == installation, _f.external_id == external_id
            )
        ),
    )


def of_mention(tx: sa.Connection, mention: int) -> list[FilingRow]:
    """All filings of a mention, oldest first."""
    return every(
        FilingRow,
        tx.execute(sa.select(t.filings).where(_f.mention == mention).order_by(_f.id)),
    )


def change(tx: sa.Connection, id: int, **values: Any) -> None:
    """Change columns of a filing."""
    tx.execute(t.filings.update().where(_f.id == id).values(changed_at=clock(), **values))


def acknowledge(tx: sa.Connection, account: str, number: int) -> None:
    """Up to `number` the desk has stored our answer; what it was offered later, it has not.

    What it already reported a ticket for is filed. What was accepted under a number the desk no
    longer knows is offered again: the desk tells duplicates by their id.
    """
    mine = _f.account == account
    tx.execute(
        t.filings.update()
        .where(mine, _f.state == "offered", _f.offer <= number)
        .values(state=sa.case((_f.reported, "filed"), else_="accepted"), changed_at=clock())
    )
    tx.execute(
        t.filings.update()
        .where(mine, _f.state == "accepted", _f.offer > number)
        .values(state="offered", changed_at=clock())
    )


def waiting(tx: sa.Connection, account: str, limit: int) -> list[FilingRow]:
    """What the desk has not acknowledged, oldest first."""
    return every(
        FilingRow,
        tx.execute(
            sa.select(t.filings)
            .where(_f.account == account, _f.state.in_(("pending", "offered")))
            .order_by(_f.id)
            .limit(limit)
        ),
    )


def offer(tx: sa.Connection, id: int, *, number: int, payload: str) -> None:
    """Part of an offer; the payload is frozen from the first one on."""
    tx.execute(
        t.filings.update()
        .where(_f.id == id)
        .values(
            state="offered",
            offer=number,
            offers=_f.offers + 1,
            payload=payload,
            changed_at=clock(),
        )
    )


def _overdue() -> sa.ColumnElement[bool]:
    return sa.and_(_f.state == "accepted", _f.changed_at < clock() - sa.literal(PATIENCE))


def open_installations() -> sa.Select[tuple[str]]:
    """A query for the installations whose desk owes us word of a ticket."""
    return sa.select(_f.installation).where(_overdue())


def overdue(tx: sa.Connection, installation: str, limit: int) -> list[FilingRow]:
    """Accepted, but no word of a ticket for PATIENCE seconds."""
    return every(
        FilingRow,
        tx.execute(
            sa.select(t.filings)
            .where(_f.installation == installation, _overdue())
            .order_by(_f.id)
            .limit(limit)
        ),
    )


def counts(tx: sa.Connection, installation: str) -> dict[str, int]:
    """How many filings are in each state."""
    rows = tx.execute(
        sa.select(_f.state, sa.func.count())
        .where(_f.installation == installation)
        .group_by(_f.state)
    )
    return {row[0]: row[1] for row in rows}
