"""The walk back along a feed that shows its newest first, with an overlap window.

Every look begins at the newest page and goes back past what was given before, until everything is
older than `overlap` before the newest. So it finds what a cursor that holds a time passes over:
comments that were held and surface with their old date, and edits. Nothing is given twice in one
version. No clock is read: a step follows from the cursor and the network's answer alone, so a walk
may stop anywhere, and posts may come and go under it.

A post's time is the latest of `Activity.published`, `published` and `updated`. One or two strange
ones, in the future for example, do no harm.

What it cannot do:

- A post that surfaces dated more than `overlap` before the newest, or before the first look's
  page, is found only where three already seen stand below it on its page.
- A post from before the first look that was edited since counts as new where a look comes by it.
- The cursor remembers 350 posts. Where more lie within the overlap, all that is new still comes,
  once, but the overlap shrinks to those 350.
- In a feed ordered by arrival, edits below an old post seen before may be missed. Where entries
  tell no time, a look ends at the first page that holds something seen before.
- An Ignored tells neither id nor time, so it cannot end a walk. Where most of a feed does not
  concern us, give all of it as activities, and leave out of the Page what does not.
- Where tokens are offsets, a deletion during a walk hides the post it moves across the edge of a
  page. The next look finds it, since every stretch that is still remembered is walked twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from answerback._walk_cursor import FEW, UNTOLD, Cursor, key, mark, time_of
from answerback.errors import Gone, Refused
from answerback.model import Activity, Hint, Item, Page, Unreadable

__all__ = ["Batch", "walk_back"]

_LONGEST_TOKEN = 2000

_ANEW = "The cursor could not be read; listening begins anew."
_EXPIRED = "The network does not take its own page token any more; the walk begins anew."
_IN_CIRCLES = "The network shows one page again and again; older posts are not read."
_TOO_LONG = "The network's page token is too long to keep; older posts are not read."
_TOO_MANY = "More came at once than can be read back; older posts are not read."


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One page of a feed as fetched, newest first.

    `older` is the token of the page below, None where this was the last. `gap` says, in a
    sentence, that the network shows no further although there is more. It is passed on only
    where the walk came to nothing that was seen before.
    """

    items: Sequence[Item]
    older: str | None = None
    gap: str | None = None


