"""Fits an agent's answer into parts, or holds it where a person should look again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from answerback.errors import ConfigError, Refused, RemoteError
from answerback.model import Attachment
from answerback.text import split
from answerback_server.engine import brakes, doubts, steps, tell, windows
from answerback_server.engine.threads import is_private, mention_of
from answerback_server.store import ledger, mentions, replies
from answerback_server.store.database import StoreError, new_id

if TYPE_CHECKING:
    from answerback.channel import Channel, Limits
    from answerback.model import Mention
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.rows import AccountRow, ReplyRow

BATCH = 20
#: More posts than this for one answer asks a person first.
PARTS = 3
#: The same words under the same post within this many seconds are probably a slip.
SAME_WORDS = 600.0


def fit_new(assembly: Assembly, account: AccountRow, channel: Channel) -> None:
    """Give every new reply of the account its parts."""
    with assembly.database.read() as tx:
        new = replies.to_fit(tx, account.id, BATCH)
    for reply in new:
        try:
            state, reason, texts = _fitted(assembly, channel, reply)
        except Refused as error:
            state, reason, texts = "failed", error.sentence, [reply.text]
        except StoreError:
            raise
        except ConfigError as error:
            state, reason, texts = "failed", str(error), [reply.text]
        except Exception as error:  # noqa: BLE001 (told to the agent with its kind)
            state, texts = "failed", [reply.text]
            reason = f"The channel stumbled over an error of its own ({type(error).__name__})."
        _store(assembly, reply, state, reason, texts)


def _fitted(assembly: Assembly, channel: Channel, reply: ReplyRow) -> tuple[str, str, list[str]]:
    """The state to begin in, why if it is not queued, and the words of each part."""
    with assembly.database.read() as tx:
        row = mentions.by_id(tx, reply.mention) if reply.mention is not None else None
        now = datetime.fromtimestamp(assembly.database.now(tx), UTC)
    mention = mention_of(row) if row is not None else None
    if mention is None:
        raise Refused("The post to answer is no longer known here.")
    limits = limits_of(channel)
    files = [Attachment(**one) for one in json.loads(reply.attachment)]
    refused = windows.closed(limits, mention, now) or windows.files_refused(limits, files)
    if refused is not None:
        raise Refused(refused)
    texts = cut(channel, limits, mention, reply.text)
    doubt = " ".join(_doubts(assembly, reply, mention, len(texts)))
    return ("held", doubt, texts) if doubt else ("queued", "", texts)


def limits_of(channel: Channel) -> Limits:
    """What the account's server takes; while it does not tell, what every server takes."""
    try:
        return channel.own_limits()
    except RemoteError:
        return channel.limits


def cut(channel: Channel, limits: Limits, mention: Mention, text: str) -> list[str]:
    """The words of each part of an answer. Raises Refused where they do not fit."""
    framing = channel.framing(mention)
    room = limits.length - framing.reserved
    length = limits.count(text)
    too_long = f"It is too long: {length} characters, and at most {room * limits.parts} fit."
    # Asked before it is cut: cutting what never fits takes its time.
    if length > room * limits.parts:
        raise Refused(too_long)
    try:
        texts = split(text, limit=room, count=limits.count, before=framing.before)
    except ValueError as error:
        raise Refused(f"It does not fit. {error}") from error
    if len(texts) > limits.parts:
        raise Refused(too_long)
    return texts


def _store(assembly: Assembly, reply: ReplyRow, state: str, reason: str, texts: list[str]) -> None:
    with assembly.database.write() as tx:
        current = replies.get(tx, reply.id)
        if current is None or current.state != "new":
            return
        for number, text in enumerate(texts, start=1):
            replies.add_delivery(
                tx,
                id=new_id("dlv"),
                reply=reply.id,
                account=reply.account,
                number=number,
                of=len(texts),
                text=text,
                state=state,
                reason=reason or None,
            )
        ledger.write(
            tx,
            f"reply:{reply.id}",
            "fitted",
            installation=reply.installation,
            parts=len(texts),
            state=state,
        )
        tell.progress(assembly, tx, reply.id)
        steps.reached("fit.storing")
    steps.reached("fit.stored")


def _doubts(assembly: Assembly, reply: ReplyRow, mention: Mention, parts: int) -> list[str]:
    """Why a person should confirm this before it is public."""
    told = doubts.found(
        reply.text, public=not is_private(mention), contacts=assembly.config.public_contacts
    )
    with assembly.database.read() as tx:
        if replies.same_words(tx, reply, SAME_WORDS):
            told.append(doubts.SAME_WORDS)
        surplus = brakes.surplus(assembly, tx, reply)
    if surplus is not None:
        told.append(surplus)
    if parts > PARTS:
        told.append(f"It would become {parts} posts. Shorten it, or confirm that it may.")
    return told
