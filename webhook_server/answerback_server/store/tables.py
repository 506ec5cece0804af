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
    String,
    Table,
    Text,
    UniqueConstraint,
)

from answerback_server.store.attention_tables import alarms as alarms
from answerback_server.store.attention_tables import amendments as amendments
from answerback_server.store.attention_tables import attentions as attentions
from answerback_server.store.attention_tables import beats as beats
from answerback_server.store.attention_tables import metadata as metadata

meta = Table("meta", metadata, Column("name", String(64), primary_key=True), Column("value", Text))

installations = Table(
    "installations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("help_desk", String(64), nullable=False),
    Column("path", String(64), nullable=False, unique=True),
    Column("settings", Text, nullable=False),
    Column("secrets", LargeBinary),
    Column("rules", Text),
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

apps = Table(
    "apps",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("channel", String(64), nullable=False),
    # NULL: the operator's, for the accounts of every installation.
    Column("installation", ForeignKey("installations.id")),
    Column("path", String(64), nullable=False, unique=True),
    Column("settings", Text, nullable=False),
    Column("secrets", LargeBinary),
    Column("created_at", Double, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("installation", ForeignKey("installations.id"), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("app", ForeignKey("apps.id")),
    Column("actor_key", String(64), nullable=False),
    Column("actor", Text, nullable=False),
    Column("handle", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("secrets", LargeBinary),
    Column("state", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", Text),
    Column("paused_at", Double),
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
    # Filed in the hour of this number since 1970.
    Column("hour", Integer),
    Column("filed", Integer),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("account", "kind", "settings_key"),
    Index(None, "active", "due_at"),
    Index(None, "conversation"),
)

# What networks delivered, as it came. With SQLite it lies in a file of its own, so no foreign key.
calls = Table(
    "calls",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("app", String(40), nullable=False),
    Column("key", String(64), nullable=False),
    # Of calls that come again without a number, while nobody has looked at the first.
    Column("same", String(64)),
    Column("head", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("reason", Text),
    Column("received_at", Double, nullable=False),
    UniqueConstraint("app", "key"),
    UniqueConstraint("app", "same"),
    Index(None, "state", "due_at"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("listener", String(40), nullable=False),
    # Which part of which call this came from; a page that was polled has none.
    Column("origin", String(64), unique=True),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("reason", Text),
    Column("received_at", Double, nullable=False),
    Column("replays", Integer, nullable=False, server_default="0"),
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
    # The highest priority of what was filed here; NULL: nothing was.
    Column("priority", String(16)),
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
    Column("kept", String(16)),
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
    Index(None, "listener", "seen_at"),
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
    Column("priority", String(16)),
    Column("tags", Text),
    Column("reasons", Text),
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
    Column("replays", Integer, nullable=False, server_default="0"),
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
    Column("replays", Integer, nullable=False, server_default="0"),
    Column("amended", String(16)),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("installation", "key"),
    Index(None, "installation", "desk_name"),
    Index(None, "state"),
    Index(None, "account", "created_at"),
    Index(None, "conversation"),
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
