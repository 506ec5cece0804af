"""What came in, stored before anything else happens to it."""

from __future__ import annotations

import json

import sqlalchemy as sa

from answerback_server.store import tables as t
from answerback_server.store.database import Database, clock
from answerback_server.store.rows import InboxRow, every, row_of


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


def add_once(
    database: Database,
    tx: sa.Connection,
    *,
    account: str,
    listener: str,
    body: str,
    origin: str,
    fetch: bool = False,
) -> bool:
    """Store what came with a call, unless that is done; whether it was new.

    With `fetch` the network has to be asked first for what is missing in it.
    """
    now = database.now(tx)
    return database.insert_absent(
        tx,
        t.inbox,
        {
            "account": account,
            "listener": listener,
            "body": body,
            "origin": origin,
            "state": "fetch" if fetch else "open",
            "attempts": 0,
            "due_at": now,
            "received_at": now,
        },
    )


def fetching_accounts() -> sa.Select[tuple[str]]:
    """A query for the accounts in use that have pages to complete."""
    active = sa.select(t.accounts.c.id).where(t.accounts.c.status == "active")
    return sa.select(t.inbox.c.account).where(_incomplete(), t.inbox.c.account.in_(active))


def incomplete(tx: sa.Connection, account: str, limit: int) -> list[InboxRow]:
    """Pages of one account for which the network has to be asked."""
    return every(
        InboxRow,
        tx.execute(
            sa.select(t.inbox)
            .where(t.inbox.c.account == account, _incomplete())
            .order_by(t.inbox.c.id)
            .limit(limit)
        ),
    )


def _incomplete() -> sa.ColumnElement[bool]:
    return sa.and_(t.inbox.c.state == "fetch", t.inbox.c.due_at <= clock())


def complete(tx: sa.Connection, id: int, body: str) -> bool:
    """The page has what it needs and can be applied; False when another worker did this."""
    changed = tx.execute(
        t.inbox.update()
        .where(t.inbox.c.id == id, t.inbox.c.state == "fetch")
        .values(state="open", body=body, attempts=0, due_at=clock(), reason=None)
    )
    return bool(changed.rowcount)


def keep_asking(
    tx: sa.Connection, page: InboxRow, body: str, *, part: str | None, delay: float
) -> bool:
    """What the page still lacks waits on; `part`, what it has, goes on as a page of its own.

    False when another worker did this.
    """
    changed = tx.execute(
        t.inbox.update()
        .where(
            t.inbox.c.id == page.id,
            t.inbox.c.state == "fetch",
            t.inbox.c.attempts == page.attempts,
        )
        .values(
            body=body, attempts=page.attempts + 1, due_at=clock() + sa.literal(delay), reason=None
        )
    )
    if changed.rowcount and part is not None:
        add(tx, account=page.account, listener=page.listener, body=part)
    return bool(changed.rowcount)


def words_go_on(tx: sa.Connection, account: str) -> None:
    """Pages whose words came whole go on without what they answer: nobody can be asked for it."""
    rows = tx.execute(
        sa.select(t.inbox.c.id, t.inbox.c.body).where(
            t.inbox.c.account == account, t.inbox.c.state == "fetch"
        )
    )
    for id, body in rows.all():
        if "refs" not in json.loads(body):
            complete(tx, id, body)


def ask_again(tx: sa.Connection, id: int) -> None:
    """A page that was set aside incomplete is to be completed after all."""
    tx.execute(t.inbox.update().where(t.inbox.c.id == id).values(state="fetch", due_at=clock()))


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


def parked(tx: sa.Connection) -> list[tuple[InboxRow, str]]:
    """What was set aside, each with its installation, oldest first."""
    rows = tx.execute(
        sa.select(t.inbox, t.accounts.c.installation)
        .join(t.accounts, t.accounts.c.id == t.inbox.c.account)
        .where(t.inbox.c.state == "parked")
        .order_by(t.inbox.c.id)
    ).mappings()
    return [(row_of(InboxRow, row), str(row["installation"])) for row in rows]


def reopen(tx: sa.Connection, id: int, *, attempts: int) -> bool:
    """parked → open, with so many attempts counted already; False when it is not parked."""
    changed = tx.execute(
        t.inbox.update()
        .where(t.inbox.c.id == id, t.inbox.c.state == "parked")
        .values(
            state="open",
            attempts=attempts,
            due_at=clock(),
            reason=None,
            replays=t.inbox.c.replays + 1,
        )
    )
    return bool(changed.rowcount)


def prune(tx: sa.Connection, older_than: float, limit: int) -> int:
    """Drop applied rows older than so many seconds, a few at a time; how many went."""
    old = (
        sa.select(t.inbox.c.id)
        .where(t.inbox.c.state == "done", t.inbox.c.received_at < clock() - sa.literal(older_than))
        .limit(limit)
    )
    return int(tx.execute(t.inbox.delete().where(t.inbox.c.id.in_(old))).rowcount)
