"""A plugin in a process of its own: what importing it does beside, and what it reads there.

Run by `answerback.testing.plugins.fresh_process`. Takes JSON on stdin, gives JSON on stdout.
What it watches is what Python's audit events tell: https://docs.python.org/3/library/audit_events.html
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from functools import reduce
from importlib import import_module
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

_NETWORK = frozenset(
    {
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.sendmsg",
        "socket.sendto",
        # Who may not call may not have others call.
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.system",
        "subprocess.Popen",
    }
)
_FILES = frozenset({"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate"})
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND


def main() -> None:
    """Import and construct the class told on stdin, read what is told with it, and report."""
    told = json.load(sys.stdin)
    watch = _Watch(Path(told["file"]).parent)
    # What the SDK itself brings along is not the plugin's doing: urllib3 binds a port to see
    # whether there is IPv6.
    import_module("answerback.http")
    answer: dict[str, Any] = {"beside": watch.seen, "failed": None, "read": []}
    with redirect_stdout(sys.stderr):
        sys.addaudithook(watch.hook)
        try:
            channel = _made(told)
        # Whatever importing a stranger's module raises is what the check wants to know.
        except (Exception, SystemExit) as error:  # noqa: BLE001
            answer["failed"] = f"{type(error).__name__}: {error}"
        else:
            watch.watching = False
            answer["read"] = [_read(channel, payload) for payload in told["payloads"]]
    json.dump(answer, sys.stdout)


class _Watch:
    """Refuses and remembers what opens a connection or changes a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)
        self.seen: list[str] = []
        self.watching = True

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.watching:
            return
        if event in _NETWORK:
            self._refuse(f"reaches for the network ({event})")
        elif event in _FILES or event.startswith("shutil."):
            self._refuse(f"changes files ({event})")
        elif event == "open" and self._writes(*arguments):
            self._refuse("opens a file for writing")

    def _writes(self, path: object, mode: object, flags: object) -> bool:
        if str(path) == os.devnull:
            return False
        if isinstance(mode, str) and set(mode) & set("wax+"):
            return True
        return isinstance(flags, int) and bool(flags & _WRITING)

    def _refuse(self, what: str) -> None:
        self.seen.append(f"{what}{self._place()}")
        raise PermissionError(what)

    def _place(self) -> str:
        """Where in the plugin's own files it happened, if it was there."""
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            path = Path(frame.f_code.co_filename)
            if str(path).startswith(self.folder):
                return f" in {path.name}:{frame.f_lineno}"
            frame = frame.f_back
        return ""


def _made(told: Mapping[str, Any]) -> Any:
    module = _module(told["module"], told["file"])
    cls: Any = reduce(getattr, told["name"].split("."), module)
    from answerback.channel import Account
    from answerback.helpdesk import Installation

    kind = Account if told["kind"] == "account" else Installation
    cls()
    return cls(**{told["kind"]: kind(id=told["id"], settings=told["settings"])})


def _module(name: str, file: str) -> ModuleType:
    """The module by its name, or by its file where the name leads to no such file."""
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        spec = None
    if spec is not None and spec.origin and Path(spec.origin) == Path(file):
        return import_module(name)
    spec = spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _read(channel: Any, told: Mapping[str, Any]) -> Any:
    """The ids and versions of what the activities are about, or the error it fails with."""
    from answerback.testing.channels.facts import told_again

    payload = told["bytes"].encode("latin-1") if "bytes" in told else told["json"]
    try:
        return told_again(channel.read(payload))
    # A mistake in one payload costs the others nothing here either.
    except Exception as error:  # noqa: BLE001
        return type(error).__name__


if __name__ == "__main__":
    main()
