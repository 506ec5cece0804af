"""Keeps the server's processes together: restarts one that dies, stops all on a signal."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from types import FrameType

#: Seconds the processes may take to finish what they are at.
GRACE = 25.0
#: Seconds before a process that died is started again.
REST = 1.0
#: A process that ends sooner than this, so many times in a row, is not started again.
SHORT = 10.0
TRIES = 3
#: Exit status of a setting that has to be changed: starting again would not help.
CONFIG = 2

log = logging.getLogger(__name__)


def die_with_parent(parent: int) -> None:
    """Have the kernel stop this process when `parent` is gone, where the kernel can.

    Raises SystemExit when it is gone already: the kernel tells only of what is still to come.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    if os.getppid() != parent:
        raise SystemExit(1)


class Children:
    """`answerback` processes, by name, told their parent. They inherit the lock's descriptor."""

    def __init__(self, commands: Mapping[str, Sequence[str]], lock: int | None) -> None:
        self._commands = commands
        self._pass = () if lock is None else (lock,)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._started: dict[str, float] = {}
        self._short: dict[str, int] = {}
        self._stopping = False

    def run(self) -> int:
        """Start all and watch them until told to stop; the exit status to end with."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        for name in self._commands:
            self._start(name)
        code = 0
        while not self._stopping:
            time.sleep(0.1)
            for name, child in list(self._running.items()):
                ended = child.poll()
                if ended is None or self._stopping:
                    continue
                log.error("process ended", extra={"child": name, "status": ended})
                if ended == CONFIG or self._hopeless(name):
                    code = CONFIG if ended == CONFIG else 1
                    self._stopping = True
                    break
                time.sleep(REST)
                if not self._stopping:
                    self._start(name)
        self._end()
        return code

    def _hopeless(self, name: str) -> bool:
        short = time.monotonic() - self._started[name] < SHORT
        self._short[name] = self._short.get(name, 0) + 1 if short else 0
        return self._short[name] >= TRIES

    def _start(self, name: str) -> None:
        self._started[name] = time.monotonic()
        self._running[name] = subprocess.Popen(  # noqa: S603 (our own commands)
            [sys.executable, "-m", "answerback", *self._commands[name], f"--child={os.getpid()}"],
            pass_fds=self._pass,
            env=os.environ,
            # Ctrl-C reaches the whole group; only this process decides what it means.
            process_group=0,
        )

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _end(self) -> None:
        for child in self._running.values():
            child.terminate()
        deadline = time.monotonic() + GRACE
        for child in self._running.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
