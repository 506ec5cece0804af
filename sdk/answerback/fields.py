"""Reading what a network sent: each reader takes whatever JSON holds and gives the plain value.

What is missing, empty or of another kind is None. Only what must not be guessed, an id or a time,
raises UnclearError; `items` makes of that an Unreadable which costs the other entries nothing.
Nothing here opens a connection or shows content in a message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from answerback.model import Activity, Item, Mention, Unreadable

__all__ = [
    "UnclearError",
    "entries",
    "epoch",
    "identifier",
    "inner",
    "items",
    "mentions",
    "moment",
    "needed",
    "number",
    "site_of",
    "words",
]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS = re.compile(r"\d{1,18}(?:\.\d{1,18})?", re.ASCII)
# As seconds this is the year 5138, as milliseconds 1973: no network's posts are so new or old.
_TOO_MANY_SECONDS = 100_000_000_000


class UnclearError(ValueError):
    """An entry cannot be read; the message names the field and never shows what was in it."""


def words(value: object) -> str | None:
    """Text, or None where there is none."""
    return value if isinstance(value, str) and value else None


def identifier(value: object) -> str | None:
    """An id as text: some servers write numbers. Ids are opaque and never become numbers."""
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def needed(source: Mapping[str, Any], name: str) -> str:
    """The id a thing cannot be without. Raises UnclearError naming the field."""
    found = identifier(source.get(name))
    if found is None:
        raise UnclearError(f"'{name}' is missing.")
    return found


def number(source: Mapping[str, Any], name: str) -> int | None:
    """A count, or None where none is told."""
    value = source.get(name)
    return value if type(value) is int and value >= 0 else None


def moment(source: Mapping[str, Any], name: str) -> datetime | None:
    """A time written in ISO 8601 with its zone, in UTC. Raises UnclearError naming the field."""
    value = source.get(name)
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        raise UnclearError(f"'{name}' is not a time.") from None
    raise UnclearError(f"'{name}' has no time zone.")


def epoch(source: Mapping[str, Any], name: str) -> datetime | None:
    """A time counted in seconds or milliseconds since 1970. Raises UnclearError naming the field.

    Which of the two it is shows in its size. None for 0 and false, which say that nothing is told.
    """
    value = source.get(name)
    if isinstance(value, str) and _SECONDS.fullmatch(value):
        value = float(value) if "." in value else int(value)
    if not value:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not value >= 0:
        raise UnclearError(f"'{name}' is not a time.")
    milliseconds = value >= _TOO_MANY_SECONDS
    try:
        since = timedelta(milliseconds=value) if milliseconds else timedelta(seconds=value)
        return _EPOCH + since
    except OverflowError:
        raise UnclearError(f"'{name}' is not a time.") from None


def entries(source: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects of a list; whatever else stands in it is passed over."""
    value = source.get(name)
    if not value or not isinstance(value, list):
        return []
    return [each for each in value if isinstance(each, dict)]


def inner(source: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object that stands in another one, empty where none does."""
    value = source.get(name)
    return value if isinstance(value, dict) else {}


def site_of(address: object) -> tuple[str, str, str]:
    """Scheme, host with port, and path of an address; empty where it is none."""
    try:
        scheme, host, path, *_ = urlsplit(address if isinstance(address, str) else "")
    except ValueError:
        return "", "", ""
    return scheme, host, path


def items(
    found: object, translate: Callable[[Mapping[str, Any]], Item | Mention], *, where: str = ""
) -> Iterator[Item]:
    """The items of one payload or of a list of them, in their order.

    A Mention that `translate` gives becomes the Create of it, by its author. What is no object,
    or makes `translate` raise UnclearError, becomes an Unreadable at `where[number]`, counted
    from 0.
    """
    for place, each in enumerate(found if isinstance(found, list) else [found]):
        position = f"{where}[{place}]"
        if not isinstance(each, dict):
            yield Unreadable(position=position, reason="It is not an object.")
            continue
        try:
            meant = translate(each)
        except UnclearError as unclear:
            yield Unreadable(position=position, reason=str(unclear))
        else:
            yield _created(meant) if isinstance(meant, Mention) else meant


def _created(said: Mention) -> Activity:
    return Activity(type="Create", channel=said.channel, actor=said.attributed_to, object=said)


def mentions(found: Iterable[Item]) -> list[Mention]:
    """The mentions among these items, in their order."""
    objects = (each.object for each in found if isinstance(each, Activity))
    return [each for each in objects if isinstance(each, Mention)]
