"""The walk along a feed on servers that keep the rules of paging, and on some that do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback_channels.mastodon.walk import Cursor, Fetch, step

HERE = "https://acme.example"
Answer = Callable[[list[str], dict[str, str], int], list[str]]


def age(local: str) -> tuple[int, str]:
    return len(local), local


def by_the_rules(ids: list[str], query: dict[str, str], limit: int) -> list[str]:
    """Newest first; min_id gives the page just above, max_id the one just below."""
    above = [each for each in ids if age(each) > age(query.get("min_id", ""))]
    below = [each for each in above if "max_id" not in query or age(each) < age(query["max_id"])]
    page = below[:limit] if "min_id" in query else below[-limit:]
    return page[::-1]


def newest_above(ids: list[str], query: dict[str, str], limit: int) -> list[str]:
    """Takes min_id for since_id: only what is newer, but the newest of it."""
    above = [each for each in ids if age(each) > age(query.get("min_id", ""))]
    return by_the_rules(above, {k: v for k, v in query.items() if k == "max_id"}, limit)


def newest(ids: list[str], query: dict[str, str], limit: int) -> list[str]:
    """Does not know min_id at all."""
    return by_the_rules(ids, {k: v for k, v in query.items() if k == "max_id"}, limit)


def newest_always(ids: list[str], query: dict[str, str], limit: int) -> list[str]:
    """Does not page."""
    return by_the_rules(ids, {}, limit)


class Feed:
    def __init__(self, ids: Sequence[str], answers: Answer = by_the_rules, page: int = 40) -> None:
        self.ids = list(ids)
        self.answers = answers
        self.page = page

    def fetch(self, limit: int, query: Sequence[tuple[str, Any]]) -> list[Any]:
        found = self.answers(self.ids, dict(query), min(limit, self.page))
        return [{"id": each} for each in found]

    def walk(self, cursor: Cursor | None) -> tuple[list[str], Cursor, list[str]]:
        """The ids given until there is no more, where the walk stands, and the gaps told."""
        found: list[str] = []
        gaps: list[str] = []
        for _ in range(200):
            fetch: Fetch = self.fetch
            taken = step(cursor, fetch, instance=HERE, limit=40)
            found += [each["id"] for each in taken.found]
            gaps += [taken.gap] if taken.gap else []
            cursor = Cursor.read(taken.cursor.write())
            assert cursor == taken.cursor
            if not taken.more:
                return found, taken.cursor, gaps
        raise AssertionError("the walk does not end")


def numbers(start: int, end: int) -> list[str]:
    return [str(each) for each in range(start, end)]


@pytest.mark.parametrize("answers", [by_the_rules, newest_above, newest])
@given(
    before=st.integers(0, 50),
    bursts=st.lists(st.integers(0, 130), max_size=4),
    page=st.integers(2, 40),
)
def test_a_walk_gives_everything_new_exactly_once(
    answers: Answer, before: int, bursts: list[int], page: int
) -> None:
    feed = Feed(numbers(90, 90 + before), answers, page)
    found, cursor, _ = feed.walk(None)
    assert found == []
    for burst in bursts:
        last = 90 + before if not feed.ids else int(feed.ids[-1]) + 1
        new = numbers(last, last + burst)
        feed.ids += new

        found, cursor, gaps = feed.walk(cursor)

        assert sorted(found, key=age) == new
        assert gaps == []
        if answers is by_the_rules:
            assert found == new


def test_a_server_that_shows_only_its_newest_page_ends_the_walk_with_a_gap() -> None:
    feed = Feed(numbers(1, 10), newest_always, 20)
    _, cursor, _ = feed.walk(None)
    feed.ids += numbers(10, 100)

    found, cursor, gaps = feed.walk(cursor)

    assert found == numbers(80, 100)
    assert gaps == ["The server shows only its newest posts."]
    assert feed.walk(cursor)[0] == []


def test_the_oldest_page_in_answer_to_a_cursor_is_not_taken_for_new() -> None:
    feed = Feed(numbers(100, 150), lambda ids, query, limit: ids[:limit][::-1])

    assert feed.walk(Cursor(instance=HERE, top="149"))[0] == []


def test_a_cursor_of_another_server_begins_anew_and_says_so() -> None:
    feed = Feed(numbers(100, 150))

    found, cursor, gaps = feed.walk(Cursor(instance="https://old.example", top="7"))

    assert found == []
    assert cursor == Cursor(instance=HERE, top="149")
    assert gaps == ["The account moved to another server; older posts are not read."]


def test_a_server_that_numbers_its_posts_anew_is_noticed() -> None:
    feed = Feed(["01HXYZ0000000000000000000A", "01HXYZ0000000000000000000B"])

    found, cursor, gaps = feed.walk(Cursor(instance=HERE, top="149"))

    assert found == []
    assert cursor.top == "01HXYZ0000000000000000000B"
    assert gaps == ["The server numbers its posts anew; older posts are not read."]


def test_ids_of_letters_are_walked_as_well() -> None:
    flakes = [f"AbCdEf{each:010d}zZ" for each in range(90)]
    feed = Feed(flakes[:3])
    _, cursor, _ = feed.walk(None)
    feed.ids = flakes

    assert feed.walk(cursor)[0] == flakes[3:]


def test_a_half_finished_walk_back_goes_on_from_its_cursor() -> None:
    feed = Feed(numbers(100, 250), newest, 40)
    start = Cursor(instance=HERE, top="120")

    first = step(start, feed.fetch, instance=HERE, limit=40)
    again = step(Cursor.read(first.cursor.write()), feed.fetch, instance=HERE, limit=40)

    assert [each["id"] for each in first.found] == numbers(210, 250)
    assert [each["id"] for each in again.found] == numbers(170, 210)
    assert again.more


@pytest.mark.parametrize("text", [None, "", "{", "[]", "7", '{"v":2,"top":"1"}', '{"v":1}'])
def test_a_cursor_that_cannot_be_used_is_no_cursor(text: str | None) -> None:
    assert Cursor.read(text) is None


def test_entries_without_an_id_are_given_once_with_the_page_they_came_on() -> None:
    def fetch(limit: int, query: Sequence[tuple[str, Any]]) -> list[Any]:
        old = dict(query).get("min_id") == "2"
        return [] if old else [{"id": "2"}, {"no": "id"}, "junk", {"id": "1"}]

    taken = step(Cursor(instance=HERE, top="0"), fetch, instance=HERE, limit=40)
    after = step(taken.cursor, fetch, instance=HERE, limit=40)

    assert taken.found == [{"id": "1"}, "junk", {"no": "id"}, {"id": "2"}]
    assert after.found == []
