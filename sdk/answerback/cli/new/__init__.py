"""`answerback new`: what a plugin's author need not write by hand."""

from __future__ import annotations

from importlib import import_module

import click

_KINDS = ("channel", "golden", "helpdesk")


class _Kinds(click.Group):
    """Each kind is imported only when it is asked for."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(_KINDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in _KINDS:
            return None
        found: click.Command = getattr(import_module(f"{__name__}.{name}"), name)
        return found


@click.group(cls=_Kinds)
def new() -> None:
    """Write a new plugin's project, or a golden pair from a real payload."""
