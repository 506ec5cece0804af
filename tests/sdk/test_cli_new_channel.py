"""`answerback new channel`: what it writes works as it is, and what it refuses stays unwritten."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import answerback
from answerback.cli import main
from answerback.errors import ConfigError, Reconnect, TryLater
from answerback.testing.channels.stage import Stage

from .distributions import install

NAMES = ["lemmy", "hacker_news", "x", "a_network_with_a_very_long_nam"]


def new(name: str, folder: Path) -> Result:
    return CliRunner().invoke(main, ["new", "channel", name, "--folder", str(folder)])


def project(folder: Path, name: str = "lemmy") -> Path:
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


# What is written


def test_a_new_project_has_all_a_stranger_needs(tmp_path: Path) -> None:
    written = set(texts(project(tmp_path)))

    assert written >= {
        ".github/workflows/test.yml",
        ".gitignore",
        "README.md",
        "answerback_lemmy.py",
        "pyproject.toml",
        "tests/fake_lemmy.py",
        "tests/golden/comment.as2.json",
        "tests/golden/comment.native.json",
        "tests/test_lemmy.py",
    }
    assert [name for name in written if name.startswith("tests/golden/errors/")]
    assert not [name for name in written if "template" in name or "NAME" in name]


def test_every_name_in_a_project_is_its_own(tmp_path: Path) -> None:
    for name, text in texts(project(tmp_path, "hacker_news")).items():
        assert not re.search(r"\$(?!\{\{ )|lemmy", text, re.IGNORECASE), name

    settings = tomllib.loads((tmp_path / "answerback-hacker-news/pyproject.toml").read_text())
    assert settings["project"]["name"] == "answerback-hacker-news"
    assert settings["project"]["entry-points"]["answerback.channels"] == {
        "hacker_news": "answerback_hacker_news:HackerNews"
    }


def test_two_projects_differ_in_their_names_alone(tmp_path: Path) -> None:
    one, other = texts(project(tmp_path, "lemmy")), texts(project(tmp_path, "tumbl"))

    renamed = {
        name.replace("tumbl", "lemmy"): text.replace("tumbl", "lemmy").replace("Tumbl", "Lemmy")
        for name, text in other.items()
    }
    assert renamed == one


def test_what_an_author_has_to_change_is_marked(tmp_path: Path) -> None:
    written = texts(project(tmp_path))

    marked = {name for name, text in written.items() if "yours:" in text}
    assert marked == {"README.md", "answerback_lemmy.py", "pyproject.toml", "tests/fake_lemmy.py"}
    assert written["answerback_lemmy.py"].count("yours:") >= 5
    assert "grep -n yours: *.py tests/*.py pyproject.toml" in written["README.md"]
    assert not re.search(r"\b(T[O]DO|F[I]XME)\b", "".join(written.values()))


def test_the_channel_is_short_enough_to_be_read_at_once(tmp_path: Path) -> None:
    written = texts(project(tmp_path))

    assert len(written["answerback_lemmy.py"].splitlines()) <= 250
    assert len(written["tests/fake_lemmy.py"].splitlines()) <= 125
    assert len(written["tests/test_lemmy.py"].splitlines()) <= 20


def test_all_that_is_json_in_a_project_can_be_read(tmp_path: Path) -> None:
    read = [
        json.loads(text) for name, text in texts(project(tmp_path)).items() if name[-5:] == ".json"
    ]

    assert len(read) >= 8


@pytest.mark.parametrize("name", NAMES)
def test_a_project_is_in_the_form_its_own_ruff_wants(tmp_path: Path, name: str) -> None:
    folder = project(tmp_path, name)

    for words in (["check", "."], ["format", "--check", "."]):
        done = run(folder, "ruff", *words, "--no-cache")
        assert done.returncode == 0, done.stdout


def test_a_project_is_typed_as_its_own_mypy_wants(tmp_path: Path) -> None:
    done = run(project(tmp_path), "mypy", "--cache-dir", os.devnull)

    assert done.returncode == 0, done.stdout


def test_what_a_project_asks_of_its_author_is_installed_told_and_run(tmp_path: Path) -> None:
    written = texts(project(tmp_path))

    settings = tomllib.loads(written["pyproject.toml"])
    extra = settings["project"]["optional-dependencies"]["test"]
    asked = {re.split(r"[^\w\[\]]", each)[0] for each in extra}
    assert asked == {"answerback[testing]", "mypy", "ruff"}
    assert {"mypy", "ruff"} <= set(settings["tool"])
    ran = re.findall(r"- run: (.+)", written[".github/workflows/test.yml"])
    for command in ("pytest", "ruff check .", "ruff format --check .", "mypy"):
        assert command in ran
        assert command in written["README.md"]


def test_what_comes_next_is_said_and_can_be_pasted(tmp_path: Path) -> None:
    folder = tmp_path / "my channels"
    said = new("lemmy", folder).output

    assert f"cd {shlex.quote(str(folder / 'answerback-lemmy'))}\n" in said
    assert "pip install -e '.[test]'" in said
    assert "answerback check lemmy" in said
    assert "README.md" in said


# What it is worth


def test_a_project_passes_its_own_tests_as_it_is(tmp_path: Path) -> None:
    done = run(project(tmp_path, "hacker_news"), "pytest", "-q", "-p", "no:cacheprovider")

    assert done.returncode == 0, done.stdout
    assert re.search(r"\b[1-9]\d+ passed", done.stdout), done.stdout


def test_a_new_channel_is_honestly_silver(tmp_path: Path) -> None:
    folder = project(tmp_path)
    marked = sum(text.count("# yours:") for text in texts(folder).values())
    install(
        folder,
        "answerback-lemmy",
        modules={},
        entry_points={"answerback.channels": {"lemmy": "answerback_lemmy:Lemmy"}},
    )

    done = run(folder, "answerback", "check", "lemmy", "--json")

    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert f"{marked} lines are still marked `yours:`" in done.stderr
    failed = {one["name"]: one["seen"] for one in told["checks"] if one["result"] == "failed"}
    assert told["grade"] in ("silver", "gold"), failed
    assert not {one["name"] for one in told["checks"] if one["result"] == "not tried"}


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The channel of a new project on its own pretend network."""
    folder = project(tmp_path, "taphouse")
    for path in (folder, folder / "tests"):
        monkeypatch.syspath_prepend(path)
    channel = import_module("answerback_taphouse").Taphouse
    with import_module("fake_taphouse").FakeTaphouse() as network:
        stage = Stage(channel, network, None)
        with stage.proxy:
            yield stage
        assert not network.mistakes
    for module in ("answerback_taphouse", "fake_taphouse"):
        del sys.modules[module]


