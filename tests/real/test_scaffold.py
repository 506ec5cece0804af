"""What a stranger gets from `answerback new channel`, with the wheel, in a fresh environment.

The environment borrows the libraries of this one, so that nothing is fetched; answerback itself
comes from a wheel built here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


def run(*words: str | Path, folder: Path) -> str:
    """What a command says on stdout; it has to end well."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, f"{words}:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def _environment() -> Mapping[str, str]:
    ours = ("ANSWERBACK", "PIP_", "PYTHON", "VIRTUAL_ENV")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**plain, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INDEX": "1"}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment that has the wheel with [testing]."""
    folder = tmp_path_factory.mktemp("stranger")
    build = ("-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    run(sys.executable, *build, folder=folder)
    [wheel] = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(run(python, "-c", where, folder=folder).strip())
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    run(python, "-m", "pip", "install", f"answerback[testing] @ file://{wheel}", folder=folder)
    from_where = run(python, "-c", "import answerback; print(answerback.__file__)", folder=folder)
    assert Path(from_where.strip()).is_relative_to(packages)
    return python


def test_a_new_channel_works_from_the_wheel_alone(python: Path, tmp_path: Path) -> None:
    answerback = python.with_name("answerback")
    said = run(answerback, "new", "channel", "lemmy", folder=tmp_path)
    assert "cd answerback-lemmy" in said
    project = tmp_path / "answerback-lemmy"
    assert (project / ".github" / "workflows" / "test.yml").is_file()
    assert (project / ".gitignore").is_file()

    install = ("install", "--no-build-isolation", "--editable", f"{project}[test]")
    run(python, "-m", "pip", *install, folder=tmp_path)
    assert " passed" in run(python, "-m", "pytest", folder=project)
    told = json.loads(run(answerback, "check", "lemmy", "--json", folder=project))

    assert told["channel"] == "lemmy"
    assert told["grade"] in ("silver", "gold")
    assert "channel lemmy (answerback-lemmy 0.1.0)" in run(answerback, "plugins", folder=tmp_path)
    golden = project / "tests" / "golden" / "comment.native.json"
    assert '"lemmy"' in run(answerback, "read", "lemmy", golden, folder=tmp_path)


def test_a_new_channel_satisfies_strict_tools(python: Path, tmp_path: Path) -> None:
    run(python.with_name("answerback"), "new", "channel", "hacker_news", folder=tmp_path)
    project = tmp_path / "answerback-hacker-news"

    assert "Success" in run(python, "-m", "mypy", "--cache-dir", tmp_path, folder=project)
    assert "All checks passed" in run(python, "-m", "ruff", "check", folder=project)
    assert "already formatted" in run(python, "-m", "ruff", "format", "--check", folder=project)