def walk_back(
    cursor: str | None,
    fetch: Callable[[str | None], Batch],
    *,
    overlap: timedelta = timedelta(hours=1),
    backfill: int = 0,
    most: int = 100,
) -> Page:
    """One step along a feed: one page of it, and what there was not given before.

    The first look remembers the newest page, or the first with anything on it that can be read,
    and gives the newest `backfill` of it. Later an unseen id is given as it is, and one seen with
    another `version` (or `updated`, where no version is told) as an Update. A look that takes
    `most` pages ends with a gap. What `fetch` raises comes through; but where a page token is Gone
    or Refused, the next look begins at the top, with a gap that says so.
    """
    read = Cursor() if cursor is None else Cursor.read(cursor)
    here, gap = read or Cursor(), None if read else _ANEW
    try:
        batch = fetch(here.token)
    except (Gone, Refused):
        if here.token is None:
            raise
        again = here.resting(horizon=here.horizon, floor=here.floor)
        return Page(cursor=again.write(), gap=_EXPIRED)
    given, passed, onward = _sift(here, batch.items)
    older = batch.older or None
    if not batch.items and older == here.token:
        older = None
    if here.begun:
        stale = _stale(here, passed)
        ended = older is None or _has_arrived(here, passed, stale)
        onward = replace(onward, stale=stale)
        gap = batch.gap if _is_all_new(onward) else None
    else:
        given = given[: max(backfill, 0)]
        ended = older is None or bool(passed)
        onward = replace(onward, ground=_first_ground(passed) if older else 0)
    onward = replace(onward, token=older, pages=here.pages + 1)
    stuck = None if ended else _stuck(here, onward, most)
    if ended or stuck:
        horizon = onward.newest()
        # From the horizon before this look, so that two looks walk every stretch.
        since = horizon if stuck else here.horizon
        floor = max(since - round(overlap.total_seconds()), 0)
        onward = replace(onward, begun=True).resting(horizon=horizon, floor=floor)
    return Page(
        activities=tuple(reversed(given)),
        cursor=onward.write(),
        more=onward.token is not None,
        gap=gap or stuck,
        unreadable=tuple(_unreadable(batch.items)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passed:
    """An entry of a page: its time, and whether this walk gives it or an earlier look knew it."""

    told: int
    standing: Literal["given", "known", "history"]


def _sift(here: Cursor, items: Sequence[Item]) -> tuple[list[Activity], list[_Passed], Cursor]:
    """What to give of a page, how each entry of it stands, and the cursor that remembers them."""
    entries: dict[bytes, Activity] = {}
    for item in items:
        if isinstance(item, Activity):
            entries.setdefault(key(item), item)
    fresh, time = dict(here.fresh), here.above
    met = any(each in here.known for each in fresh)
    seen = [place for place, each in enumerate(entries) if each in here.known or each in fresh]
    above_seen = seen[-FEW] if len(seen) >= FEW else 0
    given: list[Activity] = []
    passed: list[_Passed] = []
    for place, (name, activity) in enumerate(entries.items()):
        told, version = time_of(activity), mark(activity)
        # An entry that tells no time is taken to be as old as the one above it.
        time = told or time
        before = fresh.get(name) or here.known.get(name)
        standing: Literal["given", "known"] = "known" if name in here.known else "given"
        if before is None:
            timely = time >= here.ground if time and here.ground is not None else not met
            if not timely and place >= above_seen:
                passed.append(_Passed(told=told, standing="history"))
                continue
            given.append(activity)
        elif version not in (UNTOLD, before[0]):
            standing = "given"
            given.append(replace(activity, type="Update"))
        elif version == UNTOLD:
            version = before[0]
        met = met or name in here.known
        passed.append(_Passed(told=told, standing=standing))
        fresh[name] = version, time
    return given, passed, here.passing(fresh, time)


def _is_old(here: Cursor, entry: _Passed) -> bool:
    return entry.told < max(here.ground or 0, here.floor) and entry.standing != "given"


def _stale(here: Cursor, passed: Sequence[_Passed]) -> int:
    """How many entries in a row, up to the end of this page, are too old to look for."""
    run = here.stale
    for each in passed:
        if each.told:
            run = run + 1 if _is_old(here, each) else 0
    return run


def _has_arrived(here: Cursor, passed: Sequence[_Passed], stale: int) -> bool:
    """Whether all that a look is for lies above the end of this page."""
    known = [each for each in passed if each.standing == "known"]
    if not here.horizon:
        return bool(known)
    if stale and any(each.told and _is_old(here, each) for each in known):
        return True
    return stale >= max(FEW, sum(each.told > 0 for each in passed))


def _is_all_new(onward: Cursor) -> bool:
    """Whether the walk came to nothing yet that was seen by an earlier look."""
    lowest = next(reversed(onward.fresh), None)
    return lowest is not None and lowest not in onward.known


def _first_ground(passed: Sequence[_Passed]) -> int | None:
    """From when on all that was not on the first page is new; None where no time was told.

    The newest of its three lowest: one that came late and stands last would make history new.
    """
    return max([each.told for each in passed if each.told][-FEW:], default=None)


def _stuck(here: Cursor, onward: Cursor, most: int) -> str | None:
    """Why the walk cannot go on to the next page, if so."""
    if onward.token == here.token and onward.fresh.keys() == here.fresh.keys():
        return _IN_CIRCLES
    if len(json.dumps(onward.token)) > _LONGEST_TOKEN:
        return _TOO_LONG
    return _TOO_MANY if onward.pages >= most else None


def _unreadable(items: Sequence[Item]) -> Iterator[Unreadable]:
    for place, item in enumerate(items):
        if isinstance(item, Unreadable):
            yield item
        elif isinstance(item, Hint):
            yield Unreadable(
                position=f"[{place}]", reason="A hint, where the thing itself belongs."
            )
