"""Who may import what, where the contracts in pyproject.toml cannot say it.

Those contracts hold the directions between packages; `make directions` checks them.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from source_tree import PACKAGES, SETTINGS, imported, module_name, nodes, packaged

CHANNELS = "answerback_channels"
PLUGINS = [name for name, parent in PACKAGES.items() if parent.startswith("plugins/")]

# import-linter sees `http`, not `http.client`.
WIRE = ["asyncio", "ftplib", "http.client", "http.server", "smtplib", "ssl", "urllib.request"]
MAY_OPEN_SOCKETS = ["answerback.http", "answerback.testing"]

THREADS = [
    "_thread",
    "concurrent.futures",
    "multiprocessing",
    "threading.Thread",
    "threading.Timer",
]
# The drains run the work, the commands supervise processes, the store has its inbox writer.
MAY_START_THREADS = [
    "answerback_server.engine.drains",
    "answerback_server.cli",
    "answerback_server.store",
]


def is_within(name: str, modules: Iterable[str]) -> bool:
    """Whether a dotted name is one of these modules or inside one."""
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def started(path: Path) -> Iterator[tuple[str, int]]:
    """What a file could start threads with, imported or reached through `threading`."""
    yield from ((name, line) for name, line in imported(path) if is_within(name, THREADS))
    for node in nodes(path, ast.Attribute):
        if is_within(ast.unparse(node), THREADS):
            yield ast.unparse(node), node.lineno


def test_no_channel_imports_another_except_what_siblings_share() -> None:
    offenders = []
    for path in packaged():
        module = module_name(path)
        if not module.startswith(f"{CHANNELS}."):
            continue
        own = module.split(".")[1]
        for name, line in imported(path):
            package, _, sibling = name.partition(".")
            sibling = sibling.split(".")[0]
            if package == CHANNELS and sibling != own and not sibling.startswith("_"):
                offenders.append(f"{path}:{line} {name}")
    assert offenders == []


def test_plugins_use_only_public_names_of_the_sdk() -> None:
    offenders = [
        f"{path}:{line} {name}"
        for path in packaged()
        if is_within(module_name(path), PLUGINS)
        for name, line in imported(path)
        if is_within(name, ["answerback"]) and any(part.startswith("_") for part in name.split("."))
    ]
    assert offenders == []


def test_only_http_and_testing_speak_on_the_wire() -> None:
    offenders = [
        f"{path}:{line} {name}"
        for path in packaged()
        if is_within(module_name(path), ["answerback", *PLUGINS])
        and not is_within(module_name(path), MAY_OPEN_SOCKETS)
        for name, line in imported(path)
        if is_within(name, WIRE)
    ]
    assert offenders == []


def test_only_drains_commands_and_the_store_start_threads_in_the_server() -> None:
    offenders = [
        f"{path}:{line} {name}"
        for path in packaged()
        if is_within(module_name(path), ["answerback_server"])
        and not is_within(module_name(path), MAY_START_THREADS)
        for name, line in started(path)
    ]
    assert offenders == []


def test_every_package_is_listed_wherever_packages_are_listed() -> None:
    tool = SETTINGS["tool"]
    assert set(tool["mypy"]["packages"]) == set(PACKAGES)
    assert set(tool["importlinter"]["root_packages"]) == set(PACKAGES)
    assert set(tool["hatch"]["build"]["dev-mode-dirs"]) == set(PACKAGES.values())
    assert set(tool["ruff"]["src"]) == set(PACKAGES.values())
    assert set(tool["mypy"]["mypy_path"].split(":")) == set(PACKAGES.values())
