"""`answerback check`: the grade of a plugin, and what is missing to the next one."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from answerback.errors import ConfigError
from answerback.plugins import ALLOWED, channels, help_desks

if TYPE_CHECKING:
    from answerback.plugins import Plugin
    from answerback.testing.running import Outcome


@click.command()
@click.argument("plugin", metavar="PLUGIN")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object instead of text.")
@click.option(
    "--tests",
    type=click.Path(exists=True, path_type=Path),
    default=None,
    help="File or folder with the plugin's contract. Default: tests, else this project.",
)
@click.pass_context
def check(context: click.Context, plugin: str, as_json: bool, tests: Path | None) -> None:
    """Try all a plugin has to show, and tell its grade: bronze, silver or gold.

    PLUGIN is the name of a channel or help desk. Its contract, the subclass of ChannelContract or
    HelpDeskContract in its tests, is looked for in the project in this folder; without one, only
    what needs no golden folder and no network is tried. The exit status is 1 where a check failed
    that the contract claims to hold: one of its own grade, or of one below.
    """
    from answerback.cli.report import tell
    from answerback.testing.checks import GRADES
    from answerback.testing.finding import find, still_marked
    from answerback.testing.running import grade_of, run

    known = _installed(plugin)
    # What a plugin or its tests print is no part of what is told here.
    with redirect_stdout(sys.stderr):
        found = find(known, tests)
        outcomes = list(run(found.contract))
    grade = grade_of(outcomes) or "none"
    remarks = list(found.remarks)
    if marked := still_marked(found.project) if found.project else 0:
        remarks.append(
            f"{marked} {'line is' if marked == 1 else 'lines are'} still marked `yours:`. What is "
            "marked is invented: this grade is not yet for the real thing."
        )
    if as_json:
        told = {known.kind.replace(" ", "_"): plugin, "grade": grade, "checks": _checks(outcomes)}
        click.echo(json.dumps(told))
    else:
        tell(plugin, outcomes, grade)
        if found.contract.network is None:
            click.echo(
                "Silver needs a pretend network or desk: set `network` in the plugin's contract."
            )
    for remark in remarks:
        click.echo(f"Note: {remark}", err=True)
    claimed = list(GRADES)[: list(GRADES).index(found.contract.claimed()) + 1]
    if any(one.result == "failed" for one in outcomes if one.grade in claimed):
        context.exit(1)


def _installed(name: str) -> Plugin:
    """The plugin of this name. Raises ConfigError, with the names there are."""
    desks, others = help_desks(), channels()
    found = desks.get(name) or others.get(name)
    if found is None:
        close = get_close_matches(name, [*desks, *others], n=1)
        meant = f" Did you mean '{close[0]}'?" if close else ""
        limited = f" ({ALLOWED} limits them)" if ALLOWED in os.environ else ""
        raise ConfigError(
            f"There is no channel or help desk '{name}'{limited}.{meant} "
            f"Known: {', '.join(sorted({*desks, *others})) or 'none'}. A plugin is known once it "
            "is installed: pip install -e . in its project."
        )
    return found


def _checks(outcomes: Sequence[Outcome]) -> list[dict[str, str]]:
    return [
        {
            "name": one.name,
            "grade": one.grade,
            "result": one.result,
            "seen": one.seen,
            "mend": one.mend,
        }
        for one in outcomes
    ]
