"""The walk back along a feed: what is given, what is not, and what is told instead."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from answerback.errors import Gone, Refused, TryLater
from answerback.model import (
    Activity,
    Actor,
    Hint,
    Ignored,
    Item,
    Mention,
    Page,
    Tombstone,
    Unreadable,
)
from answerback.walk import Batch, walk_back

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNREADABLE = Unreadable(position="[0]", reason="'id' is missing.")


def said(name: str, minute: float | None = None, **more: Any) -> Activity:
    """Somebody said it so many minutes after noon."""
    published = None if minute is None else NOON + timedelta(minutes=minute)
    mention = Mention(id=name, channel="tavern", published=published, **more)
    return Activity(type="Create", channel="tavern", object=mention)


def many(first: int, last: int) -> list[Activity]:
    """A post a minute, newest first."""
    return [said(str(minute), minute) for minute in range(last, first - 1, -1)]


@dataclass
class Feed:
    """A feed whose page tokens are offsets; `items` are newest first."""

    items: Sequence[Item] = ()
    page: int = 20
    depth: int = 10_000
    asked: list[str | None] = field(default_factory=list)

    def fetch(self, token: str | None) -> Batch:
        self.asked.append(token)
        start = int(token or 0)
        end = min(start + self.page, self.depth)
        gap = "No further." if end == self.depth < len(self.items) else None
        older = None if gap or end >= len(self.items) else str(end)
        return Batch(items=self.items[start:end], older=older, gap=gap)


def look(feed: Feed, cursor: str | None, **more: Any) -> tuple[list[Page], str]:
    """Every page of one look, and the cursor after it."""
    pages: list[Page] = []
    while not pages or pages[-1].more:
        page = walk_back(cursor, feed.fetch, **more)
        assert page.cursor is not None
        assert len(page.cursor.encode()) < 16_384
        pages.append(page)
        cursor = page.cursor
    assert cursor is not None
    return pages, cursor


def told(pages: Sequence[Page]) -> list[str]:
    """The ids of what was given, in its order; with a star where it is an Update."""
    return [
        name_of(each) + ("*" if each.type == "Update" else "")
        for page in pages
        for each in page.activities
    ]


def name_of(activity: Activity) -> str:
    assert not isinstance(activity.object, str | Activity)
    return activity.object.id


def heard(feed: Feed, cursor: str | None, **more: Any) -> tuple[list[str], str]:
    """What one look gives."""
    pages, cursor = look(feed, cursor, **more)
    return told(pages), cursor


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


def test_what_lay_below_the_first_page_is_never_given_whatever_is_deleted() -> None:
    feed = Feed(many(0, 200))
    _, cursor = heard(feed, None)
    for last in (195, 170, 20, 5):
        feed.items = many(0, last)
        given, cursor = heard(feed, cursor)
        assert given == []
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


def test_posts_without_a_time_are_given_and_do_not_stop_a_walk() -> None:
    feed = Feed(many(0, 99))
    _, cursor = heard(feed, None)
    feed.items = [*many(130, 132), *(said(f"timeless {each}") for each in range(45)), *many(0, 129)]
    given, cursor = heard(feed, cursor)
    assert len(given) == len(set(given)) == 33 + 45
    assert heard(feed, cursor)[0] == []


def test_a_feed_that_tells_no_times_is_followed_by_what_was_seen() -> None:
    history = [said(f"history {each}") for each in range(500)]
    feed = Feed(history)
    _, cursor = heard(feed, None)
    new = [said(str(each)) for each in range(50)]
    feed.items = [*new, *history]
    given, cursor = heard(feed, cursor)
    assert sorted(given, key=int) == [str(each) for each in range(50)]
    feed.asked.clear()
    assert heard(feed, cursor)[0] == []
    assert feed.asked == [None]


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


def test_a_date_in_the_future_does_not_shorten_the_overlap() -> None:
    future = [said("future", 5_000_000), said("future too", 4_000_000)]
    feed = Feed([*future, *many(0, 170)])
    _, cursor = heard(feed, None)
    for last in (250, 251):
        feed.items = [*future, *many(0, last)]
        _, cursor = heard(feed, cursor)
    feed.items = [*future, *many(201, 251), said("late", 200.5), *many(0, 200)]
    assert heard(feed, cursor)[0] == ["late"]


def test_a_clock_that_was_set_back_loses_nothing_that_arrives_on_top() -> None:
    feed = Feed(many(0, 30))
    _, cursor = heard(feed, None)
    feed.items = [*(said(f"back {each}", -500_000 + each) for each in range(9)), *many(0, 30)]
    given, cursor = heard(feed, cursor)
    assert sorted(given) == [f"back {each}" for each in range(9)]
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
    feed.items = many(0, 41)
    assert heard(feed, cursor)[0] == ["41"]


def test_more_than_is_remembered_comes_once_and_is_then_left_alone() -> None:
    feed = Feed(many(0, 9))
    _, cursor = heard(feed, None)
    crowd = [said(str(each), 100 + each / 100) for each in range(1500)]
    feed.items = [*reversed(crowd), *many(0, 9)]
    given, cursor = heard(feed, cursor)
    assert sorted(given, key=int) == [str(each) for each in range(1500)]
    for number in range(5):
        feed.items = [said(f"new {number}", 200 + number), *feed.items]
        given, cursor = heard(feed, cursor)
        assert given == [f"new {number}"]


def test_posts_that_move_down_a_page_in_a_walk_too_long_to_remember_come_once() -> None:
    feed = Feed(many(0, 9), page=50)
    _, cursor = heard(feed, None)
    feed.items = many(0, 900)
    given: list[str] = []
    for last in range(901, 1000):
        page = walk_back(cursor, feed.fetch)
        given += told([page])
        cursor = page.cursor
        if not page.more:
            break
        feed.items = many(0, last)
    given += heard(feed, cursor)[0]
    assert len(given) == len(set(given))
    assert {str(each) for each in range(10, 901)} <= set(given)


def test_a_cursor_stays_small_in_the_middle_of_a_long_walk_with_a_long_token() -> None:
    def fetch(token: str | None) -> Batch:
        page = int((token or "0")[:4])
        items = [said(str(each), -each) for each in range(page * 100, page * 100 + 100)]
        return Batch(items=items, older=f"{page + 1:04}" + "x" * 1990)

    cursor = walk_back(None, lambda token: Batch(items=many(-9000, -8600))).cursor
    for _ in range(40):
        page = walk_back(cursor, fetch)
        cursor = page.cursor
        assert page.more
        assert cursor is not None
        assert 12_000 < len(cursor.encode()) < 16_384 or page.activities[-1] == said("0", 0)


def test_unreadable_entries_are_reported_and_neither_stop_a_walk_nor_make_it_endless() -> None:
    feed = Feed([*many(10, 12), *[UNREADABLE] * 60, *many(0, 9)])
    pages, cursor = look(Feed(many(0, 9)), None)
    pages, cursor = look(feed, cursor)
    assert told(pages) == ["10", "11", "12"]
    assert [len(page.unreadable) for page in pages] == [17, 20, 20, 3]
    feed.items = [UNREADABLE] * 10_000
    pages, cursor = look(feed, cursor, most=10)
    assert len(pages) == 10
    assert [page.gap for page in pages if page.gap] == [pages[-1].gap]


def test_a_first_look_goes_on_until_it_finds_something_it_can_read() -> None:
    feed = Feed([*[UNREADABLE] * 30, *many(0, 99)])
    pages, cursor = look(feed, None)
    assert told(pages) == []
    assert feed.asked == [None, "20"]
    feed.items = many(0, 101)
    assert heard(feed, cursor)[0] == ["100", "101"]


def test_what_is_ignored_is_dropped_and_a_hint_is_reported() -> None:
    _, cursor = look(Feed(), None)
    items = [Ignored(reason="Our own."), Hint(listener="1"), said("post", 1)]
    page = walk_back(cursor, Feed(items).fetch)
    assert told([page]) == ["post"]
    assert [each.position for each in page.unreadable] == ["[1]"]


def test_likes_and_deletions_are_given_once_each() -> None:
    def done(type: Any, object: Any, actor: str | None = None) -> Activity:
        who = Actor(id=actor) if actor else None
        return Activity(type=type, channel="tavern", object=object, actor=who, published=NOON)

    like = done("Like", "1", "ada")
    acts = [
        like,
        done("Like", "1", "bob"),
        done("Announce", "1", "ada"),
        done("Undo", like, "ada"),
        done("Delete", Tombstone(id="1", channel="tavern")),
        done("Delete", "2"),
    ]
    feed = Feed(many(0, 2))
    _, cursor = heard(feed, None)
    feed.items = [*acts, *many(0, 2)]
    pages, cursor = look(feed, cursor)
    assert list(reversed(pages[0].activities)) == acts
    assert look(feed, cursor)[0][0].activities == ()


def test_an_error_comes_through_and_the_cursor_stays_good() -> None:
    def fail(token: str | None) -> Batch:
        raise TryLater("No answer.")

    feed = Feed(many(0, 9))
    _, cursor = heard(feed, None)
    feed.items = many(0, 60)
    first = walk_back(cursor, feed.fetch)
    for at in (None, cursor, first.cursor):
        with pytest.raises(TryLater):
            walk_back(at, fail)
    rest, _ = look(feed, first.cursor)
    assert len(told([first, *rest])) == 51


@pytest.mark.parametrize("error", [Refused("invalidPageToken"), Gone("Expired")])
def test_a_page_token_that_expired_begins_the_walk_anew_and_says_so(error: Exception) -> None:
    def refuse(token: str | None) -> Batch:
        raise error

    feed = Feed(many(0, 9))
    _, cursor = heard(feed, None)
    feed.items = many(0, 60)
    first = walk_back(cursor, feed.fetch)
    broken = walk_back(first.cursor, refuse)
    assert (broken.activities, broken.more) == ((), False)
    assert broken.gap is not None
    rest, _ = look(feed, broken.cursor)
    given = told([first, *rest])
    assert sorted(given, key=int) == [str(each) for each in range(10, 61)]
    with pytest.raises(type(error)):
        walk_back(broken.cursor, refuse)


def test_a_gap_is_told_only_where_something_may_be_missing() -> None:
    feed = Feed(depth=30)
    gaps = []
    cursor = None
    for last in (5, 40, 40, 55, 90, 90):
        feed.items = many(0, last)
        pages, cursor = look(feed, cursor)
        gaps.append([page.gap for page in pages if page.gap])
    assert gaps == [[], ["No further."], [], [], ["No further."], []]


def test_a_walk_of_too_many_pages_ends_with_a_gap_and_the_next_goes_on_from_the_top() -> None:
    feed = Feed(many(0, 9))
    _, cursor = heard(feed, None)
    feed.items = many(0, 1000)
    pages, cursor = look(feed, cursor, most=3)
    assert (len(pages), len(told(pages))) == (3, 60)
    assert pages[-1].gap is not None
    feed.items = many(0, 1001)
    assert "1001" in heard(feed, cursor)[0]


@pytest.mark.parametrize(
    "text", ["", "x", "0", "null", "[]", "{}", '{"v":1}', '{"v":2,"begun":true}', "{" * 9000]
)
def test_a_cursor_nobody_can_read_begins_anew_and_says_so(text: str) -> None:
    feed = Feed(many(0, 9))
    page = walk_back(text, feed.fetch)
    assert page.activities == ()
    assert page.gap is not None
    feed.items = many(0, 10)
    assert heard(feed, page.cursor)[0] == ["10"]


def test_a_cursor_that_was_damaged_is_noticed() -> None:
    _, cursor = look(Feed(many(0, 9)), None)
    damaged = json.loads(cursor)
    for name, value in damaged.items():
        if name in ("token", "forgotten"):
            continue
        for wrong in ([value], "%", 1.5):
            page = walk_back(json.dumps({**damaged, name: wrong}), Feed(many(0, 9)).fetch)
            assert page.gap is not None, name


def test_a_network_that_shows_one_page_for_ever_is_left_with_a_gap() -> None:
    items = many(0, 9)
    cursor = walk_back(None, lambda token: Batch(items=[])).cursor
    gaps = []
    for _ in range(3):
        page = walk_back(cursor, lambda token: Batch(items=items, older="again"))
        gaps.append((page.more, page.gap is not None))
        cursor = page.cursor
    assert gaps == [(True, False), (True, False), (False, True)] or gaps[1] == (False, True)


def test_a_page_token_too_long_to_keep_ends_the_walk_with_a_gap() -> None:
    cursor = walk_back(None, lambda token: Batch(items=[])).cursor
    page = walk_back(cursor, lambda token: Batch(items=many(0, 9), older="x" * 5000))
    assert len(page.activities) == 10
    assert (page.more, page.gap is not None) == (False, True)
