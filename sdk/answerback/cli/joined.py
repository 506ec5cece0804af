"""Commands of other packages, and what has to be installed before one of them works.

An entry point in `answerback.commands` names a function that gives `{name: command}`. A command
may be told as "module:attribute" instead, which is imported when that command is wanted: so a
package can say what it has without loading it, or what only an extra of it brings.

Facts about entry points: https://packaging.python.org/en/latest/specifications/entry-points/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import Distribution, EntryPoint, entry_points
from pkgutil import resolve_name
from typing import NoReturn

import click

GROUP = "answerback.commands"

_REQUIREMENT = re.compile(r"([\w.-]+).*;.*\bextra\s*==\s*[\"']([\w.-]+)[\"']", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What an entry point adds; else why it adds nothing, or what would make it work."""

    commands: Mapping[str, object] = field(default_factory=dict)
    broken: str = ""
    needs: str = ""


def points() -> list[EntryPoint]:
    """The entry points of all that is installed, in their order."""
    return sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value))


@cache
def joined(point: EntryPoint) -> Joined:
    """What one entry point adds."""
    try:
        found = point.load()()
        if not all(isinstance(each, click.Command | str) for each in found.values()):
            raise TypeError("not commands")
    # A stranger's module may raise anything, and even try to leave.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        missing = remedy(error, point.dist, point.name)
        if missing:
            return Joined(needs=f"The commands '{point.name}' of {_owner(point)} need {missing}.")
        return Joined(broken=f"{_whose(point)} cannot be loaded: {_said(error)}.")
    return Joined(commands=dict(found))


@cache
def command(point: EntryPoint, name: str) -> click.Command | None:
    """A command it adds. One that needs an extra says so when it is called.

    None, and a line on stderr, for one that is broken.
    """
    told = joined(point).commands[name]
    if isinstance(told, click.Command):
        return told
    try:
        found = resolve_name(str(told))
        if not isinstance(found, click.Command):
            raise TypeError("not a command")
    except (Exception, SystemExit) as error:  # noqa: BLE001
        missing = remedy(error, point.dist, point.name)
        if missing:
            return Lacking(name, missing)
        click.echo(f"{_whose(point, name)} cannot be loaded: {_said(error)}.", err=True)
        return None
    return found


class Lacking(click.Command):
    """Stands for a command that needs an extra; takes any words, and says what to install."""

    def __init__(self, name: str, missing: str) -> None:
        super().__init__(
            name,
            help=f"Needs {missing}.",
            short_help=f"Needs {missing.partition(' (')[0]}.",
            add_help_option=False,
            context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
        )
        self._missing = missing

    def invoke(self, context: click.Context) -> NoReturn:
        """Say what to install."""
        raise click.ClickException(f"'{context.command_path}' needs {self._missing}.")


def remedy(error: BaseException, owner: Distribution | None, likely: str = "") -> str:
    """What to install where a module is missing that an extra of its owner brings; else "".

    `likely` is the extra taken where several bring it, or none is known to. A module of the
    owner's own that is missing is a mistake, which no extra mends.
    """
    if not isinstance(error, ModuleNotFoundError) or not error.name or owner is None:
        return ""
    module = error.name.partition(".")[0]
    extras = owner.metadata.get_all("Provides-Extra") or []
    held: dict[str, set[str]] = {extra: set() for extra in extras}
    for requirement in owner.requires or ():
        found = _REQUIREMENT.match(requirement)
        if found:
            held.setdefault(found[2], set()).add(_plain(found[1]))
    bringing = [extra for extra, names in held.items() if _plain(module) in names]
    # What holds least was made for it; the others are sums.
    best = (
        likely
        if likely in bringing
        else min(bringing, key=lambda each: len(held[each]), default="")
    )
    if (
        not best
        and likely in extras
        and not module.startswith(_plain(owner.name).replace("-", "_"))
    ):
        best = likely
    return f"pip install '{owner.name}[{best}]' (there is no module '{module}')" if best else ""


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _owner(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "an unknown distribution"


def _whose(point: EntryPoint, name: str = "") -> str:
    what = f"The command '{name}'" if name else f"The commands '{point.name}'"
    return f"{what} of {_owner(point)}"


def _said(error: BaseException) -> str:
    """The error's class; its words only where they can be nothing but a module's name."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"ModuleNotFoundError (no module '{error.name}')"
    return type(error).__name__
