"""`answerback new helpdesk`: what it writes works as it is, and its grade is honest."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from answerback.cli import main

from .distributions import install

NAMES = ["osticket", "help_scout", "x", "a_network_with_a_very_long_nam"]


def new(name: str, folder: Path) -> Result:
    return CliRunner().invoke(main, ["new", "helpdesk", name, "--folder", str(folder)])


def project(folder: Path, name: str = "osticket") -> Path:
    done = new(name, folder)
    assert done.exit_code == 0, done.output
    return folder / f"answerback-{name.replace('_', '-')}"


def texts(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a module of this environment in the project, as if the project were installed."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ANSWERBACK")}
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**plain, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_new_project_has_all_a_stranger_needs(tmp_path: Path) -> None:
    written = set(texts(project(tmp_path)))

    assert written >= {
        ".github/workflows/test.yml",
        ".gitignore",
        "README.md",
        "answerback_osticket.py",
        "pyproject.toml",
        "tests/fake_osticket.py",
        "tests/test_osticket.py",
    }
    assert [name for name in written if name.startswith("tests/golden/errors/")]
    assert not [name for name in written if "template" in name or "NAME" in name]


def test_every_name_in_a_project_is_its_own(tmp_path: Path) -> None:
    for name, text in texts(project(tmp_path, "help_scout")).items():
        assert not re.search(r"\$(?!\{\{ )|osticket", text, re.IGNORECASE), name

    settings = tomllib.loads((tmp_path / "answerback-help-scout/pyproject.toml").read_text())
    assert settings["project"]["entry-points"]["answerback.help_desks"] == {
        "help_scout": "answerback_help_scout:HelpScout"
    }


def test_what_an_author_has_to_change_is_marked(tmp_path: Path) -> None:
    written = texts(project(tmp_path))

    assert written["answerback_osticket.py"].count("yours:") >= 5
    assert "yours:" in written["tests/fake_osticket.py"]
    assert "grep -rn yours: ." in written["README.md"]


def test_the_plugin_is_short_enough_to_be_read_at_once(tmp_path: Path) -> None:
    written = texts(project(tmp_path))

    assert len(written["answerback_osticket.py"].splitlines()) <= 280
    assert len(written["tests/fake_osticket.py"].splitlines()) <= 160
    assert len(written["tests/test_osticket.py"].splitlines()) <= 20


@pytest.mark.parametrize("name", NAMES)
def test_a_project_is_in_the_form_its_own_ruff_wants(tmp_path: Path, name: str) -> None:
    folder = project(tmp_path, name)

    for words in (["check", "."], ["format", "--check", "."]):
        done = run(folder, "ruff", *words, "--no-cache")
        assert done.returncode == 0, done.stdout


def test_a_project_passes_its_own_tests_as_it_is(tmp_path: Path) -> None:
    done = run(project(tmp_path, "help_scout"), "pytest", "-q", "-p", "no:cacheprovider")

    assert done.returncode == 0, done.stdout
    assert re.search(r"\b[1-9]\d+ passed", done.stdout), done.stdout


def test_a_new_help_desk_is_honestly_silver(tmp_path: Path) -> None:
    folder = project(tmp_path)
    install(
        folder,
        "answerback-osticket",
        modules={},
        entry_points={"answerback.help_desks": {"osticket": "answerback_osticket:Osticket"}},
    )

    done = run(folder, "answerback", "check", "osticket", "--json")

    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["help_desk"] == "osticket"
    failed = {one["name"]: one["seen"] for one in told["checks"] if one["result"] == "failed"}
    assert told["grade"] in ("silver", "gold"), failed
    assert not {one["name"] for one in told["checks"] if one["result"] == "not tried"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Help Scout", "Did you mean 'help_scout'?"),
        ("class", "a word of Python's own"),
        ("filing", "a word of answerback's own"),
        ("fake_desk", "a word of answerback's own"),
    ],
)
def test_a_name_that_cannot_be_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    done = new(name, tmp_path)

    assert done.exit_code == 2
    assert reason in " ".join(done.output.split())
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "README.md").write_text("Mine.", encoding="utf-8")

    done = new("osticket", tmp_path)

    assert done.exit_code == 1
    assert (folder / "README.md").read_text(encoding="utf-8") == "Mine."
