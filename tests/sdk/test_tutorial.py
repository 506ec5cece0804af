"""Write a channel in ten minutes: what the page says works, for somebody who does just that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from markdown_pages import blocks_of
from tutorial_reader import followed, reader, shows

PAGE = Path("docs/writing-a-channel.md")
BLOCKS = blocks_of(PAGE)


def saved(file: str) -> str:
    """What the page tells to save as this file."""
    [text] = [block.text for block in BLOCKS if block.file == file]
    return text


def tool(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *words]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A new project with what the page shows in it."""
    assert tool(tmp_path, "answerback", "new", "channel", "plaza").returncode == 0
    folder = tmp_path / "answerback-plaza"
    for block in BLOCKS:
        if block.file:
            (folder / block.file).write_text(block.text, encoding="utf-8")
    return folder


def test_a_reader_gets_from_nothing_to_an_answer_on_a_real_server(tmp_path: Path) -> None:
    printed = ""
    with reader(tmp_path) as somebody:
        for block in BLOCKS:
            if block.file:
                somebody.save(block.file, block.text)
            elif block.language == "sh":
                printed = somebody.do(block.text)
            else:
                missing = shows(printed, block.text)
                assert missing is None, f"{block} shows {missing!r}, and this came:\n{printed}"


def test_every_block_is_followed() -> None:
    assert {block.language for block in BLOCKS if not block.file} == {"sh", "text"}
    assert {block.file for block in BLOCKS} > {
        "answerback_plaza.py",
        "tests/fake_plaza.py",
        "mention.json",
        "answer.py",
    }


def test_the_channel_and_its_network_are_as_short_as_they_can_be() -> None:
    assert len([line for line in saved("answerback_plaza.py").splitlines() if line]) <= 130
    assert len([line for line in saved("tests/fake_plaza.py").splitlines() if line]) <= 80


def test_what_the_page_shows_has_the_form_the_project_asks_for(project: Path) -> None:
    for words in (["check", "."], ["format", "--check", "."]):
        done = tool(project, "ruff", *words, "--no-cache")
        assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_what_the_page_shows_is_typed_as_the_project_asks_for(project: Path) -> None:
    done = tool(project, "mypy", "--cache-dir", str(project / "cache"))
    assert done.returncode == 0, done.stdout


def test_what_is_not_printed_is_missed() -> None:
    assert shows("one\n  two \nthree\n", "one\n\nthr\u2026\n") is None
    assert shows("one\ntwo\n", "two\none\n") == "one"
    assert shows("one 1\n", "one 2\n") == "one 2"
    assert shows("", "…") == "…"


def test_only_making_the_environment_is_passed_over() -> None:
    setting_up = """python3 -m venv ~/plaza
source ~/plaza/bin/activate
pip install '.[sandbox,testing]'
cd ~/plaza
"""
    assert list(followed(setting_up)) == []
    commands = ["cd answerback-plaza", "pip install -e '.[test]'", "pytest"]
    assert list(followed("\n".join(commands))) == commands


def test_a_command_that_ends_badly_ends_the_reading(tmp_path: Path) -> None:
    with reader(tmp_path) as somebody:
        assert somebody.do("echo one; echo two").split() == ["one", "two"]
        with pytest.raises(AssertionError, match="no such thing"):
            somebody.do("ls 'no such thing'")
