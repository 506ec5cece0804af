"""`answerback plugins`: what is installed, from where, and what it can do."""

from __future__ import annotations

import click

from answerback.plugins import Installed, installed


@click.command()
def plugins() -> None:
    """List channels and help desks with what each can do; broken ones say why."""
    found = installed()
    if not found:
        click.echo("No plugin is installed. Channels come with: pip install 'answerback[channels]'")
    for each in found:
        click.echo("\n".join(_described(each)))


def _described(each: Installed) -> list[str]:
    plugin = each.plugin
    head = f"{plugin.kind} {plugin.name} ({plugin.distribution} {plugin.version})"
    if each.broken is not None:
        return [head, f"    broken: {each.broken}"]
    can = ", ".join(sorted(each.capabilities)) or "nothing yet"
    return [f"{head}: {each.title or plugin.name}", f"    can {can}"]
