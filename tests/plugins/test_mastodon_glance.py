"""Feeds in the order of writing: what federates late is heard, and nothing is heard twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from answerback_channels.mastodon.walk import Cursor, glance, order

HERE = "https://square.example"
LIMIT = 5


class Feed:
    """A feed that keeps the paging rules; posts may arrive below newer ones."""

    def __init__(self) -> None:
        self.ids: set[int] = set()

    def fetch(self, limit: int, query: Sequence[tuple[str, Any]]) -> list[Any]:
        told = dict(query)
        ids = sorted(self.ids)
        if "min_id" in told:
            above = [one for one in ids if one > int(told["min_id"])][:limit]
            return [{"id": str(one)} for one in reversed(above)]
        below = [one for one in ids if one < int(told.get("max_id", 10**9))]
        return [{"id": str(one)} for one in reversed(below[-limit:])]


def heard(feed: Feed, cursor: Cursor | None) -> tuple[list[int], Cursor]:
    """All that is given until nothing more is, and where to go on."""
    found: list[int] = []
    for _ in range(1000):
        taken = glance(cursor, feed.fetch, instance=HERE, limit=LIMIT)
        cursor = Cursor.read(taken.cursor.write())
        found += [int(one["id"]) for one in taken.found]
        if not taken.more:
            break
    assert cursor is not None
    return found, cursor


def test_a_post_that_arrives_below_a_newer_one_is_heard() -> None:
    feed = Feed()
    feed.ids = {100, 110}
    _, cursor = heard(feed, None)
    feed.ids.add(130)
    found, cursor = heard(feed, cursor)
    assert found == [130]
    feed.ids |= {120, 140}
    found, cursor = heard(feed, cursor)
    assert found == [120, 140]


def test_what_was_there_before_is_not_given_although_newer_posts_go() -> None:
    feed = Feed()
    feed.ids = set(range(100, 120))
    _, cursor = heard(feed, None)
    feed.ids -= {117, 118, 119}
    assert heard(feed, cursor)[0] == []


def test_more_than_a_page_since_the_last_look_is_walked_whole() -> None:
    feed = Feed()
    feed.ids = {100}
    _, cursor = heard(feed, None)
    feed.ids |= set(range(101, 130))
    found, cursor = heard(feed, cursor)
    assert sorted(found) == list(range(101, 130))
    assert heard(feed, cursor)[0] == []


@given(st.lists(st.lists(st.integers(101, 400), max_size=12), max_size=12))
def test_nothing_is_given_twice_and_what_comes_above_is_never_skipped(
    arrivals: list[list[int]],
) -> None:
    feed = Feed()
    feed.ids = {100}
    _, cursor = heard(feed, None)
    given: list[int] = []
    for batch in arrivals:
        top = max(feed.ids)
        feed.ids |= set(batch)
        found, cursor = heard(feed, cursor)
        given += found
        assert {one for one in feed.ids if one > top} <= set(given)
        assert len(given) == len(set(given))
    assert order(cursor.top) == order(str(max(feed.ids)))


class BusyFeed(Feed):
    """A feed that tells when its posts were written: so many seconds after the first."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds

    def fetch(self, limit: int, query: Sequence[tuple[str, Any]]) -> list[Any]:
        begun = datetime(2026, 11, 20, tzinfo=UTC)
        return [
            {
                **one,
                "created_at": (
                    begun + timedelta(seconds=int(one["id"]) * self.seconds)
                ).isoformat(),
            }
            for one in super().fetch(limit, query)
        ]


def test_in_a_busy_feed_a_late_post_is_heard_below_the_newest_page() -> None:
    heard_of = {}
    for seconds in (1, 3600):
        feed = BusyFeed(seconds)
        feed.ids = {100, 101}
        _, cursor = heard(feed, None)
        feed.ids |= {110, *range(120, 120 + LIMIT)}
        _, cursor = heard(feed, cursor)
        feed.ids.add(115)
        heard_of[seconds], cursor = heard(feed, cursor)
        assert heard(feed, cursor)[0] == []
    assert heard_of == {1: [115], 3600: []}
