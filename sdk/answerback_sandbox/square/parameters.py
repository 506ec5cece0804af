"""Reads what a client sent, however it sent it: query, form, multipart or JSON.

Lists come as ``name[]`` in forms and as arrays in JSON; nested values as ``name[part]``.
"""

from collections.abc import Iterator
from typing import Any

from flask import Request

from answerback_sandbox.square.problems import Problem, not_found

_TRUE = frozenset({"1", "true", "t", "on", "yes"})


class Parameters:
    """The parameters of one request."""

    def __init__(self, request: Request) -> None:
        self.query = list(request.args.items(multi=True))
        self._values: dict[str, list[str]] = {}
        sent = [*self.query, *request.form.items(multi=True)]
        self._json: dict[str, Any] = {}
        if request.is_json and request.get_data():
            body = request.get_json(silent=True)
            if not isinstance(body, dict):
                raise Problem(400, "The request body is not a JSON object")
            self._json = body
            sent += _flat(body)
        for name, value in sent:
            self._values.setdefault(name, []).append(value)

    def text(self, name: str) -> str | None:
        """The value of a parameter, None when it was not sent."""
        values = self._values.get(name)
        return values[-1] if values else None

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise Problem(400, f"param is missing or the value is empty: {name}")
        return value

    def flag(self, name: str) -> bool | None:
        """Whether a switch is on, None when it was not sent."""
        value = self.text(name)
        return None if value is None else value.lower() in _TRUE

    def many(self, name: str) -> list[str]:
        """All values of a list parameter."""
        return [*self._values.get(f"{name}[]", []), *self._values.get(name, [])]

    def id(self, name: str) -> str | None:
        """An id, None when it was not sent or is empty."""
        return self.text(name) or None

    def limit(self, default: int, most: int) -> int:
        value = self.text("limit")
        if value is None:
            return default
        digits = value.lstrip("-")
        return min(int(digits), most) if digits.isdecimal() else 0

    def records(self, name: str) -> list[dict[str, str]]:
        """A list of small objects, as media_attributes is one."""
        given = self._json.get(name)
        if isinstance(given, list):
            return [dict(_flat(one)) for one in given if isinstance(one, dict)]
        ids = self._values.get(f"{name}[][id]", [])
        descriptions = self._values.get(f"{name}[][description]", [])
        return [
            {"id": one, "description": description}
            for one, description in zip(ids, descriptions, strict=False)
        ]


def checked(id: str) -> str:
    """An id from a path; Problem 404 for what no server could have given."""
    if not id.isdecimal() or id.startswith("0"):
        raise not_found()
    return id


def _flat(value: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, one in value.items():
        name = f"{prefix}[{key}]" if prefix else str(key)
        if isinstance(one, dict):
            yield from _flat(one, name)
        elif isinstance(one, list):
            yield from ((f"{name}[]", _text(item)) for item in one if not isinstance(item, dict))
        elif one is not None:
            yield name, _text(one)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
