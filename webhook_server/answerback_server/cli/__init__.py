"""The server's commands, joined to `answerback` by entry point."""

from __future__ import annotations

_HERE = "answerback_server.cli"


def commands() -> dict[str, str]:
    """Where each command is: imported when it is called, and not before its extra is there."""
    return {
        "amend": f"{_HERE}.amend:amend",
        "app": f"{_HERE}.app:app",
        "connect": f"{_HERE}.connect:connect",
        "demo": f"{_HERE}.demo:demo",
        "doctor": f"{_HERE}.doctor:doctor",
        "key": f"{_HERE}.run:key",
        "migrate": f"{_HERE}.run:migrate",
        "pause": f"{_HERE}.pause:pause",
        "replay": f"{_HERE}.replay:replay",
        "resume": f"{_HERE}.pause:resume",
        "rotate-keys": f"{_HERE}.rotate_keys:rotate_keys",
        "rules": f"{_HERE}.rules:rules",
        "serve": f"{_HERE}.run:serve",
        "web": f"{_HERE}.run:web",
        "work": f"{_HERE}.run:work",
    }
