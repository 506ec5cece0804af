"""Which conversation a mention belongs to.

A conversation starts at the highest post the brand did not write; what is said beneath it
joins. So each top comment under a brand's post is a conversation of its own. What is said in
private never joins what was said in public, nor the other way round.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from answerback.model import Mention
from answerback.schema import loads
from answerback_server.store import mentions
from answerback_server.store.database import new_id

if TYPE_CHECKING:
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.database import Transaction
    from answerback_server.store.rows import AccountRow, ConversationRow, MentionRow

#: A thread deeper than this is taken as starting here; no network shows deeper ones whole.
MAX_DEPTH = 200
#: Room for what is appended to an external id, within the 255 characters desks accept.
MAX_ID = 180


def desk_id(id: str) -> str:
    """A network id as help desks take it: ASCII, without surrounding space, of bounded length."""
    if id.isascii() and id.isprintable() and len(id) <= MAX_ID and id.strip() == id:
        return id
    return f"urn:sha256:{hashlib.sha256(id.encode('utf-8', 'surrogatepass')).hexdigest()}"


def is_private(mention: Mention) -> bool:
    """Whether it was said to us alone. An unknown audience is treated by the channel."""
    return mention.visibility == "direct"


def place(
    assembly: Assembly, tx: Transaction, account: AccountRow, mention: Mention
) -> ConversationRow:
    """The conversation of a customer's mention, opened if it is the first of it."""
    root, private = mention.id, is_private(mention)
    parent_id = mention.in_reply_to
    ours = False
    for _ in range(MAX_DEPTH):
        if parent_id is None:
            break
        row = mentions.get(tx, account.installation, mentions.key_of(account.channel, parent_id))
        if row is None or (row.wire is None and not row.own):
            # Not to be had: those who answer the same lost post still stand together. But what
            # a post of ours stands under is not known to be a customer's.
            root = root if ours else parent_id
            break
        if row.private != private:
            break
        if row.conversation is not None:
            known = mentions.conversation(tx, row.conversation)
            if known is not None:
                return known
        parent = mention_of(row)
        if parent is None:
            break
        ours = row.own
        if not ours:
            root = parent.id
        parent_id = parent.in_reply_to
    scope = f"{account.channel}-direct" if private else account.channel
    return mentions.open_conversation(
        assembly.database,
        tx,
        id=new_id("cnv"),
        installation=account.installation,
        account=account.id,
        thread=f"{scope}:{desk_id(root)}",
    )


def mention_of(row: MentionRow) -> Mention | None:
    """The mention as stored, or None when only its tombstone is left."""
    return None if row.wire is None else loads(row.wire, Mention)
