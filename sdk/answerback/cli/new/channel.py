"""`answerback new channel`: a project for a new channel, whose tests pass as it is written."""

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
def channel(name: str, folder: Path) -> None:
    """Write a project for a new channel, answerback-NAME.

    NAME is the network's, in lower-case letters, digits and underscores: lemmy, hacker_news.
    The channel works as it is written, against a network invented for it that comes along as a
    fake for the tests. Every line to make your own is marked `yours:`.
    """
    known = named(name, kind="channel")
    project = folder / f"answerback-{known.dashed}"
    announce(known, project, write("channel", known, project))
