"""`answerback new helpdesk`: a project for a new help desk, whose tests pass as it is written."""

from __future__ import annotations

from pathlib import Path

import click

from answerback.cli.new.scaffold import announce, named, write


@click.command()
@click.argument("name")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Where to put the project. Default: the current folder.",
)
def helpdesk(name: str, folder: Path) -> None:
    """Write a project for a new help desk, answerback-NAME.

    NAME is the desk's, in lower-case letters, digits and underscores: osticket, help_scout.
    The plugin calls the desk's REST API and works as it is written, against a desk invented for
    it that comes along as a fake for the tests. Every line to make your own is marked `yours:`.
    """
    known = named(name, kind="help desk")
    project = folder / f"answerback-{known.dashed}"
    announce(known, project, write("helpdesk", known, project))
