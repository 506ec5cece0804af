"""Accounts and their listeners."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from answerback_server.store import replies
from answerback_server.store import tables as t
from answerback_server.store.database import Database, clock, digest, new_id, sentence
from answerback_server.store.rows import AccountRow, ListenerRow, every, one


def add(
    tx: sa.Connection,
    *,
    id: str,
    installation: str,
    channel: str,
    actor_id: str,
    actor: str,
    handle: str,
    settings: str,
    secrets: bytes,
    state: str,
) -> str:
    """Store an account, or reconnect the one with the same identity; its id."""
    key = digest("actor", channel, actor_id)
    values = {
        "actor": actor,
        "handle": handle,
        "settings": settings,
        "secrets": secrets,
        "state": state,
        "status": "active",
        "reason": None,
    }
    same = (
        (t.accounts.c.installation == installation)
        & (t.accounts.c.channel == channel)
        & (t.accounts.c.actor_key == key)
    )
    known = tx.execute(sa.select(t.accounts.c.id).where(same)).scalar()
    if known is not None:
        tx.execute(t.accounts.update().where(t.accounts.c.id == known).values(**values))
        replies.start_over(tx, str(known))
        return str(known)
    tx.execute(
        t.accounts.insert().values(
            id=id,
            installation=installation,
            channel=channel,
            actor_key=key,
            created_at=clock(),
            **values,
        )
    )
    return id


def of_actor(
    tx: sa.Connection, installation: str, channel: str, actor_id: str
) -> AccountRow | None:
    """The account with this identity on the network."""
    return one(
        AccountRow,
        tx.execute(
            sa.select(t.accounts).where(
                t.accounts.c.installation == installation,
                t.accounts.c.channel == channel,
                t.accounts.c.actor_key == digest("actor", channel, actor_id),
            )
        ),
    )


def get(tx: sa.Connection, id: str) -> AccountRow | None:
    """The account with this id."""
    return one(AccountRow, tx.execute(sa.select(t.accounts).where(t.accounts.c.id == id)))


def of_installation(tx: sa.Connection, installation: str) -> list[AccountRow]:
    """The installation's accounts, oldest first."""
    return every(
        AccountRow,
        tx.execute(
            sa.select(t.accounts)
            .where(t.accounts.c.installation == installation)
            .order_by(t.accounts.c.created_at)
        ),
    )


def listing(tx: sa.Connection) -> list[AccountRow]:
    """All accounts, oldest first."""
    return every(AccountRow, tx.execute(sa.select(t.accounts).order_by(t.accounts.c.created_at)))


def pause(tx: sa.Connection, id: str) -> bool:
    """Post nothing for this account from now on; False when it is paused already."""
    changed = tx.execute(
        t.accounts.update()
        .where(t.accounts.c.id == id, t.accounts.c.paused_at.is_(None))
        .values(paused_at=clock())
    )
    return bool(changed.rowcount)


def resume(tx: sa.Connection, id: str) -> bool:
    """Post again; False when it was not paused."""
    changed = tx.execute(
        t.accounts.update()
        .where(t.accounts.c.id == id, t.accounts.c.paused_at.is_not(None))
        .values(paused_at=None)
    )
    return bool(changed.rowcount)


def own_keys(tx: sa.Connection, installation: str, channel: str) -> frozenset[str]:
    """The keys of all our own identities on a channel."""
    rows = tx.execute(
        sa.select(t.accounts.c.actor_key).where(
            t.accounts.c.installation == installation, t.accounts.c.channel == channel
        )
    )
    return frozenset(row[0] for row in rows)


def stop(tx: sa.Connection, account: AccountRow, reason: str) -> bool:
    """The token this row holds is dead. False: known, or a newer token was stored meanwhile."""
    changed = tx.execute(
        t.accounts.update()
        .where(
            t.accounts.c.id == account.id,
            t.accounts.c.status != "reconnect",
            t.accounts.c.secrets == account.secrets,
        )
        .values(status="reconnect", reason=sentence(reason))
    )
    return bool(changed.rowcount)


def keep_state(tx: sa.Connection, id: str, state: str) -> None:
    """Remember what the plugin wants to remember."""
    tx.execute(t.accounts.update().where(t.accounts.c.id == id).values(state=state))


