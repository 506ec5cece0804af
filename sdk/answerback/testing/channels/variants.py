"""What a payload could look like tomorrow: with something more, something less, something else.

A payload is never changed: each variant is a copy that shares with it what is the same.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from answerback._values import path_text

#: Names and numbers; `...` is the step into a text that holds JSON.
Way = tuple[Any, ...]

#: How many fields of one kind are tried: the hundredth entry of a list is like the second.
_MOST_OF_A_KIND = 2
_UNKNOWN = "answerback_unknown"
_GONE = object()


def named(way: Way) -> str:
    """The way to a field as people write it: `account.id`, `items[0].id`."""
    return path_text(tuple(step for step in way if step is not ...))


def keys(payload: object, *, most: int = _MOST_OF_A_KIND) -> list[Way]:
    """The ways to the fields of every object in a payload, of each kind the first few."""
    kinds: Counter[Way] = Counter()
    found = []
    for way in _every_key(payload, ()):
        kind = tuple("*" if isinstance(step, int) else step for step in way)
        kinds[kind] += 1
        if kinds[kind] <= most:
            found.append(way)
    return found


def objects(payload: object) -> list[Way]:
    """The ways to every object in a payload, the outermost first."""
    return [way for way in _every_way(payload, ()) if isinstance(at(payload, way), dict)]


def lists(payload: object) -> list[Way]:
    """The ways to every list of objects in a payload, the outermost first."""
    return [
        way
        for way in _every_way(payload, ())
        if isinstance(found := at(payload, way), list) and any(isinstance(o, dict) for o in found)
    ]


def at(payload: object, way: Way) -> Any:
    """What stands there."""
    found: Any = payload
    for step in way:
        found = json.loads(found) if step is ... else found[step]
    return found


def replaced(payload: object, way: Way, value: object) -> Any:
    """The payload with something else in one place."""
    if not way:
        return value
    step, *rest = way
    inner = replaced(at(payload, (step,)), tuple(rest), value)
    if step is ...:
        return json.dumps(inner)
    copy: Any = list(payload) if isinstance(payload, list) else dict(payload)  # type: ignore[call-overload]
    if inner is _GONE:
        del copy[step]
    else:
        copy[step] = inner
    return copy


def without(payload: object, ways: Iterable[Way]) -> Any:
    """The payload without some fields of its objects."""
    for way in ways:
        payload = replaced(payload, way, _GONE)
    return payload


def enriched(payload: object, ways: Iterable[Way]) -> Any:
    """The payload with a field nobody knows in each of these objects."""
    for way in ways:
        payload = replaced(payload, way, {**at(payload, way), _UNKNOWN: "something new"})
    return payload


def poorer(payload: object) -> Iterator[tuple[str, Any]]:
    """The payload with one field gone, empty or of another kind; and what was done, in words."""
    for way in keys(payload):
        name, value = named(way), at(payload, way)
        yield f"without '{name}'", replaced(payload, way, _GONE)
        if value is not None:
            yield f"with null as '{name}'", replaced(payload, way, None)
        if isinstance(value, dict | list):
            yield f"with a text as '{name}'", replaced(payload, way, "unexpected")
        else:
            yield f"with an object as '{name}'", replaced(payload, way, {"unexpected": 7})
        if isinstance(value, str) and value:
            yield f"with an empty '{name}'", replaced(payload, way, "")


def altered(value: object) -> list[Any]:
    """Values of the same kind and form that differ: what an id made of them has to show."""
    if isinstance(value, int) and not isinstance(value, bool):
        return [value + 7]
    if not isinstance(value, str) or not value:
        return []
    place = next((n for n in reversed(range(len(value))) if value[n].isalnum()), None)
    if place is None:
        return [f"{value}7"]
    other = next(
        sign for sign in ("12" if value[place].isdigit() else "ab") if sign != value[place]
    )
    return [f"{value[:place]}{other}{value[place + 1 :]}", f"{value}7"]


def texts(payload: object) -> list[str]:
    """Every text in a payload, names of fields left out."""
    found = (at(payload, way) for way in _every_way(payload, ()))
    return [each for each in found if isinstance(each, str)]


def holds(payload: object, part: object) -> bool:
    """Whether the part stands somewhere in the payload, also in a text that holds JSON."""
    return any(at(payload, way) == part for way in _every_way(payload, ()))


def _every_way(found: object, way: Way) -> Iterator[Way]:
    yield way
    for step, inner in _inside(found):
        yield from _every_way(inner, (*way, step))


def _every_key(found: object, way: Way) -> Iterator[Way]:
    for step, inner in _inside(found):
        if isinstance(step, str):
            yield (*way, step)
        yield from _every_key(inner, (*way, step))


def _inside(found: object) -> Iterable[tuple[Any, object]]:
    if isinstance(found, dict):
        return list(found.items())
    if isinstance(found, list):
        return list(enumerate(found))
    if isinstance(found, str) and found[:1] in ("{", "["):
        try:
            return [(..., json.loads(found))]
        except (ValueError, RecursionError):
            return ()
    return ()
