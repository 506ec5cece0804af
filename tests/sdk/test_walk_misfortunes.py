"""The walk back along a feed that errs: what cannot be read, followed or shown is told of."""

from __future__ import annotations

import json
from typing import Any

import pytest
from feed_walks import NOON, Feed, heard, look, many, said, told

from answerback.errors import Gone, Refused, TryLater
from answerback.model import Activity, Actor, Hint, Ignored, Item, Tombstone, Unreadable
from answerback.walk import Batch, walk_back

UNREADABLE = Unreadable(position="[0]", reason="'id' is missing.")


def test_unreadable_entries_are_reported_and_neither_stop_a_walk_nor_make_it_endless() -> None:
    feed = Feed([*many(10, 12), *[UNREADABLE] * 60, *many(0, 9)])
    _, cursor = look(Feed(many(0, 9)), None)
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
    items: list[Item] = [Ignored(reason="Our own."), Hint(listener="1"), said("post", 1)]
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


def test_a_page_token_that_expired_in_the_first_look_leaves_it_the_first() -> None:
    def refuse(token: str | None) -> Batch:
        raise Refused("invalidPageToken")

    first = walk_back(None, Feed([UNREADABLE] * 40).fetch)
    assert first.more
    broken = walk_back(first.cursor, refuse)
    assert heard(Feed(many(0, 9)), broken.cursor)[0] == []


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
    pages, cursor = look(feed, cursor, most=5)
    assert (len(pages), len(told(pages))) == (5, 100)
    assert pages[-1].gap is not None
    feed.items = many(0, 1001)
    feed.asked.clear()
    assert heard(feed, cursor)[0] == ["1001"]
    assert len(feed.asked) < 6


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
        for wrong in ([value], "%", 1.5, "AAAA"):
            page = walk_back(json.dumps({**damaged, name: wrong}), Feed(many(0, 9)).fetch)
            assert page.gap is not None, name


def test_a_network_that_shows_one_page_for_ever_is_left_with_a_gap() -> None:
    _, cursor = look(Feed(), None)
    first = walk_back(cursor, lambda token: Batch(items=many(0, 9), older="again"))
    second = walk_back(first.cursor, lambda token: Batch(items=many(0, 9), older="again"))
    assert (first.more, first.gap, len(first.activities)) == (True, None, 10)
    assert (second.more, second.gap is not None, second.activities) == (False, True, ())


def test_a_network_that_repeats_its_last_token_ends_the_walk_in_peace() -> None:
    _, cursor = look(Feed(), None)
    first = walk_back(cursor, lambda token: Batch(items=many(0, 9), older="last"))
    second = walk_back(first.cursor, lambda token: Batch(items=many(-9, -1), older="last"))
    third = walk_back(second.cursor, lambda token: Batch(items=[], older="last"))
    assert [page.more for page in (first, second, third)] == [True, True, False]
    assert {page.gap for page in (first, second, third)} == {None}


def test_a_page_token_too_long_to_keep_ends_the_walk_with_a_gap() -> None:
    _, cursor = look(Feed(), None)
    page = walk_back(cursor, lambda token: Batch(items=many(0, 9), older="x" * 5000))
    assert len(page.activities) == 10
    assert (page.more, page.gap is not None) == (False, True)
