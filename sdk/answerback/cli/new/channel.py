"""`answerback new channel`: a project for a new channel, whose tests pass as it is written."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from answerback.cli.new.scaffold import named, write


@click.command()
@click.argument("name")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Where to put the project. Default: the current folder.",
)
def channel(name: str, folder: Path) -> None:
    """Write a project for a new channel, answerback-NAME.

    NAME is the network's, in lower-case letters, digits and underscores: lemmy, hacker_news.
    The channel works as it is written, against a network invented for it that comes along as a
    fake for the tests. Every line to make your own is marked `yours:`.
    """
    known = named(name, kind="channel")
    project = folder / f"answerback-{known.dashed}"
    written = write("channel", known, project)
    shown = click.format_filename(project)
    click.echo(f"Wrote {shown}, {len(written)} files:\n")
    for path in written:
        click.echo(f"  {click.format_filename(path.relative_to(project))}")
    click.echo(
        f"\nNext:\n"
        f"  cd {shlex.quote(shown)}\n"
        f"  pip install -e '.[test]'\n"
        f"  pytest\n"
        f"  answerback check {known.plain}\n"
        f"\nThen README.md says what to change first."
    )
