"""What agents answered, and each part's way to the network."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from answerback_server.store import tables as t
from answerback_server.store.database import Database, clock, sentence
from answerback_server.store.rows import DeliveryRow, ReplyRow, every, one

_d = t.deliveries.c
_r = t.replies.c

#: Looks at the network after which only a person can settle a doubt.
LOOKS = 3


def add(database: Database, tx: sa.Connection, **values: Any) -> bool:
    """Store a reply; False when its key is known already."""
    filled = {"reason": None, "told": None, "created_at": clock(), **values}
    return database.insert_absent(tx, t.replies, filled)


def get(tx: sa.Connection, id: str, *, lock: bool = False) -> ReplyRow | None:
    """The reply with this id; with `lock`, ours until the end of `tx`."""
    query = sa.select(t.replies).where(_r.id == id)
    return one(ReplyRow, tx.execute(query.with_for_update() if lock else query))


def by_key(tx: sa.Connection, installation: str, key: str) -> ReplyRow | None:
    """The reply the desk sent under this key."""
    return one(
        ReplyRow,
        tx.execute(sa.select(t.replies).where(_r.installation == installation, _r.key == key)),
    )


def by_desk_name(tx: sa.Connection, installation: str, name: str) -> ReplyRow | None:
    """The reply the desk remembers by this id."""
    return one(
        ReplyRow,
        tx.execute(
            sa.select(t.replies).where(_r.installation == installation, _r.desk_name == name)
        ),
    )


def name(tx: sa.Connection, id: str, desk_name: str) -> None:
    """The id by which the desk remembers this reply: the first one it was given, for ever."""
    tx.execute(
        t.replies.update().where(_r.id == id, _r.desk_name.is_(None)).values(desk_name=desk_name)
    )


def change(tx: sa.Connection, id: str, **values: Any) -> None:
    """Change columns of a reply."""
    tx.execute(t.replies.update().where(_r.id == id).values(**values))


def told(tx: sa.Connection, id: str, word: str) -> bool:
    """Note what the ticket was told last; False when it was told so already."""
    changed = tx.execute(
        t.replies.update()
        .where(_r.id == id, sa.or_(_r.told.is_(None), _r.told != word))
        .values(told=word)
    )
    return bool(changed.rowcount)


def same_words(tx: sa.Connection, reply: ReplyRow, within: float) -> bool:
    """Whether an earlier reply said the same under the same post within so many seconds."""
    partly = sa.select(_d.id).where(_d.reply == _r.id, _d.state == "posted").exists()
    found = tx.execute(
        sa.select(_r.id)
        .where(
            _r.mention == reply.mention,
            _r.text == reply.text,
            _r.id != reply.id,
            sa.or_(_r.state.not_in(("failed", "withdrawn")), partly),
            sa.or_(_r.amended.is_(None), _r.amended != "deleted"),
            _r.created_at <= reply.created_at,
            _r.created_at > reply.created_at - within,
        )
        .limit(1)
    )
    return found.first() is not None


def let_through(
    tx: sa.Connection, reply: ReplyRow, within: float, *, same_words: bool = False
) -> int:
    """How many earlier answers of the account went their way in so many seconds before this one.

    With `same_words` only those that said the same under another post.
    """
    query = sa.select(sa.func.count()).where(
        _r.account == reply.account,
        _r.id != reply.id,
        _r.state.not_in(("new", "held", "failed", "withdrawn")),
        _r.created_at <= reply.created_at,
        _r.created_at > reply.created_at - within,
    )
    if same_words:
        query = query.where(_r.text == reply.text, _r.mention != reply.mention)
    return int(tx.execute(query).scalar_one())


def to_fit(tx: sa.Connection, account: str, limit: int) -> list[ReplyRow]:
    """Replies not yet fitted to the channel, oldest first."""
    return every(
        ReplyRow,
        tx.execute(
            sa.select(t.replies)
            .where(_r.account == account, _r.state == "new")
            .order_by(_r.created_at)
            .limit(limit)
        ),
    )


def waiting_for_people(tx: sa.Connection, id: str | None = None) -> list[ReplyRow]:
    """Replies a person has to decide about: held, failed, or in a doubt nobody else can settle.

    With `id` at most that one.
    """
    named = sa.true() if id is None else _r.id == id
    left = sa.select(_d.id).where(_d.reply == _r.id, _d.looks >= LOOKS).exists()
    return every(
        ReplyRow,
        tx.execute(
            sa.select(t.replies)
            .where(sa.or_(_r.state.in_(("held", "failed")), sa.and_(_r.state == "unsure", left)))
            .where(named)
            .order_by(_r.created_at)
        ),
    )


def unfinished(tx: sa.Connection, account: str) -> list[ReplyRow]:
    """Replies of an account that are still on their way."""
    return every(
        ReplyRow,
        tx.execute(
            sa.select(t.replies).where(
                _r.account == account, _r.state.in_(("new", "queued", "posting"))
            )
        ),
    )


def untold(tx: sa.Connection, account: str, word: str) -> list[ReplyRow]:
    """Replies of an account that are on their way, and whose ticket was not told this word last."""
    return every(
        ReplyRow,
        tx.execute(
            sa.select(t.replies).where(
                _r.account == account,
                _r.state.in_(("new", "queued")),
                sa.or_(_r.told.is_(None), _r.told != word),
            )
        ),
    )


def start_over(tx: sa.Connection, account: str) -> None:
    """The account can post again: what waited gets its full time once more."""
    tx.execute(
        t.deliveries.update()
        .where(_d.account == account, _d.state.in_(("queued", "unsure")))
        .values(since=clock())
    )


def add_delivery(tx: sa.Connection, **values: Any) -> None:
    """Store a part, queued."""
    tx.execute(
        t.deliveries.insert().values(
            due_at=clock(), attempts=0, looks=0, since=clock(), changed_at=clock(), **values
        )
    )


def deliveries(tx: sa.Connection, reply: str) -> list[DeliveryRow]:
    """The parts of a reply in order."""
    return every(
        DeliveryRow,
        tx.execute(sa.select(t.deliveries).where(_d.reply == reply).order_by(_d.number)),
    )


def unfit(tx: sa.Connection, reply: str) -> None:
    """Forget the parts of a reply of which nothing was ever tried."""
    tx.execute(t.deliveries.delete().where(_d.reply == reply))


def _paused() -> sa.Select[tuple[str]]:
    return sa.select(t.accounts.c.id).where(t.accounts.c.paused_at.is_not(None))


def _ready() -> sa.ColumnElement[bool]:
    """A part to post or look for now: due, not left to people, every earlier part posted."""
    earlier = t.deliveries.alias()
    blocked = (
        sa.select(earlier.c.id)
        .where(
            earlier.c.reply == _d.reply, earlier.c.number < _d.number, earlier.c.state != "posted"
        )
        .exists()
    )
    return sa.and_(
        sa.or_(
            sa.and_(_d.state == "queued", _d.account.not_in(_paused())),
            sa.and_(_d.state == "unsure", _d.looks < LOOKS),
        ),
        _d.due_at <= clock(),
        sa.not_(blocked),
    )


def open_accounts() -> list[sa.Select[tuple[str]]]:
    """Queries for the accounts that have something to fit, post, look for or give up."""
    active = sa.select(t.accounts.c.id).where(t.accounts.c.status == "active")
    return [
        sa.select(_r.account).where(_r.state == "new", _r.account.in_(active)),
        sa.select(_d.account).where(_ready(), _d.account.in_(active)),
        sa.select(_d.account).where(_d.state == "posting", _d.lease_until < clock()),
    ]


def due(tx: sa.Connection, account: str, limit: int) -> list[DeliveryRow]:
    """Parts to post or look for now, the longest waiting first."""
    return every(
        DeliveryRow,
        tx.execute(
            sa.select(t.deliveries)
            .where(_d.account == account, _ready())
            .order_by(_d.due_at, _d.number)
            .limit(limit)
        ),
    )


def abandoned(tx: sa.Connection, account: str) -> list[DeliveryRow]:
    """Parts someone was posting whose lease has run out."""
    return every(
        DeliveryRow,
        tx.execute(
            sa.select(t.deliveries).where(
                _d.account == account, _d.state == "posting", _d.lease_until < clock()
            )
        ),
    )


def claim(tx: sa.Connection, id: str, *, token: str, lease: float) -> bool:
    """queued → posting, for the holder of `token` only."""
    changed = tx.execute(
        t.deliveries.update()
        .where(_d.id == id, _d.state == "queued", _d.account.not_in(_paused()))
        .values(
            state="posting",
            token=token,
            lease_until=clock() + sa.literal(lease),
            attempts=_d.attempts + 1,
            changed_at=clock(),
        )
    )
    return bool(changed.rowcount)


def intend(tx: sa.Connection, id: str, *, token: str, prepared: str, lease: float) -> bool:
    """Store what was prepared and that the public write comes next, within `lease` seconds.

    False: no longer ours, or its account was paused meanwhile.
    """
    changed = tx.execute(
        t.deliveries.update()
        .where(
            _d.id == id,
            _d.state == "posting",
            _d.token == token,
            _d.lease_until > clock(),
            _d.account.not_in(_paused()),
        )
        .values(
            prepared=prepared,
            intent_at=sa.func.coalesce(_d.intent_at, clock()),
            lease_until=clock() + sa.literal(lease),
        )
    )
    return bool(changed.rowcount)


def give_back(tx: sa.Connection, id: str, *, token: str) -> None:
    """posting → queued, for a holder that certainly made no public write; not if it lost it."""
    tx.execute(
        t.deliveries.update()
        .where(_d.id == id, _d.state == "posting", _d.token == token)
        .values(state="queued", changed_at=clock())
    )


def fresh_start(tx: sa.Connection, reply: str) -> None:
    """A person let the reply go again: what is not posted gets its full time, and new uploads."""
    tx.execute(
        t.deliveries.update()
        .where(_d.reply == reply, _d.state != "posted")
        .values(since=clock(), prepared=None)
    )


def settle(
    tx: sa.Connection, id: str, *, token: str | None, states: tuple[str, ...], **values: Any
) -> bool:
    """Move a delivery out of one of `states`, if `token` is still its token. Whether it moved."""
    same = _d.token.is_(None) if token is None else _d.token == token
    if isinstance(values.get("reason"), str):
        values["reason"] = sentence(values["reason"])
    changed = tx.execute(
        t.deliveries.update()
        .where(_d.id == id, _d.state.in_(states), same)
        .values(changed_at=clock(), **values)
    )
    return bool(changed.rowcount)


def after(seconds: float) -> Any:
    """The database's time in so many seconds, as a column value."""
    return clock() + sa.literal(seconds)


