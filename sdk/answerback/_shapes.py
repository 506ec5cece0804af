"""How each dataclass of the model looks in JSON, read off its type hints and field metadata.

The wire form, its validation and its JSON Schema are all made from these, so that a field is
declared once, in `model.py`. A type the model has never used raises TypeError here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from functools import cache, reduce
from operator import or_
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from answerback.model import Activity, Actor, Hint, Mention, Part, Receipt, Tombstone

Kind = Literal[
    "text", "whole", "number", "flag", "time", "choice",
    "one", "many", "mapping", "mappings", "object", "anything",
]  # fmt: skip

#: What stands on the wire by itself, with `schema` and `type`.
WIRE = (Mention, Activity, Tombstone, Actor, Part, Receipt, Hint)

_SIMPLE: dict[Any, Kind] = {
    str: "text",
    int: "whole",
    float: "number",
    bool: "flag",
    datetime: "time",
    Any: "anything",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One field of a dataclass. `of` is the class of what stands in it, for "one" and "many"."""

    name: str
    wire: str
    kind: Kind
    optional: bool
    required: bool
    default: Any
    meaning: str
    choices: tuple[str, ...] = ()
    of: type | None = None
    unit: str | None = None
    as2: str | None = None


@cache
def shape(cls: type) -> tuple[Attribute, ...]:
    """The attributes of a dataclass of the model, in order."""
    hints = get_type_hints(cls)
    found = []
    for field in fields(cls):
        hint, optional = _without_none(hints[field.name])
        kind, of, choices = _kind(hint)
        found.append(
            Attribute(
                name=field.name,
                wire=_camel(field.name),
                kind=kind,
                optional=optional or kind == "anything",
                required=field.default is MISSING and field.default_factory is MISSING,
                default=None if field.default is MISSING else field.default,
                choices=choices,
                of=of,
                meaning=field.metadata["meaning"],
                unit=field.metadata["unit"],
                as2=field.metadata["as2"],
            )
        )
    return tuple(found)


@cache
def type_names(cls: type) -> tuple[str, ...]:
    """What may stand in `type` for this class on the wire; its own name if it has no `type`."""
    for attribute in shape(cls):
        if attribute.name == "type":
            return attribute.choices
    return (cls.__name__,)


@cache
def class_of() -> Mapping[str, type]:
    """The class for each `type` on the wire."""
    return {name: cls for cls in WIRE for name in type_names(cls)}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _without_none(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) not in (Union, UnionType):
        return hint, False
    members = [member for member in get_args(hint) if member is not NoneType]
    optional = len(members) < len(get_args(hint))
    return reduce(or_, members), optional


def _kind(hint: Any) -> tuple[Kind, type | None, tuple[str, ...]]:
    if hint in _SIMPLE:
        return _SIMPLE[hint], None, ()
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return "choice", None, arguments
    if origin is Mapping:
        return "mapping", None, ()
    if origin is tuple:
        inside = arguments[0]
        if get_origin(inside) is Mapping:
            return "mappings", None, ()
        return "many", inside, ()
    if origin in (Union, UnionType) and Activity in arguments:
        return "object", None, ()
    if isinstance(hint, type) and hasattr(hint, "__dataclass_fields__"):
        return "one", hint, ()
    raise TypeError(f"The wire form knows no way to write {hint!r}.")
