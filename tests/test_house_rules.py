"""The house rules of CONTRIBUTING.md that neither ruff nor mypy can hold.

Every test names each offender as `file:line`, so that one run tells all there is to mend.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from source_tree import (
    PACKAGES,
    ROOT,
    Function,
    called,
    files,
    nodes,
    packaged,
    parsed,
    python_in,
    read,
)

LONGEST = 400
DRAWERS = {"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
ABBREVIATIONS = frozenset(
    re.findall(
        r"\w+",
        """addr arg attr btn buf cb cfg cmd cnt conf ctx cur db desc dest dir elem err
        exc ext fn func hdr hdrs idx img init len lst mgr mod msg num obj opt opts
        param pkg pos prev ptr pwd qty req res resp ret rv sess sig src str svc
        temp tmp tok usr val vals var ver""",
    )
)
# A bracketed letter keeps a pattern from finding itself.
MARKS = re.compile(r"\b(T[O]DO|F[I]XME|X[X]X|Not[I]mplementedError)\b")
MACHINE_PATHS = re.compile(
    r"(?<![\w./-])/(?:w[o]rk|w[o]rkspace|r[o]ot|h[o]me/\w+|U[s]ers/\w+)/|\.\./sh[a]red/(?!corpus)"
)
REGISTRIES = re.compile(r"\b(?:py[p]i\.org|python[h]osted\.org|npm[j]s\.(?:org|com))\b")
CODE = (".py", ".js", ".css", ".html")
PROSE_AND_SETTINGS = (
    ".md",
    ".toml",
    ".txt",
    ".in",
    ".json",
    ".yml",
    ".yaml",
    ".cfg",
    ".ini",
    ".sh",
    "",
)

# What a web framework calls by its address, which says what it gives.
VIEWS = {"route", "get", "post", "put", "patch", "delete", "errorhandler", "before_request"}

Offenders = list[str]


def told(offenders: Iterable[str]) -> str:
    """The offenders as a failure message, one a line."""
    return "\n" + "\n".join(sorted(offenders))


def public_functions(path: Path) -> Iterator[tuple[str, Function]]:
    """Every function and method a caller may use, with its qualified name."""

    def within(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Function]]:
        for node in body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield from within(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, Function) and (
                not node.name.startswith("_") or node.name == "__init__"
            ):
                yield f"{prefix}{node.name}", node

    yield from within(parsed(path).body, "")


def argument_names(node: Function) -> Iterator[ast.arg]:
    """The arguments a caller has to name or to fill; `*args` and `**kwargs` are neither."""
    yield from node.args.posonlyargs
    yield from node.args.args
    yield from node.args.kwonlyargs


def decorated_by(node: Function | ast.ClassDef) -> set[str]:
    """The last words of its decorators: `route` for `@pages.route("/")`."""
    calls = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
    return {ast.unparse(call).rpartition(".")[2] for call in calls}


def every_test_in(path: Path) -> Iterator[Function]:
    """Every test function of a file, wherever it stands."""
    for node in nodes(path, ast.FunctionDef):
        if node.name.startswith("test_"):
            yield node


def test_no_file_is_longer_than_a_room() -> None:
    # A migration is written by a program, and read by one.
    rooms = [path for path in files(*CODE) if "versions" not in path.parts]
    lengths = {path: read(path).count("\n") for path in rooms}
    offenders = [f"{path}: {lines} lines" for path, lines in lengths.items() if lines > LONGEST]
    assert not offenders, told(offenders)


def test_no_file_or_folder_is_named_like_a_drawer() -> None:
    offenders = {
        f"{path}: {part}"
        for path in files(*CODE)
        for part in path.with_suffix("").parts
        if DRAWERS & set(re.split(r"[_.-]", part.lower()))
    }
    assert not offenders, told(offenders)


def test_no_public_class_is_named_like_a_drawer() -> None:
    name = re.compile(r"^(Base[A-Z].*|.*(Manager|Helpers?|Utils?))$")
    offenders = [
        f"{path}:{node.lineno} {node.name}"
        for path in packaged()
        for node in nodes(path, ast.ClassDef)
        if name.match(node.name)
    ]
    assert not offenders, told(offenders)


def test_every_module_class_and_function_says_what_it_gives() -> None:
    offenders: Offenders = []
    for path in packaged():
        module = parsed(path)
        if not ast.get_docstring(module):
            offenders.append(f"{path}:1 module")
        for node in module.body:
            if (
                isinstance(node, Function | ast.ClassDef)
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
                and not decorated_by(node) & {"overload", *VIEWS}
            ):
                offenders.append(f"{path}:{node.lineno} {node.name}")
    assert not offenders, told(offenders)


def test_nothing_is_left_for_later() -> None:
    offenders = [
        f"{path}:{number} {line.strip()[:80]}"
        for path in files(*CODE, ".sh")
        for number, line in enumerate(read(path).splitlines(), 1)
        if MARKS.search(line)
    ]
    assert not offenders, told(offenders)


def test_no_handler_swallows_every_error() -> None:
    silent = (ast.Pass, ast.Continue, ast.Break)

    def swallows(handler: ast.ExceptHandler) -> bool:
        if handler.type is None:
            return True
        broad = {"Exception", "BaseException"} & {
            node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)
        }
        return bool(broad) and all(
            isinstance(node, silent)
            or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
            for node in handler.body
        )

    def suppresses(call: ast.Call) -> bool:
        broad = {"Exception", "BaseException"}
        return called(call).endswith("suppress") and any(
            isinstance(each, ast.Name) and each.id in broad for each in call.args
        )

    offenders = [
        f"{path}:{line}"
        for path in files(".py")
        for line in [
            *(node.lineno for node in nodes(path, ast.ExceptHandler) if swallows(node)),
            *(node.lineno for node in nodes(path, ast.Call) if suppresses(node)),
        ]
    ]
    assert not offenders, told(offenders)


def test_only_commands_print() -> None:
    offenders = [
        f"{path}:{node.lineno}"
        for path in packaged()
        if "cli" not in path.with_suffix("").parts
        for node in nodes(path, ast.Call)
        if called(node) in {"print", "pprint", "pprint.pprint", "sys.stdout.write"}
    ]
    assert not offenders, told(offenders)


def test_no_public_argument_is_abbreviated() -> None:
    offenders = [
        f"{path}:{argument.lineno} {name}({argument.arg})"
        for path in packaged()
        for name, node in public_functions(path)
        for argument in argument_names(node)
        if ABBREVIATIONS & set(argument.arg.strip("_").split("_"))
        or (len(argument.arg) == 1 and argument.arg not in "_xy")
    ]
    assert not offenders, told(offenders)


def test_every_test_is_a_function_named_by_a_sentence() -> None:
    offenders: Offenders = []
    for path in python_in("tests"):
        for node in nodes(path, ast.ClassDef):
            contract = any(ast.unparse(each).endswith("Contract") for each in node.bases)
            if node.name.startswith("Test") and not contract:
                offenders.append(f"{path}:{node.lineno} class {node.name}")
        for test in every_test_in(path):
            if len(test.name.split("_")) < 4:
                offenders.append(f"{path}:{test.lineno} {test.name}")
    assert not offenders, told(offenders)


def can_fail(function: Function, beside: dict[str, Function]) -> bool:
    """Whether anything in it decides: an assertion, or a call of something that decides."""
    decides = re.compile(r"(raises|warns|fail|assert|check|expect|validate|wait|until)(_|$)")
    for node in ast.walk(function):
        name = called(node).rpartition(".")[2]
        if isinstance(node, ast.Assert | ast.Raise) or decides.match(name):
            return True
        # Without itself, so that a function that calls itself comes to an end.
        others = {each: beside[each] for each in beside if each != name}
        if name in beside and can_fail(beside[name], others):
            return True
    return False


def test_every_test_can_fail() -> None:
    offenders: Offenders = []
    for path in python_in("tests"):
        beside = {node.name: node for node in parsed(path).body if isinstance(node, Function)}
        offenders += [
            f"{path}:{test.lineno} {test.name}"
            for test in every_test_in(path)
            if not can_fail(test, beside)
        ]
    assert not offenders, told(offenders)


def test_tests_use_real_servers_and_no_patches() -> None:
    offenders = [
        f"{path}:{node.lineno}"
        for path in python_in("tests")
        for node in nodes(path, ast.Import, ast.ImportFrom)
        if "unittest" in ast.unparse(node)
    ]
    assert not offenders, told(offenders)


def test_no_file_names_a_machine_or_a_package_registry() -> None:
    offenders = [
        f"{path}:{number} {line.strip()[:80]}"
        for path in files(*CODE, *PROSE_AND_SETTINGS)
        for number, line in enumerate(read(path).splitlines(), 1)
        if MACHINE_PATHS.search(line) or REGISTRIES.search(line)
    ]
    assert not offenders, told(offenders)


def test_the_clock_is_passed_in_and_not_read() -> None:
    offenders = [
        f"{path}:{node.lineno} {called(node)}()"
        for path in packaged()
        for node in nodes(path, ast.Call)
        if called(node)
        in {"time.time", "time.time_ns", "datetime.utcnow", "datetime.datetime.utcnow"}
    ]
    assert not offenders, told(offenders)


def test_every_public_dataclass_is_frozen_slotted_and_keyword_only() -> None:
    wanted = {"frozen=True", "kw_only=True", "slots=True"}
    offenders: Offenders = []
    for path in packaged():
        for node in nodes(path, ast.ClassDef):
            if node.name.startswith("_"):
                continue
            for decorator in node.decorator_list:
                written = ast.unparse(decorator)
                if re.match(r"(dataclasses\.)?dataclass\b", written):
                    missing = sorted(option for option in wanted if option not in written)
                    if missing:
                        offenders.append(f"{path}:{node.lineno} {node.name}: {' '.join(missing)}")
    assert not offenders, told(offenders)


def test_every_package_is_typed() -> None:
    marks = {ROOT / parent / name / "py.typed" for name, parent in PACKAGES.items()}
    assert {mark for mark in marks if not mark.is_file()} == set()
