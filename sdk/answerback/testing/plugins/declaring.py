"""Bronze: what a plugin says of itself is there, and it is called as the contract says."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from typing import Any

from answerback.channel import Channel
from answerback.helpdesk import HelpDesk
from answerback.testing.checks import broken, check, expect
from answerback.testing.plugins.subject import Plugin, PluginSubject

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LINK = re.compile(r"https://[^\s)>\"']+")
_SENTENCE = re.compile(r"[.!?:](?=\s|$)")
_LIMIT = re.compile(
    r"\b(?:cannot|can't|doesn't|lacks?|misses|neither|never|no|nobody|none|nor|not|nothing|only"
    r"|unable|without)\b",
    re.I,
)


class PluginDeclaring(PluginSubject):
    """A plugin says what it is."""

    @check("bronze", mend='Give `name = "lemmy"` and `title = "Lemmy"`.')
    def test_it_has_a_name_and_a_title(self) -> None:
        """The plugin has a plain name for machines and a title for people."""
        name = getattr(self.plugin(), "name", None)
        expect(
            isinstance(name, str) and _NAME.fullmatch(name),
            "`name` is missing, or not in lower case letters, digits and _.",
        )
        title = getattr(self.plugin(), "title", None)
        expect(isinstance(title, str) and title.strip(), "`title` is missing or empty.")

    @check(
        "bronze",
        mend="Write a docstring of the class or its module: a sentence on what it does, one on "
        "what the platform cannot do, and an https link to the page its facts come from.",
    )
    def test_its_docstring_states_purpose_limits_and_source(self) -> None:
        """Who reads the docstring knows what it is for, what it cannot do and where that stands."""
        said = "\n".join(self._docstrings())
        expect(said.strip(), "There is no docstring.")
        prose = _LINK.sub("", said)
        sentences = len(_SENTENCE.findall(prose))
        expect(sentences >= 2, "The docstring is a single sentence: it states no limits.")
        expect(_LINK.search(said), "The docstring links to no page its facts come from.")
        expect(_LIMIT.search(prose), "The docstring does not say what cannot be done.")

    def _docstrings(self) -> Iterator[str]:
        """Those of the class, or of the first it inherits from that has one, and of its module."""
        parents = self.plugin().__mro__
        own = parents[: parents.index(self.contract())]
        said = next((each for each in own if vars(each).get("__doc__")), self.plugin())
        yield vars(said).get("__doc__") or ""
        for name in (said.__module__, said.__module__.rpartition(".")[0]):
            found = sys.modules.get(name)
            if getattr(found, said.__name__, None) is said:
                yield getattr(found, "__doc__", None) or ""

    @check("bronze", mend="Take the parameters as the contract has them, in their order.")
    def test_methods_have_the_contracts_signatures(self) -> None:
        """Every method can be called as the contract says, by position and by name."""
        for name, ours in _contract(self.contract()):
            theirs = inspect.getattr_static(self.plugin(), name)
            if theirs is ours:
                continue
            wants_static = isinstance(ours, staticmethod)
            expect(
                isinstance(theirs, staticmethod) == wants_static
                and not isinstance(theirs, classmethod | property),
                f"`{name}` is {'no' if wants_static else 'a'} static method, class method or "
                f"property.",
                "Decorate `classify` with @staticmethod, and nothing else.",
            )
            expect(callable(theirs), f"`{name}` is no method.", "Name what it holds differently.")
            wanted, given = _parameters(ours), _parameters(theirs)
            expect(
                wanted == given,
                f"`{name}` takes ({_shown(given)}), the contract's ({_shown(wanted)}).",
            )
        self._expect_it_can_be_made()

    def _expect_it_can_be_made(self) -> None:
        signature = inspect.signature(self.plugin())
        wanted = self.made_of()
        for given, named in (((), {}), ((None,) * len(wanted), {}), ((), dict.fromkeys(wanted))):
            try:
                signature.bind(*given, **named)
            except TypeError:
                broken(
                    f"`__init__` takes {signature}, which the engine cannot call.",
                    f"Take (self, {', '.join(f'{each}=None' for each in wanted)}), or leave "
                    "`__init__` out.",
                )

    @classmethod
    def contract(cls) -> Plugin:
        """The class every plugin of this kind is a subclass of."""
        return Channel if issubclass(cls.plugin(), Channel) else HelpDesk

    @classmethod
    def made_of(cls) -> list[str]:
        """What a plugin of this kind is constructed with."""
        return list(inspect.signature(cls.contract()).parameters)


def _contract(contract: Plugin) -> Iterator[tuple[str, Any]]:
    """The methods of the contract by name, as they stand in the class."""
    for name, method in vars(contract).items():
        if not name.startswith("_") and (callable(method) or isinstance(method, staticmethod)):
            yield name, method


def _parameters(method: Any) -> list[tuple[str, Any]]:
    plain = method.__func__ if isinstance(method, staticmethod) else method
    return [(each.name, each.kind) for each in inspect.signature(plain).parameters.values()]


def _shown(parameters: list[tuple[str, Any]]) -> str:
    marks = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return ", ".join(f"{marks.get(kind, '')}{name}" for name, kind in parameters)
