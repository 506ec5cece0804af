"""What triage needs to know, and what it leaves behind."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from answerback_server.store import tables as t
from answerback_server.store.database import clock

#: Customers' posts looked at, newest first, for how long an answer is waited for.
LOOKED_AT = 50


def set_rules(tx: sa.Connection, installation: str, rules: str | None) -> None:
    """Replace an installation's rules."""
    tx.execute(
        t.installations.update().where(t.installations.c.id == installation).values(rules=rules)
    )


def rules_of(tx: sa.Connection, installation: str) -> str | None:
    """An installation's rules as they were given."""
    query = sa.select(t.installations.c.rules).where(t.installations.c.id == installation)
    return tx.execute(query).scalar()


def waited(tx: sa.Connection, conversation: str) -> float | None:
    """Seconds since the first customer's post in a conversation that nobody of us answered yet."""
    m, r = t.mentions.c, t.replies.c
    own = sa.select(sa.func.max(m.seen_at)).where(m.conversation == conversation, m.own)
    sent = sa.select(sa.func.max(r.created_at)).where(
        r.conversation == conversation, r.state != "failed"
    )
    answered = [when for when in (tx.execute(one).scalar() for one in (own, sent)) if when]
    newest = (
        sa.select(m.seen_at)
        .where(
            m.conversation == conversation,
            sa.not_(m.own),
            m.seen_at > sa.literal(max(answered, default=0.0)),
        )
        .order_by(m.id.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    seconds = tx.execute(sa.select(clock() - sa.func.min(newest.c.seen_at))).scalar()
    return None if seconds is None else float(seconds)


def take_place(tx: sa.Connection, listener: str) -> tuple[int, int]:
    """Count one filing of a listener; the hour's number, and how many it is in that hour."""
    counted = tx.execute(_TAKE_PLACE, {"named": listener}).one()
    return int(counted[0]), int(counted[1])


def _take_place() -> Any:
    """Built once: it runs for every post that is filed, and building it costs more than that."""
    rows = t.listeners.c
    hour = sa.cast(clock() / 3600.0, sa.Integer)
    return (
        t.listeners.update()
        .where(rows.id == sa.bindparam("named"))
        .values(hour=hour, filed=sa.case((rows.hour == hour, rows.filed + 1), else_=1))
        .returning(rows.hour, rows.filed)
    )


_TAKE_PLACE = _take_place()
_JOINED = (
    sa.select(t.connections.c.id).where(t.connections.c.account == sa.bindparam("of")).limit(1)
)
_WEIGH = t.conversations.update().where(t.conversations.c.id == sa.bindparam("named"))


def joined(tx: sa.Connection, account: str) -> bool:
    """Whether a desk asks for what is filed under this account."""
    return tx.execute(_JOINED, {"of": account}).first() is not None


def weigh(tx: sa.Connection, conversation: str, *, priority: str, account: str) -> None:
    """The highest priority filed in a conversation, and the account that answers it."""
    tx.execute(_WEIGH, {"named": conversation, "priority": priority, "account": account})
