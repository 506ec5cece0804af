"""The walk along a feed, newest posts last, that neither skips nor repeats.

Ordinarily `min_id` gives the page just newer than what was seen. Some servers answer with their
newest page instead; that is noticed, and the posts between are then fetched walking back with
`max_id`, to and fro within one cursor. Facts: https://docs.joinmastodon.org/api/guidelines/
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from answerback.fields import UnclearError, identifier, moment

from .statuses import Json

_MOST_STEPS_BACK = 100
_MOVED = "The account moved to another server; older posts are not read."
_ANEW = "The server numbers its posts anew; older posts are not read."
#: How many of the posts last given a cursor remembers.
_SEEN = 120
#: How late a post may come to a busy feed, whose newest page holds less than that.
_LATE = timedelta(hours=1)
_ONLY_NEWEST = "The server shows only its newest posts."

#: Fetches one page, newest first: `page(limit, [("min_id", "7")])`.
Fetch = Callable[[int, Sequence[tuple[str, Any]]], list[Any]]
#: The id of an entry, if it has one.
Local = Callable[[Any], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Everything up to `top` was given. While walking back: from `at` down to it, then `goal`."""

    instance: str
    top: str = "0"
    at: str | None = None
    goal: str | None = None
    steps: int = 0
    seen: tuple[str, ...] = ()
    floor: str | None = None

    @classmethod
    def read(cls, text: str | None) -> Cursor | None:
        """The cursor, or None where there is none that can be used."""
        try:
            found = json.loads(text or "")
        except ValueError:
            return None
        if not isinstance(found, dict) or found.get("v") != 1 or not found.get("top"):
            return None
        at, goal, steps = found.get("at"), found.get("goal"), found.get("steps")
        seen = found.get("seen")
        return cls(
            instance=str(found.get("instance")),
            top=str(found["top"]),
            at=str(at) if at else None,
            goal=str(goal) if goal else None,
            steps=steps if isinstance(steps, int) else 0,
            seen=tuple(map(str, seen)) if isinstance(seen, list) else (),
            floor=str(found["floor"]) if found.get("floor") else None,
        )

    def write(self) -> str:
        fields: dict[str, Any] = {"v": 1, "instance": self.instance, "top": self.top}
        if self.at:
            fields |= {"at": self.at, "goal": self.goal, "steps": self.steps}
        if self.seen:
            fields["seen"] = list(self.seen)
        if self.floor:
            fields["floor"] = self.floor
        return json.dumps(fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step found, oldest first, and where to go on.

    All of it is newer than `since`, where listening had begun before.
    """

    found: list[Any]
    cursor: Cursor
    more: bool = False
    gap: str | None = None
    since: str | None = None


def order(local: str) -> tuple[int, str]:
    """Sorts the ids of one server by age: the longer is newer, then the later in the alphabet."""
    return len(local), local


def step(
    cursor: Cursor | None,
    fetch: Fetch,
    *,
    instance: str,
    limit: int,
    backfill: int = 0,
    id_of: Callable[[Json], object] = lambda each: each.get("id"),
) -> Step:
    """One bounded step along the feed."""

    def local(each: Any) -> str | None:
        return identifier(id_of(each)) if isinstance(each, dict) else None

    if cursor is None:
        return _first(fetch(min(max(backfill, 1), limit), []), instance, backfill, local)
    if cursor.instance != instance:
        fresh = _first(fetch(1, []), instance, 0, local)
        return replace(fresh, gap=_MOVED)
    if cursor.at is not None:
        back = _back(cursor, fetch(limit, [("max_id", cursor.at)]), local)
        return replace(back, since=cursor.top)
    return _forward(cursor, fetch, limit, local)


def _forward(cursor: Cursor, fetch: Fetch, limit: int, local: Local) -> Step:
    page = fetch(limit, [("min_id", cursor.top)])
    ids = [each for each in map(local, page) if each]
    if ids and cursor.top != "0" and cursor.top.isdigit() != ids[0].isdigit():
        newest = _first(fetch(1, []), cursor.instance, 0, local)
        return replace(newest, gap=_ANEW)
    new = [each for each in page if _is_newer(local(each), cursor.top)]
    fresh_ids = [each for each in ids if order(each) > order(cursor.top)]
    if not fresh_ids:
        return Step(found=[], cursor=cursor)
    top = max(fresh_ids, key=order)
    lowest = min(fresh_ids, key=order)
    found = list(reversed(new))
    if len(fresh_ids) == len(ids) > 1:
        # Is this the page just above, or the newest one? Then there is something in between.
        below = [each for each in map(local, fetch(1, [("max_id", lowest)])) if each]
        if below and order(below[0]) >= order(lowest):
            onward = replace(cursor, top=top)
            return Step(found=found, cursor=onward, gap=_ONLY_NEWEST, since=cursor.top)
        if below and order(below[0]) > order(cursor.top):
            onward = replace(cursor, at=lowest, goal=top, steps=1)
            return Step(found=found, cursor=onward, more=True, since=cursor.top)
    # Short pages are not the last ones: servers leave out what a filter hides.
    return Step(found=found, cursor=replace(cursor, top=top), more=True, since=cursor.top)


def glance(
    cursor: Cursor | None,
    fetch: Fetch,
    *,
    instance: str,
    limit: int,
    backfill: int = 0,
    id_of: Callable[[Json], object] = lambda each: each.get("id"),
) -> Step:
    """A step along a feed in the order of writing, where a post may come after a newer one.

    Servers number a remote post by when it was written, not by when it arrived, so one that
    federates late stands below what was already given. While nothing was missed, the newest page
    is read, in a busy feed the one below as well, and all given that was not given before; else
    the walk goes on as in `step`.
    """

    def local(each: Any) -> str | None:
        return identifier(id_of(each)) if isinstance(each, dict) else None

    if cursor is None or cursor.instance != instance:
        began = _opened(fetch(limit, []), instance, limit, backfill if cursor is None else 0, local)
        return began if cursor is None else replace(began, gap=_MOVED)
    if cursor.at is None and cursor.seen:
        page = fetch(limit, [])
        ids = [each for each in map(local, page) if each]
        if len(page) < limit or any(order(each) <= order(cursor.top) for each in ids):
            page += _below(page, fetch, limit, local)
            ids = [each for each in map(local, page) if each]
            given = {*cursor.seen}
            floor = order(cursor.floor or "")
            found = [
                each
                for each in page
                if (one := local(each)) is None or (one not in given and order(one) > floor)
            ]
            onward = replace(
                cursor, top=max([cursor.top, *ids], key=order), seen=_latest(ids, cursor.seen)
            )
            return Step(found=list(reversed(found)), cursor=onward, since=cursor.top)
    taken = step(cursor, fetch, instance=instance, limit=limit, id_of=id_of)
    if taken.gap == _ANEW:
        return replace(_opened(fetch(limit, []), instance, limit, 0, local), gap=_ANEW)
    told = [each for each in map(local, reversed(taken.found)) if each]
    return replace(taken, cursor=replace(taken.cursor, seen=_latest(told, cursor.seen)))


def _below(page: list[Any], fetch: Fetch, limit: int, local: Local) -> list[Any]:
    """The page below, where the newest one does not go back as far as a post may be late."""
    ids = [each for each in map(local, page) if each]
    times = [time for time in map(_written, page) if time is not None]
    if len(page) < limit or len(ids) < 2 or not times or max(times) - min(times) > _LATE:
        return []
    lowest = order(min(ids, key=order))
    found = fetch(limit, [("max_id", lowest[1])])
    return [each for each in found if (one := local(each)) and order(one) < lowest]


def _written(entry: Any) -> datetime | None:
    """When a post, or the last one of a conversation, was written."""
    told = entry.get("last_status", entry) if isinstance(entry, dict) else None
    try:
        return moment(told, "created_at") if isinstance(told, dict) else None
    except UnclearError:
        return None


def _opened(page: list[Any], instance: str, limit: int, backfill: int, local: Local) -> Step:
    """Where listening to such a feed begins: what is there counts as given."""
    ids = [each for each in map(local, page) if each]
    cursor = Cursor(
        instance=instance,
        top=max(ids, key=order, default="0"),
        seen=_latest(ids, ()) or ("0",),
        floor=min(ids, key=order) if len(page) >= limit and ids else None,
    )
    return Step(found=list(reversed(page[:backfill])), cursor=cursor)


def _latest(newer: list[str], older: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*newer, *older]))[:_SEEN]


def _first(page: list[Any], instance: str, backfill: int, local: Local) -> Step:
    """Where listening begins: what is already there is only taken as far as it was asked for."""
    ids = [each for each in map(local, page) if each]
    top = max(ids, key=order) if ids else "0"
    return Step(found=list(reversed(page[:backfill])), cursor=Cursor(instance=instance, top=top))


def _back(cursor: Cursor, page: list[Any], local: Local) -> Step:
    assert cursor.at is not None
    assert cursor.goal is not None
    done = Cursor(instance=cursor.instance, top=cursor.goal)
    ids = [each for each in map(local, page) if each]
    older = [each for each in ids if order(each) < order(cursor.at)]
    fresh = [each for each in older if order(each) > order(cursor.top)]
    found = [each for each in reversed(page) if local(each) in set(fresh)]
    if ids and not older:
        return Step(found=[], cursor=done, gap=_ONLY_NEWEST)
    if len(fresh) < len(older) or not ids:
        return Step(found=found, cursor=done, more=True)
    if cursor.steps >= _MOST_STEPS_BACK:
        return Step(found=found, cursor=done, gap="More came at once than can be read back.")
    onward = replace(cursor, at=min(fresh, key=order), steps=cursor.steps + 1)
    return Step(found=found, cursor=onward, more=True)


def _is_newer(local: str | None, top: str) -> bool:
    """Whether to give an entry: one without an id is given too, so that it is reported."""
    return local is None or order(local) > order(top)
