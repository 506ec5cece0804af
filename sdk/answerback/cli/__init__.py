"""The command `answerback`.

`check`, `new`, `plugins`, `read` and `schema` are the SDK's. Other packages join theirs by an
entry point in `answerback.commands` (see `joined`); it is loaded only when a command is asked for
that is not the SDK's, or when the commands are listed. One that is broken is named on stderr and
costs the others nothing; one that needs an extra says so when it is called.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import Distribution, PackageNotFoundError, distribution

import click

from answerback.cli.joined import command, joined, points, remedy
from answerback.errors import AnswerbackError, ConfigError

_OURS = ("check", "new", "plugins", "read", "schema")


class _Misconfigured(click.ClickException):
    exit_code = 2


class Commands(click.Group):
    """A group whose commands are found when they are needed, and whose errors are one line."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Our commands and all that joined."""
        names = {*super().list_commands(context), *_OURS}
        for point in points():
            found = joined(point)
            names.update(found.commands)
            if found.broken:
                click.echo(found.broken, err=True)
        return sorted(names)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Our command, else the first that joined under this name."""
        if name in _OURS:
            module = import_module(f"answerback.cli.{name}")
            ours: click.Command = getattr(module, name)
            return ours
        failed = []
        # What a package calls its entry point is often what it calls its command.
        for point in sorted(points(), key=lambda point: point.name != name):
            found = joined(point)
            if name in found.commands:
                return command(point, name)
            failed.append(found.needs or found.broken)
        known = super().get_command(context, name)
        for complaint in failed:
            if complaint and known is None:  # it may have been one of theirs
                click.echo(complaint, err=True)
        return known

    def invoke(self, context: click.Context) -> object:
        """Run, with errors made on purpose shown as one line: status 2 for settings."""
        try:
            return super().invoke(context)
        except AnswerbackError as error:
            shown = _Misconfigured if isinstance(error, ConfigError) else click.ClickException
            raise shown(" ".join(str(error).split())) from error
        except ModuleNotFoundError as error:
            name = context.invoked_subcommand or ""
            missing = remedy(error, *_owner(name))
            if not missing:
                raise
            raise click.ClickException(f"'{context.info_name} {name}' needs {missing}.") from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="answerback")
def main() -> None:
    """Bring public posts into your help desk, and its answers back under the post."""


def _owner(name: str) -> tuple[Distribution | None, str]:
    """Whose command this is, and the extra it may need."""
    for point in () if name in _OURS else points():
        if name in joined(point).commands:
            return point.dist, point.name
    try:
        return distribution("answerback"), ""
    except PackageNotFoundError:  # run from its source
        return None, ""
