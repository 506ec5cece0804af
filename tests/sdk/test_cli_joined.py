"""Commands of other packages: what is there without their extras, and what is said to get them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from answerback.cli import main
from answerback.cli import new as new_kinds

from .distributions import install

#: Runs `answerback` as if the first word's modules had never been installed.
WITHOUT = """
import sys


class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[1].split(","):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Hidden())
from answerback.cli import main

main(sys.argv[2:], prog_name="answerback")
"""
SERVER = "alembic,cryptography,flask,granian,psycopg,selectolax,sqlalchemy,werkzeug"

LAZY = """
def commands():
    return {
        "wave": "waving:wave",
        "lost": "waving.nowhere:lost",
        "bare": "waving:BARE",
        "knit": "knitting:knit",
    }
"""
WAVING = """
import click

BARE = 7

@click.command()
def wave():
    click.echo("hello")
"""
KNITTING = "import needles_and_wool\n"


def answerback(
    *words: str, without: str = "none", site: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """A command line in a fresh interpreter that lacks some modules."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", WITHOUT, without, *words],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(site or "")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A stranger's commands, told by where they are; one needs an extra."""
    install(
        tmp_path,
        "stranger-commands",
        modules={"lazily": LAZY, "waving": WAVING, "knitting": KNITTING, "eager": KNITTING},
        entry_points={"answerback.commands": {"lazy": "lazily:commands"}},
    )
    with (tmp_path / "stranger_commands-1.2.dist-info" / "METADATA").open("a") as metadata:
        metadata.write("Provides-Extra: craft\nProvides-Extra: all\n")
        for extra in ("all", "craft"):
            metadata.write(f'Requires-Dist: Needles.and_wool[thick]>=2; extra == "{extra}"\n')
        metadata.write('Requires-Dist: glue; extra == "all"\n')
    return tmp_path


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        (("connect", "mastodon", "--token", "x"), "server"),
        (("connect", "--help"), "server"),
        (("serve",), "server"),
        (("replay", "7", "--posted"), "server"),
        (("demo", "--script"), "server"),
        (("sandbox",), "sandbox"),
    ],
)
def test_a_command_without_its_extra_says_what_to_install(
    words: tuple[str, ...], needed: str
) -> None:
    done = answerback(*words, without=SERVER)

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith(
        f"Error: 'answerback {words[0]}' needs pip install 'answerback[{needed}]'"
    )
    assert "Traceback" not in done.stderr


def test_what_only_the_sandbox_needs_is_asked_for_with_the_sandbox() -> None:
    done = answerback("demo", "--script", without="selectolax")

    assert "'answerback demo' needs pip install 'answerback[sandbox]'" in done.stderr


def test_help_is_quiet_about_extras_nobody_asked_for() -> None:
    for words in (("--help",), ("read", "--help"), ("new", "--help")):
        done = answerback(*words, without=SERVER)
        assert (done.returncode, done.stderr) == (0, "")

    listed = answerback("--help", without=SERVER).stdout
    assert re.search(r"connect +Needs pip install 'answerback\[server\]'\.", listed)


def test_an_unknown_command_stays_unknown_without_the_extras() -> None:
    done = answerback("conect", without=SERVER)

    assert done.returncode == 2
    assert "No such command 'conect'" in done.stderr


def test_a_command_told_by_its_place_is_imported_when_it_is_called(site: Path) -> None:
    waved = answerback("wave", site=site)

    assert (waved.returncode, waved.stdout, waved.stderr) == (0, "hello\n", "")


def test_the_smallest_extra_that_brings_a_module_is_named(site: Path) -> None:
    done = answerback("knit", without="needles_and_wool", site=site)

    assert "'answerback knit' needs pip install 'stranger-commands[craft]'" in done.stderr


def test_a_command_that_is_not_where_it_was_told_is_named(site: Path) -> None:
    lost, bare = answerback("lost", site=site), answerback("bare", site=site)

    assert "The command 'lost' of stranger-commands cannot be loaded" in lost.stderr
    assert "The command 'bare' of stranger-commands cannot be loaded: TypeError" in bare.stderr
    assert "No such command 'bare'" in bare.stderr


def test_an_entry_point_that_needs_an_extra_is_quiet_until_a_command_is_missed(site: Path) -> None:
    points = site / "stranger_commands-1.2.dist-info" / "entry_points.txt"
    points.write_text("[answerback.commands]\neager = eager:commands\n")

    listed = answerback("--help", site=site)
    missed = answerback("knit", site=site)

    assert (listed.returncode, listed.stderr) == (0, "")
    said = "The commands 'eager' of stranger-commands need pip install 'stranger-commands[craft]'"
    assert said in missed.stderr
    assert "No such command 'knit'" in missed.stderr


def test_a_kind_of_project_that_is_not_there_is_not_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(new_kinds, "_KINDS", ("channel", "weathervane"))

    listed = CliRunner().invoke(main, ["new", "--help"])
    called = CliRunner().invoke(main, ["new", "weathervane"])

    assert listed.exit_code == 0
    assert "channel" in listed.output
    assert "weathervane" not in listed.output
    assert "No such command 'weathervane'" in called.output
