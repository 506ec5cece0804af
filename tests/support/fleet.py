"""`answerback web` and `answerback work` as processes that die, freeze and come back."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa
from commands import COMMAND, free_port
from town import Town, until

from answerback_sandbox.sandbox import Sandbox
from answerback_server.store import tables as t

#: Leases and settle times run out so many times faster than in production.
HASTE = 10
ON_POSTGRESQL = os.environ.get("ANSWERBACK_TEST_STORE") == "postgresql"


class Kept:
    """A process that is started again as soon as it ends, the second time without a halt."""

    def __init__(self, role: str, environment: Mapping[str, str], *, halt: str = "") -> None:
        self._role = role
        plain = {n: v for n, v in os.environ.items() if not n.startswith("ANSWERBACK")}
        self._environment = {**plain, **environment}
        self.deaths = 0
        self._closing = threading.Event()
        self.process = self._start({"ANSWERBACK_TEST_HALT": halt} if halt else {})
        self._keeper = threading.Thread(target=self._keep, name=f"keeper of {role}")
        self._keeper.start()

    def _start(self, more: Mapping[str, str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*COMMAND, self._role],
            env={**self._environment, **more},
            start_new_session=True,
        )

    def _keep(self) -> None:
        while not self._closing.wait(0.02):
            if self.process.poll() is not None:
                # What it leaves behind must not hold the port it listened on.
                self._signal(signal.SIGKILL)
                self.deaths += 1
                self.process = self._start({})

    def _signal(self, by: signal.Signals) -> None:
        try:
            os.killpg(self.process.pid, by)
        except ProcessLookupError:
            return

    @property
    def frozen(self) -> bool:
        """Whether the process stands still."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] == "T"

    def thaw(self) -> None:
        """Let a frozen process go on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """kill -9, the whole of it at once."""
        self._signal(signal.SIGKILL)

    def close(self) -> None:
        """Stop it in an orderly way, and for good."""
        self._closing.set()
        self._keeper.join()
        self.thaw()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
            self.process.wait()


@contextmanager
def kept(town: Town, role: str, *, halt: str = "") -> Iterator[Kept]:
    """A `web` or `work` of the town that comes back whenever it dies, while inside."""
    process = Kept(role, town.environment, halt=halt)
    try:
        if role == "web":
            until(lambda: answers(town), seconds=40)
        yield process
    finally:
        process.close()


def answers(town: Town) -> bool:
    """Whether the web part takes calls."""
    try:
        return requests.get(f"{town.environment['ANSWERBACK_PUBLIC_URL']}/readyz", timeout=5).ok
    except requests.RequestException:
        return False


def hasten(town: Town) -> None:
    """Processes started from now on have short leases; the desk is patient and quick."""
    town.environment["ANSWERBACK_TEST_HASTE"] = str(HASTE)
    town.environment["ANSWERBACK_LOG_LEVEL"] = "ERROR"
    town.desk_settings(
        errors_to_deactivate=1000,
        pull_seconds=0.3,
        channelback_resends=60,
        channelback_spacing=0.5,
        callback_tries=60,
        callback_spacing=0.5,
    )


@contextmanager
def open_hasty_town(folder: Path) -> Iterator[Town]:
    """A town whose web part runs in this process and whose workers do not."""
    with Sandbox(seeded=False, pull_seconds=0.3) as sandbox:
        town = Town(folder, sandbox, listeners={"mentions": [{}]})
        with town.open():
            hasten(town)
            yield town


@contextmanager
def open_outer_town(folder: Path) -> Iterator[Town]:
    """A town without any part of the server in this process; start `web` and `work` beside it."""
    with Sandbox(seeded=False, pull_seconds=0.3) as sandbox:
        town = Town(folder, sandbox, listeners={"mentions": [{}]})
        port = free_port()
        with town.open(port=port):
            hasten(town)
            town.environment["ANSWERBACK_PORT"] = str(port)
            town.leave()
            yield town


def deliveries(town: Town) -> list[Any]:
    """The parts of all replies."""
    with town.assembly.database.read() as tx:
        return list(tx.execute(sa.select(t.deliveries)).mappings())


def states(town: Town) -> list[str]:
    """Where the parts of all replies stand."""
    return [one["state"] for one in deliveries(town)]


def customers_words(ticket: Any) -> list[str]:
    """The external ids of what customers said in a ticket, in its order."""
    return [one["external_id"] for one in ticket["comments"] if one["external_id"]]
