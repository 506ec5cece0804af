"""`answerback` as a person runs it: real processes, each with all the processes it starts.

A process is known as one of the family by a word in its environment, so that one whose parent is
gone, or which has a group of its own, is found too.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import requests
from click.testing import CliRunner
from town import until

from answerback.cli import main
from answerback_server.config import SANDBOX_KEY

PATIENCE = 40.0
COMMAND = (sys.executable, "-m", "answerback")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended, and what it wrote."""

    status: int
    said: str
    complained: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One process of a family."""

    pid: int
    parent: int
    words: str


def answerback(*words: str, environment: Mapping[str, str], stdin: str = "") -> Ran:
    """Run a command to its end."""
    done = subprocess.run(
        [*COMMAND, *words],
        env=_environment(environment),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Ran(status=done.returncode, said=done.stdout, complained=done.stderr)


def within(*words: str, environment: Mapping[str, str], stdin: str = "") -> Ran:
    """The same command in this process: quicker, for what needs no process of its own."""
    mine = {name: None for name in os.environ if name.startswith("ANSWERBACK")}
    done = CliRunner().invoke(main, words, input=stdin, env={**mine, **environment})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Ran(status=done.exit_code, said=done.stdout, complained=done.stderr)


def sandbox_settings(folder: Path, **changed: str) -> dict[str, str]:
    """Settings of a sandbox server with a database in this folder, on a free port."""
    port = free_port()
    return {
        "ANSWERBACK_ENVIRONMENT": "sandbox",
        "ANSWERBACK_DATABASE_URL": f"sqlite:///{folder / 'answerback.sqlite3'}",
        "ANSWERBACK_SECRET_KEY": SANDBOX_KEY,
        "ANSWERBACK_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ANSWERBACK_PORT": str(port),
        "ANSWERBACK_PRIVATE_HOSTS": "127.0.0.1",
        "ANSWERBACK_POLL_SECONDS": "0.3",
        "ANSWERBACK_LOG_LEVEL": "WARNING",
        **{f"ANSWERBACK_{name.upper()}": value for name, value in changed.items()},
    }


def free_port() -> int:
    """A port of loopback nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """A command that goes on until it is stopped; its whole output is kept."""

    def __init__(self, words: tuple[str, ...], environment: Mapping[str, str]) -> None:
        self._mark = f"TEST_FAMILY={secrets.token_hex(8)}"
        name, _, value = self._mark.partition("=")
        self.process = subprocess.Popen(
            [*COMMAND, *words],
            env={**_environment(environment), name: value},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.said: list[str] = []
        self.complained: list[str] = []
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self._readers = [
            self._reader(self.process.stdout, self.said),
            self._reader(self.process.stderr, self.complained),
        ]

    @staticmethod
    def _reader(stream: IO[str], lines: list[str]) -> threading.Thread:
        def read() -> None:
            with stream:
                for line in stream:
                    lines.append(line)  # noqa: PERF402 (counts as soon as it is there)

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        return thread

    def first_line(self) -> str:
        """What it says first, as soon as it does."""
        return until(lambda: self.said[:1] if self._lives() else [], seconds=PATIENCE)[0]

    def answers(self, url: str) -> None:
        """Wait until this address answers well."""
        until(lambda: self._lives() and _is_ok(url), seconds=PATIENCE)

    def _lives(self) -> bool:
        ended = self.process.poll()
        assert ended is None, f"ended with {ended}: {''.join(self.complained)}"
        return True

    def family(self) -> list[Member]:
        """The command's process and all that came from it and still run."""
        found = [_member(path, self._mark.encode()) for path in Path("/proc").glob("[0-9]*")]
        return sorted((one for one in found if one is not None), key=lambda one: one.pid)

    def child(self, words: str) -> Member | None:
        """The child of the command itself that runs these words."""
        mine = (one for one in self.family() if one.parent == self.process.pid)
        return next((one for one in mine if f"answerback {words}" in one.words), None)

    def stop(self, by: signal.Signals = signal.SIGTERM, *, seconds: float = 15.0) -> int:
        """Send a signal; the status it ends with in that time."""
        self.process.send_signal(by)
        return self.process.wait(seconds)

    def all_gone(self, *, seconds: float = 10.0) -> None:
        """Wait until nothing of the family runs; fails if something stays."""
        until(lambda: not self.family(), seconds=seconds)

    def close(self) -> None:
        """Stop whatever still runs."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for one in self.family():
            os.kill(one.pid, signal.SIGKILL)
        for reader in self._readers:
            reader.join(5)


@contextmanager
def running(*words: str, environment: Mapping[str, str]) -> Iterator[Running]:
    """A command that runs while inside."""
    command = Running(words, environment)
    try:
        yield command
    finally:
        command.close()


@contextmanager
def serving(environment: Mapping[str, str], *words: str) -> Iterator[Running]:
    """`answerback serve`, or `web`, ready to answer."""
    with running(*(words or ("serve",)), environment=environment) as command:
        command.answers(f"{environment['ANSWERBACK_PUBLIC_URL']}/readyz")
        yield command


@contextmanager
def sandbox() -> Iterator[dict[str, Any]]:
    """What `answerback sandbox --json` says, of one without posts that runs while inside."""
    with running("sandbox", "--json", "--empty", environment={}) as command:
        yield json.loads(command.first_line())


def connect_zendesk(facts: dict[str, Any], environment: Mapping[str, str]) -> Ran:
    """`answerback connect zendesk` with the sandbox's desk."""
    desk = facts["zendesk"]
    return answerback(
        *("connect", "zendesk", "--subdomain", desk["subdomain"], "--url", desk["url"]),
        environment=environment,
    )


def connect_mastodon(
    facts: dict[str, Any], environment: Mapping[str, str], *more: str, name: str = "northwind"
) -> Ran:
    """`answerback connect mastodon` with an account of the sandbox's square."""
    square = facts["square"]
    return answerback(
        *("connect", "mastodon", "--instance", square["url"], "--access-token-file", "-", *more),
        environment=environment,
        stdin=square["accounts"][name]["token"],
    )


def stored_bytes(folder: Path) -> bytes:
    """Everything in the files of a database, its log included."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("*.sqlite3*")))


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ANSWERBACK")}
    return {**plain, **given}


def _is_ok(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False


def _member(path: Path, mark: bytes) -> Member | None:
    try:
        if mark not in (path / "environ").read_bytes():
            return None
        state, parent = (path / "stat").read_text().rpartition(")")[2].split()[:2]
        words = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return None  # Gone while being looked at, or not ours to look at.
    return None if state == "Z" else Member(pid=int(path.name), parent=int(parent), words=words)
