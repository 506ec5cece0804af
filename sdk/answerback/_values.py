"""Single values as they stand in JSON: what may be written, and what is believed when read.

Both the wire form and ActivityStreams are built from these, so that whatever one of them
writes the other end can read. What is wrong raises `Wrong`, which knows the way to the value
and never the value itself.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from answerback.errors import Malformed

#: How deep `ref` and `raw` may nest.
MAX_DEPTH = 64
#: How many activities may stand in one another: an Undo of an Undo of…
MAX_ACTIVITIES = 8
#: Counts fit a database's integer.
MAX_WHOLE = 2**63 - 1
#: Numbers in `ref` and `raw` stay far below where Python refuses to print them.
MAX_BITS = 1024

_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,20})?(?P<zone>[Zz]|[+-]\d\d:\d\d)?", re.ASCII
)


class Wrong(Exception):  # noqa: N818 - a finding on its way to becoming Malformed
    """A value that cannot stand where it stands; `path` grows on the way up."""

    def __init__(self, reason: str, *path: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path: tuple[str | int, ...] = path

    def inside(self, step: str | int) -> Wrong:
        """The same finding, seen from one level above."""
        self.path = (step, *self.path)
        return self

    def malformed(self) -> Malformed:
        """The error a caller gets."""
        return Malformed(f"{self.reason} in '{path_text(self.path)}'")


def path_text(path: tuple[str | int, ...]) -> str:
    """A path as people write it: `tag[0].name`; `$` for the whole."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.lstrip(".") or "$"


def write_text(value: Any) -> str:
    """The text, with half characters (lone surrogates) replaced, since nothing can store them."""
    if not isinstance(value, str):
        raise Wrong("not a text")
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def read_text(value: Any) -> str:
    """The text. Half characters are refused."""
    if not isinstance(value, str):
        raise Wrong("not a text")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Wrong("half a character (a lone surrogate)") from None
    return value


def whole(value: Any) -> int:
    """A whole number that a database can hold."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise Wrong("not a whole number")
    if not -MAX_WHOLE <= value <= MAX_WHOLE:
        raise Wrong("number too large")
    return value


def number(value: Any) -> float:
    """A finite number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Wrong("not a number")
    try:
        finite = float(value)
    except OverflowError:
        raise Wrong("number too large") from None
    if not math.isfinite(finite):
        raise Wrong("not a finite number")
    return finite


def flag(value: Any) -> bool:
    """True or false, and nothing that only looks like it."""
    if value is True or value is False:
        return bool(value)
    raise Wrong("neither true nor false")


def choice(known: tuple[str, ...]) -> Callable[[Any], str]:
    """A check that lets only these values through."""

    def check(value: Any) -> str:
        if isinstance(value, str) and value in known:
            return value
        raise Wrong("not one of the known values")

    return check


def write_time(value: Any) -> str:
    """RFC 3339 in UTC, microseconds kept."""
    if not isinstance(value, datetime):
        raise Wrong("not a time")
    if value.tzinfo is not UTC:
        if value.utcoffset() is None:
            raise Wrong("time without zone")
        try:
            value = value.astimezone(UTC)
        except OverflowError:
            raise Wrong("time out of range") from None
    moment: datetime = value
    return moment.isoformat()[:-6] + "Z"


def read_time(value: Any) -> datetime:
    """The time in UTC. A time without zone is refused: nobody knows when it was."""
    match = _RFC3339.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Wrong("not a time (RFC 3339)")
    if match["zone"] is None:
        raise Wrong("time without zone")
    try:
        return datetime.fromisoformat(match[0].upper()).astimezone(UTC)
    except ValueError:
        raise Wrong("not a time (RFC 3339)") from None
    except OverflowError:
        raise Wrong("time out of range") from None


def write_plain(value: Any) -> Any:
    """A copy of any JSON value, half characters replaced."""
    return _copy(value, write_text, MAX_DEPTH)


def read_plain(value: Any) -> Any:
    """A copy of any JSON value, half characters refused."""
    return _copy(value, read_text, MAX_DEPTH)


def write_mapping(value: Any) -> dict[str, Any]:
    """A copy of a mapping of JSON values."""
    copied: dict[str, Any] = _copy(_mapping(value), write_text, MAX_DEPTH)
    return copied


def read_mapping(value: Any) -> dict[str, Any]:
    """A copy of a mapping of JSON values, half characters refused."""
    copied: dict[str, Any] = _copy(_mapping(value), read_text, MAX_DEPTH)
    return copied


def line(value: Any) -> str:
    """Compact JSON on one line, whatever a reader takes for the end of a line."""
    text = _ENCODER.encode(value)
    for escaped, character in _LINE_ENDS:
        if character in text:
            text = text.replace(character, escaped)
    return text


def parse(text: str | bytes) -> Any:
    """The JSON value. Raises Malformed for everything that is none, or nests too deeply."""
    try:
        return DECODER.decode(text.decode("utf-8-sig") if isinstance(text, bytes) else text)
    except json.JSONDecodeError as error:
        raise Malformed(
            f"not JSON: line {error.lineno} column {error.colno}: {error.msg}"
        ) from None
    except UnicodeDecodeError as error:
        raise Malformed(f"not UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise Malformed("nested too deeply") from None
    except ValueError as error:
        raise Malformed(unreadable_number(error)) from None


def unreadable_number(error: ValueError) -> str:
    """Why a number was refused: NaN and its kin, or more digits than Python's own bound."""
    # The message about digits speaks of settings that nobody here can change.
    return "a number too long to read" if "digits" in str(error) else str(error)


_LINE_ENDS = (("\\u0085", "\x85"), ("\\u2028", "\u2028"), ("\\u2029", "\u2029"))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


#: Refuses NaN and Infinity, which Python's own way of reading takes.
DECODER = json.JSONDecoder(parse_constant=_no_constant)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _mapping(value: Any) -> Mapping[Any, Any]:
    if not isinstance(value, (dict, Mapping)):
        raise Wrong("not a mapping")
    return value


def _copy(value: Any, text: Callable[[Any], str], room: int) -> Any:
    if isinstance(value, str):
        return text(value)
    if value is None or value is True or value is False:
        return value
    if isinstance(value, int):
        if value.bit_length() > MAX_BITS:
            raise Wrong("number too large")
        return value
    if isinstance(value, float):
        return number(value)
    if room == 0:
        raise Wrong(f"nested more than {MAX_DEPTH} deep")
    if isinstance(value, (dict, Mapping)):
        copied = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise Wrong("a key that is not a text")
            # Most are texts: the call of itself that this saves is a third of the time.
            copied[text(key)] = text(item) if isinstance(item, str) else _copy(item, text, room - 1)
        return copied
    if isinstance(value, list | tuple):
        return [_copy(item, text, room - 1) for item in value]
    raise Wrong("not a JSON value")
