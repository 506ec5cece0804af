"""Looking again reaches back far enough or says that it has not, and misses no post."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from answerback import Activity, Fetched, Gone, Ignored, Mention, Receipt, TryLater
from answerback.fields import UnclearError
from answerback.readback import fetched, look_back
from answerback.walk import Batch

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def said(minutes_ago: float | None) -> Activity:
    at = None if minutes_ago is None else NOON - timedelta(minutes=minutes_ago)
    name = f"https://square.example/{minutes_ago}"
    words = Mention(id=name, channel="square", text="Hello", published=at)
    return Activity(type="Create", channel="square", object=words)


def feed(*pages: Batch) -> Callable[[str | None], Batch]:
    """A feed of these pages, whose tokens are their numbers."""

    def fetch(token: str | None) -> Batch:
        number = int(token or 0)
        page = pages[number]
        older = str(number + 1) if number + 1 < len(pages) else page.older
        return Batch(items=page.items, older=older, gap=page.gap)

    return fetch


def anything(_: Mention) -> bool:
    return True


def ages(found: list[Mention]) -> list[str]:
    return [one.id.rpartition("/")[2] for one in found]


def test_everything_since_then_is_found_newest_first() -> None:
    pages = feed(Batch(items=[said(1), said(5)]), Batch(items=[said(8), said(30)]))

    assert ages(look_back(pages, anything, since=NOON - timedelta(minutes=10))) == ["1", "5", "8"]


def test_a_clock_that_is_a_little_slow_hides_nothing() -> None:
    pages = feed(Batch(items=[said(14), said(16)]))

    assert ages(look_back(pages, anything, since=NOON - timedelta(minutes=10))) == ["14"]


def test_the_look_ends_at_the_first_page_that_is_older() -> None:
    def fetch(token: str | None) -> Batch:
        assert token is None, "an older page was asked for"
        return Batch(items=[said(60)], older="more")

    assert look_back(fetch, anything, since=NOON) == []


def test_a_page_that_shows_no_posts_does_not_end_the_look() -> None:
    pages = feed(Batch(items=[Ignored(reason="a repost")]), Batch(items=[said(2)]))

    assert ages(look_back(pages, anything, since=NOON - timedelta(minutes=10))) == ["2"]


def test_what_has_no_time_may_be_it() -> None:
    assert ages(look_back(feed(Batch(items=[said(None)])), anything, since=NOON)) == ["None"]


def test_an_empty_feed_proves_that_nothing_was_posted() -> None:
    assert look_back(feed(Batch(items=[])), anything, since=NOON) == []


def test_only_what_is_it_is_given() -> None:
    pages = feed(Batch(items=[said(1), said(2)]), Batch(items=[said(3)]))

    found = look_back(pages, lambda one: one.id.endswith("/2"), since=NOON - timedelta(hours=1))

    assert ages(found) == ["2"]


def test_a_feed_that_is_too_long_proves_nothing() -> None:
    pages = feed(*[Batch(items=[said(1)]) for _ in range(30)])

    with pytest.raises(TryLater, match="far enough back"):
        look_back(pages, lambda _: False, since=NOON - timedelta(hours=1), most=5)


def test_what_was_found_in_a_feed_that_is_too_long_is_found() -> None:
    pages = feed(Batch(items=[said(1)]), *[Batch(items=[said(2)]) for _ in range(30)])

    found = look_back(pages, lambda one: one.id.endswith("/1"), since=NOON, most=5)

    assert ages(found) == ["1"]


def test_a_feed_that_ends_early_proves_nothing() -> None:
    pages = feed(Batch(items=[said(1)], gap="Only the newest are shown."))

    with pytest.raises(TryLater, match="far enough back"):
        look_back(pages, lambda _: False, since=NOON - timedelta(hours=1))


# What became of posts


def shown(ref: Mapping[str, Any]) -> Mention | None:
    """The network's answer to a ref that names the answer."""
    if isinstance(ref.get("answers"), int):
        raise Gone("It is not there.", status=ref["answers"])
    if "id" not in ref:
        raise UnclearError("'id' is missing.")
    return None if ref["id"] == "hidden" else Mention(id=ref["id"], channel="square")


def test_each_ref_is_told_of_in_order_whatever_became_of_the_others() -> None:
    refs: list[dict[str, Any]] = [
        {"answers": 404},
        {"id": "https://square.example/1"},
        {"answers": 410},
        {"id": "hidden"},
        {},
    ]
    there = Mention(id="https://square.example/1", channel="square")

    assert fetched(refs, shown) == [
        Fetched(ref=refs[0], state="missing"),
        Fetched(ref=refs[1], state="present", mention=there),
        Fetched(ref=refs[2], state="gone"),
        Fetched(ref=refs[3], state="missing"),
        Fetched(ref=refs[4], state="missing"),
    ]


def test_an_outage_is_not_taken_for_an_absence() -> None:
    def out(_: Mapping[str, Any]) -> Mention:
        raise TryLater("The network is away.")

    with pytest.raises(TryLater):
        fetched([{"id": "1"}], out)


def test_a_post_of_ours_that_was_read_gives_its_receipt() -> None:
    post = Mention(
        id="https://square.example/1",
        channel="square",
        url="https://square.example/@b/1",
        context="https://square.example/thread/1",
        ref={"id": "1"},
        published=NOON,
    )

    assert Receipt.of(post) == Receipt(
        id=post.id, url="https://square.example/@b/1", ref={"id": "1"}, published=NOON
    )
