"""Fits an agent's answer into parts, or holds it where a person should look again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from answerback.errors import ConfigError, RemoteError
from answerback.text import split
from answerback_server.engine import tell
from answerback_server.engine.threads import mention_of
from answerback_server.store import ledger, mentions, replies
from answerback_server.store.database import StoreError, new_id

if TYPE_CHECKING:
    from answerback.channel import Channel
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.rows import AccountRow, ReplyRow

BATCH = 20
#: More posts than this for one answer asks a person first.
PARTS = 3
#: A template variable nobody filled in.
_UNFILLED = re.compile(r"\{\{.*?\}\}", re.DOTALL)


#: The same words under the same post within this many seconds are probably a slip.
SAME_WORDS = 600.0


def fit_new(assembly: Assembly, account: AccountRow, channel: Channel) -> None:
    """Give every new reply of the account its parts."""
    with assembly.database.read() as tx:
        new = replies.to_fit(tx, account.id, BATCH)
    for reply in new:
        try:
            state, reason, texts = _fitted(assembly, channel, reply)
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
    mention = mention_of(row) if row is not None else None
    whole = [reply.text]
    if mention is None:
        return "failed", "The post to answer is no longer known here.", whole
    try:
        limits = channel.own_limits()
    except RemoteError:
        # The server does not tell now; what every server of this network takes is safe.
        limits = channel.limits
    framing = channel.framing(mention)
    room = limits.length - framing.reserved
    length = limits.count(reply.text)
    too_long = f"It is too long: {length} characters, and at most {room * limits.parts} fit."
    # Asked before it is cut: cutting what never fits takes its time.
    if length > room * limits.parts:
        return "failed", too_long, whole
    try:
        texts = split(reply.text, limit=room, count=limits.count, before=framing.before)
    except ValueError as error:
        return "failed", f"It does not fit. {error}", whole
    if len(texts) > limits.parts:
        return "failed", too_long, whole
    doubt = _doubt(assembly, reply)
    if doubt is None and len(texts) > PARTS:
        doubt = f"It would become {len(texts)} posts. Shorten it, or confirm that it may."
    return ("queued", "", texts) if doubt is None else ("held", doubt, texts)


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


def _doubt(assembly: Assembly, reply: ReplyRow) -> str | None:
    """Why a person should confirm this before it is public, or None."""
    if _UNFILLED.search(reply.text):
        return "It still holds a placeholder in {{double braces}}."
    with assembly.database.read() as tx:
        if replies.same_words(tx, reply, SAME_WORDS):
            return "The same words were sent under the same post less than ten minutes ago."
    return None
