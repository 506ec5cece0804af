"""Which method of a pretend network answers which address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any, TypeVar

_MARK = "__answerback_routes__"
_NAME = re.compile(r"\{(\w+)\}")

Handler = TypeVar("Handler", bound=Callable[..., Any])


def route(verb: str, path: str) -> Callable[[Handler], Handler]:
    """Have a method answer the calls of this address, as in ``@route("GET", "/posts/{id}.json")``.

    It gets the `Request`, and each {name} of the path, decoded, by keyword. What it returns is a
    `Response`, or a dict or list for JSON with status 200. A name is never empty and never
    reaches over a slash; words win over names. A route for GET answers HEAD as well. A method may
    have several routes. Raises ValueError or TypeError where path and method do not fit.
    """
    names = _NAME.findall(path)
    if not path.startswith("/") or "?" in path or len(set(names)) < len(names):
        raise ValueError(f"The route {path!r} is no path: start with a slash, name no name twice.")

    def marked(handler: Handler) -> Handler:
        try:
            signature(handler).bind(None, None, **dict.fromkeys(names))
        except TypeError as error:
            raise TypeError(
                f"{handler.__name__} does not fit its route {path!r}: {error}."
            ) from None
        known = getattr(handler, _MARK, ())
        setattr(handler, _MARK, (*known, Route.of(verb, path, handler.__name__)))
        return handler

    return marked


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One address, and the name of the method that answers it."""

    verb: str
    segments: tuple[re.Pattern[str], ...]
    #: For each segment 0 for a word, 2 for a name, 1 for a mixture. What is less is tried first.
    looseness: tuple[int, ...]
    method: str

    @classmethod
    def of(cls, verb: str, path: str, method: str) -> Route:
        """The route as an author writes it."""
        parts = [_NAME.split(segment) for segment in path.split("/")]
        return cls(
            verb=verb.upper(),
            segments=tuple(re.compile(_pattern(each), re.DOTALL) for each in parts),
            looseness=tuple(_looseness(each) for each in parts),
            method=method,
        )

    def names(self, verb: str, segments: Sequence[str]) -> dict[str, str] | None:
        """What the names of the path stand for, or None where the call is for another route."""
        if verb != self.verb or len(segments) != len(self.segments):
            return None
        found: dict[str, str] = {}
        for pattern, segment in zip(self.segments, segments, strict=True):
            match = pattern.fullmatch(segment)
            if match is None:
                return None
            found |= match.groupdict()
        return found


def routes_of(network: type) -> tuple[Route, ...]:
    """The routes of a class, in the order they are tried.

    A method that is overridden without a route of its own keeps the old one.
    """
    found: dict[str, Iterable[Route]] = {}
    for parent in network.__mro__:
        for name, member in vars(parent).items():
            known = getattr(member, _MARK, ())
            if known:
                found.setdefault(name, known)
    every = [each for known in found.values() for each in known]
    return tuple(sorted(every, key=lambda known: known.looseness))


def _pattern(parts: Sequence[str]) -> str:
    """Of "{id}.json", split at its names: every second part is a name."""
    return "".join(
        f"(?P<{part}>.+)" if number % 2 else re.escape(part) for number, part in enumerate(parts)
    )


def _looseness(parts: Sequence[str]) -> int:
    if len(parts) == 1:
        return 0
    return 1 if any(parts[::2]) else 2
