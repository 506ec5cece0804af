"""Tables of what needs somebody: answers to change, tickets to mark, alarms, signs of life.

Rooms of their own only because `tables` is full; look there for what all tables have in common.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    column,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

amendments = Table(
    "amendments",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("reply", ForeignKey("replies.id"), nullable=False),
    Column("delivery", ForeignKey("deliveries.id"), nullable=False),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("key", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", Text),
    Column("state", String(16), nullable=False),
    Column("token", String(40)),
    Column("lease_until", Double),
    Column("due_at", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("since", Double, nullable=False),
    Column("reason", Text),
    Column("changed_at", Double, nullable=False),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("reply", "key", "number"),
    Index(None, "account", "state", "due_at"),
)

attentions = Table(
    "attentions",
    metadata,
    Column("conversation", ForeignKey("conversations.id"), primary_key=True),
    Column("installation", ForeignKey("installations.id"), nullable=False),
    Column("wanted", Boolean, nullable=False),
    Column("number", Integer, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("since", Double, nullable=False),
    Column("reason", Text),
    Index(None, "done", "due_at"),
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(32), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("installation", String(40)),
    Column("words", Text, nullable=False),
    Column("opened_at", Double, nullable=False),
    Column("told_at", Double),
    Column("closed_at", Double),
    Index(
        "ux_alarms_open",
        "kind",
        "subject",
        unique=True,
        sqlite_where=column("closed_at").is_(None),
        postgresql_where=column("closed_at").is_(None),
    ),
)

beats = Table(
    "beats",
    metadata,
    Column("worker", String(40), primary_key=True),
    Column("at", Double, nullable=False),
)
