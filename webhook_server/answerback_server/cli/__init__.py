"""The server's commands, joined to `answerback` by entry point."""

from __future__ import annotations

import click


def commands() -> dict[str, click.Command]:
    """The commands by name; importing them here keeps `answerback read` quick."""
    from answerback_server.cli.amend import amend
    from answerback_server.cli.app import app
    from answerback_server.cli.connect import connect
    from answerback_server.cli.demo import demo
    from answerback_server.cli.doctor import doctor
    from answerback_server.cli.pause import pause, resume
    from answerback_server.cli.replay import replay
    from answerback_server.cli.rotate_keys import rotate_keys
    from answerback_server.cli.rules import rules
    from answerback_server.cli.run import key, migrate, serve, web, work

    return {
        "amend": amend,
        "app": app,
        "connect": connect,
        "demo": demo,
        "doctor": doctor,
        "key": key,
        "migrate": migrate,
        "pause": pause,
        "replay": replay,
        "resume": resume,
        "rotate-keys": rotate_keys,
        "rules": rules,
        "serve": serve,
        "web": web,
        "work": work,
    }
