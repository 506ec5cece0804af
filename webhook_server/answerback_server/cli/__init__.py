"""The server's commands, joined to `answerback` by entry point."""

from __future__ import annotations

_HERE = "answerback_server.cli"


def commands() -> dict[str, str]:
    """Where each command is: imported when it is called, and not before its extra is there."""
    return {
        "connect": f"{_HERE}.connect:connect",
        "demo": f"{_HERE}.demo:demo",
        "key": f"{_HERE}.run:key",
        "migrate": f"{_HERE}.run:migrate",
        "replay": f"{_HERE}.replay:replay",
        "serve": f"{_HERE}.run:serve",
        "web": f"{_HERE}.run:web",
        "work": f"{_HERE}.run:work",
    }
