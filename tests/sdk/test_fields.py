"""The readers of what networks send: any JSON in, plain values or UnclearError out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback import fields
from answerback.fields import (
    UnclearError,
    entries,
    epoch,
    identifier,
    inner,
    items,
    moment,
    needed,
    number,
    site_of,
    words,
)
from answerback.model import Activity, Actor, Ignored, Item, Mention, Unreadable

from .strategies import plain

NAMES = ["id", "created", "count", "list"]
anything = plain | st.floats() | st.integers(-(10**400), 10**400)
times = st.sampled_from(
    ["2026-11-21T10:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1.5", "nan"]
)
payload = st.dictionaries(st.sampled_from(NAMES), anything | times | st.text(), max_size=4)


def like(source: Mapping[str, Any]) -> Item:
    """A translation as a plugin author writes one, with every reader in it."""
    counted = [entry for entry in entries(source, "list") if number(inner(entry, "id"), "count")]
    return Activity(
        type="Like",
        channel="somewhere",
        object=needed(source, "id"),
        id=words(source.get("list")) or str(len(counted)),
        published=moment(source, "created") if site_of(source.get("id"))[1] else None,
    )


def at(value: object) -> dict[str, object]:
    return {"created": value}


# Ids, words, counts and lists


@pytest.mark.parametrize(
    ("value", "found"),
    [("7", "7"), (7, "7"), (0, "0"), ("", None), (True, None), (1.5, None), (None, None)],
)
def test_an_id_is_text_whether_the_server_writes_text_or_numbers(
    value: object, found: str | None
) -> None:
    assert identifier(value) == found
    if found:
        assert needed({"id": value}, "id") == found
    else:
        with pytest.raises(UnclearError, match=r"^'id' is missing\.$"):
            needed({"id": value}, "id")


def test_words_are_text_that_says_something() -> None:
    assert words("said") == "said"
    assert [words(value) for value in ("", None, 7, ["said"])] == [None] * 4


def test_a_count_is_a_whole_number_that_counts() -> None:
    assert number({"count": 0}, "count") == 0
    assert [number({"count": value}, "count") for value in (-1, True, 1.0, "1", None)] == [None] * 5


def test_whatever_is_no_object_in_a_list_is_passed_over() -> None:
    assert entries({"list": [{"id": 1}, None, "x", {"id": 2}]}, "list") == [{"id": 1}, {"id": 2}]
    assert entries({"list": {"id": 1}}, "list") == entries({}, "list") == []


def test_a_long_list_is_given_whole() -> None:
    assert len(entries({"list": [{}] * 20_000}, "list")) == 20_000


def test_an_address_is_taken_apart_and_what_is_none_is_empty() -> None:
    assert site_of("https://a.example:8080/b/c.png?d#e") == ("https", "a.example:8080", "/b/c.png")
    assert site_of("https://[broken") == site_of(None) == ("", "", "")


# Times


@pytest.mark.parametrize(
    "written",
    ["2026-11-21T10:00:00Z", "2026-11-21T12:00:00+02:00", "2026-11-21T10:00:00.000000000Z",
     "2026-11-21 10:00:00+00:00"],
)  # fmt: skip
def test_a_time_with_a_zone_is_the_same_moment_in_utc(written: str) -> None:
    found = moment(at(written), "created")
    assert found == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert found.tzinfo is UTC


@pytest.mark.parametrize("value", [None, "", 0, False])
def test_a_time_that_is_not_told_is_none(value: object) -> None:
    assert moment(at(value), "created") is None
    assert epoch(at(value), "created") is None
    assert moment({}, "created") is None
    assert epoch({}, "created") is None


@pytest.mark.parametrize("written", ["2026-11-21T10:00:00", "2026-11-21"])
def test_a_time_without_a_zone_is_not_guessed(written: str) -> None:
    with pytest.raises(UnclearError, match=r"^'created' has no time zone\.$"):
        moment(at(written), "created")


@pytest.mark.parametrize(
    "value",
    ["yesterday", "2026-02-30T10:00:00Z", 1763719200, True, ["2026-11-21T10:00:00Z"],
     "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
)  # fmt: skip
def test_what_is_no_time_is_named_and_not_shown(value: object) -> None:
    with pytest.raises(UnclearError, match=r"^'created' is not a time\.$"):
        moment(at(value), "created")


@pytest.mark.parametrize(
    "value", [1763719200, 1763719200.0, "1763719200", 1763719200000, "1763719200000"]
)
def test_seconds_and_milliseconds_are_told_apart_by_their_size(value: object) -> None:
    assert epoch(at(value), "created") == datetime(2025, 11, 21, 10, tzinfo=UTC)


@pytest.mark.parametrize("value", [1763719200.25, "1763719200.250", 1763719200250])
def test_parts_of_a_second_are_kept(value: object) -> None:
    found = epoch(at(value), "created")
    assert found == datetime(2025, 11, 21, 10, microsecond=250_000, tzinfo=UTC)


@given(st.datetimes(datetime(1974, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_moment_counted_either_way_is_that_moment(when: datetime) -> None:
    seconds = (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    found = epoch(at(seconds), "created")
    assert found == when.replace(microsecond=0)
    assert epoch(at(seconds * 1000), "created") == found
    assert moment(at(found.isoformat()), "created") == found


@pytest.mark.parametrize(
    "value",
    [-1, True, float("nan"), float("inf"), 10**30, "soon", "1e9", "-1", "٣", [1763719200],
     "1763719200 ", "9" * 40],
)  # fmt: skip
def test_a_number_that_counts_no_time_is_unclear(value: object) -> None:
    with pytest.raises(UnclearError, match=r"^'created' is not a time\.$"):
        epoch(at(value), "created")


# Items


def test_one_payload_and_a_list_of_one_give_the_same() -> None:
    assert list(items({"id": 1}, like)) == list(items([{"id": 1}], like)) == [like({"id": 1})]
    assert list(items([], like)) == []


def test_a_bad_entry_costs_the_others_nothing() -> None:
    found = list(items([{"id": 1}, 7, {"text": "secret"}, {"id": 2}], like, where="page.posts"))
    assert found == [
        like({"id": 1}),
        Unreadable(position="page.posts[1]", reason="It is not an object."),
        Unreadable(position="page.posts[2]", reason="'id' is missing."),
        like({"id": 2}),
    ]


def test_a_mistake_of_the_translation_is_not_taken_for_a_bad_entry() -> None:
    def mistaken(source: Mapping[str, Any]) -> Item:
        return Ignored(reason=source["nothing"])

    with pytest.raises(KeyError):
        list(items([{}], mistaken))


@given(st.lists(payload | anything, max_size=5) | payload | anything)
def test_any_json_gives_an_item_for_each_entry(found: object) -> None:
    given_items = list(items(found, like))
    assert len(given_items) == (len(found) if isinstance(found, list) else 1)
    assert all(isinstance(item, Activity | Unreadable) for item in given_items)


@given(payload, st.sampled_from(NAMES))
def test_every_reader_gives_a_value_or_says_which_field_is_unclear(
    source: dict[str, Any], name: str
) -> None:
    assert isinstance(words(source.get(name)), str | None)
    assert isinstance(number(source, name), int | None)
    assert all(isinstance(entry, dict) for entry in entries(source, name))
    assert all(isinstance(part, str) for part in site_of(source.get(name)))
    for read in (needed, moment, epoch):
        try:
            found = read(source, name)
        except UnclearError as unclear:
            assert str(unclear).startswith(f"'{name}' ")  # noqa: PT017 - it may well not raise
        else:
            assert found is None or isinstance(found, str | datetime)
            assert not isinstance(found, datetime) or found.tzinfo is UTC


def test_everything_public_here_is_named_in_its_list() -> None:
    made_here = {
        name
        for name, value in vars(fields).items()
        if getattr(value, "__module__", None) == fields.__name__ and not name.startswith("_")
    }
    assert made_here == set(fields.__all__)


def test_an_object_within_another_is_found_or_empty() -> None:
    assert inner({"author": {"id": 1}}, "author") == {"id": 1}
    for value in (None, [], [{"id": 1}], "id", 7, True):
        assert inner({"author": value}, "author") == {}
    assert inner({}, "author") == {}


def test_a_mention_becomes_its_creation_by_its_author() -> None:
    rosa = Actor(id="https://plaza.example/u/rosa")
    said = Mention(id="https://plaza.example/1", channel="plaza", attributed_to=rosa)

    found = list(items([{}, {}], lambda _: said))

    assert found == [Activity(type="Create", channel="plaza", actor=rosa, object=said)] * 2
