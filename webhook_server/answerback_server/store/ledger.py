"""The append-only record of what happened to each mention, filing and reply. Ids, no content."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from answerback_server.store import tables as t
from answerback_server.store.database import clock

_WRITE = t.ledger.insert().values(at=clock())


def write(
    tx: sa.Connection, subject: str, event: str, *, installation: str | None = None, **facts: Any
) -> None:
    """Add an entry in the same transaction as what it tells of."""
    tx.execute(
        _WRITE,
        {
            "installation": installation,
            "subject": subject[:80],
            "event": event,
            "facts": json.dumps(facts, default=str),
        },
    )


def of(tx: sa.Connection, subject: str) -> list[tuple[float, str, dict[str, Any]]]:
    """What happened to one subject: time, event, facts; oldest first."""
    rows = tx.execute(
        sa.select(t.ledger.c.at, t.ledger.c.event, t.ledger.c.facts)
        .where(t.ledger.c.subject == subject)
        .order_by(t.ledger.c.id)
    )
    return [(row[0], row[1], json.loads(row[2])) for row in rows]
