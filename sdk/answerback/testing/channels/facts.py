"""What items tell, for checks: their ids, times and words, and where two tellings differ."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from answerback.model import Activity, Ignored, Item, Mention, Tombstone, Unreadable
from answerback.testing.channels.variants import Way, named

_IDS = frozenset({"id", "in_reply_to", "context", "quote_of"})
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`]+")
#: What stands in an id that was made of something that is not there.
_NOTHING = re.compile(r"(?<![A-Za-z0-9])(?:None|null|undefined|NaN)(?![A-Za-z0-9])")
_EMPTY = re.compile(r"[/:=#?&@]$|(?<!:)//|///|[/:=@][#?&]|[=#]/|:@|=&|::")


def activities(items: Iterable[Item]) -> list[Activity]:
    """The activities among the items."""
    return [item for item in items if isinstance(item, Activity)]


def mentions(items: Iterable[Item]) -> list[Mention]:
    """The mentions among the items."""
    return [one.object for one in activities(items) if isinstance(one.object, Mention)]


def unreadable(items: Iterable[Item]) -> list[Unreadable]:
    """What could not be read."""
    return [item for item in items if isinstance(item, Unreadable)]


def subjects(items: Iterable[Item]) -> list[str]:
    """The ids of what the activities are about, in their order."""
    return [_subject(one.object) for one in activities(items)]


def _subject(thing: Mention | Tombstone | Activity | str) -> str:
    if isinstance(thing, Activity):
        return _subject(thing.object)
    return thing if isinstance(thing, str) else thing.id


def told_again(items: Iterable[Item]) -> list[list[str | None]]:
    """What has to stay the same however often it is read: ids and versions, as JSON has them."""
    return [
        [_subject(one.object), one.object.version if isinstance(one.object, Mention) else None]
        for one in activities(items)
    ]


def ids(thing: object) -> Iterator[tuple[str, str]]:
    """Every id in an activity, with the name of its field."""
    for way, name, value in _told(thing, ()):
        if isinstance(value, str) and (name in _IDS or name == "object"):
            yield named(way), value


def times(thing: object) -> Iterator[tuple[str, datetime]]:
    """Every time in an activity, with the name of its field."""
    for way, _, value in _told(thing, ()):
        if isinstance(value, datetime):
            yield named(way), value


def words(items: Iterable[Item]) -> list[str]:
    """What people said, long enough to be found again in a message."""
    told = [
        text
        for mention in mentions(items)
        for text in (mention.text, mention.content, mention.summary, mention.name)
        if text
    ]
    lines = {line.strip() for text in told for line in text.splitlines()}
    return sorted(line for line in lines if len(line) >= 8)


def amiss(id: str, known: Iterable[str] = ()) -> str | None:
    """What is wrong with an id, or None. `known` are ids that show what is usual here."""
    if not _IRI.fullmatch(id):
        return "is no IRI: it has no scheme, or a sign in it that no address has"
    nothing = _NOTHING.search(id)
    if nothing:
        return f"has '{nothing[0]}' in it: it was made of something that is not there"
    if known and _EMPTY.search(id) and not any(_EMPTY.search(each) for each in known):
        return "has nothing in it where something belongs"
    return None


def difference(wanted: object, given: object, way: Way = ()) -> str | None:
    """Where two pieces of JSON differ first, in words and without what stands there."""
    if isinstance(wanted, dict) and isinstance(given, dict):
        for name in [*wanted, *(name for name in given if name not in wanted)]:
            here = (*way, name)
            if name not in given:
                return f"'{named(here)}' is not given"
            if name not in wanted:
                return f"'{named(here)}' is given and not in the pair"
            found = difference(wanted[name], given[name], here)
            if found:
                return found
        return None
    if isinstance(wanted, list) and isinstance(given, list):
        if len(wanted) != len(given):
            return f"'{named(way)}' has {len(given)} entries, the pair {len(wanted)}"
        pairs = enumerate(zip(wanted, given, strict=True))
        return next((d for n, (a, b) in pairs if (d := difference(a, b, (*way, n)))), None)
    same = wanted == given and isinstance(wanted, bool) == isinstance(given, bool)
    return None if same else f"'{named(way)}' differs"


def failure(error: BaseException) -> str:
    """The class of an error and where it came from. What it says may quote what was read."""
    ours = str(Path(__file__).parents[1])
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((ours, "<"))
    ]
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{place}"


def kind_of(item: object) -> str:
    """An item in a word, and why it is no activity."""
    if isinstance(item, Unreadable | Ignored):
        return f"{type(item).__name__} ({item.reason})"
    return type(item).__name__


def _told(thing: object, way: Way) -> Iterator[tuple[Way, str, Any]]:
    if isinstance(thing, tuple | list):
        for number, each in enumerate(thing):
            yield from _told(each, (*way, number))
        return
    if not is_dataclass(thing):
        return
    for field in fields(thing):
        if field.name in ("raw", "ref"):
            continue
        value = getattr(thing, field.name)
        here = (*way, field.name)
        yield here, field.name, value
        yield from _told(value, here)
