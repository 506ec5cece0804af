"""The server's commands, joined to `answerback` by entry point."""

from __future__ import annotations

import click


def commands() -> dict[str, click.Command]:
    """The commands by name; importing them here keeps `answerback read` quick."""
    from answerback_server.cli.connect import connect
    from answerback_server.cli.demo import demo
    from answerback_server.cli.replay import replay
    from answerback_server.cli.run import key, migrate, serve, web, work

    return {
        "connect": connect,
        "demo": demo,
        "key": key,
        "migrate": migrate,
        "replay": replay,
        "serve": serve,
        "web": web,
        "work": work,
    }
