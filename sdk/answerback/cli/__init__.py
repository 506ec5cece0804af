"""The command `answerback`.

`read`, `plugins` and `schema` are the SDK's. Other packages join theirs by an entry point in
`answerback.commands` that names a function giving `{name: click.Command}`; it is loaded only
when a command is asked for that is not the SDK's, or when the commands are listed. One that is
broken is named on stderr and costs the others nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

import click

from answerback.errors import AnswerbackError, ConfigError

GROUP = "answerback.commands"

_OURS = ("check", "new", "plugins", "read", "schema")


class _Misconfigured(click.ClickException):
    exit_code = 2


class Commands(click.Group):
    """A group whose commands are found when they are needed, and whose errors are one line."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Our commands and all that joined."""
        joined = {name for point in _points() for name in _joined(point)}
        return sorted({*super().list_commands(context), *_OURS, *joined})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Our command, else the first that joined under this name."""
        if name in _OURS:
            module = import_module(f"answerback.cli.{name}")
            ours: click.Command = getattr(module, name)
            return ours
        # What a package calls its entry point is often what it calls its command.
        for point in sorted(_points(), key=lambda point: point.name != name):
            if name in (joined := _joined(point)):
                return joined[name]
        return super().get_command(context, name)

    def invoke(self, context: click.Context) -> object:
        """Run, with errors made on purpose shown as one line: status 2 for settings."""
        try:
            return super().invoke(context)
        except AnswerbackError as error:
            shown = _Misconfigured if isinstance(error, ConfigError) else click.ClickException
            raise shown(" ".join(str(error).split())) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="answerback")
def main() -> None:
    """Bring public posts into your help desk, and its answers back under the post."""


def _points() -> list[EntryPoint]:
    return sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value))


@cache
def _joined(point: EntryPoint) -> Mapping[str, click.Command]:
    """What one entry point adds; nothing, and a line on stderr, if it is broken."""
    try:
        found = point.load()()
        if not all(isinstance(each, click.Command) for each in found.values()):
            raise TypeError("not commands")
    # A stranger's module may raise anything, and even try to leave.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        whose = point.dist.name if point.dist else "an unknown distribution"
        click.echo(
            f"The commands '{point.name}' of {whose} cannot be loaded: {type(error).__name__}.",
            err=True,
        )
        return {}
    return dict(found)
