"""Silver: a text is as long as the channel says it may be, counted as the network counts."""

from __future__ import annotations

from answerback.channel import Target
from answerback.errors import Refused
from answerback.model import Receipt
from answerback.testing.channels.stage import Stage
from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.checks import check, expect
from answerback.testing.plugins.misfortunes import failing

_REPLY = ("poll", "reply")
#: Signs that mean something in Markdown or HTML: what escapes them makes the words longer.
_MARKED = "so *so* _so_ [so] <so> `so` so\\so so & so "


class SilverLimits(ChannelSubject):
    """`limits`, and what `framing` takes of them."""

    @check(
        "silver",
        needs=_REPLY,
        mend="Declare `limits` as the network counts; raise Refused where it says too long.",
    )
    def test_a_text_may_be_as_long_as_declared_and_no_longer(self) -> None:
        """One less than the limit and the limit itself are posted, one more is Refused."""
        for over in (-1, 0, 1):
            with self.stage() as stage:
                target = stage.hear("Where is my parcel?")
                part = stage.part(_text_of_length(stage, target, over))
                if over <= 0:
                    receipt = stage.answer(target, part)
                    expect(_ours(stage) == [receipt.id], "A text within the limit is not posted.")
                    continue
                error = failing(stage.answer, target, part)
                expect(
                    isinstance(error, Refused),
                    f"A text over the limit raised {type(error).__name__}, not Refused.",
                )
                expect(not _ours(stage), "A text over the limit was posted.")


def _ours(stage: Stage) -> list[str]:
    return [post.id for post in stage.network.posts() if post.ours]


def _text_of_length(stage: Stage, target: Target, over: int) -> str:
    """A text that is as long as the limit, as the channel counts, or that much longer."""
    channel = stage.channel()
    limits = channel.own_limits()
    framing = channel.framing(target) if not isinstance(target, Receipt) else None
    before, reserved = (framing.before, framing.reserved) if framing else ("", 0)

    def length(words: str) -> int:
        return limits.count(before + words) + reserved

    text = (_MARKED * (limits.length // len(_MARKED) + 1))[: limits.length]
    while length(text.rstrip()) > limits.length + over:
        surplus = length(text.rstrip()) - limits.length - over
        text = text[: -max(1, surplus // 2)]
    text = text.rstrip()
    while length(text) < limits.length + over:
        text += "o"
    expect(
        length(text) == limits.length + over,
        "No text of just this length could be made: `limits.count` jumps.",
    )
    return text
