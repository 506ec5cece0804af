"""docs/testing-a-plugin.md: what the conformance kit gives an author, read off its docstrings."""

import inspect
from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any

from answerback import testing
from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.contract import Contract
from answerback.testing.desks.subject import DeskSubject
from answerback.testing.golden import folder as golden
from answerback.testing.plugins.subject import PluginSubject
from answerback.testing.pretend import desk, faults, network
from answerback.testing.pretend.faults import Passed
from answerback.testing.pretend.server import PretendServer
from generators.markdown import block, flowing, page
from generators.source import (
    Method,
    attributes,
    class_attributes,
    constructor,
    function,
    methods,
)

INTRODUCTION = """
What `answerback.testing` gives whoever tests a plugin, in the order it is usually met. Import it
from there; it comes with the extra `testing`. [Write a channel in ten
minutes](writing-a-channel.md) uses most of it, [what each grade asks](checks.md) lists the checks.
"""

CHECKS = """
The kit calls them in its own checks. Use them in checks of your own: a method of your contract's
subclass that is marked with `check` is tried, graded and told of like the others.
"""

#: What the page tells of, chapter by chapter; every public name stands in one.
CHAPTERS: dict[str, tuple[str, ...]] = {
    "Contracts": ("ChannelContract", "HelpDeskContract"),
    "A pretend network": ("FakeNetwork", "Post", "route", "Refusal"),
    "A pretend help desk": ("FakeDesk", "PretendTicket", "PretendComment", "PretendBridge"),
    "Bad days": ("Fault", "FaultProxy", "answering"),
    "Checks of your own": ("check", "expect", "Broken", "NotApplicable"),
}
#: Where the attributes of a contract are told, the most particular first.
CONTRACTS: dict[type, tuple[type, ...]] = {
    testing.ChannelContract: (ChannelSubject, PluginSubject, Contract),
    testing.HelpDeskContract: (DeskSubject, PluginSubject, Contract),
}
#: What `PretendBridge` says of a method that `Bridge` explains.
ELSEWHERE = "As `Bridge` says."
INDENT = "    "
#: What a chapter begins with.
OPENINGS: dict[str, str] = {
    "A pretend network": inspect.getdoc(network) or "",
    "A pretend help desk": inspect.getdoc(desk) or "",
    "Bad days": inspect.getdoc(faults) or "",
    "Checks of your own": CHECKS,
}


def prose(docstring: str) -> str:
    """A docstring as the page's own: its paragraphs, its lists, and what it shows as it is."""
    parts: list[str] = []
    shown: list[str] = []
    for paragraph in [*docstring.strip().split("\n\n"), ""]:
        if paragraph.startswith(INDENT):
            shown.append("\n".join(line.removeprefix(INDENT) for line in paragraph.splitlines()))
            continue
        if shown:
            parts.append(block("text", "\n\n".join(shown)))
            shown = []
        words = paragraph.removesuffix("::").rstrip()
        if words:
            parts.append(words if words.startswith("- ") else flowing(words))
    return "\n\n".join(parts)


def told(name: str, about: Any) -> Iterator[str]:
    """One name: what it is, how it is written, and its methods."""
    yield f"### {name}"
    if not inspect.isclass(about):
        found = function(about)
        yield block("text", found.signature)
        yield prose(found.docstring)
        return
    yield prose(inspect.getdoc(about) or "")
    if about in CONTRACTS:
        yield prose(inspect.getdoc(CONTRACTS[about][0]) or "")
        yield block("text", class_attributes(*CONTRACTS[about]))
    elif is_dataclass(about):
        yield block("text", attributes(about))
    else:
        if issubclass(about, PretendServer):
            yield block("text", class_attributes(about, PretendServer))
        elif "__init__" in vars(about):
            yield block("text", constructor(about))
        for each in _methods(about):
            yield block("text", each.signature)
            yield prose(each.docstring)


def kit_page() -> str:
    """The whole page. Raises RuntimeError where CHAPTERS and the kit differ."""
    there = [name for names in CHAPTERS.values() for name in names]
    if sorted(there) != sorted(testing.__all__):
        raise RuntimeError(f"CHAPTERS must name these: {', '.join(testing.__all__)}")
    parts: list[str] = [prose(INTRODUCTION)]
    for chapter, names in CHAPTERS.items():
        parts.append(f"## {chapter}")
        if chapter in OPENINGS:
            parts.append(prose(OPENINGS[chapter]))
        for name in names:
            parts += told(name, getattr(testing, name))
            if name == "FaultProxy":
                parts += told("Passed", Passed)  # It is only given, never made.
    parts += ["## Golden folders", prose(inspect.getdoc(golden) or "")]
    return page("Testing a plugin", "`answerback.testing`", *parts)


def _methods(about: type) -> list[Method]:
    """Its own methods but those told elsewhere; of a pretend platform also those every one has."""
    own = [each for each in methods(about) if each.docstring != ELSEWHERE]
    names = {each.name for each in own}
    shared = methods(PretendServer) if issubclass(about, PretendServer) else []
    return [*own, *(each for each in shared if each.name not in names)]
