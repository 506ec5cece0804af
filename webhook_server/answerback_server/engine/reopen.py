"""What a person decides about a reply that is held, failed or unsure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from answerback_server.engine import tell
from answerback_server.store import ledger, replies

if TYPE_CHECKING:
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.rows import DeliveryRow, ReplyRow

_STUCK = ("held", "failed", "unsure")


def waiting(assembly: Assembly) -> list[ReplyRow]:
    """Replies a person has to decide about, oldest first."""
    with assembly.database.read() as tx:
        return replies.waiting_for_people(tx)


def reopen(assembly: Assembly, id: str, *, posted: bool) -> str | None:
    """Let a reply's stuck parts go again, or note that they are posted. Why not, if not.

    The parts that are posted stay as they are. A new attempt keeps the part's key, so a network
    that remembers keys still posts it once.
    """
    with assembly.database.write() as tx:
        reply = replies.get(tx, id)
        if reply is None or not replies.waiting_for_people(tx, id):
            return f"No reply '{id}' waits for a person; those that do: answerback replay"
        every = replies.deliveries(tx, id)
        parts = [part for part in every if part.state in _STUCK]
        if not posted and every and all(_untried(part) for part in every):
            # Perhaps never fitted: cut and looked at anew, as if it came now.
            replies.unfit(tx, id)
            parts = []
        if not parts and (posted or reply.mention is None):
            return "It was never made ready to be posted. Answer anew in the ticket."
        if posted and any(part.state == "queued" for part in every):
            return (
                "Its later parts have to stand under this one, and nobody knows where that is. "
                "Post the rest by hand, or let it go again without --posted."
            )
        replies.change(tx, id, told="replayed", replays=reply.replays + 1)
        replies.fresh_start(tx, id)
        for part in parts:
            replies.settle(
                tx,
                part.id,
                token=part.token,
                states=_STUCK,
                state="posted" if posted else "queued",
                due_at=replies.after(0.0),
                since=replies.after(0.0),
                looks=0,
                attempts=0,
                reason="a person says it is there" if posted else None,
            )
        if parts:
            tell.progress(assembly, tx, id)
        else:
            replies.change(tx, id, state="new", reason=None)
        ledger.write(
            tx,
            f"reply:{id}",
            "noted as posted" if posted else "replayed",
            installation=reply.installation,
            attempt=reply.replays + 2,
        )
    return None


def _untried(part: DeliveryRow) -> bool:
    return part.state == "failed" and part.attempts == 0 and part.intent_at is None
