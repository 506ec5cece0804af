"""Changes and deletions of posted replies, a row for each part: queued → amending → done or failed.

A later wish for the same reply takes the place of what an earlier one has not begun. Steps of one
reply go one after the other, in the order they were asked for.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from answerback_server.store import tables as t
from answerback_server.store.database import clock, sentence
from answerback_server.store.rows import AmendmentRow, every

_a = t.amendments.c

#: What may still happen to a part.
_OPEN = ("queued", "amending")


def known(tx: sa.Connection, reply: str, key: str) -> bool:
    """Whether this wish was taken in before."""
    return bool(
        tx.execute(sa.select(_a.id).where(_a.reply == reply, _a.key == key).limit(1)).first()
    )


def add(tx: sa.Connection, **values: Any) -> None:
    """Store one step, queued."""
    tx.execute(
        t.amendments.insert().values(
            state="queued",
            due_at=clock(),
            attempts=0,
            since=clock(),
            changed_at=clock(),
            created_at=clock(),
            **values,
        )
    )


def supersede(tx: sa.Connection, reply: str) -> None:
    """What was wished before and has not begun is not wanted any more."""
    tx.execute(
        t.amendments.update()
        .where(_a.reply == reply, _a.state == "queued")
        .values(state="superseded", changed_at=clock())
    )


def gone(tx: sa.Connection, reply: str) -> set[str]:
    """The deliveries that were taken back from the network and are not there any more."""
    done = tx.execute(
        sa.select(_a.delivery, _a.kind).where(_a.reply == reply, _a.state == "done").order_by(_a.id)
    )
    newest = {row.delivery: row.kind for row in done}
    return {delivery for delivery, kind in newest.items() if kind == "delete"}


def steps(tx: sa.Connection, reply: str, key: str) -> list[AmendmentRow]:
    """The steps of one wish, in order."""
    return every(
        AmendmentRow,
        tx.execute(
            sa.select(t.amendments).where(_a.reply == reply, _a.key == key).order_by(_a.number)
        ),
    )


def _ready() -> sa.ColumnElement[bool]:
    """Due, nothing earlier of its reply open; in a pause only what takes something back."""
    earlier = t.amendments.alias()
    blocked = (
        sa.select(earlier.c.id)
        .where(earlier.c.reply == _a.reply, earlier.c.id < _a.id, earlier.c.state.in_(_OPEN))
        .exists()
    )
    paused = sa.select(t.accounts.c.id).where(t.accounts.c.paused_at.is_not(None))
    return sa.and_(
        _a.state == "queued",
        _a.due_at <= clock(),
        sa.or_(_a.kind == "delete", _a.account.not_in(paused)),
        sa.not_(blocked),
    )


def _abandoned() -> sa.ColumnElement[bool]:
    return sa.and_(_a.state == "amending", _a.lease_until < clock())


def open_accounts() -> list[sa.Select[tuple[str]]]:
    """Queries for the accounts with something to change, to take back, or to take over."""
    active = sa.select(t.accounts.c.id).where(t.accounts.c.status == "active")
    return [
        sa.select(_a.account).where(_ready(), _a.account.in_(active)),
        sa.select(_a.account).where(_abandoned()),
    ]


def due(tx: sa.Connection, account: str, limit: int) -> list[AmendmentRow]:
    """Steps to take now, the oldest first."""
    return every(
        AmendmentRow,
        tx.execute(
            sa.select(t.amendments)
            .where(_a.account == account, _ready())
            .order_by(_a.id)
            .limit(limit)
        ),
    )


def give_up_abandoned(tx: sa.Connection, account: str) -> None:
    """Whoever was at these is gone. Changing and deleting repeat safely: they are queued again."""
    lost = sa.and_(_a.account == account, _abandoned())
    _hold(tx, sa.select(_a.reply).where(lost))
    tx.execute(
        t.amendments.update()
        .where(lost)
        .values(state=_waiting(), token=None, due_at=clock(), changed_at=clock())
    )


def queue_again(tx: sa.Connection, step: AmendmentRow, *, token: str, **values: Any) -> bool:
    """Have a step that is still ours wait, unless a later wish took its place. Whether it moved."""
    _hold(tx, sa.select(sa.literal(step.reply)))
    return settle(tx, step.id, token=token, state=_waiting(), **values)


def _hold(tx: sa.Connection, ids: sa.Select[tuple[str]]) -> None:
    """No wish for these replies comes in before the end of `tx`, and one that is coming is seen."""
    reply = t.replies.c.id
    tx.execute(sa.select(reply).where(reply.in_(ids)).order_by(reply).with_for_update())


def _waiting() -> sa.ColumnElement[str]:
    """queued; but an older wish must not stand in the way of a later one."""
    later = t.amendments.alias()
    wished = sa.select(later.c.id).where(
        later.c.reply == _a.reply, later.c.id > _a.id, later.c.key != _a.key
    )
    return sa.case((wished.correlate(t.amendments).exists(), "superseded"), else_="queued")


def claim(tx: sa.Connection, id: int, *, token: str, lease: float) -> bool:
    """queued → amending, for the holder of `token` only."""
    changed = tx.execute(
        t.amendments.update()
        .where(_a.id == id, _ready())
        .values(
            state="amending",
            token=token,
            lease_until=clock() + sa.literal(lease),
            attempts=_a.attempts + 1,
            changed_at=clock(),
        )
    )
    return bool(changed.rowcount)


def settle(tx: sa.Connection, id: int, *, token: str, **values: Any) -> bool:
    """Move a step that is still ours. Whether it moved."""
    if isinstance(values.get("reason"), str):
        values["reason"] = sentence(values["reason"])
    changed = tx.execute(
        t.amendments.update()
        .where(_a.id == id, _a.state == "amending", _a.token == token)
        .values(changed_at=clock(), **values)
    )
    return bool(changed.rowcount)
