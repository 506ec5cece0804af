"""`answerback check`: the grade of a plugin, and what is missing to the next one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from answerback.plugins import help_desks, load_channel, load_help_desk

if TYPE_CHECKING:
    from answerback.testing.contract import Contract
    from answerback.testing.running import Outcome

_SIGNS = {"passed": "ok", "failed": "FAILED", "not applicable": "n/a", "not tried": "not tried"}


@click.command()
@click.argument("plugin", metavar="PLUGIN")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object instead of text.")
@click.option(
    "--tests",
    type=click.Path(exists=True, path_type=Path),
    default=None,
    help="File or folder with the plugin's contract. Default: tests, else this folder.",
)
@click.pass_context
def check(context: click.Context, plugin: str, as_json: bool, tests: Path | None) -> None:
    """Try all a plugin has to show, and tell its grade: bronze, silver or gold.

    PLUGIN is the name of a channel or help desk. Its contract, the subclass of ChannelContract or
    HelpDeskContract in its tests, is looked for below this folder; without one, only what needs no
    golden folder and no network is tried. The exit status is 1 where a check failed that the
    contract claims to hold: one of its own grade, or of one below.
    """
    from answerback.testing.checks import GRADES
    from answerback.testing.finding import contract_for
    from answerback.testing.running import grade_of, run

    kind = "help_desk" if plugin in help_desks() else "channel"
    loaded = load_help_desk(plugin) if kind == "help_desk" else load_channel(plugin)
    contract = contract_for(loaded, tests)
    outcomes = list(run(contract))
    grade = grade_of(outcomes)
    if as_json:
        checks = [
            {
                "name": one.name,
                "grade": one.grade,
                "result": one.result,
                "seen": one.seen,
                "mend": one.mend,
            }
            for one in outcomes
        ]
        click.echo(json.dumps({kind: plugin, "grade": grade or "none", "checks": checks}))
    else:
        _tell(plugin, contract, outcomes, grade or "none")
    claimed = list(GRADES)[: list(GRADES).index(contract.claimed()) + 1]
    if any(one.result == "failed" for one in outcomes if one.grade in claimed):
        context.exit(1)


def _tell(plugin: str, contract: type[Contract], outcomes: Sequence[Outcome], grade: str) -> None:
    from answerback.testing.checks import GRADES

    for each, meaning in GRADES.items():
        click.secho(f"\n{each}: {meaning}", bold=True)
        of_grade = (one for one in outcomes if one.grade == each)
        for name, cases in groupby(of_grade, key=lambda one: one.name.partition("[")[0]):
            _tell_check(name, list(cases))
    counts = Counter[str](one.result for one in outcomes)
    told = ", ".join(f"{counts[result]} {result}" for result in _SIGNS if counts[result])
    click.echo(f"\n{plugin}: {grade} ({told})")
    if contract.network is None:
        click.echo(
            "Silver needs a pretend network or desk: set `network` in the plugin's contract."
        )


def _tell_check(name: str, cases: Sequence[Outcome]) -> None:
    """One line for all cases that went alike; four for each that failed."""
    for result, sign in _SIGNS.items():
        alike = [one for one in cases if one.result == result]
        if result == "failed":
            for one in alike:
                click.echo(f"  {sign:9} {_words(one.name)}")
                click.echo(f"            promised: {one.promise}")
                click.echo(f"            seen:     {one.seen}")
                click.echo(f"            mend:     {one.mend}")
        elif alike:
            number = f" ({len(alike)} cases)" if len(alike) > 1 else ""
            click.echo(f"  {sign:9} {_words(name)}{number}")
            for seen in dict.fromkeys(one.seen for one in alike if one.seen):
                click.echo(f"            {seen}")


def _words(name: str) -> str:
    return name.replace("_", " ")
