"""JSON Schema (2020-12) of the wire form, made from the model."""

from __future__ import annotations

import inspect
from typing import Any

from answerback._shapes import WIRE, Attribute, shape, type_names
from answerback._values import MAX_ACTIVITIES, MAX_WHOLE
from answerback.model import Activity, Mention, Tombstone

_SIMPLE: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "whole": {"type": "integer", "minimum": -MAX_WHOLE, "maximum": MAX_WHOLE},
    "number": {"type": "number"},
    "flag": {"type": "boolean"},
    "time": {"type": "string", "format": "date-time"},
    "mapping": {"type": "object"},
    "mappings": {"type": "array", "items": {"type": "object"}},
    "anything": {},
}


def json_schema(cls: type | None = None) -> dict[str, Any]:
    """The JSON Schema of everything that stands alone on the wire, or of one class of the model.

    It describes what is written today, where the untold is left out. Readers also take `null`
    for it; unknown fields are taken by both.
    """
    stands = WIRE if cls is None else (cls,)
    definitions: dict[str, Any] = {}
    for each in stands:
        _define(each, definitions)
    name = "" if cls is None else cls.__name__
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:answerback:schema:1{name and ':'}{name}",
        "title": f"answerback/1 {name}".strip(),
        "description": "One object on the wire. What is not told is left out.",
        "$defs": dict(sorted(definitions.items())),
    }
    if cls is not None and cls not in WIRE:
        schema["description"] = "What stands inside an object on the wire, never by itself."
        return schema | _reference(cls)
    return schema | {
        "type": "object",
        "required": ["schema", "type"],
        "properties": {
            "schema": {
                "type": "string",
                "pattern": r"^answerback/1(\.[0-9]+)*$",
                "description": "version of the wire form; the number before a dot is the major",
            }
        },
        "anyOf": [_reference(each) for each in stands],
    }


def _define(cls: type, definitions: dict[str, Any]) -> None:
    if cls.__name__ in definitions:
        return
    defined = definitions[cls.__name__] = {
        "type": "object",
        "description": (inspect.getdoc(cls) or cls.__name__).partition("\n")[0],
    }
    properties = {each.wire: _property(each, definitions) for each in shape(cls)}
    required = {each.wire for each in shape(cls) if each.required}
    # Objects told apart by `type` need it; inside another one an actor may leave it out.
    if cls in WIRE:
        properties.setdefault("type", _always(cls))
        if cls.__name__ != "Actor":
            required.add("type")
    defined["properties"] = properties
    defined["required"] = sorted(required)


def _always(cls: type) -> dict[str, Any]:
    """The `type` of a class of which there is one kind, so that the model has no field for it."""
    name = type_names(cls)[0]
    return {"const": name, "description": f"always {name}"}


def _property(attribute: Attribute, definitions: dict[str, Any]) -> dict[str, Any]:
    made = _typed(attribute, definitions)
    made["description"] = _description(attribute)
    if not attribute.required and attribute.default not in (None, ()):
        made["default"] = attribute.default
    return made


def _typed(attribute: Attribute, definitions: dict[str, Any]) -> dict[str, Any]:
    if attribute.kind == "choice":
        return {"enum": list(attribute.choices)}
    if attribute.of is not None:
        _define(attribute.of, definitions)
        one = _reference(attribute.of)
        return one if attribute.kind == "one" else {"type": "array", "items": one}
    if attribute.kind == "object":
        for each in (Mention, Tombstone, Activity):
            _define(each, definitions)
        return {
            "anyOf": [
                *(_reference(each) for each in (Mention, Tombstone, Activity)),
                {"type": "string"},
            ],
            "$comment": f"at most {MAX_ACTIVITIES} activities in one another",
        }
    return dict(_SIMPLE[attribute.kind])


def _description(attribute: Attribute) -> str:
    notes = [
        f"{label}: {value}"
        for label, value in (("unit", attribute.unit), ("ActivityStreams", attribute.as2))
        if value
    ]
    return f"{attribute.meaning} ({'; '.join(notes)})" if notes else attribute.meaning


def _reference(cls: type) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{cls.__name__}"}
