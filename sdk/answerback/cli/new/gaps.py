"""Where a channel's reading of a payload has gaps: fields nobody filled, values nobody used."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from answerback._shapes import shape
from answerback.cli.new.reading import Reader, Reading
from answerback.errors import ConfigError
from answerback.model import Mention

#: How often a payload is read to find what is not used, how often a large one (it is read in
#: proportion to its size), and how often for one kind of value.
MOST_READINGS, FEWEST_READINGS = 2000, 100
MOST_CHARACTERS = 40_000_000
MOST_ALIKE = 3

Path = tuple[str, ...]

# Beside words, ids and addresses these must be the same after people were made unrecognisable.
_MEANT = frozenset(["type", "formerType", "mediaType", "ab:visibility", "ab:policy", "contentMap"])
# What these hold is the channel's own business, and ids may well be in it.
_OWN = frozenset(["ab:ref", "ab:version"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """Keys that nothing was read from; `unseen` values were not tried, there being so many."""

    paths: tuple[str, ...] = ()
    unseen: int = 0


def untold(mentions: Iterable[Mention]) -> list[tuple[str, str]]:
    """The fields of a mention that none of these tells, each with its meaning."""
    return list(_untold(Mention, list(mentions), ""))


def _untold(cls: type, told: list[Any], prefix: str) -> Iterator[tuple[str, str]]:
    if not told:
        return
    for attribute in shape(cls):
        if attribute.name == "raw":
            continue
        values = [value for each in told if (value := getattr(each, attribute.name)) is not None]
        name = prefix + attribute.name
        if not values:
            yield name, attribute.meaning or ""
        elif attribute.kind == "one" and attribute.of:
            yield from _untold(attribute.of, values, f"{name}.")
        elif attribute.kind == "many" and attribute.of:
            entries = [entry for value in values for entry in value]
            yield from _untold(attribute.of, entries, f"{name}.")


def unused(payload: Any, reader: Reader, *, most: int = MOST_READINGS) -> Unused:
    """The keys of a payload that make no difference: found by leaving out one value at a time.

    `most` bounds how often it is read. Empty values are passed over, since nothing can be read
    from them.
    """
    payload = deepcopy(payload)
    whole = _told(reader, payload)
    tried: dict[Path, int] = {}
    used: set[Path] = set()
    size = len(json.dumps(payload))
    left = min(most, max(FEWEST_READINGS, MOST_CHARACTERS // size))
    unseen = 0
    for path, alter in list(_alterations(payload, ())):
        if path in used or tried.get(path, 0) >= MOST_ALIKE:
            continue
        if not left:
            unseen += path not in tried
            continue
        left -= 1
        tried[path] = tried.get(path, 0) + 1
        if any(_told(reader, payload) != whole for _ in alter()):
            used.update(path[:size] for size in range(len(path) + 1))
    paths = dict.fromkeys(_shortest(path, used) for path in tried if path not in used)
    return Unused(paths=tuple(paths), unseen=unseen)


def _told(reader: Reader, payload: Any) -> object:
    """What a payload is read as, to be compared; a failure is a difference too."""
    try:
        reading = reader.read(payload)
    except ConfigError as error:
        return str(error)
    return reading.as2, reading.unreadable, reading.ignored, reading.hints


Alter = Callable[[], Iterator[None]]


def _alterations(value: Any, path: Path) -> Iterator[tuple[Path, Alter]]:
    """For each value in a payload, how to leave it out; it is put back afterwards."""
    if isinstance(value, dict):
        for key, inside in value.items():
            if isinstance(inside, dict | list) and inside:
                yield from _alterations(inside, (*path, key))
            elif inside not in (None, "", [], {}):
                yield (*path, key), _without(value, key)
    elif isinstance(value, list):
        for position, inside in enumerate(value):
            if isinstance(inside, dict | list) and inside:
                yield from _alterations(inside, path)
            elif inside not in (None, "", [], {}):
                yield path, _without_entry(value, position)


def _without(holder: dict[str, Any], key: str) -> Alter:
    def alter() -> Iterator[None]:
        saved = dict(holder)
        del holder[key]
        try:
            yield
            # A false is often as good as none, so the other answer is tried as well.
            if isinstance(saved[key], bool):
                holder[key] = not saved[key]
                yield
            elif isinstance(saved[key], int | float):
                holder[key] = saved[key] + 1
                yield
        finally:
            holder.clear()
            holder.update(saved)

    return alter


def _without_entry(holder: list[Any], position: int) -> Alter:
    def alter() -> Iterator[None]:
        saved = list(holder)
        del holder[position]
        try:
            yield
        finally:
            holder[:] = saved

    return alter


def _shortest(path: Path, used: set[Path]) -> str:
    """The key above which something is used: all beneath an unused one is unused."""
    size = next((size for size in range(1, len(path)) if path[:size] not in used), len(path))
    return ".".join(path[:size])


def changed(real: Reading, replaced: Reading) -> list[str]:
    """Where the replaced payload is read as something else than the real one, beside the words."""
    found: list[str] = []
    if [each.type for each in real.activities] != [each.type for each in replaced.activities]:
        found.append("the activities themselves")
    else:
        for before, after in zip(real.as2, replaced.as2, strict=True):
            found += _differences(before, after, ())
    if len(real.unreadable) != len(replaced.unreadable):
        found.append("what is unreadable")
    return list(dict.fromkeys(found))


def _differences(before: Any, after: Any, path: Path) -> Iterator[str]:
    name = ".".join(path)
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after} - _OWN - {"@context"}):
            if (key in before) != (key in after):
                yield ".".join((*path, key))
            else:
                yield from _differences(before[key], after[key], (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        for one, other in zip_longest(before, after):
            yield from _differences(one, other, path)
    elif isinstance(before, str) and isinstance(after, str):
        if path and path[-1] in _MEANT and before != after:
            yield name
    elif before != after:
        yield name
