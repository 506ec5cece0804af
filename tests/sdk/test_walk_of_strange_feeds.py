"""The walk back along feeds that are not in order, or do not tell all: a few strange dates do
no harm, and what is unknown is neither lost nor taken for news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from feed_walks import NOON, Feed, heard, look, many, said, told

from answerback.model import Activity, Ignored, Tombstone
from answerback.walk import Batch, walk_back


def deletion(number: float) -> Activity:
    """An entry of a list of deletions."""
    when = NOON + timedelta(minutes=number)
    gone = Tombstone(id=str(number), channel="tavern", deleted=when)
    return Activity(type="Delete", channel="tavern", object=gone)


def reviewed(number: int, edited: int, **more: Any) -> Activity:
    """A review of long ago, edited so many minutes after noon."""
    return said(f"review {number}", -900_000, updated=NOON + timedelta(minutes=edited), **more)


def test_dates_in_the_future_silence_nobody() -> None:
    future = [said(f"future {each}", 5_000_000) for each in range(7)]
    feed = Feed(many(0, 30))
    _, cursor = heard(feed, None)
    feed.items = [*future, *many(0, 30)]
    given, cursor = heard(feed, cursor)
    assert sorted(given) == [f"future {each}" for each in range(7)]
    for first in (31, 81, 131):
        feed.items = [*future, *many(0, first + 49)]
        given, cursor = heard(feed, cursor)
        assert sorted(given, key=int) == [str(each) for each in range(first, first + 50)]


def test_a_date_in_the_future_that_is_forgotten_silences_nobody() -> None:
    feed = Feed(many(0, 9))
    _, cursor = heard(feed, None)
    for last in (100, 200, 300, 400, 500, 600, 700):
        feed.items = [*many(51, last), said("future", 5_000_000), *many(0, 50)]
        given, cursor = heard(feed, cursor)
        assert str(last) in given
    feed.items = [*many(701, 745), *feed.items]
    assert sorted(heard(feed, cursor)[0], key=int) == [str(each) for each in range(701, 746)]


@pytest.mark.parametrize("strange", [5_000_000, -5_000_000])
def test_a_strange_date_on_top_does_not_shorten_the_overlap(strange: int) -> None:
    pinned = [said("strange", strange), said("strange too", strange)]
    feed = Feed([*pinned, *many(0, 170)])
    _, cursor = heard(feed, None)
    for last in (250, 251):
        feed.items = [*pinned, *many(0, last)]
        _, cursor = heard(feed, cursor)
    feed.items = [*pinned, *many(201, 251), said("late", 200.5), *many(0, 200)]
    assert heard(feed, cursor)[0] == ["late"]


def test_a_strange_date_at_the_end_of_the_first_page_does_not_make_history_new() -> None:
    feed = Feed([*many(181, 199), said("strange", -90_000), *many(0, 180)])
    _, cursor = heard(feed, None)
    feed.items = [*many(200, 215), *many(190, 199), *many(0, 180)]
    assert sorted(heard(feed, cursor)[0]) == [str(each) for each in range(200, 216)]


def test_a_clock_that_was_set_back_loses_nothing_that_arrives_on_top() -> None:
    feed = Feed(many(0, 30))
    _, cursor = heard(feed, None)
    feed.items = [*(said(f"back {each}", -500_000 + each) for each in range(9)), *many(0, 30)]
    given, cursor = heard(feed, cursor)
    assert sorted(given) == [f"back {each}" for each in range(9)]
    assert heard(feed, cursor)[0] == []


def test_dates_beyond_all_sense_are_taken_for_far_away() -> None:
    feed = Feed(many(0, 9))
    _, cursor = heard(feed, None)
    odd = [said("odd", 0), said("odder", 0)]
    for place, year in enumerate((1066, 9999)):
        mention = replace(odd[place].object, published=datetime(year, 1, 1, tzinfo=UTC))  # type: ignore[type-var]
        odd[place] = replace(odd[place], object=mention)
    feed.items = [*odd, *many(0, 9)]
    assert sorted(heard(feed, cursor)[0]) == ["odd", "odder"]


def test_something_old_alone_on_a_page_does_not_end_a_walk() -> None:
    feed = Feed(many(0, 30))
    _, cursor = heard(feed, None)
    ignored = [Ignored(reason="A like.")] * 19
    feed.items = [*ignored, said("ancient", -90_000), *many(0, 35)]
    assert heard(feed, cursor)[0] == ["31", "32", "33", "34", "35"]


def test_posts_without_a_time_are_given_and_do_not_stop_a_walk() -> None:
    feed = Feed(many(0, 99))
    _, cursor = heard(feed, None)
    timeless = [said(f"timeless {each}") for each in range(45)]
    feed.items = [*timeless[:2], *many(130, 132), *timeless[2:], *many(0, 129)]
    given, cursor = heard(feed, cursor)
    assert len(given) == len(set(given)) == 33 + 45
    feed.items = [*feed.items[:10], said("on top of"), *feed.items[10:]]
    feed.items[19:19] = [said("at the end of a page")]
    feed.items[60:60] = [said("late", 110.5)]
    assert sorted(heard(feed, cursor)[0]) == ["at the end of a page", "late", "on top of"]


def test_a_feed_that_tells_no_times_is_followed_by_what_was_seen() -> None:
    history = [said(f"history {each}") for each in range(500)]
    feed = Feed(history)
    _, cursor = heard(feed, None)
    new = [said(str(each)) for each in range(50)]
    feed.items = [*new, *history[4:]]
    given, cursor = heard(feed, cursor)
    assert sorted(given, key=int) == [str(each) for each in range(50)]
    feed.items = [*new, *history[12:]]
    feed.asked.clear()
    assert heard(feed, cursor)[0] == []
    assert feed.asked == [None]
    feed.items = [*new[:7], *history[12:]]
    assert heard(feed, cursor)[0] == []


def test_a_feed_that_no_longer_tells_times_does_not_make_history_new() -> None:
    feed = Feed(many(0, 199))
    _, cursor = heard(feed, None)
    feed.items = [said(str(each)) for each in range(201, -1, -1)]
    assert heard(feed, cursor)[0] == ["200", "201"]


def test_a_list_of_deletions_has_its_overlap_as_well() -> None:
    listed: Sequence[Activity] = [deletion(number) for number in range(100, -1, -1)]
    feed = Feed(listed)
    _, cursor = heard(feed, None)
    for number in (170, 171):
        feed.items = [deletion(each) for each in range(number, -1, -1)]
        _, cursor = heard(feed, cursor)
    feed.items = [*feed.items[:39], deletion(132.5), *feed.items[39:]]
    assert heard(feed, cursor)[0] == ["132.5"]


def test_a_feed_in_the_order_of_editing_gives_old_reviews_that_were_edited() -> None:
    history = [reviewed(number, -number) for number in range(200)]
    feed = Feed(history)
    _, cursor = heard(feed, None)
    edited = [reviewed(number, 300 - number, version="2") for number in range(100, 145)]
    feed.items = [*edited, *history[:100], *history[145:]]
    given, cursor = heard(feed, cursor)
    assert sorted(given) == [f"review {number}" for number in range(100, 145)]
    again = [replace(each, object=replace(each.object, version="3")) for each in edited]  # type: ignore[type-var]
    feed.items = [*again, *history[:100], *history[145:]]
    given, cursor = heard(feed, cursor)
    assert sorted(given) == [f"review {number}*" for number in range(100, 145)]


def test_a_feed_in_the_order_of_editing_need_not_tell_when_that_was() -> None:
    reviews = [said(str(number), -number * 9000, version="1") for number in range(40)]
    feed = Feed(reviews, page=40)
    _, cursor = heard(feed, None)
    for version in ("2", "3"):
        feed.page = 10
        feed.items = [said(str(number), -number * 9000, version=version) for number in range(40)]
        given, cursor = heard(feed, cursor)
        assert sorted(given) == sorted(f"{number}*" for number in range(40))


def test_an_edit_of_long_ago_does_not_make_its_neighbours_new() -> None:
    feed = Feed(many(0, 199))
    _, cursor = heard(feed, None)
    old = many(0, 179)
    old[4] = said("175", 175, updated=NOON + timedelta(minutes=500), version="2")
    feed.items = [*many(180, 210), *old]
    given, cursor = heard(feed, cursor)
    assert "175" in given
    assert len(given) == 12
    assert heard(feed, cursor)[0] == []


def test_a_post_told_of_as_an_update_is_the_same_post() -> None:
    feed = Feed([said("post", 1, version="1")])
    _, cursor = heard(feed, None)
    for version, expected in (("1", []), ("2", ["post*"])):
        feed.items = [replace(said("post", 1, version=version), id=version, type="Update")]
        given, cursor = heard(feed, cursor)
        assert given == expected


def test_of_two_versions_on_one_page_the_upper_is_given() -> None:
    _, cursor = look(Feed(), None)
    twice = [said("post", 1, text="New", version="2"), said("post", 1, text="Old", version="1")]
    page = walk_back(cursor, lambda token: Batch(items=twice))
    assert page.activities == (twice[0],)
    assert told([walk_back(page.cursor, lambda token: Batch(items=twice))]) == []
