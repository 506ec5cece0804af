"""Silver: what the channel says it may ask for is what it asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from answerback.contract import capabilities
from answerback.errors import Exhausted, RemoteError, TryLater
from answerback.model import Attachment, Mention, Receipt
from answerback.testing.channels.stage import Stage
from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.checks import NotApplicable, broken, check, expect
from answerback.testing.plugins.misfortunes import failing
from answerback.testing.pretend.pictures import picture

_HOUR = timedelta(hours=1)


class SilverBudgets(ChannelSubject):
    """Declared budgets, kept on a clock that only the check moves."""

    @check(
        "silver",
        needs=("poll",),
        mend="Draw a declared budget with every call: `cost=` of `http.get` and `http.write`.",
    )
    def test_declared_budgets_are_kept(self) -> None:
        """With all budgets used up no call is made until their time is over."""
        budgets = self.channel.budgets
        if not budgets:
            raise NotApplicable(f"{self.channel.name} declares no budget.")
        with self.stage() as stage:
            begun = stage.walk()
            stage.use_up(*(one.name for one in budgets))
            calls = len(stage.proxy.passed)
            error = failing(stage.poll, begun.cursor)
            expect(
                isinstance(error, TryLater | Exhausted),
                f"A used-up budget raised {type(error).__name__}.",
            )
            expect(
                len(stage.proxy.passed) == calls,
                "A call was made although every declared budget was used up.",
            )
            stage.clock.sleep(2 * max(one.per.total_seconds() for one in budgets))
            stage.poll(begun.cursor)

    @check(
        "silver",
        needs=("poll",),
        mend="Name the budget in the `cost` of the calls it is about, or declare it no more.",
    )
    def test_every_declared_budget_is_drawn_on(self) -> None:
        """A budget that is declared stops some call when it is used up."""
        if not self.channel.budgets:
            raise NotApplicable(f"{self.channel.name} declares no budget.")
        for budget in self.channel.budgets:
            with self.stage() as stage, picture() as file:
                for act in _everything(stage, file):
                    stage.use_up(budget.name)
                    try:
                        act()
                    except (TryLater, Exhausted):
                        break
                    except (RemoteError, NotApplicable):
                        continue
                else:
                    broken(f"Nothing draws on the budget '{budget.name}'.")


def _everything(stage: Stage, file: Attachment) -> Iterator[Callable[[], object]]:
    """What the channel can do, one act after the other."""
    can = capabilities(stage.cls)
    target = stage.hear("Where is my parcel?")
    ref = target.ref or {}
    part = stage.part()
    pictured = stage.part("Like this.", attachment=(file,))
    for listening in stage.cls.listeners:
        yield partial(stage.walk, None, listening.kind)
    if "fetch" in can:
        yield lambda: stage.channel().fetch([ref])
    if "thread" in can:
        yield lambda: stage.channel().thread(target)
    if "prepare" in can:
        yield lambda: stage.channel().prepare(target, pictured)
    if "sent" in can:
        yield lambda: stage.channel().sent(target, part, datetime.now(UTC) - _HOUR)
    for action in sorted(can & {"like", "unlike", "boost", "unboost", "hide", "unhide"}):
        yield partial(_act, stage, action, target)
    if "reply" in can:
        yield lambda: stage.channel().reply(target, part, {})
        yield from _afterwards(stage, target)


def _act(stage: Stage, action: str, target: Mention) -> None:
    getattr(stage.channel(), action)(target)


def _afterwards(stage: Stage, target: Mention) -> Iterator[Callable[[], object]]:
    """What can be done to a post of ours."""
    stage.use_up()
    receipt: Receipt | None = None
    with suppress(RemoteError):
        receipt = stage.answer(target, stage.part("As we said."))
    if receipt is None:
        return
    posted = receipt
    can = capabilities(stage.cls)
    if "edit" in can:
        yield lambda: stage.channel().edit(posted, stage.part("As we say now."))
    if "delete" in can:
        yield lambda: stage.channel().delete(posted)
