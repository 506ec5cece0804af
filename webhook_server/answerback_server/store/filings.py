"""What is on its way into tickets: pending → offered → accepted → filed, or parked, withdrawn."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from answerback.helpdesk import Connection
from answerback_server.store import tables as t
from answerback_server.store.database import Database, clock
from answerback_server.store.rows import FilingRow, every, one

_f = t.filings.c
# Kept, because building one costs several times what running it does.
_OF: sa.BindParameter[str] = sa.bindparam("of")
_NAMED: sa.BindParameter[str] = sa.bindparam("named")
_NUMBER: sa.BindParameter[int] = sa.bindparam("number")
_GET = sa.select(t.filings).where(_f.installation == _OF, _f.external_id == _NAMED)
_GET_LOCKED = _GET.with_for_update()
_OF_MENTION = sa.select(t.filings).where(_f.mention == _NUMBER).order_by(_f.id).with_for_update()
_CHANGE = (
    t.filings.update()
    .where(_f.id == _NUMBER, _f.state == sa.bindparam("seen_in"))
    .values(changed_at=clock())
)

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
        "offered_to": None,
        "reported": False,
        "accepted": False,
        "changed_at": clock(),
        "created_at": clock(),
        **values,
    }
    return database.insert_absent(tx, t.filings, filled)


def get(
    tx: sa.Connection, installation: str, external_id: str, *, lock: bool = False
) -> FilingRow | None:
    """The filing the desk knows by this id; with `lock`, ours until the end of `tx`."""
    query = _GET_LOCKED if lock else _GET
    return one(FilingRow, tx.execute(query, {"of": installation, "named": external_id}))


def of_mention(tx: sa.Connection, mention: int) -> list[FilingRow]:
    """All filings of a mention, oldest first; ours until the end of `tx`."""
    return every(
        FilingRow,
        tx.execute(_OF_MENTION, {"number": mention}),
    )


def change(tx: sa.Connection, filing: FilingRow, **values: Any) -> bool:
    """Change columns of a filing that is still in the state it was seen in."""
    seen = {"number": filing.id, "seen_in": filing.state}
    return bool(tx.execute(_CHANGE, {**seen, **values}).rowcount)


def acknowledge(tx: sa.Connection, connection: str, number: int) -> None:
    """Up to `number` the desk has stored our answer; what it was offered later, it has not.

    What it already reported is filed. What was accepted under a number the desk no longer knows
    is offered again: the desk tells duplicates by their id.
    """
    mine = _f.offered_to == connection
    tx.execute(
        t.filings.update()
        .where(mine, _f.state == "offered", _f.offer <= number)
        .values(
            state=sa.case((_f.reported, "filed"), else_="accepted"),
            accepted=True,
            offers=_f.offers + 1,
            changed_at=clock(),
        )
    )
    tx.execute(
        t.filings.update()
        .where(mine, _f.state == "accepted", _f.offer > number)
        .values(state="offered", changed_at=clock())
    )


def waiting(
    tx: sa.Connection, connection: Connection, *, limit: int, number: int
) -> list[FilingRow]:
    """What this connection's desk has not acknowledged and offer `number` does not hold yet.

    Oldest first; ours until `tx` ends.
    """
    mine = sa.and_(_f.state == "offered", _f.offered_to == connection.id, _f.offer != number)
    return every(
        FilingRow,
        tx.execute(
            sa.select(t.filings)
            .where(_f.account == connection.brand.id, sa.or_(_f.state == "pending", mine))
            .order_by(_f.id)
            .limit(limit)
            .with_for_update()
        ),
    )


def offer(
    tx: sa.Connection, filing: FilingRow, *, connection: str, number: int, payload: str
) -> bool:
    """Part of an offer; the payload is frozen from the first one on."""
    return change(
        tx,
        filing,
        state="offered",
        offer=number,
        offered_to=connection,
        payload=payload,
    )


def _overdue() -> sa.ColumnElement[bool]:
    """Taken, and no word of a ticket; or offered, and never asked for again."""
    return sa.and_(
        _f.state.in_(("accepted", "offered")),
        _f.changed_at < clock() - sa.literal(PATIENCE),
    )


def open_installations() -> sa.Select[tuple[str]]:
    """A query for the installations whose desk owes us word of a ticket."""
    return sa.select(_f.installation).where(_overdue())


def overdue(tx: sa.Connection, installation: str, limit: int) -> list[FilingRow]:
    """What the desk owes us word of for PATIENCE seconds; ours until `tx` ends."""
    return every(
        FilingRow,
        tx.execute(
            sa.select(t.filings)
            .where(_f.installation == installation, _overdue())
            .order_by(_f.id)
            .limit(limit)
            .with_for_update()
        ),
    )


def has_ticket(tx: sa.Connection, conversation: str) -> bool:
    """Whether a ticket of this conversation is known, or something of it is in one."""
    known = sa.select(t.conversations.c.id).where(
        t.conversations.c.id == conversation, t.conversations.c.ticket.is_not(None)
    )
    filed = sa.select(_f.id).where(
        _f.conversation == conversation, _f.kind == "post", _f.state.in_(("accepted", "filed"))
    )
    return bool(tx.execute(sa.select(sa.or_(known.exists(), filed.exists()))).scalar())


def parked(tx: sa.Connection) -> list[FilingRow]:
    """What was set aside, oldest first."""
    return every(
        FilingRow,
        tx.execute(sa.select(t.filings).where(_f.state == "parked").order_by(_f.id)),
    )


def reopen(tx: sa.Connection, id: int) -> bool:
    """parked → pending: a new attempt with its own number, and all its offers. Whether it was."""
    changed = tx.execute(
        t.filings.update()
        .where(_f.id == id, _f.state == "parked")
        .values(
            state="pending",
            offers=0,
            offered_to=None,
            accepted=False,
            reason=None,
            replays=_f.replays + 1,
            changed_at=clock(),
        )
    )
    return bool(changed.rowcount)


def counts(tx: sa.Connection, installation: str) -> dict[str, int]:
    """How many filings are in each state."""
    rows = tx.execute(
        sa.select(_f.state, sa.func.count())
        .where(_f.installation == installation)
        .group_by(_f.state)
    )
    return {row[0]: row[1] for row in rows}
