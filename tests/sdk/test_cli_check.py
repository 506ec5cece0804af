"""`answerback check`: the grade, what failed, and what to do about it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

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
