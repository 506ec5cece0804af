"""Wire form to objects: marshmallow schemas made from the model, once, when first needed."""

# ruff: noqa: ARG002 - marshmallow hands its fields more than they need
from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load

from answerback import _values
from answerback._shapes import Attribute, class_of, shape, type_names
from answerback._values import MAX_ACTIVITIES, Wrong, path_text
from answerback.errors import Malformed
from answerback.model import Activity, Mention, Tombstone

_MESSAGES = {"required": "missing", "null": "nothing", "validator_failed": "invalid"}


def read(cls: type, data: Mapping[str, Any]) -> Any:
    """An object of this class. Raises Malformed naming the first field that is wrong."""
    _check_chain(data)
    try:
        return _schema(cls).load(data)
    except ValidationError as error:
        path, reason = _first(error.messages)
        raise Malformed(f"{reason} in '{path_text(path)}'") from None


class _Checked(fields.Field[Any]):
    """A field that believes one of the checks of `_values`."""

    def __init__(self, check: Callable[[Any], Any], **rest: Any) -> None:
        super().__init__(**rest)
        self._check = check

    def _deserialize(self, value: Any, attr: Any, data: Any, **rest: Any) -> Any:
        try:
            return self._check(value)
        except Wrong as wrong:
            raise ValidationError(wrong.reason) from None

    def _validate(self, value: Any) -> None:
        """Nothing more: the check has seen it, and marshmallow's empty round costs a tenth."""


class _Tuple(fields.List[Any]):
    """A list that becomes a tuple. Members of a type that only later releases know are left out."""

    def __init__(self, inner: Any, *, known: tuple[str, ...] = (), **rest: Any) -> None:
        super().__init__(inner, **rest)
        self._known = known

    default_error_messages = {"invalid": "not a list"}  # noqa: RUF012 - as marshmallow has it

    def _deserialize(self, value: Any, attr: Any, data: Any, **rest: Any) -> Any:
        if not isinstance(value, list):  # marshmallow takes any iterable
            raise self.make_error("invalid")
        if self._known:
            value = [one for one in value if not self._is_later(one)]
        return tuple(super()._deserialize(value, attr, data, **rest))

    def _is_later(self, one: Any) -> bool:
        named = one.get("type") if isinstance(one, dict) else None
        return isinstance(named, str) and named not in self._known


class _Object(fields.Field[Any]):
    """What an activity happened to: a mention, a tombstone, an activity or an id."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **rest: Any) -> Any:
        if not isinstance(value, dict):
            try:
                return _values.read_text(value)
            except Wrong:
                raise ValidationError("neither an object nor an id") from None
        named = value.get("type")
        cls = class_of().get(named) if isinstance(named, str) else None
        if cls not in (Mention, Activity, Tombstone):
            raise ValidationError({"type": ["not the type of a Mention, Activity or Tombstone"]})
        return _schema(cls).load(value)


class _Made(Schema):
    """Ignores what it does not know, and gives the object itself."""

    class Meta:
        unknown = EXCLUDE

    error_messages = {"type": "not a JSON object"}  # noqa: RUF012 - as marshmallow has it
    makes: type

    @post_load
    def _make(self, values: dict[str, Any], **rest: Any) -> Any:
        return self.makes(**values)


@cache
def _schema(cls: type) -> Schema:
    made = {each.name: _field(each) for each in shape(cls)}
    schema: type[Schema] = type(f"{cls.__name__}Schema", (_Made,), {"makes": cls, **made})
    return schema()


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "text": _values.read_text,
    "whole": _values.whole,
    "number": _values.number,
    "flag": _values.flag,
    "time": _values.read_time,
    "mapping": _values.read_mapping,
    "anything": _values.read_plain,
}


def _field(attribute: Attribute) -> fields.Field[Any]:
    rest: dict[str, Any] = {
        "data_key": attribute.wire,
        "required": attribute.required,
        "allow_none": attribute.optional,
        "error_messages": _MESSAGES,
    }
    match attribute.kind:
        case "choice":
            return _Checked(_choice(attribute), **rest)
        case "one":
            return _nested(attribute, rest)
        case "many":
            return _Tuple(
                _nested(attribute, {"error_messages": _MESSAGES}), known=_types(attribute), **rest
            )
        case "mappings":
            return _Tuple(_Checked(_values.read_mapping, error_messages=_MESSAGES), **rest)
        case "object":
            return _Object(**rest)
        case kind:
            return _Checked(_CHECKS[kind], **rest)


#: What a value that only later releases know is taken for: the safe one of those we know.
_TAKEN_FOR = {"visibility": "direct"}


def _choice(attribute: Attribute) -> Callable[[Any], Any]:
    """The check of a choice. What a thing *is* must be known; of how it is, less may be told."""
    strict = _values.choice(attribute.choices)
    if attribute.required or (attribute.name == "type" and attribute.default != "Person"):
        return strict
    other = _TAKEN_FOR.get(attribute.name, attribute.default)

    def lenient(value: Any) -> Any:
        return strict(value) if value in attribute.choices or not isinstance(value, str) else other

    return lenient


def _types(attribute: Attribute) -> tuple[str, ...]:
    """The types the members of a list may have, if they have any."""
    assert attribute.of is not None
    types = [each.choices for each in shape(attribute.of) if each.name == "type"]
    return types[0] if types else ()


def _nested(attribute: Attribute, rest: dict[str, Any]) -> fields.Nested:
    assert attribute.of is not None
    return fields.Nested(_schema(attribute.of), **rest)


def _check_chain(data: Any) -> None:
    depth = 0
    while isinstance(data, dict) and data.get("type") in type_names(Activity):
        depth += 1
        if depth > MAX_ACTIVITIES:
            raise Malformed(f"more than {MAX_ACTIVITIES} activities in one another in 'object'")
        data = data.get("object")


def _first(messages: Any) -> tuple[tuple[str | int, ...], str]:
    """The first finding in marshmallow's nested messages, and the way to it."""
    path: list[str | int] = []
    while isinstance(messages, dict):
        step, messages = next(iter(messages.items()))
        if step != "_schema":
            path.append(step)
    return tuple(path), str(messages[0] if isinstance(messages, list) else messages)
