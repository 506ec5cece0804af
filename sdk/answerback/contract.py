"""Optional methods: a plugin can do exactly what it overrides, so nothing is declared twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from answerback.errors import NotSupported

Method = TypeVar("Method", bound=Callable[..., Any])

_MARK = "__answerback_optional__"


def optional(method: Method) -> Method:
    """Mark a contract's method as one a plugin may leave out."""
    setattr(method, _MARK, True)
    return method


def capabilities(cls: type) -> frozenset[str]:
    """The names of the optional methods this class implements."""
    return frozenset(
        name
        for name in dir(cls)
        if not name.startswith("_")
        and any(hasattr(vars(parent).get(name), _MARK) for parent in cls.__mro__)
        and not hasattr(getattr(cls, name), _MARK)
    )


def cannot(plugin: object, action: str) -> NotSupported:
    """The error an optional method raises where a plugin leaves it out."""
    name = getattr(plugin, "name", type(plugin).__name__)
    return NotSupported(f"{name} cannot {action}.")
