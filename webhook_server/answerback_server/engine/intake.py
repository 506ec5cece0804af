"""Takes in what an agent answered: stored under the desk's key before anything else."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from answerback.helpdesk import AgentReply, Connection
from answerback.model import Receipt
from answerback.schema import loads
from answerback_server.engine import steps, tell, windows
from answerback_server.engine.threads import mention_of
from answerback_server.store import accounts, filings, ledger, mentions, replies
from answerback_server.store.database import digest, new_id

if TYPE_CHECKING:
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.database import Transaction
    from answerback_server.store.rows import InstallationRow, MentionRow, ReplyRow

#: Our own stable id of a reply, for desks that want one before the network gave its own.
REPLY = "answerback:reply:"


def store(
    assembly: Assembly, installation: InstallationRow, connection: Connection, reply: AgentReply
) -> str:
    """The id of the stored reply. The same key again finds the first one and stores nothing.

    A reply that cannot be sent is stored as failed with the reason for its agent.
    """
    key = digest("reply", reply.key)
    with assembly.database.write() as tx:
        known = replies.by_key(tx, installation.id, key)
        if known is not None:
            return known.id
        target, reason = _target(assembly, tx, installation, connection, reply)
        id = new_id("rep")
        added = replies.add(
            assembly.database,
            tx,
            id=id,
            installation=installation.id,
            account=connection.brand.id,
            key=key,
            text=reply.text,
            conversation=target.conversation if target is not None else None,
            mention=target.id if target is not None else None,
            attachment=json.dumps([asdict(one) for one in reply.attachment]),
            state="new" if reason is None else "failed",
            reason=reason,
        )
        if not added:
            # The same call at the same moment stored it first.
            first = replies.by_key(tx, installation.id, key)
            assert first is not None
            return first.id
        ledger.write(
            tx,
            f"reply:{id}",
            "accepted" if reason is None else "refused",
            installation=installation.id,
            account=connection.brand.id,
            reason=reason,
        )
        if reason is not None:
            tell.refused(assembly, tx, id, reason)
        steps.reached("intake.storing")
    steps.reached("intake.stored")
    return id


def _target(
    assembly: Assembly,
    tx: Transaction,
    installation: InstallationRow,
    connection: Connection,
    reply: AgentReply,
) -> tuple[MentionRow | None, str | None]:
    """The mention answered, and why it cannot be answered, if so."""
    account = accounts.get(tx, connection.brand.id)
    assert account is not None
    row = _answered(tx, installation.id, reply)
    if row is None:
        return None, "The post to answer is not known here."
    if account.status == "reconnect":
        return row, f"{account.handle} has to be connected again before it can answer."
    if row.status == "deleted":
        return row, "The post was deleted by its author; there is nothing left to answer."
    if account.channel != row.channel:
        return row, f"{account.handle} is no account of the network this was said on."
    if not reply.text.strip() and not reply.attachment:
        return row, "The answer holds no words."
    mention = mention_of(row)
    assert mention is not None
    channel = assembly.channel(account, tx)
    now = datetime.fromtimestamp(assembly.database.now(tx), UTC)
    late = windows.closed(channel.limits, mention, now)
    return row, late or channel.refusal("reply", mention, channel.account)


def _answered(tx: Transaction, installation: str, reply: AgentReply) -> MentionRow | None:
    """The mention meant: the one named, or the customer's last word where that was our own."""
    conversation = None
    if reply.parent is not None:
        filing = filings.get(tx, installation, reply.parent)
        if filing is not None and filing.mention is not None:
            return mentions.by_id(tx, filing.mention)
        own = _by_desk_name(tx, installation, reply.parent)
        if filing is not None:
            conversation = filing.conversation
        elif own is not None:
            conversation = own.conversation
    if conversation is None and reply.conversation is not None:
        thread = mentions.conversation_of_thread(tx, installation, reply.conversation)
        conversation = thread.id if thread is not None else None
    if conversation is None:
        return None
    said = [row for row in mentions.in_conversation(tx, conversation, 50) if not row.own]
    return said[0] if said else None


def _by_desk_name(tx: Transaction, installation: str, name: str) -> ReplyRow | None:
    if name.startswith(REPLY):
        found = replies.get(tx, name.removeprefix(REPLY))
        return found if found is not None and found.installation == installation else None
    return replies.by_desk_name(tx, installation, name)


def reply_url(tx: Transaction, installation: str, name: str) -> str | None:
    """The permalink of a posted reply, by the id the desk knows it by."""
    row = _by_desk_name(tx, installation, name)
    parts = replies.deliveries(tx, row.id) if row is not None else []
    if not parts or parts[0].receipt is None:
        return None
    receipt = loads(parts[0].receipt, Receipt)
    return receipt.url or receipt.id
