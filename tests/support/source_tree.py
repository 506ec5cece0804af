"""The files of this repository, for the tests that hold its house rules.

Gives what git tracks and what it would track if it were added. Outside a git checkout, for
instance in an unpacked source archive, gives every file that is not under a hidden or built folder.
"""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

ROOT = Path(__file__).resolve().parents[2]

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

# Where each import package lives: name to parent folder.
PACKAGES = {
    Path(package).name: str(Path(package).parent)
    for package in SETTINGS["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Kind = TypeVar("Kind", bound=ast.AST)


def _listed_by_git() -> list[str] | None:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        answer = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.split("\0")[:-1]


def _walked() -> list[str]:
    built = {"build", "dist", "__pycache__"}
    paths = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
    return [
        str(path)
        for path in paths
        if not any(part.startswith(".") or part in built for part in path.parts)
    ]


@cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """Every file of the project, sorted, relative to the root; all of them without suffixes."""
    listed = _listed_by_git()
    names = _walked() if listed is None else listed
    paths = (Path(name) for name in sorted(set(names)))
    return tuple(
        path
        for path in paths
        if (not suffixes or path.suffix in suffixes) and (ROOT / path).is_file()
    )


@cache
def python_in(*folders: str) -> tuple[Path, ...]:
    """Every Python file below these folders."""
    return tuple(
        path for path in files(".py") if any(path.is_relative_to(folder) for folder in folders)
    )


def packaged() -> tuple[Path, ...]:
    """Every Python file that an installed answerback holds."""
    return python_in(*(f"{parent}/{name}" for name, parent in PACKAGES.items()))


@cache
def read(path: Path) -> str:
    """The file's text."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def parsed(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(read(path), filename=str(path))


@cache
def _by_kind(path: Path) -> dict[type[ast.AST], list[ast.AST]]:
    kinds: dict[type[ast.AST], list[ast.AST]] = {}
    for node in ast.walk(parsed(path)):
        kinds.setdefault(type(node), []).append(node)
    return kinds


def nodes(path: Path, *kinds: type[Kind]) -> list[Kind]:
    """Every node of these kinds in the file."""
    found = (node for kind in kinds for node in _by_kind(path).get(kind, []))
    return [cast(Kind, node) for node in found]


def module_name(path: Path) -> str:
    """The dotted name under which a packaged file is imported."""
    for name, parent in PACKAGES.items():
        if path.is_relative_to(f"{parent}/{name}"):
            parts = path.relative_to(parent).with_suffix("").parts
            return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    raise ValueError(f"{path} is in none of our packages")


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Every module or name the file imports, dotted and absolute, with its line.

    `from a import b` gives `a.b`: whether b is a module, only an import would tell.
    """
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for plain in nodes(path, ast.Import):
        for alias in plain.names:
            yield alias.name, plain.lineno
    for node in nodes(path, ast.ImportFrom):
        parent = package[: len(package) - node.level + 1] if node.level else []
        origin = ".".join([*parent, *([node.module] if node.module else [])])
        for alias in node.names:
            yield f"{origin}.{alias.name}", node.lineno


def called(node: ast.AST) -> str:
    """The dotted name a call names (`time.sleep`), or nothing when it names none."""
    if not isinstance(node, ast.Call):
        return ""
    parts: list[str] = []
    target: ast.expr = node.func
    while isinstance(target, ast.Attribute):
        parts.append(target.attr)
        target = target.value
    if isinstance(target, ast.Name):
        parts.append(target.id)
    return ".".join(reversed(parts))
