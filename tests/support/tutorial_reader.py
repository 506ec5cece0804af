"""Somebody who follows a page of the documentation, command by command, in one shell.

The environment is a fresh one that borrows the libraries of this one, so that nothing is fetched:
what a page says about making an environment and installing answerback itself is passed over.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sysconfig
import threading
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: How long reading the whole page may take, in seconds.
PATIENCE = 300.0
_SETTING_UP = re.compile(r"python3 -m venv \S+|source \S+/bin/activate|pip install '\.\[[a-z,]+\]'")
_STARTED = re.compile(r"> (\S+) &$", re.MULTILINE)
_OURS = ("ANSWERBACK", "PIP_", "PYTHON", "VIRTUAL_ENV")
_SCRIPT = """#!{python}
import sys
from {module} import {name}
sys.exit({name}())
"""


class Reader:
    """A shell in a folder of its own. `do` types what a page says; files go where it stands."""

    def __init__(self, shell: subprocess.Popen[str]) -> None:
        self._shell = shell

    @property
    def folder(self) -> Path:
        """Where the reader is now."""
        return Path(self.do("pwd").strip())

    def save(self, file: str, text: str) -> None:
        """Save what a page shows."""
        (self.folder / file).write_text(text, encoding="utf-8")

    def do(self, commands: str) -> str:
        """What the commands print. Raises AssertionError where one ends badly."""
        typed = "\n".join(followed(commands))
        written = self._typed(typed)
        for file in _STARTED.findall(typed):
            self._wait_for(self.folder / file)
        return written

    def _typed(self, commands: str) -> str:
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        end = f"-- done {time.monotonic_ns()} --"
        self._shell.stdin.write(f"{commands}\necho; echo '{end}'\n")
        self._shell.stdin.flush()
        lines: list[str] = []
        for line in self._shell.stdout:
            if line.rstrip("\n") == end:
                return "".join(lines).removesuffix("\n")
            lines.append(line)
        raise AssertionError(f"{commands}\nended badly:\n{''.join(lines)}")

    def _wait_for(self, file: Path) -> None:
        """What was started in the background is ready once it has said so."""
        end = time.monotonic() + PATIENCE
        while not (file.is_file() and file.read_text("utf-8").endswith("\n")):
            assert time.monotonic() < end, f"{file.name} stays empty"
            time.sleep(0.05)


@contextmanager
def reader(folder: Path) -> Iterator[Reader]:
    """A reader who has answerback, and nothing else but what it needs."""
    environment = folder / "environment"
    venv.create(environment)
    _borrow(environment)
    home = folder / "home"
    home.mkdir()
    plain = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    shell = subprocess.Popen(
        ["bash", "--norc", "-e", "-o", "pipefail"],
        cwd=home,
        env={
            **plain,
            "PATH": f"{environment / 'bin'}:{plain['PATH']}",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    gives_up = threading.Timer(PATIENCE, os.killpg, (shell.pid, signal.SIGKILL))
    with shell:
        gives_up.start()
        try:
            yield Reader(shell)
        finally:
            gives_up.cancel()
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)


def shows(written: str, expected: str) -> str | None:
    """The first line of `expected` that `written` does not show in this order, or None.

    Spaces at the ends of lines do not count, and `…` stands for anything.
    """
    lines = iter(line.strip() for line in written.splitlines())
    for wanted in filter(None, (line.strip() for line in expected.splitlines())):
        pattern = ".*".join(re.escape(part) for part in wanted.split("…"))
        if not any(re.fullmatch(pattern, line) for line in lines):
            return wanted
    return None


def followed(commands: str) -> Iterator[str]:
    """The lines of a block as this reader types them."""
    lines = commands.splitlines()
    setting_up = any(_SETTING_UP.fullmatch(line) for line in lines)
    for line in lines:
        if line.startswith("answerback check "):
            # Whatever did not hold is in what it prints.
            yield f"{line} || [ $? -eq 1 ]"
        # Into the folder of an environment that was not made: home will do.
        elif not (_SETTING_UP.fullmatch(line) or (setting_up and line.startswith("cd "))):
            yield line


def _borrow(environment: Path) -> None:
    """Give the environment the libraries of this one, answerback among them, and its commands."""
    [packages] = environment.glob("lib/*/site-packages")
    libraries = sysconfig.get_path("purelib")
    (packages / "borrowed.pth").write_text(f"import site; site.addsitedir({libraries!r})\n")
    commands = {
        "answerback": ("answerback.cli", "main"),
        "pip": ("pip._internal.cli.main", "main"),
        "pytest": ("pytest", "console_main"),
    }
    for command, (module, name) in commands.items():
        python = environment / "bin" / "python"
        script = environment / "bin" / command
        script.write_text(_SCRIPT.format(python=python, module=module, name=name))
        script.chmod(0o755)
