"""`answerback demo`: the whole loop on this machine, without any account anywhere."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import click


@click.command()
@click.option("--script", is_flag=True, help="Play the story without a browser and end.")
@click.option("--port", default=8650, show_default=True, help="Port of the demo's page.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the database in this folder; else it is forgotten.",
)
def demo(script: bool, port: int, data: Path | None) -> None:
    """Start a pretend network, a pretend Zendesk and answerback between them.

    Prints one address to open: the square on the left, the agent's desk on the right.
    """
    # Imported here, so that no other command and no real server loads the sandbox.
    from answerback_server.cli.demo.page import show
    from answerback_server.cli.demo.stage import Stage
    from answerback_server.cli.demo.story import StoryBroke, play

    stop = threading.Event()

    def stopped(_signal: int, _frame: FrameType | None) -> None:
        if stop.is_set() or script:
            raise KeyboardInterrupt
        stop.set()

    signal.signal(signal.SIGTERM, stopped)
    signal.signal(signal.SIGINT, stopped)
    with TemporaryDirectory(prefix="answerback-demo-") as temporary:
        folder = data or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with Stage(folder) as stage:
                if script:
                    play(stage, click.echo)
                    return
                with show(stage, port) as url:
                    click.echo(f"Open {url}")
                    click.echo("Post a complaint on the left, answer it on the right.")
                    click.echo("Stop with Ctrl-C.")
                    stop.wait()
        except StoryBroke as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
            raise SystemExit(130) from None
