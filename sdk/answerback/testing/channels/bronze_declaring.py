"""Bronze: what a channel says of itself is there, makes sense, and costs nothing to find out."""

from __future__ import annotations

import inspect
import re
from datetime import timedelta
from typing import get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from answerback.budget import Budget
from answerback.channel import Limits, ListenerKind, Repeat
from answerback.contract import capabilities
from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.checks import NotApplicable, check, expect
from answerback.testing.plugins.declaring import PluginDeclaring

_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+\-]+")


class BronzeDeclaring(PluginDeclaring, ChannelSubject):
    """A channel says what it is, and its declarations hold."""

    @check("bronze", mend="Declare `limits = Limits(length=500)`, counted as the network counts.")
    def test_answers_have_limits(self) -> None:
        """Where it answers, it says how much fits, and the numbers make sense."""
        if not capabilities(self.channel) & {"reply", "direct"}:
            raise NotApplicable(f"{self.channel.name} answers nothing.")
        limits = getattr(self.channel, "limits", None)
        expect(isinstance(limits, Limits), "It answers and has no `limits`.")
        assert isinstance(limits, Limits)
        expect(limits.length > 0, f"`limits` lets {limits.length} characters through.")
        counted = [limits.count(text) for text in ("", "We look into it.", "We look into it. " * 9)]
        expect(
            counted[0] == 0 and 0 < counted[1] < counted[2],
            f"`limits.count` counts {counted[0]}, {counted[1]} and {counted[2]} for no words, "
            f"four and nine times four.",
            "Let it give 0 for an empty text and more for a longer one.",
        )
        sizes = [limits.parts - 1, limits.attachments, limits.attachment_size or 0]
        expect(
            min(sizes) >= 0 and limits.attachment_size != 0,
            "`limits` has a number that lets nothing through.",
            "`parts` is 1 or more, `attachments` 0 or more, `attachment_size` None or in bytes.",
        )
        window = limits.reply_window
        expect(window is None or window > timedelta(0), "`limits.reply_window` is over at once.")
        wrong = sorted(each for each in limits.media_types if not _MEDIA_TYPE.fullmatch(each))
        expect(not wrong, f"`limits.media_types` has {wrong[:1]}.", "Write them as 'image/png'.")

    @check("bronze", mend="See `answerback.channel.Repeat` for what each way needs.")
    def test_a_second_try_is_declared(self) -> None:
        """How a second try is safe is declared, and the methods it rests on are there."""
        if "reply" not in capabilities(self.channel):
            raise NotApplicable(f"{self.channel.name} has no `reply`.")
        repeat = self.channel.repeat
        expect(isinstance(repeat, Repeat), f"`repeat` is a {type(repeat).__name__}, no Repeat.")
        known = get_args(inspect.get_annotations(Repeat, eval_str=True)["by"])
        expect(repeat.by in known, f"`repeat.by` is '{repeat.by}'; known are {', '.join(known)}.")
        expect(
            repeat.by != "read_back" or "sent" in capabilities(self.channel),
            "`repeat` says that a reply is read back, and there is no `sent` to find it.",
            "Write `sent`, or declare Repeat(by='none'): a person is asked then.",
        )
        expect(
            repeat.by != "key" or (repeat.lifetime is not None and repeat.lifetime > timedelta(0)),
            "`repeat` says that the network remembers a key, and not for how long.",
            "Give Repeat(by='key', lifetime=timedelta(hours=1)), as the network's page says.",
        )
        expect(
            repeat.settle >= timedelta(0),
            "`repeat.settle` is negative.",
            "Give the time after which what was posted can surely be found.",
        )

    @check("bronze", mend="Declare Budget(name='calls', units=300, per=timedelta(minutes=5)).")
    def test_budgets_can_be_kept(self) -> None:
        """Each budget has a name of its own and numbers that can be kept."""
        names: set[str] = set()
        for budget in self.channel.budgets:
            expect(isinstance(budget, Budget), f"`budgets` holds a {type(budget).__name__}.")
            expect(budget.name not in names, f"Two budgets are named '{budget.name}'.")
            names.add(budget.name)
            expect(
                budget.units > 0 and budget.per > timedelta(0),
                f"The budget '{budget.name}' allows {budget.units} in {budget.per}: nothing.",
            )
            expect(
                budget.timezone is None or _is_zone(budget.timezone),
                f"The budget '{budget.name}' names a time zone that does not exist.",
                "Write it as 'America/Los_Angeles'; leave it out where a window just slides.",
            )

    @check("bronze", mend="Declare Listening(kind='mentions', title='Mentions').")
    def test_listeners_can_be_heard(self) -> None:
        """What it listens to is declared, once each, and there is a method that hears it."""
        has, offered = capabilities(self.channel), self.channel.listeners
        expect(
            not offered or has & {"poll", "parse"},
            "It has `listeners` and neither `poll` nor `parse`: nothing is ever heard.",
            "Write `poll`, or `parse` where the network delivers.",
        )
        expect(
            offered or "poll" not in has, "It has `poll` and no `listeners`: nobody ever asks it."
        )
        kinds = [each.kind for each in offered]
        for each in offered:
            expect(
                each.kind in get_args(ListenerKind),
                f"There is no listener of the kind '{each.kind}'.",
                f"Known kinds are {', '.join(get_args(ListenerKind))}.",
            )
            expect(kinds.count(each.kind) == 1, f"Two listeners are of the kind '{each.kind}'.")
            expect(each.title.strip(), f"The listener for {each.kind} has no title.")
            expect(
                each.every > timedelta(0), f"The listener for {each.kind} is asked all the time."
            )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
