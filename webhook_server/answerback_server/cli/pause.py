"""`answerback pause` and `answerback resume`: the switch that stops an account's answers."""

from __future__ import annotations

import click

from answerback.errors import ConfigError
from answerback_server.cli.opened import opened
from answerback_server.engine import brakes


@click.command()
@click.argument("account", required=False)
@click.option("--all", "every", is_flag=True, help="Every account of every installation.")
def pause(account: str | None, every: bool) -> None:
    """Stop every answer of ACCOUNT, an id or @handle; hearing goes on.

    Answers wait as queued, and their tickets say so. What is being posted in this very moment may
    still appear; answers can be taken back in a pause.
    """
    _one_or_all(account, every=every)
    with opened() as assembly:
        for row in brakes.choose(assembly, account, every=every):
            done = brakes.pause(assembly, row)
            click.echo(f"{row.id}  {row.handle}  {'paused' if done else 'was paused already'}")


@click.command()
@click.argument("account", required=False)
@click.option("--all", "every", is_flag=True, help="Every account of every installation.")
def resume(account: str | None, every: bool) -> None:
    """Let ACCOUNT, an id or @handle, answer again; what waited is posted."""
    _one_or_all(account, every=every)
    with opened() as assembly:
        for row in brakes.choose(assembly, account, every=every):
            done = brakes.resume(assembly, row)
            click.echo(f"{row.id}  {row.handle}  {'answers again' if done else 'was not paused'}")


def _one_or_all(account: str | None, *, every: bool) -> None:
    if (account is None) is not every:
        raise ConfigError("Name one account by its id or @handle, or give --all.")
