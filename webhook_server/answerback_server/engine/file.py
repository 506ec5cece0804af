"""Brings what was heard towards tickets: queued here, frozen when first offered to the desk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from answerback.errors import Malformed
from answerback.model import Mention
from answerback.plugins import load_channel
from answerback_server.engine.threads import desk_id, mention_of
from answerback_server.store import accounts, filings, ledger, mentions, replies
from answerback_server.store.database import new_id, sentence

if TYPE_CHECKING:
    from answerback.helpdesk import Kind
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.database import Transaction
    from answerback_server.store.rows import (
        AccountRow,
        ConversationRow,
        FilingRow,
        MentionRow,
    )

#: Offers without word of a ticket, after which a filing is parked and the ledger says so.
OFFERS = 3
BATCH = 200


def heard(
    assembly: Assembly,
    tx: Transaction,
    account: AccountRow,
    conversation: ConversationRow,
    row: MentionRow,
    mention: Mention,
    kind: Kind,
    *,
    priority: str,
    tags: Sequence[str],
    reasons: Sequence[str],
) -> None:
    """Queue a customer's words, and start re-reading their conversation."""
    filings.add(
        assembly.database,
        tx,
        installation=row.installation,
        account=conversation.account,
        conversation=conversation.id,
        mention=row.id,
        external_id=desk_id(mention.id),
        kind="post",
        heard=kind,
        priority=priority,
        tags=json.dumps(list(tags)),
        reasons=json.dumps(list(reasons)),
    )
    _reread(assembly, tx, account, conversation, mention)


def _reread(
    assembly: Assembly,
    tx: Transaction,
    account: AccountRow,
    conversation: ConversationRow,
    mention: Mention,
) -> None:
    offered = {listening.kind: listening for listening in load_channel(account.channel).listeners}
    if "conversation" not in offered or mention.ref is None:
        return
    every = assembly.config.reread_seconds
    if accounts.wake_conversation(tx, conversation.id, every):
        return
    accounts.listen(
        assembly.database,
        tx,
        account=account.id,
        kind="conversation",
        settings=json.dumps({"root": dict(mention.ref)}, sort_keys=True),
        every=every,
        conversation=conversation.id,
        delay=every,
    )


def edited(assembly: Assembly, tx: Transaction, row: MentionRow) -> None:
    """The customer changed the words: the ticket learns it, unless it has not seen the old ones."""
    post = _post(tx, row)
    if post is None or post.payload is None or post.state == "withdrawn":
        return
    fresh = mentions.by_id(tx, row.id)
    assert fresh is not None
    filings.add(
        assembly.database,
        tx,
        installation=row.installation,
        account=post.account,
        conversation=post.conversation,
        mention=row.id,
        heard=post.heard,
        kind="edit",
        external_id=f"{post.external_id}:v{fresh.edits + 1}",
    )
    mentions.touch_conversation(tx, post.conversation)


def deleted(assembly: Assembly, tx: Transaction, row: MentionRow) -> None:
    """The customer took the words back: withdrawn if nobody saw them, else the ticket learns it."""
    post = _post(tx, row)
    if post is None:
        return
    told = filings.of_mention(tx, row.id)
    for filing in told:
        unseen = filing.payload is None and filing.state in ("pending", "parked")
        if unseen and filing.kind in ("post", "edit"):
            filings.change(tx, filing, state="withdrawn", reason="deleted by its author")
    if post.payload is not None:
        # It may have been missing, shown again, and now be gone for good.
        again = 1 + sum(filing.kind == "deletion" for filing in told)
        filings.add(
            assembly.database,
            tx,
            installation=row.installation,
            account=post.account,
            conversation=post.conversation,
            mention=row.id,
            heard=post.heard,
            kind="deletion",
            external_id=f"{post.external_id}:deleted" + (f":{again}" if again > 1 else ""),
        )


def shown_again(assembly: Assembly, tx: Transaction, row: MentionRow) -> None:
    """What the ticket was told is deleted stands there again; what it never saw is queued anew."""
    told = filings.of_mention(tx, row.id)
    for filing in told:
        if filing.kind == "post" and filing.state == "withdrawn":
            filings.change(tx, filing, state="pending", reason=None)
            return
    if told and row.conversation is not None:
        words = "The post that was no longer shown can be seen again."
        name = f"shown:{row.id}:{new_id('again')}"
        note(assembly, tx, conversation=row.conversation, name=name, text=words)


