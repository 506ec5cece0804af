"""Finding a plugin's contract: the subclass in its author's test files that names its class."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from answerback.channel import Channel
from answerback.errors import ConfigError
from answerback.helpdesk import HelpDesk
from answerback.testing.channel_contract import ChannelContract
from answerback.testing.contract import Contract
from answerback.testing.desk_contract import HelpDeskContract

_NEVER = frozenset({".git", ".tox", ".venv", "build", "dist", "node_modules", "venv"})


def contract_for(
    plugin: type[Channel] | type[HelpDesk], where: Path | None = None
) -> type[Contract]:
    """The contract of a plugin, found in a test file at or below `where`.

    Without one, a contract that has only the class. Raises ConfigError where a file that holds a
    contract cannot be imported.
    """
    roots = [where] if where else [path for path in (Path("tests"), Path()) if path.is_dir()][:1]
    for root in roots:
        for path in _files(root):
            found = _in(_imported(path), plugin)
            if found is not None:
                return found
    if issubclass(plugin, HelpDesk):
        return type("Unwritten", (HelpDeskContract,), {"help_desk": plugin})
    return type("Unwritten", (ChannelContract,), {"channel": plugin})


def _files(root: Path) -> Iterator[Path]:
    """The Python files that speak of a contract, the likeliest first."""
    found = [root] if root.is_file() else sorted(root.rglob("test_*.py"))
    for path in found:
        if not _NEVER & set(path.parts) and "Contract" in path.read_text("utf-8", "replace"):
            yield path


def _in(module: ModuleType, plugin: type[Channel] | type[HelpDesk]) -> type[Contract] | None:
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Contract):
            about = getattr(value, "channel", None) or getattr(value, "help_desk", None)
            if about is plugin:
                return value
    return None


def _imported(path: Path) -> ModuleType:
    """The test file as a module; what lies beside it, and on pytest's own path, can be imported."""
    for folder in (path.resolve().parent, *_python_path(path)):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    name = f"answerback_contract_of_{path.stem}"
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    # An author's module may raise anything at import.
    except Exception as error:
        raise ConfigError(
            f"The contract in {path} cannot be imported: {type(error).__name__}: {error}."
        ) from error
    return module


def _python_path(path: Path) -> list[Path]:
    """The folders the project's pytest settings put on the path."""
    for folder in path.resolve().parents:
        settings = folder / "pyproject.toml"
        if settings.is_file():
            told = tomllib.loads(settings.read_text("utf-8"))
            found = told.get("tool", {}).get("pytest", {}).get("ini_options", {}).get("pythonpath")
            return [folder / each for each in ([found] if isinstance(found, str) else found or ())]
    return []
