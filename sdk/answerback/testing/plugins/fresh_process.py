"""A plugin as a process that has just begun meets it: imported anew, with no memory."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from answerback.channel import Account
from answerback.helpdesk import Installation
from answerback.testing.checks import NotApplicable, broken
from answerback.testing.plugins.subject import Plugin

_PATIENCE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """What became of it: what it did beside being imported and made, and what it read."""

    beside: tuple[str, ...]
    failed: str | None
    read: tuple[Any, ...]


def alone(plugin: Plugin, whose: Account | Installation, payloads: Sequence[object] = ()) -> Alone:
    """Import and construct the plugin in another process, and read these payloads there.

    Raises NotApplicable for a class inside a function, which nothing can import.
    """
    file = inspect.getsourcefile(plugin)
    if file is None or "<locals>" in plugin.__qualname__:
        raise NotApplicable(f"{plugin.__name__} stands inside a function: nothing imports it.")
    told = {
        "module": plugin.__module__,
        "file": file,
        "name": plugin.__qualname__,
        "kind": "account" if isinstance(whose, Account) else "installation",
        "id": whose.id,
        "settings": dict(whose.settings),
        "payloads": [
            {"bytes": each.decode("latin-1")} if isinstance(each, bytes) else {"json": each}
            for each in payloads
        ],
    }
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "PYTHONDONTWRITEBYTECODE": "1",
        # Another seed than ours, whatever ours is: what rests on `hash` shows.
        "PYTHONHASHSEED": "2718",
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "answerback.testing.plugins.alone"],
            input=json.dumps(told),
            env=environment,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        broken(f"Importing and constructing it takes more than {_PATIENCE:.0f} seconds.")
    if done.returncode != 0:
        broken(f"A process that imports it ends with exit code {done.returncode}.")
    answer = json.loads(done.stdout)
    return Alone(
        beside=tuple(answer["beside"]), failed=answer["failed"], read=tuple(answer["read"])
    )