def test_a_new_channel_tells_whose_token_it_has(stage: Stage) -> None:
    settings = {"token": "token-for-tests", "address": "https://taphouse.example"}

    [account] = stage.channel(**settings).accounts(settings)

    assert account.actor is not None
    assert account.actor.id == account.id == stage.network.account
    assert account.settings == settings


def test_a_new_channel_with_a_dead_token_asks_to_connect_again(stage: Stage) -> None:
    with pytest.raises(Reconnect) as caught:
        stage.channel(token="revoked-since").accounts({})

    assert "revoked-since" not in str(caught.value)


def test_a_new_channel_names_the_setting_it_misses(stage: Stage) -> None:
    with pytest.raises(ConfigError, match="setting 'token' is missing"):
        stage.channel(token="").poll(stage.listener(), None)


def test_a_new_channel_takes_nobody_elses_words_for_its_own(stage: Stage) -> None:
    target, part = stage.hear("Where is my parcel?"), stage.part("It is on its way.")
    stage.network.say(part.text, under=target.id)

    assert stage.channel().sent(target, part, stage.network.now()) == []


def test_a_new_channel_proves_no_absence_it_has_not_seen(stage: Stage) -> None:
    target, part = stage.hear("Where is my parcel?"), stage.part("It is on its way.")
    since = stage.network.now()
    stage.answer(target, part)
    type(stage.network).page = 1
    for number in range(21):
        stage.network.say(f"Number {number}")

    with pytest.raises(TryLater, match="far enough back"):
        stage.channel().sent(target, part, since)


