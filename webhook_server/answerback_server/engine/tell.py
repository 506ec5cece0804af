"""Tells the ticket where a reply stands: nothing looks sent that was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from answerback.model import Receipt
from answerback.schema import loads
from answerback_server.engine import attention, file
from answerback_server.store import accounts, inbox, ledger, mentions, replies
from answerback_server.store.database import new_id

if TYPE_CHECKING:
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.database import Transaction
    from answerback_server.store.rows import AccountRow, DeliveryRow, ReplyRow

#: The state of a whole reply is that of its part furthest from good.
_WORST = ("failed", "held", "unsure", "posting", "queued", "posted", "withdrawn")
#: What needs a person, and so is shown on the ticket itself where the desk lets us.
_TROUBLE = frozenset({"failed", "held", "unsure", "reconnect", "amend"})

NOTED = "An administrator looked, and noted as posted: your answer is there."
WAITING = "Your answer is waiting to be posted. This note will be followed by another."
PAUSED_WORD = "paused"
PAUSED = (
    "Your answer is NOT posted yet: an administrator has paused the account. It waits, and will be "
    "posted once the account is let go again (answerback resume)."
)


def progress(assembly: Assembly, tx: Transaction, reply_id: str) -> None:
    """Bring the reply's own state up to date with its parts, and tell the ticket of trouble."""
    reply = replies.get(tx, reply_id, lock=True)
    assert reply is not None
    parts = replies.deliveries(tx, reply_id)
    state = next(one for one in _WORST if any(part.state == one for part in parts))
    worst = next(part for part in parts if part.state == state)
    if state in ("posting", "queued") and reply.state == state:
        return
    replies.change(tx, reply_id, state=state, reason=worst.reason)
    if state == "posted":
        _moved(tx, reply)
        where = link(parts)
        if reply.told is not None:
            words = f"Your answer was posted: {where}" if where else NOTED
            _note(assembly, tx, reply, "posted", words)
    elif state == "failed":
        _note(
            assembly,
            tx,
            reply,
            "failed",
            f"Your answer was NOT posted. {_because(worst)}{already(parts)}",
        )
    elif state == "held":
        _note(
            assembly,
            tx,
            reply,
            "held",
            f"Your answer is held and NOT posted. {_because(worst)} "
            f"An administrator can let it go with: answerback replay {reply_id}",
        )
    elif state == "unsure" and worst.looks >= replies.LOOKS:
        _note(
            assembly,
            tx,
            reply,
            "unsure",
            f"Nobody can tell whether your answer was posted. {_because(worst)} Please look at "
            "the original post. If it is missing, an administrator can post it with: "
            f"answerback replay {reply_id}",
        )


def refused(assembly: Assembly, tx: Transaction, reply_id: str, reason: str) -> None:
    """The reply could not even be taken; the ticket says so, not only the desk's event log."""
    reply = replies.get(tx, reply_id)
    assert reply is not None
    _note(assembly, tx, reply, "failed", f"Your answer was NOT posted. {reason}")


def waits(assembly: Assembly, tx: Transaction, reply: ReplyRow) -> None:
    """The agent's moment passed before the post was made: the ticket says so."""
    _note(assembly, tx, reply, "queued", WAITING)


def paused(assembly: Assembly, tx: Transaction, reply: ReplyRow) -> None:
    """The account is paused: the ticket says that the answer waits."""
    _note(assembly, tx, reply, PAUSED_WORD, PAUSED)


def amended(assembly: Assembly, tx: Transaction, reply: ReplyRow, text: str, *, well: bool) -> None:
    """What became of the wish to change an answer or take it back."""
    if reply.conversation is None:
        return
    name = f"{reply.id}:{new_id('amend')}"
    file.note(assembly, tx, conversation=reply.conversation, text=text, name=name)
    _attend(assembly, tx, reply, "posted" if well else "amend")


def reconnect_needed(assembly: Assembly, account: AccountRow, reason: str) -> None:
    """The account's token died: it stops, and the tickets of its open replies say so."""
    with assembly.database.write() as tx:
        if not accounts.stop(tx, account, reason[:500]):
            return
        ledger.write(
            tx, f"account:{account.id}", "reconnect needed", installation=account.installation
        )
        inbox.words_go_on(tx, account.id)
        for reply in replies.unfinished(tx, account.id):
            posted = already(replies.deliveries(tx, reply.id))
            _note(
                assembly,
                tx,
                reply,
                "reconnect",
                "Your answer is NOT posted yet: the account has to be connected again. "
                f"It will be posted once an administrator has done that.{posted}",
            )


def link(parts: list[DeliveryRow]) -> str:
    """Where the answer can be read, or its id."""
    if not parts or parts[0].receipt is None:
        return ""
    receipt = loads(parts[0].receipt, Receipt)
    return receipt.url or receipt.id


def _note(assembly: Assembly, tx: Transaction, reply: ReplyRow, word: str, text: str) -> None:
    if reply.conversation is None or not replies.told(tx, reply.id, word):
        return
    file.note(
        assembly, tx, conversation=reply.conversation, text=text, name=f"{reply.id}:{new_id(word)}"
    )
    _attend(assembly, tx, reply, word)


def _attend(assembly: Assembly, tx: Transaction, reply: ReplyRow, word: str) -> None:
    if reply.conversation is not None and (word in _TROUBLE or word == "posted"):
        attention.want(
            assembly,
            tx,
            installation=reply.installation,
            conversation=reply.conversation,
            wanted=word in _TROUBLE,
        )


def _moved(tx: Transaction, reply: ReplyRow) -> None:
    if reply.conversation is not None:
        mentions.touch_conversation(tx, reply.conversation)


def _because(part: DeliveryRow) -> str:
    return part.reason or "The network gave no reason."


def already(parts: list[DeliveryRow]) -> str:
    """What stands in public although the rest does not, as a sentence to append; or nothing."""
    done = [part for part in parts if part.state == "posted"]
    return f" Parts 1 to {len(done)} of {len(parts)} are posted: {link(parts)}" if done else ""
