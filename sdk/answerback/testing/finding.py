"""Finding a plugin's contract: the subclass in its author's test files that names its class.

The files are told apart by what is written in them, and only what speaks of the plugin is
imported. The folders that pytest would put on the path come first there, so that the plugin that
is tried is the one pytest tries: the one in the project, where both are.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from answerback.channel import Channel
from answerback.errors import ConfigError
from answerback.helpdesk import HelpDesk
from answerback.plugins import Plugin
from answerback.testing.channels.contract import ChannelContract
from answerback.testing.contract import Contract
from answerback.testing.desks.contract import HelpDeskContract

#: Folders that hold nothing an author wrote.
NEVER = frozenset(
    {".git", ".tox", ".venv", "build", "dist", "node_modules", "site-packages", "venv"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A plugin's contract; the file it stands in, where somebody wrote one; what to know of it."""

    contract: type[Contract]
    file: Path | None = None
    remarks: tuple[str, ...] = ()

    @property
    def project(self) -> Path | None:
        """The folder with the project's pyproject.toml, if there is one."""
        return _project(self.file) if self.file else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A test file that speaks of the plugin; `surely` where it looks like its contract."""

    file: Path
    surely: bool


def find(plugin: Plugin, where: Path | None = None) -> Found:
    """The contract of a plugin, from a test file at or below `where`.

    Without `where`, the folder tests is looked through, and this folder where it is a project's.
    Without a contract, one that has only the class. Raises ConfigError where the plugin cannot be
    loaded, or where the file that seems to hold its contract cannot be imported.
    """
    remarks: list[str] = []
    roots = [where] if where else _roots()
    if not roots:
        remarks.append(
            "There is neither pyproject.toml nor a folder tests here, so no contract was looked "
            "for. Run this in the plugin's project, or name its test file with --tests."
        )
    candidates = list(_candidates(plugin, roots))
    for candidate in candidates[:1]:
        _put_first(candidate.file)
    loaded = plugin.load()
    failed: list[ConfigError] = []
    for candidate in candidates:
        try:
            module = _imported(candidate.file)
        except ConfigError as error:
            if candidate.surely:
                failed.append(error)
            else:
                remarks.append(f"{error} It was left out.")
            continue
        found = _in(module, loaded)
        if found is not None:
            remarks += [str(error) for error in failed]
            remarks += _elsewhere(loaded, candidate.file)
            return Found(contract=found, file=candidate.file, remarks=tuple(remarks))
        remarks += _another(module, plugin, candidate.file)
    if failed:
        raise failed[0]
    return Found(contract=_unwritten(loaded), remarks=tuple(remarks))


def still_marked(project: Path) -> int:
    """How many lines of a scaffolded project still wait for the real network or desk."""
    files = [project / "pyproject.toml", *_below(project, "*.py")]
    texts = (file.read_text("utf-8", "replace") for file in files if file.is_file())
    return sum(len(re.findall(r"^[ \t]*#[ \t]*yours:", text, re.MULTILINE)) for text in texts)


def _roots() -> list[Path]:
    roots = [Path("tests"), *([Path()] if Path("pyproject.toml").is_file() else [])]
    return [root for root in roots if root.is_dir()]


def _candidates(plugin: Plugin, roots: list[Path]) -> list[_Candidate]:
    """The files that speak of a contract and of this plugin, the likeliest first."""
    attribute = plugin.entry_point.attr.rpartition(".")[2]
    declared = re.compile(rf"\b(?:channel|help_desk)\b[^=\n]*=[^=\n]*\b{re.escape(attribute)}\b")
    found: dict[Path, tuple[bool, bool, Path]] = {}
    for file in (file for root in roots for file in _test_files(root)):
        text = ""
        with suppress(OSError):  # what cannot be read is no file of the author's
            text = file.read_text("utf-8", "replace")
        name = re.compile(rf"(?<![a-z0-9]){re.escape(plugin.name)}(?![a-z0-9])")
        named = bool(name.search(file.stem))
        if "Contract" in text and (named or attribute in text or name.search(text)):
            surely = named or bool(declared.search(text))
            found.setdefault(file.resolve(), (not declared.search(text), not surely, file))
    return [_Candidate(file=file, surely=not doubt) for _, doubt, file in sorted(found.values())]


def _test_files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
        return
    yield from (*_below(root, "test_*.py"), *_below(root, "*_test.py"))


def _below(root: Path, pattern: str) -> Iterator[Path]:
    """Files in a folder and in those within it that an author wrote in."""
    folders = [root]
    while folders:
        folder = folders.pop(0)
        with suppress(OSError):
            inside = sorted(folder.iterdir())
            folders += [one for one in inside if one.is_dir() and one.name not in NEVER]
            yield from (one for one in inside if one.match(pattern) and one.is_file())


def _in(module: ModuleType, plugin: type[Channel] | type[HelpDesk]) -> type[Contract] | None:
    return next((each for each, about in _contracts(module) if about is plugin), None)


def _contracts(module: ModuleType) -> Iterator[tuple[type[Contract], object]]:
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Contract):
            yield value, getattr(value, "channel", None) or getattr(value, "help_desk", None)


def _another(module: ModuleType, plugin: Plugin, file: Path) -> Iterator[str]:
    """A remark where the contract is about another class than the one that is installed."""
    for _, about in _contracts(module):
        if isinstance(about, type) and getattr(about, "name", None) == plugin.name:
            yield (
                f"{file} is about {about.__module__}.{about.__qualname__}, and the entry point "
                f"'{plugin.name}' names {plugin.entry_point.value}: it was left out."
            )


def _elsewhere(plugin: type[Channel] | type[HelpDesk], file: Path) -> Iterator[str]:
    """A remark where the project has this module, and another copy of it was tried."""
    top = plugin.__module__.partition(".")[0]
    tried, project = getattr(sys.modules.get(top), "__file__", None), _project(file)
    if project is None or tried is None:
        return
    path = Path(tried).resolve()
    if path.is_relative_to(project) and not NEVER & set(path.relative_to(project).parts):
        return
    for folder in (project, project / "src"):
        for own in (folder / f"{top}.py", folder / top / "__init__.py"):
            if own.is_file():
                yield (
                    f"{own} was not tried, but the copy in {path}. Install the project with "
                    "pip install -e ., or name the folder in `pythonpath` of pytest's settings."
                )


def _unwritten(plugin: type[Channel] | type[HelpDesk]) -> type[Contract]:
    if issubclass(plugin, HelpDesk):
        return type("Unwritten", (HelpDeskContract,), {"help_desk": plugin})
    return type("Unwritten", (ChannelContract,), {"channel": plugin})


def _put_first(file: Path) -> None:
    """Let what lies beside a test file, and on pytest's own path, be imported before all else."""
    for folder in reversed([_package(file)[0], *_python_path(file)]):
        while str(folder) in sys.path:
            sys.path.remove(str(folder))
        sys.path.insert(0, str(folder))


