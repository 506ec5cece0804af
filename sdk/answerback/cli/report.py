"""What `answerback check` tells people: grade by grade, and each cause once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

import click

from answerback.testing.checks import GRADES
from answerback.testing.running import Outcome

_SIGNS = {"passed": "ok", "failed": "FAILED", "not applicable": "n/a", "not tried": "not tried"}
_NAMED = 4


def tell(plugin: str, outcomes: Sequence[Outcome], grade: str) -> None:
    """Print what became of every check, and the grade as the last line."""
    report = _Report(outcomes)
    for each, meaning in GRADES.items():
        click.secho(f"\n{each}: {meaning}", bold=True)
        report.of_grade([one for one in outcomes if one.grade == each])
    counts = Counter[str](one.result for one in outcomes)
    told = ", ".join(f"{counts[result]} {result}" for result in _SIGNS if counts[result])
    click.echo(f"\n{plugin}: {grade} ({told})")


class _Report:
    """Prints outcomes, and remembers which causes were told: one mistake fails many checks."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self._causes: dict[tuple[str, str], list[Outcome]] = {}
        for one in outcomes:
            if one.result == "failed":
                self._causes.setdefault((one.seen, one.mend), []).append(one)

    def of_grade(self, outcomes: Sequence[Outcome]) -> None:
        """The checks of one grade, in their order."""
        again = []
        for name, group in groupby(outcomes, key=_check_of):
            cases = list(group)
            for result in _SIGNS:
                alike = [one for one in cases if one.result == result]
                if result != "failed":
                    _line(result, name, alike)
            for one in cases:
                if one.result == "failed":
                    again += self._failed(one)
        if again:
            checks = "check" if len(again) == 1 else "checks"
            click.echo(f"  {_SIGNS['failed']:9} {len(again)} more {checks}, as told above")

    def _failed(self, one: Outcome) -> list[Outcome]:
        """Four lines, and a fifth with what fails alike; it itself where that was told before."""
        first, *others = self._causes[one.seen, one.mend]
        if first is not one:
            return [one]
        click.echo(f"  {_SIGNS['failed']:9} {_words(one.name)}")
        click.echo(f"            promised: {one.promise}")
        click.echo(f"            seen:     {one.seen}")
        click.echo(f"            mend:     {one.mend}")
        if others:
            click.echo(f"            and in {_counted(one, others)}")
        return []


def _line(result: str, name: str, alike: Sequence[Outcome]) -> None:
    """One line for all cases that went alike, and what was said of them."""
    if not alike:
        return
    number = f" ({len(alike)} cases)" if len(alike) > 1 else ""
    click.echo(f"  {_SIGNS[result]:9} {_words(name)}{number}")
    for seen in dict.fromkeys(one.seen for one in alike if one.seen):
        click.echo(f"            {seen}")


def _counted(first: Outcome, others: Sequence[Outcome]) -> str:
    """How many more checks, and the names of the first of them."""
    names = list(dict.fromkeys(_check_of(one) for one in others))
    if names == [_check_of(first)]:
        return f"{len(others)} more {'case' if len(others) == 1 else 'cases'} of it"
    told = ", ".join(map(_words, names[:_NAMED])) + (" …" if len(names) > _NAMED else "")
    return f"{len(others)} more {'check' if len(others) == 1 else 'checks'}: {told}"


def _check_of(one: Outcome) -> str:
    return one.name.partition("[")[0]


def _words(name: str) -> str:
    return name.replace("_", " ")
