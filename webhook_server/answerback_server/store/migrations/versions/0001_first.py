"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "alarms",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("installation", sa.String(length=40), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Double(), nullable=False),
        sa.Column("told_at", sa.Double(), nullable=True),
        sa.Column("closed_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index(
        "ux_alarms_open",
        "alarms",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "beats",
        sa.Column("worker", sa.String(length=40), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_beats")),
    )
    op.create_table(
        "calls",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("app", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("same", sa.String(length=64), nullable=True),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("received_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sa.UniqueConstraint("app", "key", name=op.f("uq_calls_app_key")),
        sa.UniqueConstraint("app", "same", name=op.f("uq_calls_app_same")),
    )
    op.create_index(op.f("ix_calls_state_due_at"), "calls", ["state", "due_at"], unique=False)
    op.create_table(
        "drains",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=True),
        sa.Column("lease_until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_drains")),
    )
    op.create_table(
        "installations",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("help_desk", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=64), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("rules", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installations")),
        sa.UniqueConstraint("path", name=op.f("uq_installations_path")),
    )
    op.create_table(
        "ledger",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("installation", sa.String(length=40), nullable=True),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
    )
    op.create_index(op.f("ix_ledger_subject"), "ledger", ["subject"], unique=False)
    op.create_table(
        "meta",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_meta")),
    )
    op.create_table(
        "apps",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("installation", sa.String(length=40), nullable=True),
        sa.Column("path", sa.String(length=64), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["installation"], ["installations.id"], name=op.f("fk_apps_installation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_apps")),
        sa.UniqueConstraint("path", name=op.f("uq_apps_path")),
    )
    op.create_table(
        "setup_codes",
        sa.Column("installation", sa.String(length=40), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("spent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["installation"], ["installations.id"], name=op.f("fk_setup_codes_installation")
        ),
        sa.PrimaryKeyConstraint("installation", name=op.f("pk_setup_codes")),
    )
    op.create_table(
        "setup_sessions",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("installation", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("connection", sa.String(length=40), nullable=True),
        sa.Column("unlocked", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["installation"], ["installations.id"], name=op.f("fk_setup_sessions_installation")
        ),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_setup_sessions")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("installation", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("app", sa.String(length=40), nullable=True),
        sa.Column("actor_key", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("paused_at", sa.Double(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.id"], name=op.f("fk_accounts_app")),
        sa.ForeignKeyConstraint(
            ["installation"], ["installations.id"], name=op.f("fk_accounts_installation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint(
            "installation",
            "channel",
            "actor_key",
            name=op.f("uq_accounts_installation_channel_actor_key"),
        ),
    )
    op.create_table(
        "connections",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("installation", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("renewed_hash", sa.String(length=64), nullable=True),
        sa.Column("renewed", sa.LargeBinary(), nullable=True),
        sa.Column("issued_at", sa.Double(), nullable=False),
        sa.Column("offers", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_connections_account")),
        sa.ForeignKeyConstraint(
            ["installation"], ["installations.id"], name=op.f("fk_connections_installation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
    )
    op.create_index(op.f("ix_connections_account"), "connections", ["account"], unique=False)
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("installation", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("thread", sa.String(length=255), nullable=False),
        sa.Column("ticket", sa.String(length=64), nullable=True),
        sa.Column("priority", sa.String(length=16), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("active_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.id"], name=op.f("fk_conversations_account")
        ),
        sa.ForeignKeyConstraint(
            ["installation"], ["installations.id"], name=op.f("fk_conversations_installation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint(
            "installation", "thread", name=op.f("uq_conversations_installation_thread")
        ),
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("listener", sa.String(length=40), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("received_at", sa.Double(), nullable=False),
        sa.Column("replays", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_inbox_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("origin", name=op.f("uq_inbox_origin")),
    )
    op.create_index(op.f("ix_inbox_state_due_at"), "inbox", ["state", "due_at"], unique=False)
    op.create_table(
        "listeners",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("settings_key", sa.String(length=64), nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=True),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("every", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("well_at", sa.Double(), nullable=True),
        sa.Column("hour", sa.Integer(), nullable=True),
        sa.Column("filed", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_listeners_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listeners")),
        sa.UniqueConstraint(
            "account", "kind", "settings_key", name=op.f("uq_listeners_account_kind_settings_key")
        ),
    )
    op.create_index(
        op.f("ix_listeners_active_due_at"), "listeners", ["active", "due_at"], unique=False
    )
    op.create_index(op.f("ix_listeners_conversation"), "listeners", ["conversation"], unique=False)
    op.create_table(
        "attentions",
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("installation", sa.String(length=40), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_attentions_conversation")
        ),
        sa.ForeignKeyConstraint(
            ["installation"], ["installations.id"], name=op.f("fk_attentions_installation")
        ),
        sa.PrimaryKeyConstraint("conversation", name=op.f("pk_attentions")),
    )
    op.create_index(
        op.f("ix_attentions_done_due_at"), "attentions", ["done", "due_at"], unique=False
    )
    op.create_table(
        "mentions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("installation", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("wire", sa.Text(), nullable=True),
        sa.Column("ref", sa.Text(), nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("updated", sa.Double(), nullable=True),
        sa.Column("parent_key", sa.String(length=64), nullable=True),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("outside", sa.String(length=16), nullable=True),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("absent", sa.Integer(), nullable=False),
        sa.Column("kept", sa.String(length=16), nullable=True),
        sa.Column("conversation", sa.String(length=40), nullable=True),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_mentions_conversation")
        ),
        sa.ForeignKeyConstraint(
            ["installation"], ["installations.id"], name=op.f("fk_mentions_installation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentions")),
        sa.UniqueConstraint("installation", "key", name=op.f("uq_mentions_installation_key")),
    )
    op.create_index(op.f("ix_mentions_conversation"), "mentions", ["conversation"], unique=False)
    op.create_index(op.f("ix_mentions_outside"), "mentions", ["outside"], unique=False)
    op.create_table(
        "filings",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("installation", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("mention", sa.Integer(), nullable=True),
        sa.Column("external_id", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("heard", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("priority", sa.String(length=16), nullable=True),
        sa.Column("tags", sa.Text(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("offer", sa.Integer(), nullable=False),
        sa.Column("offers", sa.Integer(), nullable=False),
        sa.Column("offered_to", sa.String(length=40), nullable=True),
        sa.Column("reported", sa.Boolean(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("ticket", sa.String(length=64), nullable=True),
        sa.Column("comment", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("replays", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_filings_account")),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_filings_conversation")
        ),
        sa.ForeignKeyConstraint(
            ["installation"], ["installations.id"], name=op.f("fk_filings_installation")
        ),
        sa.ForeignKeyConstraint(["mention"], ["mentions.id"], name=op.f("fk_filings_mention")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filings")),
        sa.UniqueConstraint(
            "installation", "external_id", name=op.f("uq_filings_installation_external_id")
        ),
    )
    op.create_index(
        op.f("ix_filings_account_state_id"), "filings", ["account", "state", "id"], unique=False
    )
    op.create_index(op.f("ix_filings_mention"), "filings", ["mention"], unique=False)
    op.create_index(
        op.f("ix_filings_state_changed_at"), "filings", ["state", "changed_at"], unique=False
    )
    op.create_table(
        "hearings",
        sa.Column("mention", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("listener", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_hearings_account")),
        sa.ForeignKeyConstraint(["mention"], ["mentions.id"], name=op.f("fk_hearings_mention")),
        sa.PrimaryKeyConstraint("mention", "account", name=op.f("pk_hearings")),
    )
    op.create_index(
        op.f("ix_hearings_listener_seen_at"), "hearings", ["listener", "seen_at"], unique=False
    )
    op.create_table(
        "replies",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("installation", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=True),
        sa.Column("mention", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attachment", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("told", sa.String(length=16), nullable=True),
        sa.Column("desk_name", sa.String(length=255), nullable=True),
        sa.Column("replays", sa.Integer(), server_default="0", nullable=False),
        sa.Column("amended", sa.String(length=16), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_replies_account")),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_replies_conversation")
        ),
        sa.ForeignKeyConstraint(
            ["installation"], ["installations.id"], name=op.f("fk_replies_installation")
        ),
        sa.ForeignKeyConstraint(["mention"], ["mentions.id"], name=op.f("fk_replies_mention")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint("installation", "key", name=op.f("uq_replies_installation_key")),
    )
    op.create_index(
        op.f("ix_replies_account_created_at"), "replies", ["account", "created_at"], unique=False
    )
    op.create_index(op.f("ix_replies_conversation"), "replies", ["conversation"], unique=False)
    op.create_index(
        op.f("ix_replies_installation_desk_name"),
        "replies",
        ["installation", "desk_name"],
        unique=False,
    )
    op.create_index(op.f("ix_replies_mention"), "replies", ["mention"], unique=False)
    op.create_index(op.f("ix_replies_state"), "replies", ["state"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("reply", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=True),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("prepared", sa.Text(), nullable=True),
        sa.Column("intent_at", sa.Double(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("receipt_key", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_deliveries_account")),
        sa.ForeignKeyConstraint(["reply"], ["replies.id"], name=op.f("fk_deliveries_reply")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("reply", "number", name=op.f("uq_deliveries_reply_number")),
    )
    op.create_index(
        op.f("ix_deliveries_account_state_due_at"),
        "deliveries",
        ["account", "state", "due_at"],
        unique=False,
    )
    op.create_index(op.f("ix_deliveries_receipt_key"), "deliveries", ["receipt_key"], unique=False)
    op.create_table(
        "amendments",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("reply", sa.String(length=40), nullable=False),
        sa.Column("delivery", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=True),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_amendments_account")),
        sa.ForeignKeyConstraint(
            ["delivery"], ["deliveries.id"], name=op.f("fk_amendments_delivery")
        ),
        sa.ForeignKeyConstraint(["reply"], ["replies.id"], name=op.f("fk_amendments_reply")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendments")),
        sa.UniqueConstraint("reply", "key", "number", name=op.f("uq_amendments_reply_key_number")),
    )
    op.create_index(
        op.f("ix_amendments_account_state_due_at"),
        "amendments",
        ["account", "state", "due_at"],
        unique=False,
    )
