"""What `import answerback` gives, and what it leaves alone."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Literal, get_origin

import pytest
from hatchling.builders.wheel import WheelBuilder
from source_tree import PACKAGES, ROOT, imported, packaged, parsed, read

import answerback

HEAVY = (
    "alembic", "authlib", "click", "cryptography", "flask", "granian", "jinja2", "marshmallow",
    "requests", "selectolax", "sqlalchemy", "urllib3",
)  # fmt: skip

#: Where public names are, beside `answerback` itself: what docs/versioning.md says.
HOMES = sorted(
    set(
        re.findall(
            r"`(answerback\.(?!_)\w+)`",
            read(Path("docs/versioning.md")).partition("- **Names")[2].partition("\n- ")[0],
        )
    )
)


def fresh(program: str) -> str:
    """What a program prints in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def modules() -> Iterator[ModuleType]:
    """Every module directly in `answerback` that is not private."""
    for found in iter_modules(answerback.__path__, "answerback."):
        if not found.name.rpartition(".")[2].startswith("_"):
            yield import_module(found.name)


def test_the_surface_is_sorted_and_without_repetition() -> None:
    assert answerback.__all__ == sorted(set(answerback.__all__))
    for home in HOMES:  # ruff sorts these, utf8 before utf16
        names = import_module(home).__all__
        assert len(names) == len(set(names))


@pytest.mark.parametrize("home", ["answerback", *HOMES])
def test_everything_named_can_be_imported_and_nothing_else(home: str) -> None:
    program = f"""
import json, types
import {home} as home
named = {{name: getattr(home, name) for name in home.__all__}}
# A module of its own also has what it is made with; a package has only what it gives.
made_with = set() if hasattr(home, "__path__") else {{
    name for name, value in vars(home).items() if getattr(value, "__module__", "") != "{home}"
}}
public = [
    name for name, value in vars(home).items()
    if name not in made_with | named.keys() and not name.startswith("_")
    and not isinstance(value, types.ModuleType) and name != "annotations"
]
starred = {{}}
exec("from {home} import *", starred)
print(json.dumps([public, sorted(starred.keys() - {{"__builtins__"}}), sorted(home.__all__)]))
"""
    public, starred, named = json.loads(fresh(program))
    assert public == []
    assert starred == named


def test_every_module_with_public_names_of_its_own_is_named_as_public() -> None:
    own = {
        module.__name__
        for module in modules()
        if not set(getattr(module, "__all__", ())) <= set(answerback.__all__)
    }
    assert {"answerback.http", "answerback.text", "answerback.testing"} <= own
    assert own == set(HOMES)


@pytest.mark.parametrize("home", ["answerback", "answerback.testing"])
def test_a_lazy_package_tells_type_checkers_what_it_gives_and_nothing_else(home: str) -> None:
    source = parsed(Path("sdk", *home.split("."), "__init__.py"))
    [told] = [
        node
        for node in source.body
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
    ][:1]
    names = {
        name
        for node in ast.walk(told)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.ImportFrom)
            else [ast.unparse(node.target)]
            if isinstance(node, ast.AnnAssign)
            else []
        )
    }
    assert names == set(import_module(home).__all__)


def test_a_type_checker_is_not_told_that_any_name_will_do() -> None:
    body = parsed(Path("sdk/answerback/__init__.py")).body
    seen = [node.name for node in body if isinstance(node, ast.FunctionDef)]
    assert "__getattr__" not in seen
    assert callable(vars(answerback)["__getattr__"])


def test_our_own_plugins_use_only_what_strangers_may_use() -> None:
    public = {home: set(import_module(home).__all__) for home in ["answerback", *HOMES]}
    plugins = [name for name, parent in PACKAGES.items() if parent.startswith("plugins/")]
    offenders = []
    for path in packaged():
        if not set(plugins) & set(path.parts):
            continue
        for name, line in imported(path):
            module, _, last = name.rpartition(".")
            if name.partition(".")[0] != "answerback" or last in public.get(module, ()):
                continue
            if name not in public and last not in public["answerback"]:
                offenders.append(f"{path}:{line} {name}")
    assert offenders == []


def test_every_choice_the_contracts_name_is_public() -> None:
    choices = {
        name
        for module in map(
            import_module, ("answerback.channel", "answerback.helpdesk", "answerback.model")
        )
        for name, value in vars(module).items()
        if get_origin(value) is Literal
    }
    assert {"Action", "Visibility"} <= choices <= set(answerback.__all__)


def test_every_package_of_the_wheel_is_typed() -> None:
    files = {each.distribution_path for each in WheelBuilder(str(ROOT)).recurse_included_files()}
    packages = {path.split("/")[0] for path in files if path.endswith(".py")}
    assert packages == set(PACKAGES)
    assert {path for path in files if path.endswith("py.typed")} == {
        f"{package}/py.typed" for package in packages
    }
    missing = {str(path) for path in packaged()} - {
        f"{PACKAGES[path.split('/')[0]]}/{path}" for path in files
    }
    assert missing == set()


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
