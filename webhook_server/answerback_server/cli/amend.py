"""`answerback amend`: changes a posted answer, or takes it back."""

from __future__ import annotations

from typing import IO

import click

from answerback.errors import ConfigError
from answerback_server.cli.opened import opened
from answerback_server.engine import amend as engine
from answerback_server.store.database import new_id


@click.command()
@click.argument("reply")
@click.option(
    "--text-file",
    type=click.File(encoding="utf-8"),
    help="What it shall say from now on, in a file; - for standard input.",
)
@click.option("--delete", is_flag=True, help="Take it back: all its posts.")
@click.option("--confirm", is_flag=True, help="Change it although its words raise a doubt.")
def amend(reply: str, text_file: IO[str] | None, delete: bool, confirm: bool) -> None:
    """Change or take back REPLY, an answer's id (rep_…); the ticket is told what became of it.

    What is not posted yet is dropped by --delete.
    """
    if (text_file is None) is not delete:
        raise ConfigError("Give either --text-file or --delete.")
    text = None if text_file is None else text_file.read().strip()
    with opened() as assembly:
        refused = engine.ask(assembly, reply, key=new_id("amd"), text=text, confirmed=confirm)
    if refused is not None:
        raise ConfigError(refused)
    click.echo("It will be taken back." if delete else "It will be changed.")
