"""Silver: an answer is one public write, it stands where it belongs, and is known again there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from answerback.errors import Gone, Refused
from answerback.model import Mention
from answerback.testing.channels.stage import Stage
from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.checks import NotApplicable, check, expect
from answerback.testing.pretend.network import Post

_REPLY = ("poll", "reply")
_SENT = (*_REPLY, "sent")
_READING = frozenset({"GET", "HEAD"})
_HOUR = timedelta(hours=1)
_WORDS = "It comes tomorrow."


class SilverStanding(ChannelSubject):
    """Where a reply stands, and what else is changed by it."""

    @check(
        "silver",
        needs=_REPLY,
        mend="Take the number of the target itself as parent, also where it answers another post.",
    )
    def test_an_answer_to_a_reply_stands_under_that_reply(self) -> None:
        """Who is answered deep in a thread is answered there, not further up."""
        with self.stage() as stage:
            target = _deeper(stage, stage.hear("Where is my parcel?"))
            receipt = stage.answer(target, stage.part())
            under = [post.under for post in stage.network.posts() if post.id == receipt.id]
            expect(
                under == [target.id],
                "The answer to a reply does not stand under it.",
            )

    @check(
        "silver",
        needs=_REPLY,
        mend="Let `reply` make one call that changes something. What has to come before it goes "
        "into `prepare`; a like is an action of its own.",
    )
    def test_a_reply_is_exactly_one_public_write(self) -> None:
        """`reply` adds one post, by one call, and changes nothing else that people see."""
        with self.stage() as stage:
            target, part = stage.hear("Where is my parcel?"), stage.part()
            prepared = stage.prepare(target, part)
            before, first = tuple(stage.network.posts()), len(stage.shown)
            stage.channel().reply(target, part, prepared)
            states = [before, *stage.shown[first:]]
            writes = sum(one != other for one, other in pairwise(states))
            others = [post for post in states[-1] if not post.ours or post in before]
            expect(
                others == [*before],
                "`reply` changed a post that was there before: a like, an edit, a deletion.",
            )
            expect(writes == 1, f"{writes} calls of `reply` changed what people see, not one.")

    @check(
        "silver",
        needs=_REPLY,
        mend="Raise Refused in `reply`, before any call, where `ref` does not hold what names the "
        "target to the network.",
    )
    def test_a_target_nobody_can_name_is_not_answered(self) -> None:
        """Where the `ref` of the target is lost, nothing is posted: it would be a new post."""
        lost: tuple[Mapping[str, Any] | None, ...] = (None, {})
        for ref in lost:
            with self.stage() as stage:
                target = replace(stage.hear("Where is my parcel?"), ref=ref)
                first = len(stage.proxy.passed)
                if _under(stage, target):
                    continue  # Its id is all that this channel needs.
                writes = [one for one in stage.proxy.passed[first:] if one.method not in _READING]
                expect(
                    not [post for post in stage.network.posts() if post.ours],
                    "A target without `ref` is answered in a post that stands elsewhere.",
                )
                expect(
                    not writes,
                    "The network is asked to post under a target without `ref`; that it refused "
                    "is luck.",
                )

    @check(
        "silver",
        needs=_SENT,
        mend="Compare the author with `self.account.actor` as well, and the parent with the target "
        "itself.",
    )
    def test_sent_takes_nothing_else_for_ours(self) -> None:
        """A customer who repeats our words, and our own words further down, are not this part."""
        with self.stage() as stage:
            target, part = stage.hear("Where is my parcel?"), stage.part(_WORDS)
            since = datetime.now(UTC) - _HOUR
            stage.say(_WORDS, under=target.id)
            expect(
                not stage.channel().sent(target, part, since),
                "`sent` takes a customer's post with the same words for ours.",
            )
            try:
                deeper = _deeper(stage, target)
            except NotApplicable:
                return
            stage.answer(deeper, stage.part(_WORDS))
            expect(
                not stage.channel().sent(target, part, since),
                "`sent` finds our words under an answer to the target.",
            )


def _deeper(stage: Stage, target: Mention) -> Mention:
    """Somebody's reply to the target. Raises NotApplicable where the network knows one level."""
    reply = stage.hear("Mine is late, too", under=target.id)
    below = stage.say("And mine", under=reply.id)
    shown = {post.id: post for post in stage.network.posts()}
    if below in shown and shown[below].under != reply.id:
        raise NotApplicable("The network shows replies on one level only.")
    return reply


def _under(stage: Stage, target: Mention) -> bool:
    """Whether an answer to the target stands under it. Raises Broken for the wrong error."""
    before = [post.id for post in stage.network.posts()]
    try:
        stage.answer(target, stage.part())
    except (Gone, Refused):
        return False
    new: list[Post] = [post for post in stage.network.posts() if post.id not in before]
    return [post.under for post in new] == [target.id]
