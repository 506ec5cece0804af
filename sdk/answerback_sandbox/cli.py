"""`answerback sandbox`: a pretend network and a pretend help desk on this machine."""

from __future__ import annotations

import json
import signal
import threading
from types import FrameType

import click


def commands() -> dict[str, click.Command]:
    """The commands this package joins to `answerback`."""
    return {"sandbox": sandbox}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print addresses and tokens as JSON first.")
@click.option("--square-port", default=0, show_default="any free one")
@click.option("--desk-port", default=0, show_default="any free one")
@click.option("--empty", is_flag=True, help="Start with people, but without posts.")
@click.option("--pull-seconds", default=2.0, show_default=True, help="How often the desk pulls.")
def sandbox(
    as_json: bool, square_port: int, desk_port: int, empty: bool, pull_seconds: float
) -> None:
    """Run a square that speaks Mastodon's API and a Zendesk-shaped desk, until Ctrl-C.

    Loopback only. Faults are switched on at /_sandbox/faults of each.
    """
    # The square and the desk are not for every command to load.
    from answerback_sandbox.sandbox import Sandbox

    stop = threading.Event()

    def stopped(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, stopped)
    signal.signal(signal.SIGINT, stopped)
    try:
        running = Sandbox(
            square_port=square_port,
            desk_port=desk_port,
            seeded=not empty,
            pull_seconds=pull_seconds,
        )
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    with running:
        facts = running.facts()
        if as_json:
            click.echo(json.dumps(facts))
        else:
            click.echo(f"Square: {facts['square']['url']}")
            click.echo(f"Desk:   {facts['zendesk']['url']}")
            click.echo("Stop with Ctrl-C.")
        stop.wait()
