"""`answerback check`: the grade, what failed, and what to do about it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from answerback.cli.report import tell
from answerback.testing.checks import Grade
from answerback.testing.finding import still_marked
from answerback.testing.running import Outcome

from .distributions import BOX, install

CONTRACT = """
from pathlib import Path
from answerback.testing import ChannelContract
from box_beside import NOTHING
from stranger_box import Box


class TestBox(ChannelContract):
    channel = Box
    golden = Path(__file__).parent / "golden"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A stranger's channel, installed, in a project whose tests hold its contract."""
    install(
        tmp_path / "site",
        "stranger-box",
        modules={"stranger_box": BOX},
        entry_points={"answerback.channels": {"box": "stranger_box:Box"}},
    )
    (tmp_path / "tests" / "golden").mkdir(parents=True)
    return tmp_path


def checked(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`answerback check`, run in the project as its author does."""
    return subprocess.run(
        [sys.executable, "-m", "answerback", "check", *arguments],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project / "site")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


FIND = """
import json
from answerback.plugins import channels
from answerback.testing.finding import find

found = find(channels()["box"])
file = str(found.file) if found.file else None
print(json.dumps({"file": file, "remarks": " ".join(found.remarks)}))
"""


def found_in(project: Path, site: Path | None = None) -> dict[str, Any]:
    """The file with the contract and what is remarked, without trying anything."""
    done = subprocess.run(
        [sys.executable, "-c", FIND],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(site or project / "site")},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def told(project: Path, *arguments: str) -> dict[str, Any]:
    """What the command writes with --json."""
    done = checked(project, "box", "--json", *arguments)
    assert done.stderr == ""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def written(project: Path, contract: str = CONTRACT, name: str = "test_box.py") -> None:
    (project / "tests" / name).write_text(contract, "utf-8")
    (project / "tests" / "box_beside.py").write_text("NOTHING = None\n", "utf-8")


def test_without_a_contract_only_the_class_is_tried(project: Path) -> None:
    found = told(project)

    assert (found["channel"], found["grade"]) == ("box", "none")
    results = {one["name"].partition("[")[0]: one["result"] for one in found["checks"]}
    assert results["it_has_a_name_and_a_title"] == "passed"
    assert results["a_reply_lands_under_its_target"] in ("not tried", "not applicable")
    assert set(found["checks"][0]) == {"name", "grade", "result", "seen", "mend"}


def test_the_contract_is_found_with_what_lies_beside_it(project: Path) -> None:
    written(project)
    (project / "tests" / "golden" / "slip.native.json").write_text('{"id": "box:1", "text": "Hi"}')
    wrong = [{"type": "Create", "id": None}]
    (project / "tests" / "golden" / "slip.as2.json").write_text(json.dumps(wrong))

    found = told(project)

    failed = [one for one in found["checks"] if one["result"] == "failed"]
    assert "a_golden_pair_translates_exactly[slip]" in [one["name"] for one in failed]
    assert all(one["seen"] and one["mend"] for one in failed)


def test_what_failed_says_what_was_promised_seen_and_how_to_mend_it(project: Path) -> None:
    written(project)

    done = checked(project, "box")

    assert done.returncode == 1
    assert "bronze: safe to run" in done.stdout
    for word in ("FAILED", "promised:", "seen:", "mend:"):
        assert word in done.stdout
    assert done.stdout.splitlines()[-2].startswith("box: none (")
    assert "set `network`" in done.stdout.splitlines()[-1]


def test_a_contract_that_cannot_be_imported_is_named(project: Path) -> None:
    written(project, "from answerback.testing import ChannelContract\nimport nowhere\n")

    done = checked(project, "box")

    assert done.returncode == 2
    assert "test_box.py cannot be imported: ModuleNotFoundError" in done.stderr


def test_a_contract_elsewhere_can_be_named(project: Path) -> None:
    written(project, name="contract_of_the_box.py")

    found = told(project, "--tests", "tests/contract_of_the_box.py")

    golden = next(one for one in found["checks"] if one["name"] == "there_is_a_golden_pair")
    assert golden["result"] == "failed"


def test_an_unknown_plugin_is_named_with_those_there_are(project: Path) -> None:
    done = checked(project, "bxo")

    assert done.returncode == 2
    assert "Did you mean 'box'?" in done.stderr


def test_a_help_desk_is_told_as_one(project: Path) -> None:
    found = json.loads(checked(project, "zendesk", "--json").stdout)

    assert list(found) == ["help_desk", "grade", "checks"]
    assert found["help_desk"] == "zendesk"


# Which plugin, and which contract


def test_the_plugin_in_the_project_is_tried_before_an_installed_copy(project: Path) -> None:
    written(project)
    (project / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n')
    nameless = BOX.replace('title = "Box"', 'title = ""')
    (project / "stranger_box.py").write_text(nameless, "utf-8")

    found = told(project)

    tried = {one["name"]: one["result"] for one in found["checks"]}
    assert tried["it_has_a_name_and_a_title"] == "failed"


def test_that_another_copy_was_tried_than_the_projects_is_said(project: Path) -> None:
    written(project)
    (project / "pyproject.toml").touch()
    (project / "src").mkdir()
    (project / "src" / "stranger_box.py").write_text(BOX, "utf-8")
    elsewhere = (project / "site").rename(project.parent / f"{project.name}-elsewhere")

    said = found_in(project, elsewhere)["remarks"]

    own, copy = project / "src" / "stranger_box.py", elsewhere / "stranger_box.py"
    assert f"{own} was not tried, but the copy in {copy}" in said
    assert "pip install -e ." in said


def test_a_contract_about_another_class_is_named(project: Path) -> None:
    other = CONTRACT.replace("from stranger_box import Box", BOX)
    written(project, other)

    done = checked(project, "box", "--json")

    assert "is about answerback_contract_of_test_box.Box" in done.stderr
    assert json.loads(done.stdout)["grade"] == "none"


def test_nothing_is_imported_below_a_folder_that_is_no_project(tmp_path: Path) -> None:
    project = tmp_path / "stranger"
    install(
        project / "site",
        "stranger-box",
        modules={"stranger_box": BOX},
        entry_points={"answerback.channels": {"box": "stranger_box:Box"}},
    )
    (project / "somebody").mkdir()
    (project / "somebody" / "test_box.py").write_text(f"{CONTRACT}\nopen('run', 'w').close()\n")

    found = found_in(project)

    assert "neither pyproject.toml nor a folder tests here" in found["remarks"]
    assert not (project / "run").exists()


def test_a_file_that_does_not_speak_of_the_plugin_is_not_imported(project: Path) -> None:
    written(project, 'raise SystemExit("ChannelContract of Jar")\n', "test_a_jar.py")
    written(project)

    assert found_in(project) == {"file": "tests/test_box.py", "remarks": ""}


def test_a_file_that_only_mentions_the_plugin_is_left_out_where_it_breaks(project: Path) -> None:
    written(project, "import pytest\npytest.skip('Box has a Contract')\n", "test_a_few.py")

    found = found_in(project)

    assert found["file"] is None
    assert "test_a_few.py cannot be imported: Skipped" in found["remarks"]
    assert "It was left out." in found["remarks"]


def test_the_likeliest_file_is_asked_first(project: Path) -> None:
    written(project, "raise OSError('Box has a Contract')\n", "test_a_few.py")
    written(project, CONTRACT, "test_of_it_all.py")

    assert found_in(project) == {"file": "tests/test_of_it_all.py", "remarks": ""}


def test_a_contract_in_a_package_of_tests_is_found(project: Path) -> None:
    written(project, CONTRACT.replace("from box_beside", "from .box_beside"))
    (project / "tests" / "__init__.py").touch()

    assert found_in(project) == {"file": "tests/test_box.py", "remarks": ""}


def test_lines_left_to_the_author_are_counted(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / ".venv").mkdir()
    (tmp_path / "pyproject.toml").write_text("# yours: license\n")
    (tmp_path / "lemmy.py").write_text('"""Marked `yours:`."""\n    # yours: that\nx = 1  # mine\n')
    (tmp_path / "tests" / "fake.py").write_text("# yours: this\n")
    (tmp_path / ".venv" / "other.py").write_text("# yours: not\n")

    assert still_marked(tmp_path) == 3


# What is told


def test_what_a_plugin_prints_spoils_no_json_and_is_found(project: Path) -> None:
    written(project)
    chatty = BOX.replace(
        "words = Mention", 'print("heard", entry["text"])\n            words = Mention'
    )
    (project / "site" / "stranger_box.py").write_text(f"print('hello')\n{chatty}", "utf-8")
    native = {"id": "https://box.example/1", "text": "The kettle leaks"}
    (project / "tests" / "golden" / "slip.native.json").write_text(json.dumps(native))
    (project / "tests" / "golden" / "slip.as2.json").write_text("[]")

    done = checked(project, "box", "--json")

    results = {one["name"]: one["result"] for one in json.loads(done.stdout)["checks"]}
    assert results["reading_logs_nothing_of_what_was_said"] == "failed"
    assert "hello" in done.stderr


def outcome(name: str, seen: str, grade: Grade = "bronze") -> Outcome:
    return Outcome(name=name, grade=grade, result="failed", promise="P.", seen=seen, mend="M.")


def test_one_cause_of_many_failures_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    tell(
        "box",
        [
            outcome("a_b[one]", "No id."),
            outcome("a_b[two]", "No id."),
            outcome("c_d", "No text."),
            *(outcome(f"e_{letter}", "No id.", "silver") for letter in "fghijk"),
            outcome("l[one]", "No time.", "silver"),
            outcome("l[two]", "No time.", "silver"),
        ],
        "none",
    )

    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "seen:" in line] == [
        "            seen:     No id.",
        "            seen:     No text.",
        "            seen:     No time.",
    ]
    assert "            and in 7 more checks: a b, e f, e g, e h …" in lines
    assert "            and in 1 more case of it" in lines
    assert [line for line in lines if "told above" in line] == [
        "  FAILED    1 more check, as told above",
        "  FAILED    7 more checks, as told above",
    ]
    assert lines[-1] == "box: none (11 failed)"


def test_a_file_that_only_holds_the_plugins_name_within_a_word_is_not_imported(
    project: Path,
) -> None:
    written(project)
    other = "# Contract of an unboxed thing\nraise SystemExit('imported')\n"
    (project / "tests" / "test_inbox.py").write_text(other, "utf-8")

    assert told(project)["channel"] == "box"
