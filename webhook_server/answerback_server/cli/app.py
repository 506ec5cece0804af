"""`answerback app`: the developer apps by which networks deliver to this server.

The options of `add` are the settings the channel declares for an app. Secrets are asked for
without echo, or read from a file, and never shown again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import click

from answerback.contract import capabilities
from answerback.errors import ConfigError
from answerback.plugins import channels, load_channel
from answerback_server.cli.connect import options_of, values_of
from answerback_server.cli.run import open_database
from answerback_server.config import read_config
from answerback_server.engine import registering, setup
from answerback_server.engine.assembly import assemble

if TYPE_CHECKING:
    from answerback.channel import Channel
    from answerback_server.engine.assembly import Assembly


@click.group()
def app() -> None:
    """Register developer apps, by which networks deliver."""


class Channels(click.Group):
    """One command for each installed channel whose network delivers."""

    def list_commands(self, context: click.Context) -> list[str]:  # noqa: ARG002 (click's)
        """The names of the channels that take deliveries."""
        return [name for name in channels() if "parse" in capabilities(load_channel(name))]

    def resolve_command(
        self, context: click.Context, words: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The channel's command. Raises ConfigError: unknown, or one that delivers nothing."""
        if words and not words[0].startswith("-") and words[0] not in self.list_commands(context):
            load_channel(words[0])
            raise ConfigError(
                f"{words[0]} delivers nothing; its accounts are polled without an app."
            )
        return super().resolve_command(context, words)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command that adds an app of this channel."""
        return _add(name, load_channel(name)) if name in self.list_commands(context) else None


@app.command(cls=Channels)
def add() -> None:
    """Add an app, or change one; prints the address to register at the network."""


def _add(name: str, cls: type[Channel]) -> click.Command:
    declared = [one for one in cls.settings if one.scope == "app"]

    def run(
        changed: str | None,
        forget_former: bool,
        operator: bool,
        installation: str | None,
        **given: Any,
    ) -> None:
        with _assembly() as assembly:
            if changed is not None:
                values = values_of(declared, given, ask=False)
                made = registering.change(assembly, name, changed, values, forget=forget_former)
            else:
                owner = None if operator else setup.choose_installation(assembly, installation)
                values = values_of(declared, given)
                made = registering.add(assembly, name, values, installation=owner)
        click.echo(f"App: {made.app}, for {made.accounts} accounts so far.")
        click.echo(f"Address to register at {cls.title}: {made.address}")
        if not made.checked:
            click.echo(
                f"{cls.title} signs nothing: keep the address secret. What comes there only "
                "makes answerback look for itself.",
                err=True,
            )

    return click.Command(
        name,
        callback=run,
        help=f"Add an app of {cls.title}. Prints the address to register there.",
        params=[
            click.Option(["--app", "changed"], help="Change this app; else a new one."),
            click.Option(
                ["--forget-former"],
                is_flag=True,
                help="With --app: secrets replaced earlier no longer count beside the new ones.",
            ),
            click.Option(["--installation"], help="Whose app it is; needed if several."),
            click.Option(
                ["--operator"], is_flag=True, help="For the accounts of every installation."
            ),
            *options_of(declared),
        ],
    )


@app.command(name="list")
def list_() -> None:
    """List apps: whose they are, how many accounts, and the address; never a secret."""
    with _assembly() as assembly:
        known = registering.listing(assembly)
    for row, made in known:
        whose = row.installation or "operator"
        click.echo(f"{row.id}  {row.channel:10}  {whose}  {made.accounts}  {made.address}")
    if not known:
        click.echo("No app is registered. Add one with: answerback app add CHANNEL")


@app.command()
@click.argument("app")
def remove(app: str) -> None:
    """Forget an app and its secrets; nothing is taken at its address any more."""
    with _assembly() as assembly:
        left = registering.remove(assembly, app)
    click.echo(f"Removed. {left} accounts go on without deliveries.")


@contextmanager
def _assembly() -> Iterator[Assembly]:
    config = read_config(web=True)
    open_database(config).close()
    assembly = assemble(config)
    with closing(assembly.database):
        yield assembly
