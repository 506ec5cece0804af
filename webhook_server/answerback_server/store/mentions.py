"""What was said, who of us heard it, and which conversation it belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from answerback_server.store import replies
from answerback_server.store import tables as t
from answerback_server.store.database import Database, clock, digest
from answerback_server.store.rows import ConversationRow, MentionRow, every, one

# Kept, because building one costs several times what running it does.
_OF: sa.BindParameter[str] = sa.bindparam("of")
_NAMED: sa.BindParameter[str] = sa.bindparam("named")
_NUMBER: sa.BindParameter[int] = sa.bindparam("number")
_GET = sa.select(t.mentions).where(t.mentions.c.installation == _OF, t.mentions.c.key == _NAMED)
_GET_LOCKED = _GET.with_for_update()
_BY_ID = sa.select(t.mentions).where(t.mentions.c.id == _NUMBER)
_CHANGE = t.mentions.update().where(t.mentions.c.id == _NUMBER)
_HEARD_BY = sa.select(t.hearings.c.account).where(t.hearings.c.mention == _NUMBER)
_CONVERSATION = sa.select(t.conversations).where(t.conversations.c.id == _NAMED)
_OF_THREAD = sa.select(t.conversations).where(
    t.conversations.c.installation == _OF, t.conversations.c.thread == _NAMED
)
_TOUCH = t.conversations.update().where(t.conversations.c.id == _NAMED).values(active_at=clock())


def key_of(channel: str, id: str) -> str:
    """The key under which a network id is stored."""
    return digest(channel, id)


def get(tx: sa.Connection, installation: str, key: str, *, lock: bool = False) -> MentionRow | None:
    """The mention with this key, deleted ones included; with `lock`, ours until the end of `tx`."""
    query = _GET_LOCKED if lock else _GET
    return one(MentionRow, tx.execute(query, {"of": installation, "named": key}))


def by_id(tx: sa.Connection, id: int) -> MentionRow | None:
    """The mention with this row id."""
    return one(MentionRow, tx.execute(_BY_ID, {"number": id}))


def known(tx: sa.Connection, installation: str, keys: Iterable[str]) -> set[str]:
    """Which of these keys are stored."""
    wanted = list(keys)
    rows = tx.execute(
        sa.select(t.mentions.c.key).where(
            t.mentions.c.installation == installation, t.mentions.c.key.in_(wanted)
        )
    )
    return {row[0] for row in rows}


def add(database: Database, tx: sa.Connection, values: dict[str, Any]) -> bool:
    """Store a new mention; False when it is known already."""
    filled = {
        "wire": None,
        "ref": None,
        "version": None,
        "updated": None,
        "parent_key": None,
        "outside": None,
        "private": False,
        "status": "live",
        "absent": 0,
        "conversation": None,
        "edits": 0,
        "seen_at": clock(),
        **values,
    }
    return database.insert_absent(tx, t.mentions, filled)


def change(tx: sa.Connection, id: int, **values: Any) -> None:
    """Change columns of a mention."""
    tx.execute(_CHANGE, {"number": id, **values})


def hear(
    database: Database, tx: sa.Connection, *, mention: int, account: str, listener: str, kind: str
) -> bool:
    """Note that an account heard a mention; False when it had before."""
    return database.insert_absent(
        tx,
        t.hearings,
        {
            "mention": mention,
            "account": account,
            "listener": listener,
            "kind": kind,
            "seen_at": clock(),
        },
    )


def heard_by(tx: sa.Connection, mention: int) -> set[str]:
    """The accounts that heard a mention."""
    return {row[0] for row in tx.execute(_HEARD_BY, {"number": mention})}


def in_conversation(tx: sa.Connection, conversation: str, limit: int) -> list[MentionRow]:
    """The newest mentions of a conversation that are not deleted, newest first."""
    return every(
        MentionRow,
        tx.execute(
            sa.select(t.mentions)
            .where(t.mentions.c.conversation == conversation, t.mentions.c.status != "deleted")
            .order_by(t.mentions.c.id.desc())
            .limit(limit)
        ),
    )


def _unexplained() -> sa.ColumnElement[bool]:
    """A post of our own nobody here sent, while no delivery is open that might yet explain it."""
    open_delivery = (
        sa.select(t.deliveries.c.id)
        .join(t.replies, t.replies.c.id == t.deliveries.c.reply)
        .where(
            t.replies.c.conversation == t.mentions.c.conversation,
            sa.or_(
                t.deliveries.c.state == "posting",
                sa.and_(t.deliveries.c.state == "unsure", t.deliveries.c.looks < replies.LOOKS),
            ),
        )
        .exists()
    )
    return sa.and_(t.mentions.c.outside == "check", sa.not_(open_delivery))


def open_installations() -> sa.Select[tuple[str]]:
    """A query for the installations with answers given outside that the ticket does not show."""
    return sa.select(t.mentions.c.installation).where(_unexplained())


def unexplained(tx: sa.Connection, installation: str, limit: int) -> list[MentionRow]:
    """Our own posts nobody here sent, oldest first."""
    return every(
        MentionRow,
        tx.execute(
            sa.select(t.mentions)
            .where(t.mentions.c.installation == installation, _unexplained())
            .order_by(t.mentions.c.id)
            .limit(limit)
        ),
    )


def conversation(tx: sa.Connection, id: str) -> ConversationRow | None:
    """The conversation with this id."""
    return one(ConversationRow, tx.execute(_CONVERSATION, {"named": id}))


def conversation_of_thread(
    tx: sa.Connection, installation: str, thread: str
) -> ConversationRow | None:
    """The conversation with this thread key."""
    return one(
        ConversationRow,
        tx.execute(_OF_THREAD, {"of": installation, "named": thread}),
    )


def open_conversation(
    database: Database, tx: sa.Connection, *, id: str, installation: str, account: str, thread: str
) -> ConversationRow:
    """The conversation of this thread; two who open it at once get the same one."""
    now = database.now(tx)
    database.insert_absent(
        tx,
        t.conversations,
        {
            "id": id,
            "installation": installation,
            "account": account,
            "thread": thread,
            "created_at": now,
            "active_at": now,
        },
    )
    opened = conversation_of_thread(tx, installation, thread)
    assert opened is not None
    return opened


def touch_conversation(tx: sa.Connection, id: str) -> None:
    """Something happened in it."""
    tx.execute(_TOUCH, {"named": id})


def link_ticket(tx: sa.Connection, id: str, ticket: str) -> None:
    """The ticket this conversation goes on in."""
    tx.execute(t.conversations.update().where(t.conversations.c.id == id).values(ticket=ticket))
