"""`answerback doctor`: what is wrong, and what to do."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from answerback_server.engine.doctor import Check, examine


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
def doctor(as_json: bool) -> None:
    """Say what is wrong and what to do; the exit status is 1 if anything is.

    Looks at settings, keys, database, disk and clock, and at whether workers, listeners, desks and
    answers are getting on. Changes nothing and calls nobody.
    """
    checks = examine()
    well = all(one.state != "wrong" for one in checks)
    if as_json:
        click.echo(json.dumps({"well": well, "checks": [asdict(one) for one in checks]}))
    else:
        for one in checks:
            _say(one)
        click.echo("All is well." if well else "Something is wrong.")
    if not well:
        raise SystemExit(1)


def _say(one: Check) -> None:
    mark = {"well": "well  ", "notice": "notice", "wrong": "WRONG "}[one.state]
    click.echo(f"{mark}  {one.kind:16}  {one.words}")
    if one.mend:
        click.echo(f"{'':24}  → {one.mend}  [{one.subject}]")