def listen(
    database: Database,
    tx: sa.Connection,
    *,
    account: str,
    kind: str,
    settings: str,
    every: float,
    identity: str | None = None,
    conversation: str | None = None,
    delay: float = 0.0,
) -> bool:
    """Start listening, or listen again; the same listener twice is one. Whether it is new.

    `identity` says what is listened to, where `settings` also say how.
    """
    now = database.now(tx)
    key = digest(settings if identity is None else identity)
    added = database.insert_absent(
        tx,
        t.listeners,
        {
            "id": new_id("lst"),
            "account": account,
            "kind": kind,
            "settings": settings,
            "settings_key": key,
            "conversation": conversation,
            "cursor": None,
            "active": True,
            "every": every,
            "due_at": now + delay,
            "failures": 0,
            "reason": None,
            "created_at": now,
        },
    )
    if not added:
        tx.execute(
            t.listeners.update()
            .where(
                t.listeners.c.account == account,
                t.listeners.c.kind == kind,
                t.listeners.c.settings_key == key,
                sa.not_(t.listeners.c.active),
            )
            .values(active=True, reason=None, due_at=now + delay)
        )
    return added


def listeners_of(tx: sa.Connection, account: str) -> list[ListenerRow]:
    """All listeners of an account."""
    return every(
        ListenerRow,
        tx.execute(
            sa.select(t.listeners)
            .where(t.listeners.c.account == account)
            .order_by(t.listeners.c.created_at)
        ),
    )


def listeners_named(tx: sa.Connection, ids: Collection[str]) -> list[ListenerRow]:
    """These listeners. An account has one for each open conversation, so all are too many."""
    return every(ListenerRow, tx.execute(sa.select(t.listeners).where(t.listeners.c.id.in_(ids))))


def open_accounts() -> sa.Select[tuple[str]]:
    """A query for the accounts in use that have a listener to ask."""
    active = sa.select(t.accounts.c.id).where(t.accounts.c.status == "active")
    return sa.select(t.listeners.c.account).where(
        t.listeners.c.active, t.listeners.c.due_at <= clock(), t.listeners.c.account.in_(active)
    )


def due_listeners(tx: sa.Connection, account: str, limit: int) -> list[ListenerRow]:
    """Listeners whose time has come, the longest waiting first."""
    return every(
        ListenerRow,
        tx.execute(
            sa.select(t.listeners)
            .where(
                t.listeners.c.account == account,
                t.listeners.c.active,
                t.listeners.c.due_at <= clock(),
            )
            # Hearing what is new comes before looking again at what is known.
            .order_by(t.listeners.c.conversation.is_not(None), t.listeners.c.due_at)
            .limit(limit)
        ),
    )


def polled(tx: sa.Connection, listener: ListenerRow, *, cursor: str | None, delay: float) -> bool:
    """Move the cursor from where it was read, and the listener's time. False: someone else did."""
    unmoved = (
        t.listeners.c.cursor.is_(None)
        if listener.cursor is None
        else t.listeners.c.cursor == listener.cursor
    )
    changed = tx.execute(
        t.listeners.update()
        .where(t.listeners.c.id == listener.id, unmoved)
        .values(
            cursor=cursor,
            # Somebody who rang meanwhile rang about what this look may have missed.
            due_at=sa.case(
                (t.listeners.c.due_at == listener.due_at, clock() + sa.literal(delay)),
                else_=t.listeners.c.due_at,
            ),
            failures=0,
            reason=None,
            well_at=clock(),
        )
    )
    return bool(changed.rowcount)


def poll_failed(tx: sa.Connection, id: str, *, delay: float, reason: str) -> None:
    """Again after `delay` seconds, and say why."""
    tx.execute(
        t.listeners.update()
        .where(t.listeners.c.id == id)
        .values(
            due_at=clock() + sa.literal(delay),
            failures=t.listeners.c.failures + 1,
            reason=sentence(reason),
        )
    )


def hurry(tx: sa.Connection, ids: Collection[str]) -> None:
    """Ask these listeners now: there is news. One the network has just refused keeps its time."""
    tx.execute(
        t.listeners.update()
        .where(t.listeners.c.id.in_(ids), t.listeners.c.active, t.listeners.c.failures == 0)
        .values(due_at=clock())
    )


def stop_listening(tx: sa.Connection, id: str, reason: str) -> None:
    """No longer worth asking; kept for the record."""
    tx.execute(
        t.listeners.update().where(t.listeners.c.id == id).values(active=False, reason=reason)
    )


def wake_conversation(tx: sa.Connection, conversation: str, delay: float) -> bool:
    """Re-read a conversation soon, also one gone quiet. False: nobody listens to it yet."""
    changed = tx.execute(_WAKE, {"within": conversation, "delay": delay})
    return bool(changed.rowcount)


def _wake() -> sa.Update:
    """Built once: it runs for every post that is filed."""
    rows = t.listeners.c
    soon = clock() + sa.bindparam("delay", type_=sa.Double())
    sooner = sa.and_(rows.active, rows.due_at < soon)
    return (
        t.listeners.update()
        .where(rows.conversation == sa.bindparam("within"))
        .values(active=True, due_at=sa.case((sooner, rows.due_at), else_=soon))
    )


_WAKE = _wake()
