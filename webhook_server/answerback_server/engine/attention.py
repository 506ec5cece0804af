"""Shows trouble on the ticket itself, at desks that let us change tickets: reopened and tagged.

A desk that only pulls, as Zendesk's native mode, can be told by a private note alone.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from answerback.contract import capabilities
from answerback.errors import AnswerbackError, Exhausted, Reconnect, RemoteError, TryLater, Unsure
from answerback.helpdesk import TicketChange
from answerback.plugins import load_help_desk
from answerback_server.engine.pauses import backoff, jitter
from answerback_server.store import attentions, installations, ledger, mentions, replies
from answerback_server.store.database import StoreError

if TYPE_CHECKING:
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.database import Transaction
    from answerback_server.store.rows import AttentionRow

TAG = "answerback_attention"
BATCH = 50
#: Seconds a desk may be away before its ticket is left as it is: a day.
PATIENCE = 86400.0
DEADLINE = 20.0
_LATER = (TryLater, Exhausted, Reconnect, Unsure)

log = logging.getLogger(__name__)


def want(
    assembly: Assembly, tx: Transaction, *, installation: str, conversation: str, wanted: bool
) -> None:
    """Have the conversation's ticket show trouble, or no longer, where its desk can."""
    desk = installations.get(tx, installation)
    assert desk is not None
    if _can_update(desk.help_desk):
        attentions.want(
            assembly.database,
            tx,
            conversation=conversation,
            installation=installation,
            wanted=wanted,
        )


def _can_update(help_desk: str) -> bool:
    try:
        return "update" in capabilities(load_help_desk(help_desk))
    except AnswerbackError:
        # A desk that cannot be loaded changes nothing now; doctor names it.
        return False


def settle(assembly: Assembly, installation: str) -> None:
    """Change the tickets of an installation that do not show yet what they should."""
    with assembly.database.read() as tx:
        due = attentions.due(tx, installation, BATCH)
    for row in due:
        error = _change(assembly, row)
        with assembly.database.write() as tx:
            _settled(assembly, tx, row, error)


def _change(assembly: Assembly, row: AttentionRow) -> AnswerbackError | None:
    """What went wrong, if anything. Changing a ticket twice the same way is once."""
    with assembly.database.read() as tx:
        conversation = mentions.conversation(tx, row.conversation)
        desk = installations.get(tx, row.installation)
    assert conversation is not None
    assert conversation.ticket is not None
    assert desk is not None
    change = (
        TicketChange(status="open", add_tags=(TAG,))
        if row.wanted
        else TicketChange(remove_tags=(TAG,))
    )
    try:
        help_desk = assembly.help_desk(desk)
        with help_desk.http.within(DEADLINE):
            help_desk.update(conversation.ticket, change)
    except AnswerbackError as error:
        return error
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 (a plugin's own mistake: this ticket's only)
        return TryLater(
            f"The help desk stumbled over an error of its own ({type(error).__name__})."
        )
    return None


def _settled(
    assembly: Assembly, tx: Transaction, row: AttentionRow, error: AnswerbackError | None
) -> None:
    subject = f"conversation:{row.conversation}"
    if error is None:
        if attentions.settle(tx, row, done=True, reason=None):
            event = "attention called" if row.wanted else "attention ended"
            ledger.write(tx, subject, event, installation=row.installation)
        return
    asked = (error.retry_after if isinstance(error, RemoteError) else None) or 0.0
    if isinstance(error, _LATER) and assembly.database.now(tx) - row.since < PATIENCE:
        wait = max(backoff(row.attempts), jitter(asked))
        attentions.settle(
            tx, row, attempts=row.attempts + 1, due_at=replies.after(wait), reason=str(error)
        )
        return
    if attentions.settle(tx, row, done=True, reason=str(error)):
        kind = type(error).__name__
        ledger.write(tx, subject, "ticket not changed", installation=row.installation, error=kind)
        log.warning("ticket not changed", extra={"conversation": row.conversation, "error": kind})
