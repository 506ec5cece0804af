"""Posts agents' answers: each part at most once, under the right parent, with an honest state.

queued → posting → posted, or held, failed, unsure. The order of steps is the promise: claim with
a lease, prepare (nothing public), store the intent, check the lease, then the one public write.
A part whose outcome is unknown is never posted again before it was looked for.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from answerback.contract import capabilities
from answerback.errors import (
    AnswerbackError,
    Exhausted,
    Gone,
    Reconnect,
    Refused,
    RemoteError,
    TryLater,
    Unsure,
)
from answerback.model import Attachment, Part, Receipt
from answerback.plugins import load_channel
from answerback.schema import dumps as wire_text
from answerback.schema import loads
from answerback_server.engine import brakes, fitting, steps, tell
from answerback_server.engine.pauses import backoff, jitter
from answerback_server.engine.threads import desk_id, mention_of
from answerback_server.store import ledger, mentions, replies
from answerback_server.store.database import new_id

if TYPE_CHECKING:
    from answerback.channel import Channel, Target
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.database import Transaction
    from answerback_server.store.rows import AccountRow, DeliveryRow, ReplyRow

#: Seconds a claim holds while uploads are prepared.
PREPARE_LEASE = 45.0
PREPARE_DEADLINE = 30.0
#: Seconds a claim holds from the stored intent on; the write's deadline is well inside.
WRITE_LEASE = 15.0
WRITE_DEADLINE = 9.0
#: Seconds an answer waits for a network that is away, before its agent is told it failed: a day.
PATIENCE = 86400.0
BATCH = 20
TURN = 20.0


class Messenger:
    """Works on the open replies of one account."""

    def __init__(self, assembly: Assembly, account: AccountRow) -> None:
        self._assembly = assembly
        self._database = assembly.database
        self._account = account

    def drain(self, stopping: Callable[[], bool]) -> None:
        """Give up on what was abandoned, fit what is new, then post or look for what is due."""
        began = time.monotonic()
        self._doubt_abandoned()
        if self._account.status != "active":
            return
        channel = self._assembly.channel(self._account)
        fitting.fit_new(self._assembly, self._account, channel)
        brakes.tell_paused(self._assembly, self._account)
        while time.monotonic() - began < TURN:
            with self._database.read() as tx:
                due = replies.due(tx, self._account.id, BATCH)
            if not due:
                break
            for delivery in due:
                if stopping() or not self._move(channel, delivery):
                    return

    def _move(self, channel: Channel, delivery: DeliveryRow) -> bool:
        """One step for one part. False when the account has to stop."""
        with self._database.read() as tx:
            reply = replies.get(tx, delivery.reply)
            assert reply is not None
            target = self._target(tx, reply, delivery)
        part = _part(reply, delivery)
        try:
            if target is None:
                raise Gone("The post to answer is no longer known here.")
            if delivery.state == "unsure":
                self._look_for(channel, reply, delivery, target, part)
            else:
                self._post(channel, reply, delivery, target, part)
        except Reconnect as error:
            tell.reconnect_needed(self._assembly, self._account, str(error))
            return False
        except AnswerbackError as error:
            self._fail(reply, delivery, delivery.token, delivery.state, error)
        return True

    def _post(
        self, channel: Channel, reply: ReplyRow, delivery: DeliveryRow, target: Target, part: Part
    ) -> None:
        token = new_id("tok")
        haste = self._assembly.config.haste
        with self._database.write() as tx:
            if not replies.claim(tx, delivery.id, token=token, lease=PREPARE_LEASE / haste):
                return
        steps.reached("answer.claimed")
        try:
            prepared = self._prepare(channel, delivery, target, part)
            steps.reached("answer.prepared")
            with self._database.write() as tx:
                began = time.monotonic()
                if not replies.intend(
                    tx,
                    delivery.id,
                    token=token,
                    prepared=json.dumps(prepared),
                    lease=WRITE_LEASE / haste,
                ):
                    replies.give_back(tx, delivery.id, token=token)
                    return
            steps.reached("answer.intent_stored")
            if time.monotonic() - began > (WRITE_LEASE - WRITE_DEADLINE) / haste:
                # Frozen in between: whoever looks next decides, nothing was sent by us.
                raise TryLater("The moment to post passed before it came.")
            steps.reached("answer.checked")
            receipt = self._write(channel, target, part, prepared)
            steps.reached("answer.written")
        except Reconnect:
            with self._database.write() as tx:
                replies.settle(
                    tx,
                    delivery.id,
                    token=token,
                    states=("posting",),
                    state="queued",
                    reason="the account has to be connected again",
                )
            raise
        except AnswerbackError as error:
            self._fail(reply, delivery, token, "posting", error)
            return
        self._posted(reply, delivery, token, receipt)

    def _prepare(
        self, channel: Channel, delivery: DeliveryRow, target: Target, part: Part
    ) -> dict[str, object]:
        if delivery.prepared is not None:
            stored: dict[str, object] = json.loads(delivery.prepared)
            return stored
        if "prepare" not in capabilities(type(channel)):
            return {}
        try:
            with channel.http.within(PREPARE_DEADLINE / self._assembly.config.haste):
                return channel.prepare(target, part)
        except Unsure as error:
            # Nothing public was written, and preparing repeats.
            raise TryLater(error.sentence, retry_after=error.retry_after) from error
        except AnswerbackError:
            raise
        except Exception as error:
            raise TryLater(_bug(error)) from error

    def _write(
        self, channel: Channel, target: Target, part: Part, prepared: dict[str, object]
    ) -> Receipt:
        try:
            with channel.http.within(WRITE_DEADLINE / self._assembly.config.haste):
                return channel.reply(target, part, prepared)
        except AnswerbackError:
            raise
        except Exception as error:
            raise Unsure(
                f"The channel failed with {type(error).__name__} while posting."
            ) from error

    def _posted(
        self, reply: ReplyRow, delivery: DeliveryRow, token: str | None, receipt: Receipt
    ) -> None:
        with self._database.write() as tx:
            moved = replies.settle(
                tx,
                delivery.id,
                token=token,
                states=("posting", "unsure"),
                state="posted",
                receipt=wire_text(receipt),
                receipt_key=mentions.key_of(self._account.channel, receipt.id),
                reason=None,
            )
            if not moved:
                return
            if delivery.number == 1:
                replies.name(tx, reply.id, desk_id(receipt.id))
            ledger.write(
                tx,
                f"reply:{reply.id}",
                "posted",
                installation=reply.installation,
                part=delivery.number,
                url=receipt.url,
                attempts=delivery.attempts,
            )
            tell.progress(self._assembly, tx, reply.id)
            steps.reached("answer.settling")
        steps.reached("answer.settled")

    def _look_for(
        self, channel: Channel, reply: ReplyRow, delivery: DeliveryRow, target: Target, part: Part
    ) -> None:
        """Settle a doubt: it is there, it is certainly not, or a person decides."""
        if "sent" not in capabilities(type(channel)):
            if channel.repeat.by in ("key", "client_id", "replace") and self._safe_again(
                channel, delivery
            ):
                self._post_again(delivery, "sent again, which cannot make a second post")
            else:
                self._leave_to_people(reply, delivery)
            return
        since = datetime.fromtimestamp((delivery.intent_at or reply.created_at) - 60.0, UTC)
        try:
            with channel.http.within(PREPARE_DEADLINE / self._assembly.config.haste):
                found = channel.sent(target, part, since)
        except AnswerbackError:
            raise
        except Exception as error:
            raise Refused(_bug(error)) from error
        keys = {mentions.key_of(self._account.channel, one.id): one for one in found}
        with self._database.read() as tx:
            taken = replies.claimed_receipts(tx, list(keys))
        free = [receipt for key, receipt in keys.items() if key not in taken]
        if free:
            self._posted(reply, delivery, delivery.token, free[0])
        elif self._safe_again(channel, delivery):
            self._post_again(delivery, "looked for and not found; trying again")
        else:
            self._look_again(reply, delivery, self._settle_time())

    def _post_again(self, delivery: DeliveryRow, reason: str) -> None:
        with self._database.write() as tx:
            replies.settle(
                tx,
                delivery.id,
                token=delivery.token,
                states=("unsure",),
                state="queued",
                due_at=replies.after(0.0),
                reason=reason,
            )

    def _safe_again(self, channel: Channel, delivery: DeliveryRow) -> bool:
        repeat = channel.repeat
        with self._database.read() as tx:
            if self._database.now(tx) - delivery.since > PATIENCE:
                return False
        if repeat.by == "key" and repeat.lifetime is not None and delivery.intent_at is not None:
            with self._database.read() as tx:
                age = self._database.now(tx) - delivery.intent_at
            return age < repeat.lifetime.total_seconds() * 0.9
        return repeat.by in ("client_id", "replace") or repeat.absence_is_proof

    def _leave_to_people(self, reply: ReplyRow, delivery: DeliveryRow) -> None:
        with self._database.write() as tx:
            replies.settle(
                tx,
                delivery.id,
                token=delivery.token,
                states=("unsure",),
                looks=replies.LOOKS,
                reason="It may or may not have been posted, and the network does not tell.",
            )
            tell.progress(self._assembly, tx, reply.id)

    def _fail(
        self,
        reply: ReplyRow,
        delivery: DeliveryRow,
        token: str | None,
        state: str,
        error: AnswerbackError,
    ) -> None:
        """What an error means for a part; `state` is where the part stands now."""
        sentence = error.sentence if isinstance(error, RemoteError) else str(error)
        after: dict[str, object]
        asked = (error.retry_after if isinstance(error, RemoteError) else None) or 0.0
        later = isinstance(error, (TryLater, Exhausted))
        if state == "unsure" and not (later or isinstance(error, Unsure)):
            self._look_again(reply, delivery, self._settle_time())
            return
        with self._database.write() as tx:
            waited = self._database.now(tx) - delivery.since
            if state == "unsure" or isinstance(error, Unsure):
                # The longer nobody can tell, the more seldom it is asked.
                wait = max(self._settle_time(), waited / 10, jitter(asked))
                after = {"state": "unsure", "due_at": replies.after(wait), "reason": sentence}
                if waited > PATIENCE:
                    after["looks"] = replies.LOOKS
            elif later and waited < PATIENCE:
                wait = max(backoff(delivery.attempts, first=1.0), jitter(asked))
                after = {"state": "queued", "due_at": replies.after(wait), "reason": sentence}
            else:
                after = {"state": "failed", "reason": sentence}
            if not replies.settle(tx, delivery.id, token=token, states=(state,), **after):
                return
            if after["state"] != state:
                ledger.write(
                    tx,
                    f"reply:{reply.id}",
                    str(after["state"]),
                    installation=reply.installation,
                    part=delivery.number,
                    error=type(error).__name__,
                )
            tell.progress(self._assembly, tx, reply.id)

    def _look_again(self, reply: ReplyRow, delivery: DeliveryRow, wait: float) -> None:
        """Not found, or not to be looked for now; after LOOKS times a person decides."""
        if delivery.looks + 1 >= replies.LOOKS:
            self._leave_to_people(reply, delivery)
            return
        with self._database.write() as tx:
            replies.settle(
                tx,
                delivery.id,
                token=delivery.token,
                states=("unsure",),
                looks=delivery.looks + 1,
                due_at=replies.after(wait),
            )

    def _settle_time(self) -> float:
        settle = load_channel(self._account.channel).repeat.settle.total_seconds()
        return settle / self._assembly.config.haste

    def _doubt_abandoned(self) -> None:
        """Whoever was posting these is gone; nobody knows whether the write was made."""
        with self._database.write() as tx:
            for delivery in replies.abandoned(tx, self._account.id):
                unwritten = delivery.intent_at is None
                moved = replies.settle(
                    tx,
                    delivery.id,
                    token=delivery.token,
                    states=("posting",),
                    state="queued" if unwritten else "unsure",
                    due_at=replies.after(0.0 if unwritten else self._settle_time()),
                    reason="the worker posting it stopped",
                )
                if moved:
                    ledger.write(
                        tx,
                        f"reply:{delivery.reply}",
                        "abandoned",
                        installation=self._account.installation,
                        part=delivery.number,
                    )

    def _target(self, tx: Transaction, reply: ReplyRow, delivery: DeliveryRow) -> Target | None:
        if delivery.number > 1:
            earlier = replies.deliveries(tx, reply.id)[delivery.number - 2]
            return loads(earlier.receipt, Receipt) if earlier.receipt else None
        assert reply.mention is not None
        row = mentions.by_id(tx, reply.mention)
        # What may have been posted is looked for also under a post that was deleted since.
        if row is None or (row.status == "deleted" and delivery.state != "unsure"):
            return None
        return mention_of(row)


def _part(reply: ReplyRow, delivery: DeliveryRow) -> Part:
    attachment = tuple(Attachment(**one) for one in json.loads(reply.attachment))
    return Part(
        key=delivery.id,
        text=delivery.text,
        number=delivery.number,
        of=delivery.of,
        attachment=attachment if delivery.number == 1 else (),
    )


def _bug(error: Exception) -> str:
    """What an agent is told of a plugin's own mistake: that it is none of theirs."""
    return f"The channel stumbled over an error of its own ({type(error).__name__})."
