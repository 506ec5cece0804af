"""`answerback replay`: what waits for a person, and a real new attempt for one of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import click

from answerback.errors import ConfigError
from answerback_server.cli.run import open_database
from answerback_server.config import read_config
from answerback_server.engine.assembly import assemble
from answerback_server.engine.reopen import reopen, waiting

if TYPE_CHECKING:
    from answerback_server.store.rows import ReplyRow


@click.command()
@click.argument("reply", required=False)
@click.option("--posted", is_flag=True, help="It is there already; only note that.")
def replay(reply: str | None, posted: bool) -> None:
    """List replies that are held, failed or unsure; or let one go: a real new attempt."""
    config = read_config()
    open_database(config).close()
    assembly = assemble(config)
    with closing(assembly.database):
        if reply is None:
            _list(waiting(assembly))
            return
        refused = reopen(assembly, reply, posted=posted)
        if refused is not None:
            raise ConfigError(refused)
    click.echo("Noted as posted." if posted else "It will be tried again.")


def _list(rows: Sequence[ReplyRow]) -> None:
    for row in rows:
        click.echo(f"{row.id}  {row.state:8}  {row.reason or ''}")
    if not rows:
        click.echo("Nothing waits for a person.")
