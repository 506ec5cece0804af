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
    lines = [f"{head}: {each.title or plugin.name}"]
    if each.capabilities or not each.calls:
        lines.append(f"    can {', '.join(sorted(each.capabilities)) or 'nothing yet'}")
    if each.calls:
        lines.append(f"    is called for {', '.join(each.calls)}")
    return lines
