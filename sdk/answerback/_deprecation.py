"""Names on their way out: each stays for a while, works, and tells what to use instead.

One table says which. `answerback` and its packages answer for old names of theirs with
`old_name`; functions and methods are marked with `deprecated`; a contract takes the old methods
of plugins by `adopt_old_methods`. How long a name stays is promised in docs/versioning.md and
held by tests/sdk/test_deprecation.py, which also fails once a name has outstayed its time.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import import_module
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

#: Six months, however long they are.
STAYS = timedelta(days=184)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """Why a name goes: `new` takes its place, `since` was the first release to warn, `gone` will
    be the first without it. `announced` is the day of the release `since`.
    """

    new: str
    since: str
    announced: date
    gone: str

    @property
    def earliest(self) -> date:
        """The first day on which a release may be without the name."""
        return self.announced + STAYS

    def warning(self, old: str) -> str:
        """What whoever uses the old name is told."""
        return (
            f"{old} is deprecated since answerback {self.since} and goes with {self.gone}: "
            f"use {self.new}; it stays until {self.earliest} at least"
        )


#: Every deprecated name, in full: "answerback.old", "answerback.text.old", "answerback.Class.old".
DEPRECATED: dict[str, Deprecation] = {}


def old_name(
    module: str, name: str, deprecations: Mapping[str, Deprecation] = DEPRECATED
) -> object:
    """The thing an old name of a module stands for, with a warning. For a module's `__getattr__`.

    Raises AttributeError for a name that is none.
    """
    old = f"{module}.{name}"
    found = deprecations.get(old)
    if found is None:
        raise AttributeError(f"module {module!r} has no attribute {name!r}", name=name)
    home, _, new = found.new.rpartition(".")
    thing: object = getattr(import_module(home), new)
    # Not the module's __getattr__, which called us, but whoever asked it.
    warnings.warn(found.warning(old), DeprecationWarning, stacklevel=3)
    return thing


def deprecated(
    old: str, deprecations: Mapping[str, Deprecation] = DEPRECATED
) -> Callable[[Function], Function]:
    """Mark a function or method that is called by an old name; calling it warns.

    Raises KeyError on import for a name that is not in the table.
    """
    message = deprecations[old].warning(old)

    def mark(function: Function) -> Function:
        @functools.wraps(function)
        def warned(*args: Any, **kwargs: Any) -> Any:
            warnings.warn(message, DeprecationWarning, stacklevel=2)
            return function(*args, **kwargs)

        warned.__deprecated__ = message  # type: ignore[attr-defined] # where PEP 702 puts it
        return warned  # type: ignore[return-value]

    return mark


def adopt_old_methods(
    contract: type, plugin: type, deprecations: Mapping[str, Deprecation] = DEPRECATED
) -> None:
    """Take the methods a plugin still has under the contract's old names for the new ones.

    For the contract's `__init_subclass__`: an old plugin goes on working, and its author is told.
    """
    prefix = f"answerback.{contract.__name__}."
    for old, found in deprecations.items():
        method = vars(plugin).get(old.removeprefix(prefix)) if old.startswith(prefix) else None
        if method is None:
            continue
        new = found.new.rpartition(".")[2]
        if new not in vars(plugin):
            setattr(plugin, new, method)
        # Not __init_subclass__, which called us, but the line of the class.
        warnings.warn(
            f"{plugin.__qualname__}: {found.warning(old)}", DeprecationWarning, stacklevel=3
        )
