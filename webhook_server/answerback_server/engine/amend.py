"""Changes a posted answer or takes it back, part by part, where the network can.

Durable as answering is: the wish is stored as rows before anything else, a part is claimed by
compare-and-set with a lease, and what fails is tried again for a day. Nothing is read back, since
both repeat safely: an edit replaces, and what is deleted already is fine. A network that cannot do
it is said so in the ticket, and a person does it there by hand.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from answerback.contract import capabilities
from answerback.errors import AnswerbackError, Exhausted, Reconnect, RemoteError, TryLater, Unsure
from answerback.model import Part, Receipt
from answerback.schema import dumps as wire_text
from answerback.schema import loads
from answerback_server.engine import doubts, fitting, tell
from answerback_server.engine.pauses import backoff, jitter
from answerback_server.engine.threads import is_private, mention_of
from answerback_server.store import accounts, amendments, ledger, mentions, replies
from answerback_server.store.database import digest, new_id

if TYPE_CHECKING:
    from answerback.channel import Action, Channel
    from answerback.model import Mention
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.database import Transaction
    from answerback_server.store.rows import AccountRow, AmendmentRow, DeliveryRow, ReplyRow

#: Seconds a claim holds; the call's deadline is well inside.
LEASE = 45.0
DEADLINE = 30.0
#: Seconds a change waits for a network that is away: a day.
PATIENCE = 86400.0
BATCH = 20
TURN = 20.0
_WITHDRAWABLE = ("queued", "held", "failed")
GONE = "an agent took it back before it was posted"
MOVING = "It is on its way just now; try again in a moment."


class _MovedError(Exception):
    """A worker took up a part between the look and the change; nothing of the wish is kept."""


def ask(
    assembly: Assembly, id: str, *, key: str, text: str | None, confirmed: bool = False
) -> str | None:
    """Have a reply say `text` from now on, or with None be taken back. Why not, if not.

    The same key again is the same wish. Words a person should look at again are refused unless
    `confirmed`. What is not posted yet is withdrawn at once; it cannot be changed.
    """
    with assembly.database.read() as tx:
        reply = replies.get(tx, id)
        account = accounts.get(tx, reply.account) if reply is not None else None
        row = mentions.by_id(tx, reply.mention) if reply is not None and reply.mention else None
        standing = _standing(tx, id, replies.deliveries(tx, id))
        again = amendments.known(tx, id, digest("amend", key))
    if reply is None or account is None:
        return f"There is no reply '{id}' here."
    if again:
        return None
    mention = mention_of(row) if row is not None else None
    texts: list[str] = []
    if standing:
        channel = assembly.channel(account)
        refused = _cannot(channel, mention, standing, text)
        if refused is None and text is not None and mention is not None:
            texts, refused = _words(assembly, channel, mention, text, confirmed=confirmed)
            if refused is None and len(texts) > len(standing):
                refused = f"The new words need {len(texts)} posts, and {len(standing)} are there."
        if refused is not None:
            with assembly.database.write() as tx:
                _refused(assembly, tx, reply, text, refused)
            return refused
    wish = digest("amend", key)
    try:
        with assembly.database.write() as tx:
            return _take_in(assembly, tx, id, wish, delete=text is None, texts=texts, seen=standing)
    except _MovedError:
        return MOVING


def _standing(tx: Transaction, id: str, parts: list[DeliveryRow]) -> list[DeliveryRow]:
    """The parts that are on the network: posted, and not deleted since."""
    gone = amendments.gone(tx, id)
    return [part for part in parts if part.state == "posted" and part.id not in gone]


def _cannot(
    channel: Channel, mention: Mention | None, standing: list[DeliveryRow], text: str | None
) -> str | None:
    action: Action = "delete" if text is None else "edit"
    if action not in capabilities(type(channel)):
        done = "taken back" if text is None else "changed"
        return f"{channel.title} does not let an answer be {done} from here. Do it there by hand."
    if any(part.receipt is None for part in standing):
        return "Nobody knows where all of it stands, since a person noted it as posted."
    if mention is None:
        # Taking back needs only the receipt.
        return None if text is None else "The post it answers is no longer known here."
    return channel.refusal(action, mention, channel.account)


def _words(
    assembly: Assembly, channel: Channel, mention: Mention, text: str, *, confirmed: bool
) -> tuple[list[str], str | None]:
    """The words of each part, or why they cannot be said."""
    if not text.strip():
        return [], "The new answer holds no words. To take the old one back, delete it."
    told = doubts.found(
        text, public=not is_private(mention), contacts=assembly.config.public_contacts
    )
    if told and not confirmed:
        return [], " ".join(told)
    try:
        return fitting.cut(channel, fitting.limits_of(channel), mention, text), None
    except RemoteError as error:
        return [], error.sentence


def _take_in(
    assembly: Assembly,
    tx: Transaction,
    id: str,
    key: str,
    *,
    delete: bool,
    texts: list[str],
    seen: list[DeliveryRow],
) -> str | None:
    reply = replies.get(tx, id, lock=True)
    assert reply is not None
    if amendments.known(tx, id, key) or (delete and reply.state == "withdrawn"):
        return None
    parts = replies.deliveries(tx, id)
    if any(part.state in ("posting", "unsure") for part in parts) or reply.state == "new":
        return (
            "It is on its way just now, or nobody knows yet whether it is there. Settle that first."
        )
    standing = _standing(tx, id, parts)
    # What the network can do, and how the words are cut, was asked for these parts only.
    if [part.id for part in standing] != [part.id for part in seen]:
        return MOVING
    if delete:
        _withdraw(assembly, tx, reply, parts)
    elif not standing:
        if reply.state == "withdrawn" or any(part.state == "posted" for part in parts):
            return "It was taken back already. Answer anew in the ticket."
        return "It is not posted yet; take it back and answer anew."
    elif any(part.state != "posted" for part in parts):
        return "Not all of it is posted. Take it back, and answer anew in the ticket."
    amendments.supersede(tx, id)
    # Changed from the first on; taken back from the last on, so that nothing hangs in the air.
    changed = list(zip(standing, texts, strict=False))
    wishes = [*changed, *((part, None) for part in reversed(standing[len(changed) :]))]
    for number, (part, text) in enumerate(wishes, start=1):
        amendments.add(
            tx,
            reply=id,
            delivery=part.id,
            account=part.account,
            key=key,
            number=number,
            kind="edit" if text is not None else "delete",
            text=text,
        )
    event = "deletion asked for" if delete else "change asked for"
    ledger.write(tx, f"reply:{id}", event, installation=reply.installation, parts=len(wishes))
    return None


def _withdraw(
    assembly: Assembly, tx: Transaction, reply: ReplyRow, parts: list[DeliveryRow]
) -> None:
    """What is not posted will not be."""
    for part in parts:
        if part.state in _WITHDRAWABLE and not replies.settle(
            tx, part.id, token=part.token, states=_WITHDRAWABLE, state="withdrawn", reason=GONE
        ):
            raise _MovedError
    if any(part.state == "posted" for part in parts):
        replies.change(tx, reply.id, state="posted", reason=None)
        return
    replies.change(tx, reply.id, state="withdrawn", reason=GONE)
    tell.amended(assembly, tx, reply, "Your answer was taken back before it was posted.", well=True)


def _refused(
    assembly: Assembly, tx: Transaction, reply: ReplyRow, text: str | None, reason: str
) -> None:
    done = "taken back" if text is None else "changed"
    words = f"Your answer was NOT {done}. {reason}"
    tell.amended(assembly, tx, reply, words, well=False)
    ledger.write(tx, f"reply:{reply.id}", f"not {done}", installation=reply.installation)


class Amender:
    """Works on the changes and deletions of one account."""

    def __init__(self, assembly: Assembly, account: AccountRow) -> None:
        self._assembly = assembly
        self._database = assembly.database
        self._account = account
        self._haste = assembly.config.haste

    def drain(self, stopping: Callable[[], bool]) -> None:
        """Take over what was abandoned, then take the steps that are due."""
        began = time.monotonic()
        with self._database.read() as tx:
            due = amendments.due(tx, self._account.id, BATCH)
        with self._database.write() as tx:
            amendments.give_up_abandoned(tx, self._account.id)
        if self._account.status != "active" or not due:
            return
        channel = self._assembly.channel(self._account)
        while due:
            for step in due:
                if stopping() or time.monotonic() - began > TURN or not self._take(channel, step):
                    return
            with self._database.read() as tx:
                due = amendments.due(tx, self._account.id, BATCH)

    def _take(self, channel: Channel, step: AmendmentRow) -> bool:
        """One step for one part. False when the account has to stop."""
        token = new_id("tok")
        with self._database.write() as tx:
            began = time.monotonic()
            if not amendments.claim(tx, step.id, token=token, lease=LEASE / self._haste):
                return True
            reply = replies.get(tx, step.reply)
            parts = replies.deliveries(tx, step.reply)
        assert reply is not None
        part = next(one for one in parts if one.id == step.delivery)
        assert part.receipt is not None
        receipt = loads(part.receipt, Receipt)
        try:
            if time.monotonic() - began > (LEASE - DEADLINE) / self._haste:
                raise TryLater("The moment to change it passed before it came.")
            with channel.http.within(DEADLINE / self._haste):
                fresh = self._called(channel, step, part, receipt)
        except Reconnect as error:
            with self._database.write() as tx:
                amendments.queue_again(tx, step, token=token, reason=str(error))
            tell.reconnect_needed(self._assembly, self._account, str(error))
            return False
        except AnswerbackError as error:
            self._failed(reply, step, token, error)
            return True
        self._done(reply, step, part, token, fresh)
        return True

    def _called(
        self, channel: Channel, step: AmendmentRow, part: DeliveryRow, receipt: Receipt
    ) -> Receipt | None:
        try:
            if step.kind == "delete":
                channel.delete(receipt)
                return None
            words = Part(
                key=f"{part.id}:{step.id}", text=step.text or "", number=part.number, of=part.of
            )
            return channel.edit(receipt, words)
        except AnswerbackError:
            raise
        except Exception as error:
            raise TryLater(
                f"The channel stumbled over an error of its own ({type(error).__name__})."
            ) from error

    def _done(
        self,
        reply: ReplyRow,
        step: AmendmentRow,
        part: DeliveryRow,
        token: str,
        receipt: Receipt | None,
    ) -> None:
        with self._database.write() as tx:
            if not amendments.settle(tx, step.id, token=token, state="done", reason=None):
                return
            if receipt is not None:
                replies.settle(
                    tx,
                    part.id,
                    token=part.token,
                    states=("posted",),
                    text=step.text,
                    receipt=wire_text(receipt),
                    receipt_key=mentions.key_of(self._account.channel, receipt.id),
                )
            self._told(tx, reply, step, "changed" if step.kind == "edit" else "deleted")

    def _failed(
        self, reply: ReplyRow, step: AmendmentRow, token: str, error: AnswerbackError
    ) -> None:
        sentence = error.sentence if isinstance(error, RemoteError) else str(error)
        asked = (error.retry_after if isinstance(error, RemoteError) else None) or 0.0
        with self._database.write() as tx:
            waited = self._database.now(tx) - step.since
            if isinstance(error, (TryLater, Exhausted, Unsure)) and waited < PATIENCE:
                wait = max(backoff(step.attempts, first=1.0), jitter(asked))
                later = replies.after(wait)
                amendments.queue_again(tx, step, token=token, due_at=later, reason=sentence)
            elif amendments.settle(tx, step.id, token=token, state="failed", reason=sentence):
                self._told(tx, reply, step, "not amended", error=type(error).__name__)

    def _told(
        self, tx: Transaction, reply: ReplyRow, step: AmendmentRow, event: str, **facts: str
    ) -> None:
        """Write it down; and once nothing of the wish is open any more, tell the ticket."""
        ledger.write(
            tx,
            f"reply:{reply.id}",
            event,
            installation=reply.installation,
            part=step.number,
            attempts=step.attempts + 1,
            **facts,
        )
        steps = amendments.steps(tx, step.reply, step.key)
        if any(one.state in ("queued", "amending") for one in steps):
            return
        edit = any(one.kind == "edit" for one in steps)
        bad = next((one for one in steps if one.state == "failed"), None)
        done = "changed" if edit else "taken back"
        if bad is not None:
            left = sum(one.state == "failed" for one in steps)
            words = f"Your answer was NOT {done}"
            words += "" if left == len(steps) else f" in {left} of its {len(steps)} posts"
            words = f"{words}. {bad.reason or 'The network gave no reason.'}"
        else:
            replies.change(tx, reply.id, amended="edited" if edit else "deleted")
            if edit:
                texts = [one.text or "" for one in steps if one.kind == "edit"]
                replies.change(tx, reply.id, text="\n\n".join(texts))
            where = tell.link(replies.deliveries(tx, reply.id)) if edit else ""
            words = f"Your answer was {done}: {where}" if where else f"Your answer was {done}."
        tell.amended(self._assembly, tx, reply, words, well=bad is None)
