"""Looks again at open conversations, for networks that do not tell of edits and deletions."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from answerback.contract import capabilities
from answerback.model import Activity, Mention, Page, Tombstone
from answerback_server.engine import threads
from answerback_server.store import accounts, ledger, mentions

if TYPE_CHECKING:
    from answerback.channel import Channel, Fetched
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.database import Database
    from answerback_server.store.rows import AccountRow, ListenerRow, MentionRow

#: A conversation quiet for so long is no longer re-read: 14 days.
QUIET = 14 * 86400.0
#: One quiet for an hour is re-read every five minutes, for a day every two hours …
SLOWING = 12.0
#: … and at least this often: every six hours.
SLOWEST = 6 * 3600.0
#: Posts of one conversation looked at again at once.
POSTS = 40
#: More posts missing at once than this, and more than half: an outage, not deletions.
MANY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What became of the posts we know: what changed or is gone, and ids not shown just now."""

    activities: list[Activity] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def is_quiet(database: Database, listener: ListenerRow) -> bool:
    """Whether nothing was said for so long that asking is not worth its price; it stops then."""
    assert listener.conversation is not None
    with database.write() as tx:
        conversation = mentions.conversation(tx, listener.conversation)
        assert conversation is not None
        if conversation.active_at > database.now(tx) - QUIET:
            return False
        accounts.stop_listening(tx, listener.id, "quiet for 14 days")
        return True


def pace(database: Database, conversation: str, base: float) -> float:
    """Seconds until the next look: more and more, the longer nobody says anything."""
    with database.read() as tx:
        row = mentions.conversation(tx, conversation)
        now = database.now(tx)
    assert row is not None
    return max(base, min((now - row.active_at) / SLOWING, SLOWEST))


def look_again(
    assembly: Assembly, account: AccountRow, channel: Channel, conversation: str, page: Page
) -> Looked:
    """Ask for every known post of a conversation that the page does not show.

    What is as it was is left out. Many missing at once are taken for an outage, and noted.
    """
    if "fetch" not in capabilities(type(channel)):
        return Looked()
    shown = {a.object.id for a in page.activities if isinstance(a.object, Mention)}
    with assembly.database.read() as tx:
        rows = mentions.in_conversation(tx, conversation, POSTS)
    known = [
        (row, mention.id)
        for row in rows
        if row.ref is not None
        and (mention := threads.mention_of(row)) is not None
        and mention.id not in shown
    ]
    if not known:
        return Looked()
    fetched = channel.fetch([json.loads(row.ref or "{}") for row, _id in known])
    looked = Looked()
    for (row, id), found in zip(known, fetched, strict=True):
        _compare(account.channel, row, id, found, looked)
    if len(looked.missing) > MANY and 2 * len(looked.missing) > len(known) + len(shown):
        with assembly.database.write() as tx:
            ledger.write(
                tx,
                f"account:{account.id}",
                "many missing at once",
                installation=account.installation,
                missing=len(looked.missing),
            )
        looked.missing.clear()
    return looked


def _compare(channel: str, row: MentionRow, id: str, found: Fetched, looked: Looked) -> None:
    if found.state == "gone":
        stone = Tombstone(id=id, channel=channel)
        looked.activities.append(Activity(type="Delete", channel=channel, object=stone))
    elif found.state == "missing" and row.status == "live":
        looked.missing.append(id)
    elif found.mention is not None:
        same = row.version is not None and found.mention.version == row.version
        if not same or row.absent or row.status != "live":
            looked.activities.append(Activity(type="Update", channel=channel, object=found.mention))