def claimed_receipts(tx: sa.Connection, keys: list[str]) -> set[str]:
    """Which of these posts already prove a delivery."""
    rows = tx.execute(sa.select(_d.receipt_key).where(_d.receipt_key.in_(keys)))
    return {row[0] for row in rows}


def unproved(tx: sa.Connection, mention: int) -> DeliveryRow | None:
    """A part answering this mention that a person noted as posted, and nobody has seen yet."""
    return one(
        DeliveryRow,
        tx.execute(
            sa.select(t.deliveries)
            .join(t.replies, _r.id == _d.reply)
            .where(
                _r.mention == mention,
                _d.number == 1,
                _d.state == "posted",
                _d.receipt_key.is_(None),
            )
            .order_by(_d.changed_at)
            .limit(1)
        ),
    )


def by_receipt(
    tx: sa.Connection, installation: str, key: str
) -> tuple[DeliveryRow, ReplyRow] | None:
    """The delivery and reply a post proves."""
    delivery = one(
        DeliveryRow,
        tx.execute(
            sa.select(t.deliveries)
            .join(t.replies, _r.id == _d.reply)
            .where(_d.receipt_key == key, _r.installation == installation)
        ),
    )
    if delivery is None:
        return None
    reply = get(tx, delivery.reply)
    assert reply is not None
    return delivery, reply
