"""`answerback new`: what a plugin's author need not write by hand."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import click

_KINDS = ("channel", "golden", "helpdesk")


class _Kinds(click.Group):
    """Each kind is imported only when it is asked for."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return [kind for kind in _KINDS if find_spec(f"{__name__}.{kind}") is not None]

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(_context):
            return None
        found: click.Command = getattr(import_module(f"{__name__}.{name}"), name)
        return found


@click.group(cls=_Kinds)
def new() -> None:
    """Write a new plugin's project, or a golden pair from a real payload."""
