"""The wire form of the model: JSON in camelCase, validated when read.

What is told `None` is left out. Times are RFC 3339 in UTC. `raw` stays behind unless asked for.
A wire object that stands alone carries `"schema": "answerback/1"`. Readers ignore fields they do
not know, so that release N reads what N+1 writes, and refuse another major version.

`to_wire` refuses what `from_wire` would refuse, so nothing is stored that cannot be read again.
Only half characters (lone surrogates), which no database takes, are replaced when writing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, overload

from answerback import _values
from answerback._json_schema import json_schema
from answerback._shapes import WIRE, Attribute, class_of, shape, type_names
from answerback._values import MAX_ACTIVITIES, Wrong
from answerback.errors import Malformed
from answerback.model import Activity, Actor, Hint, Mention, Part, Receipt, Tombstone

__all__ = ["dumps", "from_wire", "json_schema", "loads", "to_wire"]

SCHEMA = "answerback/1"

Wire = Mention | Activity | Tombstone | Actor | Part | Receipt | Hint
Said = TypeVar("Said", Mention, Activity, Tombstone, Actor, Part, Receipt, Hint)

_VERSION = re.compile(r"answerback/(\d{1,6})(?:\.\d{1,6})*", re.ASCII)
_SAID = (Mention, Activity, Tombstone)


def to_wire(thing: Wire, *, raw: bool = False) -> dict[str, Any]:
    """The object as JSON values, sharing nothing with it.

    Raises Malformed, naming the field, for what could not be read back: a time without zone,
    a value of the wrong type, a number that is none, `ref` or `raw` that is no JSON.
    """
    if not isinstance(thing, WIRE):
        raise TypeError(f"{type(thing).__name__} has no wire form.")
    cls: type = type(thing)
    try:
        _check_chain(thing)
        return _head(cls) | _writer(cls, raw)(thing)
    except Wrong as wrong:
        raise wrong.malformed() from None


def dumps(thing: Wire, *, raw: bool = False) -> str:
    """The wire form as JSON text on one line."""
    return _values.line(to_wire(thing, raw=raw))


@overload
def from_wire(data: object) -> Mention | Activity | Tombstone: ...
@overload
def from_wire(data: object, expected: type[Said]) -> Said: ...
def from_wire(data: object, expected: type[Any] | None = None) -> Any:
    """The object a wire form stands for: a Mention, Activity or Tombstone, or what is expected.

    Raises Malformed, naming the field and never its value.
    """
    from answerback._reading import read

    if not isinstance(data, dict):
        raise Malformed("not a JSON object in '$'")
    _check_schema(data.get("schema"))
    named = data.get("type")
    cls = class_of().get(named) if isinstance(named, str) else None
    if cls is None or not (cls is expected if expected else cls in _SAID):
        wanted = expected.__name__ if expected else "Mention, Activity or Tombstone"
        raise Malformed(f"not the type of a {wanted} in 'type'")
    return read(cls, data)


@overload
def loads(text: str | bytes) -> Mention | Activity | Tombstone: ...
@overload
def loads(text: str | bytes, expected: type[Said]) -> Said: ...
def loads(text: str | bytes, expected: type[Any] | None = None) -> Any:
    """`from_wire` from JSON text. Raises Malformed, also for text that is no JSON."""
    data = _values.parse(text)
    return from_wire(data) if expected is None else from_wire(data, expected)


@cache
def _head(cls: type) -> dict[str, str]:
    names = type_names(cls)
    return {"schema": SCHEMA} if len(names) > 1 else {"schema": SCHEMA, "type": names[0]}


def _check_schema(value: object) -> None:
    if value is None:
        raise Malformed(f"missing 'schema'; this release reads {SCHEMA}")
    match = _VERSION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Malformed(f"not a version of answerback in 'schema'; this release reads {SCHEMA}")
    if f"answerback/{int(match[1])}" != SCHEMA:
        raise Malformed(
            f"version {int(match[1])} in 'schema' is not known; this release reads {SCHEMA}"
        )


def _check_chain(thing: object) -> None:
    depth = 0
    while isinstance(thing, Activity):
        depth += 1
        if depth > MAX_ACTIVITIES:
            raise Wrong(f"more than {MAX_ACTIVITIES} activities in one another", "object")
        thing = thing.object


Write = Callable[[Any], Any]
WriteFields = Callable[[Any], dict[str, Any]]

_WRITERS: dict[str, Write] = {
    "text": _values.write_text,
    "whole": _values.whole,
    "number": _values.number,
    "flag": _values.flag,
    "time": _values.write_time,
    "mapping": _values.write_mapping,
    "anything": _values.write_plain,
}


@cache
def _writer(cls: type, raw: bool) -> WriteFields:
    """A function writing the fields of a class; made once, since `shape` is not free."""
    attributes = [each for each in shape(cls) if raw or each.name != "raw"]
    get = attrgetter(*(each.name for each in attributes))
    plan = [(each.wire, each.optional, _write_of(each, raw)) for each in attributes]

    def write(thing: Any) -> dict[str, Any]:
        out = {}
        wire = ""
        try:
            for (wire, optional, one), value in zip(plan, get(thing), strict=True):
                if value is not None:
                    out[wire] = one(value)
                elif not optional:
                    raise Wrong("nothing")
        except Wrong as wrong:
            raise wrong.inside(wire) from None
        return out

    return write


def _write_of(attribute: Attribute, raw: bool) -> Write:
    kind = attribute.kind
    if kind == "choice":
        return _values.choice(attribute.choices)
    if kind == "one":
        assert attribute.of is not None
        return _one(attribute.of, raw)
    if kind == "many":
        assert attribute.of is not None
        return _many(_one(attribute.of, raw))
    if kind == "mappings":
        return _many(_values.write_mapping)
    if kind == "object":
        return lambda value: _write_object(value, raw)
    return _WRITERS[kind]


def _one(cls: type, raw: bool) -> Write:
    write_fields = _writer(cls, raw)

    def write(value: Any) -> dict[str, Any]:
        if not isinstance(value, cls):
            raise Wrong(f"not of type {cls.__name__}")
        return write_fields(value)

    return write


def _many(one: Write) -> Write:
    def write(value: Any) -> list[Any]:
        if not isinstance(value, tuple | list):
            raise Wrong("not a tuple")
        out = []
        for position, item in enumerate(value):
            try:
                out.append(one(item))
            except Wrong as wrong:
                raise wrong.inside(position) from None
        return out

    return write


def _write_object(value: Any, raw: bool) -> Any:
    if isinstance(value, str):
        return _values.write_text(value)
    if isinstance(value, Tombstone):
        return {"type": "Tombstone"} | _writer(Tombstone, raw)(value)
    for cls in (Mention, Activity):
        if isinstance(value, cls):
            return _writer(cls, raw)(value)
    raise Wrong("neither a mention, a tombstone, an activity nor an id")
