"""Long answers as several posts, and handles that name nobody."""

from __future__ import annotations

import re

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from answerback.text import characters, defuse_handles, graphemes, handles, mastodon_length, split

FAMILY = "👨\u200d👩\u200d👧\u200d👦"


def test_a_text_that_fits_stays_whole_and_unmarked() -> None:
    assert split(" all of it ", limit=9, count=len) == ["all of it"]


def test_a_long_text_becomes_numbered_parts_within_the_limit() -> None:
    parts = split("one two three four five", limit=13, count=len)

    assert parts == ["one two 1/3", "three 2/3", "four five 3/3"]


def test_ten_parts_and_more_leave_room_for_their_numbers() -> None:
    parts = split("word " * 40, limit=20, count=len)

    assert len(parts) >= 10
    assert all(len(part) <= 20 for part in parts)
    assert parts[-1].endswith(f" {len(parts)}/{len(parts)}")


def test_parts_leave_room_for_what_is_put_in_front() -> None:
    parts = split("one two three four", limit=20, count=len, before="@kunde ")

    assert len(parts) > 1
    assert all(len("@kunde " + part) <= 20 for part in parts)


def test_a_link_and_a_remote_handle_stay_whole() -> None:
    link = "https://shop.example/a/very/long/path/that/goes/on?and=on"
    parts = split(
        f"{'x' * 20} {link} @bob@very.long.host.example {'y' * 20}", limit=40, count=mastodon_length
    )

    assert any(link in part for part in parts)
    assert any("@bob@very.long.host.example" in part for part in parts)


def test_a_word_longer_than_a_part_is_cut_between_visible_characters() -> None:
    parts = split(FAMILY * 10, limit=8, count=graphemes)

    assert len(parts) > 1
    assert all(set(regex.findall(r"\X", part.split(" ")[0])) == {FAMILY} for part in parts)


def test_a_limit_without_room_for_one_character_is_an_error() -> None:
    with pytest.raises(ValueError, match="room"):
        split("words", limit=3, count=len, before="@kunde ")


_WORDS = st.lists(
    st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=12)
    | st.sampled_from([FAMILY, "e\u0301", "https://a.example/b", "@bob@b.example", "🇪🇪"]),
    max_size=60,
).map(" ".join)


@settings(deadline=None)
@given(
    _WORDS,
    st.integers(30, 80),
    st.sampled_from([characters, graphemes, mastodon_length]),
    st.booleans(),
)
def test_parts_fit_and_give_every_word_back_unbroken(
    text: str, limit: int, count: object, marks: bool
) -> None:
    assert callable(count)
    parts = split(text, limit=limit, count=count, before="@k ", marks=marks)
    bare = [re.sub(r" \d+/\d+$", "", part) for part in parts] if marks and parts[1:] else parts

    assert all(count("@k " + part) <= limit for part in parts)
    assert " ".join(bare).split() == text.split()


@settings(deadline=None)
@given(st.text(min_size=1), st.integers(20, 30))
def test_any_text_loses_nothing_but_white_space_at_the_cuts(text: str, limit: int) -> None:
    parts = split(text, limit=limit, count=characters, marks=False)

    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)
    assert all(len(part) <= limit for part in parts)


@settings(deadline=None)
@given(st.lists(st.sampled_from([FAMILY, "e\u0301", "a", " ", "🇪🇪", "नि", "\u0301"]), max_size=80))
def test_no_cut_falls_inside_a_visible_character(pieces: list[str]) -> None:
    text = "".join(pieces).strip()
    seen = regex.findall(r"\X", text)
    again = [
        char
        for part in split(text, limit=20, count=len, marks=False)
        for char in regex.findall(r"\X", part)
    ]

    assert [char for char in again if char.strip()] == [char for char in seen if char.strip()]


def test_stray_handles_name_nobody_and_kept_ones_still_do() -> None:
    text = "@kunde@s.example ask @Boss, mail me@acme.example or https://s.example/@boss"

    safe = defuse_handles(text, keep=["@Kunde@s.example"])

    assert handles(text) == ["kunde@s.example", "Boss"]
    assert handles(safe) == ["kunde@s.example"]
    assert safe == text.replace("@Boss", "@\u200bBoss")


@given(st.text("@abB.-_/:= \u200b＠é", max_size=30))
def test_nothing_is_named_after_handles_are_defused(text: str) -> None:
    assert handles(defuse_handles(text)) == []
    assert defuse_handles(text).replace("\u200b", "") == text.replace("\u200b", "")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("@b@ hi", "@\u200bb@ hi"),
        ("@b://x", "@\u200bb://x"),
        ("see https://shop.example/,@bob", "see https://shop.example/,%40bob"),
        ("see https://shop.example/@bob", "see https://shop.example/@bob"),
        ("mail me@shop.example", "mail me@shop.example"),
    ],
)
def test_nobody_is_named_by_what_only_a_server_takes_for_a_handle(text: str, safe: str) -> None:
    assert defuse_handles(text) == safe
