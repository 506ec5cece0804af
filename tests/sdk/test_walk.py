"""The walk back along a feed: what is given, and what is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from feed_walks import NOON, Feed, heard, look, many, said, told

from answerback.walk import Batch, walk_back


def test_the_first_look_remembers_and_the_next_gives_what_was_said_since() -> None:
    feed = Feed(many(0, 9))
    nothing, cursor = heard(feed, None)
    feed.items = many(0, 12)
    given, cursor = heard(feed, cursor)
    assert (nothing, given) == ([], ["10", "11", "12"])
    assert heard(feed, cursor)[0] == []


def test_the_first_look_at_a_huge_feed_takes_one_page() -> None:
    feed = Feed(many(0, 2000))
    pages, _ = look(feed, None, backfill=3)
    assert told(pages) == ["1998", "1999", "2000"]
    assert feed.asked == [None]


def test_a_look_at_a_quiet_feed_takes_one_page() -> None:
    feed = Feed([said(str(day), day * 1440) for day in range(1000, 0, -1)])
    _, cursor = heard(feed, None)
    for _ in range(3):
        feed.asked.clear()
        assert heard(feed, cursor)[0] == []
        assert feed.asked == [None]


def test_what_lay_below_the_first_page_is_never_given_whatever_is_deleted() -> None:
    feed = Feed(many(0, 200))
    _, cursor = heard(feed, None)
    for last in (195, 170, 20, 5):
        feed.items = many(0, last)
        feed.asked.clear()
        given, cursor = heard(feed, cursor)
        assert given == []
        assert len(feed.asked) < 4
    feed.items = [*many(300, 340), *many(0, 5)]
    assert sorted(heard(feed, cursor)[0], key=int) == [str(each) for each in range(300, 341)]


def test_the_first_post_of_an_empty_feed_is_given_however_old_it_says_it_is() -> None:
    feed = Feed()
    _, cursor = heard(feed, None)
    feed.items = [said("old", -1_000_000)]
    given, cursor = heard(feed, cursor)
    assert given == ["old"]
    feed.items = []
    assert heard(feed, cursor)[0] == []


def test_more_than_a_page_comes_whole_with_every_page_oldest_first() -> None:
    feed = Feed(many(0, 9), page=10)
    _, cursor = heard(feed, None)
    feed.items = many(0, 34)
    pages, cursor = look(feed, cursor)
    assert [told([page]) for page in pages[:3]] == [
        [str(each) for each in range(25, 35)],
        [str(each) for each in range(15, 25)],
        [str(each) for each in range(10, 15)],
    ]
    assert heard(feed, cursor)[0] == []


def test_a_held_comment_is_found_within_the_overlap_also_on_a_deeper_page() -> None:
    feed = Feed(many(0, 100))
    _, cursor = heard(feed, None)
    feed.items = many(0, 170)
    _, cursor = heard(feed, cursor)
    late = said("late", 120.5)
    feed.items = [*many(121, 170), late, *many(0, 120)]
    given, cursor = heard(feed, cursor)
    assert given == ["late"]
    assert heard(feed, cursor)[0] == []


def test_what_surfaces_older_than_the_overlap_is_found_only_near_the_top() -> None:
    feed = Feed(many(0, 9))
    _, cursor = heard(feed, None)
    for last in (300, 301):
        feed.items = many(0, last)
        _, cursor = heard(feed, cursor)
    deep = [*many(101, 301), said("deep", 100.5), *many(0, 100)]
    feed.items = [said("ancient", -100_000), *deep]
    given, cursor = heard(feed, cursor)
    assert given == ["ancient"]
    assert heard(feed, cursor)[0] == []


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"version": "1"}, {"version": "2"}, True),
        ({"version": "1"}, {"version": "1", "updated": NOON}, False),
        ({"updated": NOON}, {"updated": NOON + timedelta(seconds=1)}, True),
        ({}, {"updated": NOON}, True),
        ({"version": "1"}, {}, False),
        ({}, {"text": "Other words"}, False),
    ],
)
def test_an_edit_is_another_version_or_else_a_newer_time_of_editing(
    before: dict[str, Any], after: dict[str, Any], changes: bool
) -> None:
    feed = Feed([said("new", 2), said("edited", 1, **before)])
    _, cursor = heard(feed, None)
    feed.items = [said("new", 2), said("edited", 1, **after)]
    given, cursor = heard(feed, cursor)
    assert given == (["edited*"] if changes else [])
    assert heard(feed, cursor)[0] == []


def test_a_report_that_tells_no_version_does_not_forget_the_one_told() -> None:
    feed = Feed([said("post", 1, version="1")])
    _, cursor = heard(feed, None)
    for version, expected in ((None, []), ("1", []), ("2", ["post*"])):
        feed.items = [said("post", 1, version=version)]
        given, cursor = heard(feed, cursor)
        assert given == expected


def test_posts_of_the_same_second_are_all_given_once() -> None:
    feed = Feed([said(f"first {each}", 0) for each in range(5)], page=5)
    _, cursor = heard(feed, None)
    more = [said(str(each), 0) for each in range(33)]
    feed.items = [*more, *feed.items]
    given, cursor = heard(feed, cursor)
    assert sorted(given, key=int) == [str(each) for each in range(33)]
    assert heard(feed, cursor)[0] == []


def test_nothing_comes_again_when_the_newest_are_deleted_or_shown_again() -> None:
    feed = Feed(many(0, 30))
    _, cursor = heard(feed, None)
    feed.items = many(0, 40)
    given, cursor = heard(feed, cursor)
    assert len(given) == 10
    for last in (39, 20, 40, -1, 40):
        feed.items = many(0, last)
        given, cursor = heard(feed, cursor)
        assert given == []
    feed.items = []
    _, cursor = heard(feed, cursor)
    feed.items = [*many(21, 41), said("late", 15.5), *many(0, 20)]
    assert sorted(heard(feed, cursor)[0]) == ["41", "late"]


def test_a_deletion_that_moves_a_post_past_an_offset_does_not_lose_it() -> None:
    feed = Feed(many(0, 9))
    _, cursor = heard(feed, None)
    feed.items = many(0, 300)
    begun = [walk_back(cursor, feed.fetch)]
    while len(begun) < 9:
        begun.append(walk_back(begun[-1].cursor, feed.fetch))
    feed.items = many(0, 299)
    rest, cursor = look(feed, begun[-1].cursor)
    assert "120" not in told([*begun, *rest])
    assert heard(feed, cursor)[0] == ["120"]


def test_a_long_life_gives_everything_once() -> None:
    feed = Feed(many(0, 9))
    _, cursor = heard(feed, None)
    for last in range(39, 1000, 30):
        feed.items = many(0, last)
        given, cursor = heard(feed, cursor)
        assert sorted(given, key=int) == [str(each) for each in range(max(last - 29, 10), last + 1)]
    feed.items = [*many(951, 999), said("late", 950.5), *many(0, 950)]
    given, cursor = heard(feed, cursor)
    assert given == ["late"]
    feed.items = many(0, 600)
    given, cursor = heard(feed, cursor)
    assert given == []
    feed.items = many(0, 300)
    assert heard(feed, cursor)[0] == []


def test_more_than_is_remembered_comes_once_and_is_then_left_alone() -> None:
    feed = Feed(many(0, 9))
    _, cursor = heard(feed, None)
    crowd = [said(str(each), each / 100) for each in range(1000, 2500)]
    feed.items = [*reversed(crowd), *many(0, 9)]
    given, cursor = heard(feed, cursor)
    assert sorted(given, key=int) == [str(each) for each in range(1000, 2500)]
    for number in range(5):
        feed.items = [said(f"new {number}", 200 + number), *feed.items]
        given, cursor = heard(feed, cursor)
        assert given == [f"new {number}"]


def test_posts_that_move_down_a_page_in_a_walk_too_long_to_remember_come_once() -> None:
    feed = Feed(many(0, 9), page=50)
    _, cursor = heard(feed, None)
    feed.items = many(0, 900)
    page = walk_back(cursor, feed.fetch)
    given = told([page])
    for last in range(901, 1000):
        if not page.more:
            break
        feed.items = many(0, last)
        page = walk_back(page.cursor, feed.fetch)
        given += told([page])
    given += heard(feed, page.cursor)[0]
    assert len(given) == len(set(given))
    assert {str(each) for each in range(10, 901)} <= set(given)


def test_a_cursor_stays_small_in_the_middle_of_a_long_walk_with_a_long_token() -> None:
    def fetch(token: str | None) -> Batch:
        page = int((token or "0")[:4])
        items = [said(f"new {each}", 9000 - each) for each in range(page * 100, page * 100 + 100)]
        return Batch(items=items, older=f"{page + 1:04}" + "x" * 1990)

    _, cursor = look(Feed(many(0, 500), page=500), None)
    sizes = []
    for _ in range(40):
        page = walk_back(cursor, fetch)
        assert page.more
        assert page.cursor is not None
        cursor = page.cursor
        sizes.append(len(cursor.encode()))
    assert 12_000 < max(sizes) < 16_384