def _imported(file: Path) -> ModuleType:
    """The test file as a module. Raises ConfigError."""
    _put_first(file)
    _, name = _package(file)
    try:
        if "." in name:
            return import_module(name)
        return _run(file)
    except KeyboardInterrupt:
        raise
    # An author's module may raise anything, pytest's skips included, which are no Exception.
    except BaseException as error:
        raise ConfigError(
            f"The contract in {file} cannot be imported: {type(error).__name__}: {error}."
        ) from error


def _run(file: Path) -> ModuleType:
    name = f"answerback_contract_of_{file.stem}"
    spec = spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _package(file: Path) -> tuple[Path, str]:
    """The folder a test file is imported from, and its name there, with the packages it is in."""
    folder, name = file.resolve().parent, file.stem
    while (folder / "__init__.py").is_file():
        folder, name = folder.parent, f"{folder.name}.{name}"
    return folder, name


def _project(file: Path) -> Path | None:
    folders = file.resolve().parents
    return next((one for one in folders if (one / "pyproject.toml").is_file()), None)


def _python_path(file: Path) -> list[Path]:
    """The folders the project's pytest settings put on the path."""
    project = _project(file)
    if project is None:
        return []
    try:
        told = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    except ValueError as error:
        raise ConfigError(f"{project / 'pyproject.toml'} cannot be read: {error}.") from error
    options = told.get("tool", {}).get("pytest", {}).get("ini_options", {})
    found = options.get("pythonpath") or ()
    return [project / each for each in ([found] if isinstance(found, str) else found)]
