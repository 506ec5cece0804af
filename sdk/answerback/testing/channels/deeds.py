"""Everything a channel can be asked for on a stage, with something to do it to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from answerback.channel import Channel, Subscription
from answerback.contract import capabilities
from answerback.model import Mention
from answerback.testing.channels.stage import Stage

#: What shows something and changes nothing.
READING = frozenset({"poll", "fetch", "thread", "profile", "accounts", "sent", "subscription"})
#: What is done already where the post is not there any more.
UNDOING = frozenset({"delete", "unlike", "unboost", "unhide", "unsubscribe"})
COMPLAINT = "Where is my parcel?"
REPLY = "We are sorry, we look into it."
_ACTIONS = ("like", "unlike", "boost", "unboost", "hide", "unhide")
_HOOK = "https://answerback.example/hooks/1"
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing the channel can be asked for, under the name of its method."""

    name: str
    do: Callable[[], object]


def deeds_on(stage: Stage, complaint: str = COMPLAINT, reply: str = REPLY) -> list[Deed]:
    """All that the channel on this stage can be asked for, what destroys last.

    A customer has complained deep in a thread, and was answered where the channel can.
    """
    root = stage.say("Good morning.")
    above = stage.say("Good morning, all of you.", under=root)
    begun = stage.walk()
    heard = stage.hear(complaint, under=above)
    can = capabilities(stage.cls)
    return [
        Deed(name="poll", do=partial(stage.poll, begun.cursor)),
        *(each for each in _deeds(stage, heard, reply) if each.name in can),
    ]


def _deeds(stage: Stage, heard: Mention, reply: str) -> Iterator[Deed]:
    def deed(name: str, do: Callable[[Channel], object]) -> Deed:
        return Deed(name=name, do=lambda: do(stage.channel()))

    part, ref = stage.part(reply), heard.ref or {}
    yield deed("fetch", lambda channel: channel.fetch([ref]))
    yield deed("thread", lambda channel: channel.thread(heard))
    if heard.attributed_to is not None:
        author = heard.attributed_to
        yield deed("profile", lambda channel: channel.profile(author))
    yield Deed(name="accounts", do=lambda: stage.asking().accounts(stage.grant))
    yield deed("sent", lambda channel: channel.sent(heard, part, datetime.now(UTC) - _HOUR))
    yield deed("subscription", lambda channel: channel.subscription())
    yield deed("subscribe", lambda channel: channel.subscribe(_HOOK))
    for name in _ACTIONS:
        yield deed(name, partial(_act, name, heard))
    yield deed("prepare", lambda channel: channel.prepare(heard, part))
    yield Deed(name="reply", do=lambda: stage.answer(heard, part))
    yield deed("direct", lambda channel: channel.direct(heard, part))
    if "reply" in capabilities(stage.cls):
        receipt = stage.answer(heard, stage.part("Good morning, Rosa."))
        yield deed("edit", lambda channel: channel.edit(receipt, part))
        yield deed("delete", lambda channel: channel.delete(receipt))
    yield deed("unsubscribe", lambda channel: channel.unsubscribe(Subscription(id="1")))


def _act(name: str, heard: Mention, channel: Channel) -> None:
    getattr(channel, name)(heard)