def note(assembly: Assembly, tx: Transaction, *, conversation: str, name: str, text: str) -> bool:
    """Queue a private note to the agents; the same name twice is one note."""
    where = mentions.conversation(tx, conversation)
    assert where is not None
    return filings.add(
        assembly.database,
        tx,
        installation=where.installation,
        account=where.account,
        conversation=where.id,
        mention=None,
        external_id=f"answerback:note:{name}",
        kind="note",
        heard="mention",
        note=text,
    )


def settle(assembly: Assembly, installation: str) -> None:
    """What nobody answered in time: offered again, then parked; and answers given outside."""
    with assembly.database.write() as tx:
        for filing in filings.overdue(tx, installation, BATCH):
            _overdue(assembly, tx, filing)
        for row in mentions.unexplained(tx, installation, BATCH):
            _answered_outside(assembly, tx, row)


def park(assembly: Assembly, tx: Transaction, filing: FilingRow, reason: str) -> None:
    """Set a filing aside, so that what follows goes on; the ticket, where there is one, says so."""
    if not filings.change(tx, filing, state="parked", offered_to=None, reason=sentence(reason)):
        return
    ledger.write(
        tx,
        f"filing:{filing.id}",
        "parked",
        installation=filing.installation,
        reason=reason,
        attempt=filing.replays + 1,
    )
    if filing.kind == "note" or not filings.has_ticket(tx, filing.conversation):
        return
    what = {"edit": "A change", "deletion": "A deletion"}.get(filing.kind, "Something said")
    note(
        assembly,
        tx,
        conversation=filing.conversation,
        name=f"parked:{filing.id}:{filing.replays + 1}",
        text=(
            f"{what} is missing in this ticket, because it could not be filed: "
            f"{_where(tx, filing)} "
            f"An administrator can try again with: answerback replay filing:{filing.id}"
        ),
    )


def _where(tx: Transaction, filing: FilingRow) -> str:
    row = mentions.by_id(tx, filing.mention) if filing.mention is not None else None
    try:
        mention = mention_of(row) if row is not None else None
    except Malformed:
        mention = None
    return (mention.url or mention.id) if mention is not None else "a post that cannot be read."


def _overdue(assembly: Assembly, tx: Transaction, filing: FilingRow) -> None:
    if filing.state == "offered":
        # Nobody asked since: whoever asks next gets it, also another connection.
        filings.change(tx, filing, state="pending", offered_to=None)
        return
    reason = "the desk took it and told no ticket in time"
    if filing.offers >= OFFERS:
        park(assembly, tx, filing, reason)
        return
    filings.change(tx, filing, state="pending", offered_to=None, reason=reason)
    ledger.write(
        tx,
        f"filing:{filing.id}",
        "offered again",
        installation=filing.installation,
        reason=reason,
    )


def _answered_outside(assembly: Assembly, tx: Transaction, row: MentionRow) -> None:
    mentions.change(tx, row.id, outside=None)
    if replies.by_receipt(tx, row.installation, row.key) is not None or row.conversation is None:
        return
    where_it_stands = mentions.conversation(tx, row.conversation)
    if where_it_stands is None or where_it_stands.priority is None:
        # Only kept: there is no ticket, and an answer given outside begins none.
        return
    mention = mention_of(row)
    where = (mention.url or mention.id) if mention is not None else ""
    words = (mention.text or "") if mention is not None else ""
    note(
        assembly,
        tx,
        conversation=row.conversation,
        name=f"outside:{row.key[:32]}",
        text=f"Answered outside the help desk, in the network itself: {where}\n\n{words}",
    )
    ledger.write(tx, f"mention:{row.id}", "answered outside", installation=row.installation)


def _post(tx: Transaction, row: MentionRow) -> FilingRow | None:
    posts = [filing for filing in filings.of_mention(tx, row.id) if filing.kind == "post"]
    return posts[0] if posts else None
