"""A check: one thing a plugin has to show, its grade, and what to do when it does not hold.

A check is a method of a contract. `pytest` finds it as a test of the author's subclass, and
`answerback check` runs it by itself; neither is needed for the other.
"""

from __future__ import annotations

import unittest
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Literal, NoReturn, Protocol, TypeVar

Grade = Literal["bronze", "silver", "gold"]
Result = Literal["passed", "failed", "not applicable", "not tried"]
Case = tuple[str, Any]

#: What each grade says of a plugin, lowest first.
GRADES: dict[Grade, str] = {
    "bronze": "safe to run",
    "silver": "neither loses nor doubles",
    "gold": "good to work with",
}
_MARK = "__answerback_check__"
_KIT = str(Path(__file__).parent)

Method = TypeVar("Method", bound=Callable[..., None])


class Broken(AssertionError):  # noqa: N818 - it says what a check is
    """A check does not hold. `seen` says what was seen, `mend` what to change."""

    def __init__(self, seen: str, mend: str | None = None) -> None:
        super().__init__(seen)
        self.seen = seen
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.seen} {self.mend}" if self.mend else self.seen


class NotApplicable(unittest.SkipTest):
    """The plugin has nothing this check could be about; pytest shows it as skipped."""


class NotTried(unittest.SkipTest):
    """The check needs something that is not here; the grade it belongs to is not reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What is known of a check before it runs. `promise` is the first line of its docstring."""

    name: str
    grade: Grade
    promise: str
    mend: str
    each: str | None
    method: Callable[..., None]


class Checked(Protocol):
    """What a check asks of the contract it is a method of."""

    def lacks(self, needs: tuple[str, ...]) -> str | None:
        """Why the check has no object, or None."""

    def absent(self, *, network: bool) -> str | None:
        """Why the check cannot be tried, or None."""


def check(
    grade: Grade,
    *,
    mend: str,
    needs: tuple[str, ...] = (),
    each: str | None = None,
    network: bool | None = None,
) -> Callable[[Method], Method]:
    """Mark a method as a check of this grade.

    `needs` are capabilities without which it is not applicable; `each` names a class method that
    gives its cases as `[(label, value)]`; `network` says whether it needs the pretend network,
    which from silver on is usual. `mend` is told when it fails and says nothing better itself.
    """
    networked = grade != "bronze" if network is None else network

    def marked(method: Method) -> Method:
        @wraps(method)
        def run(self: Checked, *case: Any, **named: Any) -> None:
            __tracebackhide__ = True  # pytest then shows the check, not this
            missing = self.lacks(needs)
            if missing:
                raise NotApplicable(missing)
            untried = self.absent(network=networked)
            if untried:
                raise NotTried(untried)
            try:
                method(self, *case, **named)
            except Broken as broken:
                broken.mend = broken.mend or mend
                _leave_out_kit(broken)
                raise
            except unittest.SkipTest:
                raise
            except Exception as error:
                error.add_note(f"What to do: {mend}")
                _leave_out_kit(error)
                raise

        promise = (method.__doc__ or "").strip().partition("\n")[0]
        setattr(
            run,
            _MARK,
            Check(
                name=method.__name__.removeprefix("test_"),
                grade=grade,
                promise=promise,
                mend=mend,
                each=each,
                method=run,
            ),
        )
        return run  # type: ignore[return-value]

    return marked


def _leave_out_kit(error: BaseException | None) -> None:
    """Let the traceback of an error, and of those behind it, begin outside of this kit.

    How a check goes about it helps nobody to mend a plugin; where the plugin failed does.
    """
    while error is not None:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_KIT):
            trace = trace.tb_next
        # What is all inside is a finding, or a fault of the kit, which has to be found.
        if trace is not None or isinstance(error, Broken):
            error.__traceback__ = trace
        error = error.__cause__ or error.__context__


def expect(condition: object, seen: str, mend: str | None = None) -> None:
    """Raise Broken unless the condition holds."""
    __tracebackhide__ = True
    if not condition:
        raise Broken(seen, mend)


def broken(seen: str, mend: str | None = None) -> NoReturn:
    """Raise Broken."""
    __tracebackhide__ = True
    raise Broken(seen, mend)


def check_of(method: object) -> Check | None:
    """The check a method is, if it is one."""
    found: Check | None = getattr(method, _MARK, None)
    return found


def checks_of(contract: type) -> list[Check]:
    """The checks of a contract, lowest grade first, each grade in the order it was written."""
    found: dict[str, Check] = {}
    for parent in contract.__mro__:
        for method in vars(parent).values():
            known = check_of(method)
            if known is not None:
                found.setdefault(known.name, known)
    return sorted(found.values(), key=lambda known: list(GRADES).index(known.grade))
