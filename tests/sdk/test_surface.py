"""What `import answerback` gives, and what it leaves alone."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from types import ModuleType

import pytest

import answerback

HEAVY = (
    "alembic", "authlib", "click", "cryptography", "flask", "granian", "jinja2", "marshmallow",
    "requests", "selectolax", "sqlalchemy", "urllib3",
)  # fmt: skip


def fresh(program: str) -> str:
    """What a program prints in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_surface_is_sorted_and_without_repetition() -> None:
    assert answerback.__all__ == sorted(set(answerback.__all__))


def test_everything_named_can_be_imported_and_nothing_else() -> None:
    program = """
import json, types
import answerback
named = {name: getattr(answerback, name) for name in answerback.__all__}
public = [
    name for name, value in vars(answerback).items()
    if name not in named and not isinstance(value, types.ModuleType) and not name.startswith("_")
]
starred = {}
exec("from answerback import *", starred)
print(json.dumps([public, sorted(starred.keys() - {"__builtins__"})]))
"""
    public, starred = json.loads(fresh(program))
    assert public == []
    assert starred == answerback.__all__


def test_every_name_is_the_thing_itself_and_no_module() -> None:
    modules = [
        name for name in answerback.__all__ if isinstance(getattr(answerback, name), ModuleType)
    ]
    assert modules == []
    assert set(answerback.__all__) <= set(dir(answerback))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Manager'"):
        answerback.Manager  # noqa: B018


def test_the_version_is_that_of_the_distribution() -> None:
    assert answerback.__version__ == version("answerback")


def test_importing_loads_nothing_and_opens_nothing() -> None:
    program = f"""
import sys
opened = []
sys.addaudithook(lambda event, told: opened.append((event, str(told))) if event.startswith((
    "socket.", "subprocess.", "sqlite3.", "os.system", "os.mkdir", "os.remove")) or (
    event == "open" and "w" in str(told[1])) else None)
before = set(sys.modules)
import answerback
loaded = set(sys.modules) - before
ours = {{name for name in loaded if name.partition(".")[0] == "answerback"}}
assert ours == {{"answerback"}}, ours
assert not opened, opened
assert not [name for name in {HEAVY!r} if name in sys.modules]
"""
    fresh(program)


def test_the_model_and_its_contracts_come_without_any_library() -> None:
    program = f"""
import sys
from answerback import Activity, Channel, ConfigError, HelpDesk, Mention, Setting, to_as2, to_wire
to_wire(Mention(id="x", channel="y")), to_as2(Mention(id="x", channel="y"))
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    assert fresh(program).strip() == "[]"
