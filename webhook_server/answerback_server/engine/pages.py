"""What a page holds when it is stored: wire forms, and what its posts answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from answerback.contract import capabilities
from answerback.errors import Malformed, Reconnect, RemoteError
from answerback.model import Activity, Mention, Unreadable
from answerback.schema import to_wire
from answerback_server.engine.threads import is_private
from answerback_server.store import mentions

if TYPE_CHECKING:
    from answerback.channel import Channel
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.database import Transaction
    from answerback_server.store.rows import AccountRow, ListenerRow

#: Parents looked for per page; what is not found stands on its own.
PARENTS = 20


def wired(told: Iterable[Activity | Mention], unreadable: list[Unreadable]) -> list[dict[str, Any]]:
    """The wire form of each; what has none is unreadable, and costs the others nothing."""
    found = []
    for one in told:
        try:
            found.append(to_wire(one))
        except Malformed as error:
            thing = one.object if isinstance(one, Activity) else one
            id = thing if isinstance(thing, str) else getattr(thing, "id", None)
            unreadable.append(Unreadable(position=str(id)[:200], reason=str(error)[:500]))
    return found


def orphans(tx: Transaction, account: AccountRow, activities: Sequence[Activity]) -> list[Mention]:
    """One mention for each post that is answered here and that we do not know."""
    said = [a.object for a in activities if isinstance(a.object, Mention)]
    here = {mention.id for mention in said}
    answering = {
        mention.in_reply_to: mention
        for mention in said
        if mention.in_reply_to is not None and mention.in_reply_to not in here
    }
    if not answering:
        return []
    keys = {mentions.key_of(account.channel, id): id for id in answering}
    known = mentions.known(tx, account.installation, keys)
    return [answering[id] for key, id in keys.items() if key not in known]


def above(
    assembly: Assembly, account: AccountRow, channel: Channel, activities: Sequence[Activity]
) -> list[Mention]:
    """What these posts answer and we do not know, as far as the network shows it.

    Raises Reconnect; any other failure leaves a post to stand on its own.
    """
    if "thread" not in capabilities(type(channel)):
        return []
    with assembly.database.read() as tx:
        lost = orphans(tx, account, activities)
    here = {a.object.id for a in activities if isinstance(a.object, Mention)}
    found: dict[str, Mention] = {}
    for mention in lost[:PARENTS]:
        if mention.in_reply_to in found:
            continue
        try:
            found |= {one.id: one for one in channel.thread(mention)}
        except Reconnect:
            raise
        except RemoteError:
            # The words matter more than what they answer.
            continue
    return [one for id, one in found.items() if id not in here]


def listening(listeners: Sequence[ListenerRow], activity: Activity) -> ListenerRow | None:
    """The listener that would have heard this; None: the account does not listen to such things.

    What only changes something we know is heard by any.
    """
    thing = activity.object
    if activity.type not in ("Create", "Update") or not isinstance(thing, Mention):
        return next(iter(listeners), None)
    active = [one for one in listeners if one.active]
    if is_private(thing):
        return next((one for one in active if one.kind == "direct"), None)
    kinds = ("reviews", "mentions") if thing.type == "Review" else ("mentions", "comments")
    for kind in (*kinds, "keyword", "hashtag", "reviews"):
        for one in active:
            if one.kind == kind:
                return one
    return None
