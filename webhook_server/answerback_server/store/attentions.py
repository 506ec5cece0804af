"""Which tickets should show that a person is needed, and which of them do."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from answerback_server.store import tables as t
from answerback_server.store.database import Database, clock, sentence
from answerback_server.store.rows import AttentionRow, every

_a = t.attentions.c


def want(
    database: Database, tx: sa.Connection, *, conversation: str, installation: str, wanted: bool
) -> None:
    """The conversation's ticket should show trouble, or no longer; the last word counts."""
    values = {"wanted": wanted, "done": False, "due_at": clock(), "attempts": 0, "since": clock()}
    if wanted and database.insert_absent(
        tx,
        t.attentions,
        {"conversation": conversation, "installation": installation, "number": 1, **values},
    ):
        return
    tx.execute(
        t.attentions.update()
        .where(_a.conversation == conversation, sa.or_(_a.wanted != wanted, sa.literal(wanted)))
        .values(number=_a.number + 1, reason=None, **values)
    )


def _ready() -> sa.ColumnElement[bool]:
    """Not shown yet, due, and in a ticket that is known."""
    ticketed = sa.select(t.conversations.c.id).where(
        t.conversations.c.id == _a.conversation, t.conversations.c.ticket.is_not(None)
    )
    return sa.and_(sa.not_(_a.done), _a.due_at <= clock(), ticketed.exists())


def open_installations() -> sa.Select[tuple[str]]:
    """A query for the installations with tickets to change."""
    return sa.select(_a.installation).where(_ready())


def due(tx: sa.Connection, installation: str, limit: int) -> list[AttentionRow]:
    """Tickets to change now, the longest waiting first."""
    return every(
        AttentionRow,
        tx.execute(
            sa.select(t.attentions)
            .where(_a.installation == installation, _ready())
            .order_by(_a.due_at)
            .limit(limit)
        ),
    )


def settle(tx: sa.Connection, row: AttentionRow, **values: Any) -> bool:
    """Change a row nobody has asked anew for since it was read."""
    if isinstance(values.get("reason"), str):
        values["reason"] = sentence(values["reason"])
    changed = tx.execute(
        t.attentions.update()
        .where(_a.conversation == row.conversation, _a.number == row.number)
        .values(**values)
    )
    return bool(changed.rowcount)
