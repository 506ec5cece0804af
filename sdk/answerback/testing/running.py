"""Trying all checks of a contract, one after the other, and the grade that comes of it."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from answerback.errors import ConfigError
from answerback.testing.checks import (
    GRADES,
    Broken,
    Check,
    Grade,
    NotApplicable,
    NotTried,
    Result,
    checks_of,
)
from answerback.testing.contract import Contract


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one check. `seen` says what was seen, `mend` what to do; both may be empty."""

    name: str
    grade: Grade
    result: Result
    promise: str = ""
    seen: str = ""
    mend: str = ""


def run(contract: type[Contract], only: str | None = None) -> Iterator[Outcome]:
    """Try every check of a contract, or the one so named; one that breaks costs the others nothing.

    Raises LookupError where no check has that name.
    """
    checks = [each for each in checks_of(contract) if only in (None, each.name)]
    if only and not checks:
        raise LookupError(f"{contract.__name__} has no check {only!r}.")
    for check in checks:
        if check.each is None:
            yield _tried(contract, check, check.name)
            continue
        try:
            cases = getattr(contract, check.each)()
        except ConfigError as error:  # half a golden pair, or a folder that is not there
            yield _outcome(check, check.name, "failed", seen=str(error), mend=check.mend)
            continue
        if not cases:
            nothing = f"There are no {check.each.replace('_', ' ')}."
            yield _outcome(check, check.name, "not applicable", seen=nothing)
        for label, value in cases:
            yield _tried(contract, check, f"{check.name}[{label}]", value)


def grade_of(outcomes: Sequence[Outcome]) -> Grade | None:
    """The highest grade of which, and of those below it, every check holds or is not applicable."""
    reached: Grade | None = None
    for grade in GRADES:
        results = {outcome.result for outcome in outcomes if outcome.grade == grade}
        if not results or results & {"failed", "not tried"}:
            break
        reached = grade
    return reached


def _tried(contract: type[Contract], check: Check, name: str, *case: object) -> Outcome:
    try:
        check.method(contract(), *case)
    except NotApplicable as skipped:
        return _outcome(check, name, "not applicable", seen=str(skipped))
    except NotTried as skipped:
        return _outcome(check, name, "not tried", seen=str(skipped), mend=check.mend)
    except Broken as broken:
        return _outcome(check, name, "failed", seen=broken.seen, mend=broken.mend or check.mend)
    # Whatever a plugin raises is a finding about that plugin.
    except Exception as error:  # noqa: BLE001
        return _outcome(check, name, "failed", seen=_told(error), mend=check.mend)
    return _outcome(check, name, "passed")


def _outcome(check: Check, name: str, result: Result, *, seen: str = "", mend: str = "") -> Outcome:
    return Outcome(
        name=name, grade=check.grade, result=result, promise=check.promise, seen=seen, mend=mend
    )


def _told(error: Exception) -> str:
    """The error with the place it came from, outside of this kit where there is one."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = str(Path(__file__).parent)
    where = next((frame for frame in reversed(frames) if not frame.filename.startswith(ours)), None)
    place = f" ({Path(where.filename).name}:{where.lineno})" if where else ""
    return f"{type(error).__name__}: {error}{place}"