# What is refused


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Lemmy", "lemmy"),
        ("hacker-news", "hacker_news"),
        ("Hacker News", "hacker_news"),
        ("answerback-lemmy", "lemmy"),
        ("lemmy_", "lemmy"),
        ("a__b", "a_b"),
        ("4chan", None),
        ("", None),
        ("..", None),
        ("../lemmy", "lemmy"),
        ("日本", None),
        ("a" * 31, None),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_one_that_can(
    tmp_path: Path, name: str, meant: str | None
) -> None:
    done = new(name, tmp_path)

    assert done.exit_code == 2
    assert "Invalid value for NAME" in done.output
    assert (f"Did you mean '{meant}'?" in done.output) if meant else ("mean" not in done.output)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("class", "a word of Python's own"),
        ("page", "a word of answerback's own"),
        ("fake_network", "a word of answerback's own"),
        ("server", "There is a package answerback_server already"),
    ],
)
def test_a_name_that_means_something_else_is_refused(
    tmp_path: Path, name: str, reason: str
) -> None:
    done = new(name, tmp_path)

    assert done.exit_code == 2
    assert reason in done.output
    assert not list(tmp_path.iterdir())


def test_no_class_can_be_called_what_a_template_uses(tmp_path: Path) -> None:
    folder = project(tmp_path)
    used = {
        alias.name
        for path in ("answerback_lemmy.py", "tests/fake_lemmy.py", "tests/test_lemmy.py")
        for node in ast.walk(ast.parse((folder / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name[0].isupper() and "Lemmy" not in alias.name
    }

    assert len(used) > 30
    for name in used:
        plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
        assert new(plain, tmp_path).exit_code == 2, name


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "README.md").write_text("Mine now")

    again = new("lemmy", tmp_path)

    assert again.exit_code == 1
    assert "is there already, and nothing in it was changed" in again.output
    assert (folder / "README.md").read_text() == "Mine now"


def test_a_project_is_not_begun_again_within_itself(tmp_path: Path) -> None:
    folder = project(tmp_path)
    before = texts(folder)

    for place in (folder, folder / "tests"):
        again = new("lemmy", place)
        assert again.exit_code == 1
        assert f"{folder} is the project of 'lemmy' already" in again.output
    assert texts(folder) == before


def test_a_project_within_another_plugins_is_warned_of(tmp_path: Path) -> None:
    folder = project(tmp_path)

    done = new("tumbl", folder)

    assert done.exit_code == 0
    assert f"lies within the project answerback-lemmy ({folder})" in done.stderr
    assert (folder / "answerback-tumbl" / "pyproject.toml").is_file()


def test_a_project_within_anybody_elses_is_nobodys_business(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\n')

    assert new("lemmy", tmp_path).stderr == ""
    (tmp_path / "pyproject.toml").write_text("not TOML [")
    assert new("tumbl", tmp_path).stderr == ""


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    done = new("lemmy", tmp_path / "file" / "below")

    assert done.exit_code != 0
    assert "file" in done.output
    assert "Traceback" not in done.output


def test_a_name_that_is_installed_is_warned_of(tmp_path: Path) -> None:
    done = new("mastodon", tmp_path)

    assert done.exit_code == 0
    assert "a channel 'mastodon' is installed already" in done.stderr
    assert (tmp_path / "answerback-mastodon").is_dir()


def test_the_version_a_project_asks_for_is_this_one(tmp_path: Path) -> None:
    settings = tomllib.loads((project(tmp_path) / "pyproject.toml").read_text())

    assert settings["project"]["dependencies"] == [f"answerback>={answerback.__version__}"]
