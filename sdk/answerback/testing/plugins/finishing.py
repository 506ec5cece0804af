"""Gold: the types are strict and the page for the users is complete."""

from __future__ import annotations

import inspect
import sys
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from types import FunctionType, ModuleType

from answerback.settings import Setting
from answerback.testing.checks import NotTried, check, expect
from answerback.testing.plugins.subject import PluginSubject


class PluginFinishing(PluginSubject):
    """What makes a plugin one that others hold up as a model."""

    @check("gold", network=False, mend="Annotate every argument and what is returned.")
    def test_every_function_is_fully_typed(self) -> None:
        """A plugin is typed throughout, as the SDK is, so that a type checker sees mistakes."""
        for name, function in _functions(self.plugin()):
            signature = inspect.signature(function)
            untyped = [
                each.name
                for place, each in enumerate(signature.parameters.values())
                if each.annotation is each.empty
                and not (place == 0 and each.name in ("self", "cls"))
            ]
            if signature.return_annotation is signature.empty:
                untyped.append("what it returns")
            expect(not untyped, f"`{name}` has no type for {', '.join(untyped)}.")

    @check(
        "gold",
        network=False,
        mend="Write the page: each setting, each listener, and what the platform cannot do.",
    )
    def test_the_page_for_its_users_is_complete(self) -> None:
        """The docs page names all there is to choose and says what is not possible."""
        if self.docs is None:
            raise NotTried("There is no page to look at: set `docs`.")
        expect(self.docs.is_file(), f"There is no file {self.docs}.")
        text = self.docs.read_text("utf-8")
        settings, titles = self.explained()
        missing = [f"`{each.name}`" for each in settings if f"`{each.name}`" not in text]
        low = text.casefold()
        missing += [title for title in titles if title.casefold() not in low]
        expect(not missing, f"The page does not name: {', '.join(dict.fromkeys(missing))}.")
        expect(
            "cannot" in low or "not possible" in low,
            "The page does not say what the platform cannot do.",
        )
        expect("https://" in text, "The page has no link to the platform's own pages.")

    @abstractmethod
    def explained(self) -> tuple[Iterable[Setting], Iterable[str]]:
        """The settings, and the titles of what there is to choose, which the page has to name."""


def _functions(plugin: type) -> Iterator[tuple[str, FunctionType]]:
    """Every function of the plugin's package, or of its module where that stands alone."""
    package = plugin.__module__.rpartition(".")[0]
    # A package that gives the class away is the plugin's own; else several may live in it.
    own = getattr(sys.modules.get(package), plugin.__name__, None) is plugin
    prefix = package if own else plugin.__module__
    for name, module in sorted(sys.modules.items()):
        if isinstance(module, ModuleType) and (name == prefix or name.startswith(f"{prefix}.")):
            yield from _functions_in(module)


def _functions_in(module: ModuleType) -> Iterator[tuple[str, FunctionType]]:
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if isinstance(value, FunctionType):
            yield name, value
        elif isinstance(value, type):
            for method, inside in vars(value).items():
                function = getattr(inside, "__func__", inside)
                if isinstance(function, FunctionType) and _written(function, module):
                    yield f"{name}.{method}", function


def _written(function: FunctionType, module: ModuleType) -> bool:
    """Whether a person wrote it there, and not `dataclass` or the like."""
    return function.__code__.co_filename == getattr(module, "__file__", None)
