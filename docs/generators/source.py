"""Signatures and constants as their author wrote them, read off the source of a class."""

import ast
import inspect
import re
import textwrap
from dataclasses import MISSING, dataclass, fields
from typing import Any

LONGEST = 88
#: Decorators that say how something is called or written.
_TOLD = ("abstractmethod", "classmethod", "contextmanager", "staticmethod")


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One public method. `section` is the comment it stands under, or nothing."""

    name: str
    signature: str
    section: str
    docstring: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """One class constant, `default` as it is written, or None where a plugin must give one."""

    name: str
    type: str
    default: str | None


def methods(cls: type) -> list[Method]:
    """The public methods a class defines itself, in order."""
    text = textwrap.dedent(inspect.getsource(cls))
    sections = {
        number: match[1]
        for number, line in enumerate(text.splitlines(), 1)
        if (match := re.fullmatch(r"    # (\w+)", line))
    }
    return [
        Method(
            name=node.name,
            signature=_signature(node),
            section=next((sections[at] for at in sorted(sections)[::-1] if at < node.lineno), ""),
            docstring=ast.get_docstring(node) or "",
        )
        for node in _body(text)
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def function(about: Any) -> Method:
    """One function, however it is decorated."""
    [node] = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(about)))).body
    assert isinstance(node, ast.FunctionDef)
    return Method(
        name=node.name,
        signature=_signature(node),
        section="",
        docstring=ast.get_docstring(node) or "",
    )


def constructor(cls: type) -> str:
    """How the class is called."""
    text = textwrap.dedent(inspect.getsource(cls))
    [node] = [
        each
        for each in _body(text)
        if isinstance(each, ast.FunctionDef) and each.name == "__init__"
    ]
    return _whole(cls.__name__, node.args, "")


def constants(cls: type) -> list[Constant]:
    """The class constants, in order."""
    return [
        Constant(
            name=node.target.id,
            type=ast.unparse(node.annotation.slice),
            default=ast.unparse(node.value) if node.value else None,
        )
        for node in _body(textwrap.dedent(inspect.getsource(cls)))
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(node.annotation, ast.Subscript)
        and ast.unparse(node.annotation.value) == "ClassVar"
    ]


def class_attributes(*classes: type) -> str:
    """What subclasses set, one a line, as it is declared; of a name told twice the first."""
    lines: dict[str, str] = {}
    for cls in classes:
        for node in _body(textwrap.dedent(inspect.getsource(cls))):
            if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
                continue
            name, kind = node.target.id, ast.unparse(node.annotation)
            kind = re.sub(r"^ClassVar\[(.*)\]$", r"\1", kind)
            value = f" = {ast.unparse(node.value)}" if node.value else ""
            if not name.startswith("_"):
                lines.setdefault(name, f"{name}: {kind}{value}")
    return "\n".join(lines.values())


def attributes(cls: type) -> str:
    """The fields of a dataclass, one a line, as they would be written without their options."""
    lines = []
    for each in fields(cls):
        written = f"{each.name}: {_plain(str(each.type))}"
        if each.default is not MISSING:
            written += f" = {_value(each.default)}"
        elif each.default_factory is not MISSING:
            written += f" = {each.default_factory()!r}"
        lines.append(written)
    return "\n".join(lines)


def _body(text: str) -> list[ast.stmt]:
    [node] = ast.parse(text).body
    assert isinstance(node, ast.ClassDef)
    return node.body


def _signature(node: ast.FunctionDef) -> str:
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    decorators = {ast.unparse(each) for each in node.decorator_list}
    if "property" in decorators:
        return f"{node.name}{returns.replace(' ->', ':', 1)}"
    kinds = [f"@{kind}\n" for kind in _TOLD if kind in decorators]
    return "".join(kinds) + _whole(node.name, node.args, returns)


def _whole(name: str, arguments: ast.arguments, returns: str) -> str:
    inside = re.sub(r"^(self|cls)(, )?", "", ast.unparse(arguments))
    inside = re.sub(r"(: [^=]+)=", r"\1 = ", inside)
    line = f"{name}({inside}){returns}"
    if len(line) <= LONGEST:
        return line
    parts = re.split(r", (?=\*|\w+: )", inside)
    return "\n".join([f"{name}(", *(f"    {part}," for part in parts), f"){returns}"])


def _plain(annotation: str) -> str:
    return annotation.replace("ClassVar", "")


def _value(value: Any) -> str:
    if inspect.isroutine(value) or isinstance(value, type):
        return value.__name__
    return repr(value).replace("datetime.", "")
