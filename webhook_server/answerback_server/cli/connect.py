"""`answerback connect NAME`: sets up a help desk or an account from a terminal.

The options of each command are the settings its plugin declares. Secrets are asked for without
echo, or read from a file: a command line is seen by everyone on the machine.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import closing
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from answerback.channel import Channel, Listening
from answerback.contract import capabilities
from answerback.errors import ConfigError
from answerback.helpdesk import HelpDesk
from answerback.plugins import channels, help_desks, load_channel, load_help_desk
from answerback.settings import Setting
from answerback_server.cli.run import open_database
from answerback_server.config import read_config
from answerback_server.engine import setup
from answerback_server.engine.assembly import assemble

#: Listeners the engine starts by itself.
_INNER = ("conversation", "deletions")


class Plugins(click.Group):
    """One command for each installed help desk and channel."""

    def list_commands(self, context: click.Context) -> list[str]:  # noqa: ARG002 (click's)
        """The names of all plugins."""
        return sorted({*help_desks(), *channels()})

    def resolve_command(
        self, context: click.Context, words: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The plugin's command. Raises ConfigError: unknown, with the names that are."""
        known = self.list_commands(context)
        if words and words[0] not in known and not words[0].startswith("-"):
            close = get_close_matches(words[0], known, n=1)
            meant = f" Did you mean '{close[0]}'?" if close else ""
            raise ConfigError(
                f"There is no channel or help desk '{words[0]}'.{meant} "
                f"Known: {', '.join(known) or 'none'}."
            )
        return super().resolve_command(context, words)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """The command that connects this plugin."""
        if name in help_desks():
            return _help_desk_command(name, load_help_desk(name))
        if name in channels():
            return _channel_command(name, load_channel(name))
        return None


@click.command(cls=Plugins)
def connect() -> None:
    """Connect a help desk, then accounts."""


def _help_desk_command(name: str, cls: type[HelpDesk]) -> click.Command:
    declared = [one for one in cls.settings if one.scope == "installation"]

    def run(installation: str | None, **given: Any) -> None:
        config = read_config(web=True)
        open_database(config).close()
        values = values_of(declared, given)
        assembly = assemble(config)
        with closing(assembly.database):
            invitation = setup.connect_help_desk(assembly, name, values, installation=installation)
        click.echo(f"Installation: {invitation.installation}")
        click.echo(f"Address to install in {cls.title}: {invitation.address}")
        click.echo(f"Set-up code, good once within 24 hours: {invitation.code}")

    return click.Command(
        name,
        callback=run,
        help=f"Connect {cls.title}. Prints the address to install and a one-time set-up code.",
        params=[
            click.Option(["--installation"], help="Change this installation; else a new one."),
            *options_of(declared),
        ],
    )


def _channel_command(name: str, cls: type[Channel]) -> click.Command:
    declared = [one for one in cls.settings if one.scope == "account"]
    offered = [one for one in cls.listeners if one.kind not in _INNER]

    def run(installation: str | None, app: str | None = None, **given: Any) -> None:
        config = read_config()
        open_database(config).close()
        assembly = assemble(config)
        with closing(assembly.database):
            chosen = setup.choose_installation(assembly, installation)
            listeners = {one.kind: _listened(one, given) for one in offered}
            id, handle = setup.connect_account(
                assembly,
                name,
                values_of(declared, given),
                installation=chosen,
                app=app,
                listeners={kind: several for kind, several in listeners.items() if several},
                unwanted=[one.kind for one in offered if given.get(f"listen_{one.kind}") is False],
            )
            unheard = setup.not_heard(assembly, id)
        click.echo(f"Connected {handle} as {id}.")
        for kind, reason in unheard:
            click.echo(f"Does not hear yet: {kind}. {reason}", err=True)

    return click.Command(
        name,
        callback=run,
        help=f"Connect a {cls.title} account.",
        params=[
            click.Option(["--installation"], help="Which installation; needed if several."),
            *(
                [click.Option(["--app"], help="By which app its news come; needed if several.")]
                if "parse" in capabilities(cls)
                else []
            ),
            *options_of(declared),
            *(option for one in offered for option in _listener_options(one)),
            click.Option(
                ["--backfill"],
                type=click.IntRange(0, 40),
                default=0,
                show_default=True,
                help="How many posts already there each new listener takes along.",
            ),
        ],
    )


def options_of(declared: list[Setting]) -> list[click.Parameter]:
    """An option for each setting; for a secret one that of a file it is read from."""
    options: list[click.Parameter] = []
    for one in declared:
        dashed = one.name.replace("_", "-")
        if one.secret:
            options.append(
                click.Option(
                    [f"--{dashed}-file", one.name],
                    type=click.Path(allow_dash=True),
                    help=f"{one.help} Read from a file, or - for standard input; else asked for.",
                )
            )
        else:
            options.append(click.Option([f"--{dashed}", one.name], help=one.help))
    return options


def _listener_options(listening: Listening) -> list[click.Option]:
    needed = [one for one in listening.settings if one.required and one.default is None]
    name = f"listen_{listening.kind}"
    if len(needed) == 1:
        words = f"{listening.title}. May be given several times."
        return [click.Option([f"--{listening.kind}", name], multiple=True, help=words)]
    if not needed:
        flag = f"--{listening.kind}/--no-{listening.kind}"
        return [click.Option([flag, name], default=True, help=f"{listening.title}.")]
    return []


def _listened(listening: Listening, given: dict[str, Any]) -> list[Mapping[str, object]]:
    value = given.get(f"listen_{listening.kind}")
    if not value:
        return []
    declared = {one.name for one in listening.settings}
    common = {"backfill": given["backfill"]} if "backfill" in declared else {}
    if value is True:
        return [common]
    needed = next(one for one in listening.settings if one.required and one.default is None)
    return [{needed.name: one, **common} for one in value]


def values_of(
    declared: list[Setting], given: dict[str, Any], *, ask: bool = True
) -> dict[str, object]:
    """What was told of each setting; with `ask` a secret that is needed is asked for."""
    values: dict[str, object] = {}
    for one in declared:
        value = given.get(one.name)
        if one.secret:
            value = _secret(one, value, ask=ask)
        if value is not None:
            values[one.name] = value
    return values


def _secret(setting: Setting, path: str | None, *, ask: bool) -> str | None:
    if path is None:
        if not ask or not setting.required or setting.default is not None:
            return None
        return str(click.prompt(setting.help, hide_input=True, err=True))
    if path == "-":
        return sys.stdin.read().strip()
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"Setting '{setting.name}': {path} cannot be read ({type(error).__name__})."
        ) from None
