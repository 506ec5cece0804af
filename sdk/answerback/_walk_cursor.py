"""What a walk along a feed remembers from step to step, and how that becomes a cursor's text.

Posts are remembered by digests, so a cursor tells nothing about anybody; their number is bounded,
so it stays under 16 KB. No time here is that of a clock: all are what the network told.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field, fields, replace
from hashlib import blake2b
from heapq import nlargest

from answerback._values import Wrong, flag, parse, read_text, whole
from answerback.errors import Malformed
from answerback.model import Activity, Mention, Tombstone

REMEMBERED = 350
#: How many posts may move from page to page in a walk too long to be remembered whole.
_SHIFT = 100
#: One date may be strange: ahead of its time, or that of a late arrival or an edit. Not three.
FEW = 3
_LATEST = 2**32 - 1
#: Bytes: 6 of the key, 3 of the mark, 4 of the time.
_RECORD = 13
_SAID = ("Create", "Update")
#: The mark of what tells no version.
UNTOLD = bytes(3)

#: Posts in the order of the feed: by key, the mark and the time.
Memory = dict[bytes, tuple[bytes, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where a walk stands. Times are seconds since 1970, 0 where none was told.

    Everything dated from `ground` on that a walk has passed is in `known`, so what is not there is
    new; None where the first look was told no time. `horizon` is how new the newest posts were,
    `floor` how far back the look goes. Then the walk under way: `fresh` is what it has passed,
    `above` the time it was told last, `stale` how many in a row, up to there, were too old, and
    `forgotten` the newest of what `fresh` had no room for.
    """

    begun: bool = False
    known: Memory = field(default_factory=dict)
    ground: int | None = 0
    horizon: int = 0
    floor: int = 0
    token: str | None = None
    pages: int = 0
    fresh: Memory = field(default_factory=dict)
    above: int = 0
    stale: int = 0
    forgotten: int | None = None

    def write(self) -> str:
        """The text of it."""
        told = {each.name: getattr(self, each.name) for each in fields(self)}
        told |= {"known": _packed(self.known), "fresh": _packed(self.fresh)}
        return json.dumps({"v": 1, **told}, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """The cursor that was written, or None where the text is none."""
        try:
            told = parse(text)
            if told["v"] != 1:
                return None
            return cls(
                begun=flag(told["begun"]),
                known=_unpacked(told["known"]),
                ground=None if told["ground"] is None else whole(told["ground"]),
                horizon=whole(told["horizon"]),
                floor=whole(told["floor"]),
                token=None if told["token"] is None else read_text(told["token"]),
                pages=whole(told["pages"]),
                fresh=_unpacked(told["fresh"]),
                above=whole(told["above"]),
                stale=whole(told["stale"]),
                forgotten=None if told["forgotten"] is None else whole(told["forgotten"]),
            )
        except (Malformed, Wrong, LookupError, TypeError, ValueError):
            return None

    def passing(self, fresh: Memory, above: int) -> Cursor:
        """The cursor after a page. What there is no room for goes from the middle of the walk.

        Its end has to stay, since posts move from page to page when others come.
        """
        forgotten = self.forgotten
        if len(fresh) > REMEMBERED:
            posts = list(fresh.items())
            gone = posts[REMEMBERED - _SHIFT : -_SHIFT]
            forgotten = max(forgotten or 0, *(time for _, (_, time) in gone))
            fresh = dict(posts[: REMEMBERED - _SHIFT] + posts[-_SHIFT:])
        return replace(self, fresh=fresh, above=above, forgotten=forgotten)

    def newest(self) -> int:
        """The horizon after this walk."""
        times = nlargest(FEW, (time for _, time in self.fresh.values() if time))
        return times[-1] if times else self.horizon

    def resting(self, *, horizon: int, floor: int) -> Cursor:
        """The cursor between two looks. What there is no room for goes from the end of the feed."""
        older = [(key, seen) for key, seen in self.known.items() if key not in self.fresh]
        posts = [*self.fresh.items(), *older]
        # Nothing below what was forgotten on the way may count as known.
        room = REMEMBERED if self.forgotten is None else REMEMBERED - _SHIFT
        ground = self.ground
        if horizon and posts[room:]:
            forgotten = max(self.forgotten or 0, *(time for _, (_, time) in posts[room:]))
            # One date in the future among them does not make old what comes now.
            ground = max(ground or 0, min(forgotten, horizon) + 1)
        return Cursor(
            begun=self.begun, known=dict(posts[:room]), ground=ground, horizon=horizon, floor=floor
        )


def key(activity: Activity) -> bytes:
    """What an entry is recognised by: the id of what was said, else who did what to it."""
    return _digest(_name(activity), 6)


def mark(activity: Activity) -> bytes:
    """What tells one version from another: `version`, else `updated`."""
    said = activity.object
    if activity.type not in _SAID or not isinstance(said, Mention):
        return UNTOLD
    told = said.version or (said.updated and said.updated.isoformat())
    return _digest(told, 3) if told else UNTOLD


def time_of(activity: Activity) -> int:
    """The latest time told of it, so that feeds in the order of editing are in order, too."""
    said = activity.object
    moments = [activity.published]
    if isinstance(said, Mention) and activity.type in _SAID:
        moments += [said.published, said.updated]
    elif isinstance(said, Tombstone):
        moments.append(said.deleted)
    seconds = [int(each.timestamp()) for each in moments if each]
    return min(max(max(seconds), 1), _LATEST) if seconds else 0


def _name(thing: Mention | Tombstone | Activity | str) -> str:
    if isinstance(thing, str):
        return thing
    if not isinstance(thing, Activity):
        return thing.id
    if thing.type in _SAID:
        return _name(thing.object)
    actor = thing.actor.id if thing.actor else ""
    return thing.id or f"{thing.type} {actor} {_name(thing.object)}"


def _digest(text: str, size: int) -> bytes:
    return blake2b(text.encode(errors="backslashreplace"), digest_size=size).digest()


def _packed(memory: Memory) -> str:
    records = (name + seen + time.to_bytes(4) for name, (seen, time) in memory.items())
    return b64encode(b"".join(records)).decode()


def _unpacked(text: str) -> Memory:
    packed = b64decode(text, validate=True)
    if len(packed) % _RECORD:
        raise ValueError("A record is cut off.")
    records = [packed[start : start + _RECORD] for start in range(0, len(packed), _RECORD)]
    return {each[:6]: (each[6:9], int.from_bytes(each[9:])) for each in records}
