"""Every table. They are the state machine: nothing lives only in a queue or in memory.

Times are seconds since 1970 in UTC by the database's clock, so that leases of several machines
compare. Network ids may be long, so rows are found by `key`, a SHA-256 of channel and id.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

meta = Table("meta", metadata, Column("name", String(64), primary_key=True), Column("value", Text))

installations = Table(
    "installations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("help_desk", String(64), nullable=False),
    Column("path", String(64), nullable=False, unique=True),
    Column("settings", Text, nullable=False),
    Column("secrets", LargeBinary),
    Column("created_at", Double, nullable=False),
)

setup_codes = Table(
    "setup_codes",
    metadata,
    Column("installation", ForeignKey("installations.id"), primary_key=True),
    Column("code_hash", String(64), nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("spent", Boolean, nullable=False),
)

setup_sessions = Table(
    "setup_sessions",
    metadata,
    Column("id_hash", String(64), primary_key=True),
    Column("installation", ForeignKey("installations.id"), nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("connection", String(40)),
    Column("unlocked", Boolean, nullable=False),
    Column("expires_at", Double, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("installation", ForeignKey("installations.id"), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("actor_key", String(64), nullable=False),
    Column("actor", Text, nullable=False),
    Column("handle", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("secrets", LargeBinary),
    Column("state", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", Text),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("installation", "channel", "actor_key"),
)

connections = Table(
    "connections",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("installation", ForeignKey("installations.id"), nullable=False),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("renewed_hash", String(64)),
    Column("renewed", LargeBinary),
    Column("issued_at", Double, nullable=False),
    Column("offers", Integer, nullable=False),
    Column("asked_at", Double),
    Index(None, "account"),
)

listeners = Table(
    "listeners",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("settings", Text, nullable=False),
    Column("settings_key", String(64), nullable=False),
    Column("conversation", String(40)),
    Column("cursor", Text),
    Column("active", Boolean, nullable=False),
    Column("every", Double, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("reason", Text),
    Column("well_at", Double),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("account", "kind", "settings_key"),
    Index(None, "active", "due_at"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("listener", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("reason", Text),
    Column("received_at", Double, nullable=False),
    Index(None, "state", "due_at"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("installation", ForeignKey("installations.id"), nullable=False),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("thread", String(255), nullable=False),
    Column("ticket", String(64)),
    Column("created_at", Double, nullable=False),
    Column("active_at", Double, nullable=False),
    UniqueConstraint("installation", "thread"),
)

mentions = Table(
    "mentions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("installation", ForeignKey("installations.id"), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("key", String(64), nullable=False),
    Column("wire", Text),
    Column("ref", Text),
    Column("version", Text),
    Column("updated", Double),
    Column("parent_key", String(64)),
    Column("own", Boolean, nullable=False),
    Column("outside", String(16)),
    Column("private", Boolean, nullable=False),
    Column("status", String(16), nullable=False),
    Column("absent", Integer, nullable=False),
    Column("conversation", ForeignKey("conversations.id")),
    Column("edits", Integer, nullable=False),
    Column("seen_at", Double, nullable=False),
    UniqueConstraint("installation", "key"),
    Index(None, "conversation"),
    Index(None, "outside"),
)

hearings = Table(
    "hearings",
    metadata,
    Column("mention", ForeignKey("mentions.id"), primary_key=True),
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("listener", String(40), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("seen_at", Double, nullable=False),
)

filings = Table(
    "filings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("installation", ForeignKey("installations.id"), nullable=False),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("conversation", ForeignKey("conversations.id"), nullable=False),
    Column("mention", ForeignKey("mentions.id")),
    Column("external_id", String(255), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("heard", String(16), nullable=False),
    Column("note", Text),
    Column("payload", Text),
    Column("state", String(16), nullable=False),
    Column("offer", Integer, nullable=False),
    Column("offers", Integer, nullable=False),
    Column("offered_to", String(40)),
    Column("reported", Boolean, nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("ticket", String(64)),
    Column("comment", String(64)),
    Column("reason", Text),
    Column("changed_at", Double, nullable=False),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("installation", "external_id"),
    Index(None, "account", "state", "id"),
    Index(None, "state", "changed_at"),
    Index(None, "mention"),
)

replies = Table(
    "replies",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("installation", ForeignKey("installations.id"), nullable=False),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("conversation", ForeignKey("conversations.id")),
    Column("mention", ForeignKey("mentions.id")),
    Column("key", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("attachment", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text),
    Column("told", String(16)),
    Column("desk_name", String(255)),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("installation", "key"),
    Index(None, "installation", "desk_name"),
    Index(None, "state"),
    Index(None, "mention"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("reply", ForeignKey("replies.id"), nullable=False),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("of", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("token", String(40)),
    Column("lease_until", Double),
    Column("due_at", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("since", Double, nullable=False),
    Column("prepared", Text),
    Column("intent_at", Double),
    Column("receipt", Text),
    Column("receipt_key", String(64)),
    Column("reason", Text),
    Column("changed_at", Double, nullable=False),
    UniqueConstraint("reply", "number"),
    Index(None, "account", "state", "due_at"),
    Index(None, "receipt_key"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False),
    Column("installation", String(40)),
    Column("subject", String(80), nullable=False),
    Column("event", String(64), nullable=False),
    Column("facts", Text, nullable=False),
    Index(None, "subject"),
)

drains = Table(
    "drains",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("key", String(40), primary_key=True),
    Column("owner", String(40)),
    Column("lease_until", Double, nullable=False),
)
