"""What the tables say of how things are going: quiet listeners and desks, what is stuck.

Only looked at, once in a while and by `answerback doctor`; every query is bounded by an index or
by the number of accounts.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from answerback_server.store import tables as t
from answerback_server.store.database import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """A listener or a connection nothing good was heard of for so many seconds."""

    id: str
    account: str
    handle: str
    installation: str
    kind: str
    seconds: float
    failures: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """How much of something does not move, of which account, and since when."""

    account: str
    handle: str
    installation: str
    count: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """How many calls of an app lie in a state, and since when."""

    app: str
    state: str
    count: int
    seconds: float


def unwell_listeners(tx: sa.Connection, quiet: float, interval: float | None) -> list[Quiet]:
    """Listeners of active accounts that were not asked with success for so long, or 5 intervals.

    `interval` is one for all, where settings say so. Re-reading of single conversations is left
    out: it slows down by itself.
    """
    listening, account = t.listeners.c, t.accounts.c
    well = sa.func.coalesce(listening.well_at, listening.created_at)
    seconds = (clock() - well).label("seconds")
    five = sa.literal(interval * 5) if interval is not None else listening.every * 5
    patience = sa.case((five > quiet, five), else_=sa.literal(quiet))
    rows = tx.execute(
        sa.select(
            listening.id, account.id.label("account"), account.handle, account.installation,
            listening.kind, listening.failures, listening.reason, seconds,
        )
        .join(t.accounts, account.id == listening.account)
        .where(
            listening.active,
            account.status == "active",
            listening.conversation.is_(None),
            well < clock() - patience,
        )
        .order_by(listening.id)
    )  # fmt: skip
    return [Quiet(**row) for row in rows.mappings()]


def heard_listeners(tx: sa.Connection, silent: float) -> list[Quiet]:
    """Listeners in use that once heard something, and nothing for at least `silent` seconds."""
    listening, account, hearing = t.listeners.c, t.accounts.c, t.hearings.c
    last = (
        sa.select(sa.func.max(hearing.seen_at))
        .where(hearing.listener == listening.id)
        .scalar_subquery()
    )
    rows = tx.execute(
        sa.select(
            listening.id, account.id.label("account"), account.handle, account.installation,
            listening.kind, (clock() - last).label("seconds"),
        )
        .join(t.accounts, account.id == listening.account)
        .where(
            listening.active,
            account.status == "active",
            listening.conversation.is_(None),
            last < clock() - sa.literal(silent),
        )
        .order_by(listening.id)
    )  # fmt: skip
    return [Quiet(**row) for row in rows.mappings()]


def rhythm(tx: sa.Connection, listener: str, within: float) -> tuple[int, float, float]:
    """How often a listener heard something in so many seconds, over how long, the longest gap."""
    hearing = t.hearings.c
    previous = sa.func.lag(hearing.seen_at).over(order_by=hearing.seen_at)
    heard = (
        sa.select(hearing.seen_at, (hearing.seen_at - previous).label("gap"))
        .where(hearing.listener == listener, hearing.seen_at > clock() - sa.literal(within))
        .subquery()
    )
    row = tx.execute(
        sa.select(
            sa.func.count(),
            sa.func.max(heard.c.seen_at) - sa.func.min(heard.c.seen_at),
            sa.func.max(heard.c.gap),
        )
    ).one()
    return int(row[0]), float(row[1] or 0.0), float(row[2] or 0.0)


def quiet_desks(tx: sa.Connection, quiet: float) -> list[Quiet]:
    """Connections whose desk did not come to ask for so long."""
    joined, account = t.connections.c, t.accounts.c
    asked = sa.func.coalesce(joined.asked_at, joined.issued_at)
    rows = tx.execute(
        sa.select(
            joined.id, account.id.label("account"), account.handle, account.installation,
            t.installations.c.help_desk.label("kind"), (clock() - asked).label("seconds"),
        )
        .join(t.accounts, account.id == joined.account)
        .join(t.installations, t.installations.c.id == joined.installation)
        .where(asked < clock() - sa.literal(quiet))
        .order_by(joined.id)
    )  # fmt: skip
    return [Quiet(**row) for row in rows.mappings()]


def parked_filings(tx: sa.Connection) -> list[Stuck]:
    """Filings that were set aside, by account."""
    return _stuck(tx, t.filings, t.filings.c.changed_at, t.filings.c.state == "parked")


def parked_pages(tx: sa.Connection) -> list[Stuck]:
    """Stored pages that were set aside, by account."""
    return _stuck(tx, t.inbox, t.inbox.c.received_at, t.inbox.c.state == "parked")


def waiting_pages(tx: sa.Connection, longer: float) -> list[Stuck]:
    """Stored pages nobody applied or completed for so long, by account.

    Left out is what only waits for its network to show it: asked in time, and without a failure.
    """
    page, past = t.inbox.c, clock() - sa.literal(longer)
    failing = sa.or_(page.reason.is_not(None), page.due_at < past)
    state = sa.or_(page.state == "open", sa.and_(page.state == "fetch", failing))
    return _stuck(tx, t.inbox, page.received_at, state, page.received_at < past)


def stuck_calls(tx: sa.Connection, longer: float) -> list[Lying]:
    """Calls set aside, or looked into by nobody for so long; `tx` looks at where calls lie."""
    call = t.calls.c
    waiting = sa.and_(call.state == "open", call.received_at < clock() - sa.literal(longer))
    rows = tx.execute(
        sa.select(
            call.app, call.state, sa.func.count().label("count"),
            (clock() - sa.func.min(call.received_at)).label("seconds"),
        )
        .where(sa.or_(call.state == "parked", waiting))
        .group_by(call.app, call.state)
        .order_by(call.app, call.state)
    )  # fmt: skip
    return [Lying(**row) for row in rows.mappings()]


def waiting_answers(tx: sa.Connection, longer: float) -> list[Stuck]:
    """Parts of answers on their way for so long; accounts stopped or paused are left out."""
    delivery, account = t.deliveries.c, t.accounts.c
    return _stuck(
        tx,
        t.deliveries,
        delivery.since,
        delivery.state.in_(("queued", "posting")),
        delivery.since < clock() - sa.literal(longer),
        account.status == "active",
        account.paused_at.is_(None),
    )


def held_answers(tx: sa.Connection, looks: int) -> list[Stuck]:
    """Answers a person has to decide about, by account."""
    left = (
        sa.select(t.deliveries.c.id)
        .where(t.deliveries.c.reply == t.replies.c.id, t.deliveries.c.looks >= looks)
        .exists()
    )
    waiting = sa.or_(
        t.replies.c.state.in_(("held", "failed")), sa.and_(t.replies.c.state == "unsure", left)
    )
    return _stuck(tx, t.replies, t.replies.c.created_at, waiting)


def _stuck(
    tx: sa.Connection,
    table: sa.Table,
    since: sa.ColumnElement[float],
    *conditions: sa.ColumnElement[bool],
) -> list[Stuck]:
    account = t.accounts.c
    rows = tx.execute(
        sa.select(
            account.id.label("account"), account.handle, account.installation,
            sa.func.count().label("count"), (clock() - sa.func.min(since)).label("seconds"),
        )
        .join(table, table.c.account == account.id)
        .where(*conditions)
        .group_by(account.id, account.handle, account.installation)
        .order_by(account.id)
    )  # fmt: skip
    return [Stuck(**row) for row in rows.mappings()]


def newest_time(tx: sa.Connection) -> float:
    """The latest time any listener, desk or worker left; later than now: the clock jumped."""
    latest = [
        tx.execute(sa.select(sa.func.max(column))).scalar() or 0.0
        for column in (t.listeners.c.well_at, t.connections.c.asked_at, t.beats.c.at)
    ]
    return float(max(latest))
