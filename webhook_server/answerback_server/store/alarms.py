"""What was found wrong, from when until when; and the sign of life each worker gives."""

from __future__ import annotations

import sqlalchemy as sa

from answerback_server.store import tables as t
from answerback_server.store.database import Database, clock
from answerback_server.store.rows import AlarmRow, every

_a = t.alarms.c


def raise_one(
    database: Database,
    tx: sa.Connection,
    *,
    kind: str,
    subject: str,
    installation: str | None,
    words: str,
) -> bool:
    """Open an alarm; False when it is open already, whoever opened it."""
    return database.insert_absent(
        tx,
        t.alarms,
        {
            "kind": kind,
            "subject": subject[:80],
            "installation": installation,
            "words": words,
            "opened_at": clock(),
            "told_at": clock(),
        },
    )


def close(tx: sa.Connection, id: int) -> bool:
    """It is over; False when someone else closed it."""
    changed = tx.execute(
        t.alarms.update().where(_a.id == id, _a.closed_at.is_(None)).values(closed_at=clock())
    )
    return bool(changed.rowcount)


def tell_again(tx: sa.Connection, id: int, after: float) -> bool:
    """Note that an open alarm is told once more; False: told less than `after` seconds ago."""
    changed = tx.execute(
        t.alarms.update()
        .where(_a.id == id, _a.closed_at.is_(None), _a.told_at < clock() - sa.literal(after))
        .values(told_at=clock())
    )
    return bool(changed.rowcount)


def open_now(tx: sa.Connection) -> list[AlarmRow]:
    """The alarms that are open, the oldest first."""
    return every(
        AlarmRow,
        tx.execute(sa.select(t.alarms).where(_a.closed_at.is_(None)).order_by(_a.id)),
    )


def beat(database: Database, tx: sa.Connection, worker: str) -> None:
    """This worker is alive. What has been silent for a day is forgotten."""
    b = t.beats.c
    if not database.insert_absent(tx, t.beats, {"worker": worker, "at": clock()}):
        tx.execute(t.beats.update().where(b.worker == worker).values(at=clock()))
    tx.execute(t.beats.delete().where(b.at < clock() - sa.literal(86400.0)))


def end(tx: sa.Connection, worker: str) -> None:
    """This worker stops in an orderly way."""
    tx.execute(t.beats.delete().where(t.beats.c.worker == worker))


def last_beat(tx: sa.Connection) -> float | None:
    """When a worker last gave a sign of life, if one ever did within a day."""
    return tx.execute(sa.select(sa.func.max(t.beats.c.at))).scalar()
