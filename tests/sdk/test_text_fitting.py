"""A long answer in parts: within every network's limit, nothing broken, nothing lost."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from answerback.text import (
    bluesky_length,
    characters,
    graphemes,
    mastodon_length,
    split,
    utf8_bytes,
    utf16_units,
    x_weighted_length,
)

Count = Callable[[str], int]

COUNTS: list[Count] = [
    bluesky_length,
    characters,
    graphemes,
    mastodon_length,
    utf8_bytes,
    utf16_units,
    x_weighted_length,
]
FAMILY = "👨\u200d👩\u200d👧\u200d👦"
every_count = pytest.mark.parametrize("count", COUNTS)


def bare(parts: list[str], after: str = "") -> list[str]:
    """The words of each part, without marks and signature."""
    words = [re.sub(r" \d+/\d+$", "", part) for part in parts] if len(parts) > 1 else [*parts]
    assert words[-1].endswith(after.strip())
    words[-1] = words[-1].removesuffix(after.strip()).rstrip() if after else words[-1]
    return [each for each in words if each]


def joined(parts: list[str], text: str, after: str = "") -> str:
    """The reply the parts were made of; of `text` only the white space at the cuts is taken."""
    again = ""
    for words in bare(parts, after):
        rest = text[len(again) :]
        again += rest[: len(rest) - len(rest.lstrip())] + words
    return again


@every_count
@pytest.mark.parametrize("letter", ["a", "é", "漢", FAMILY, "ע"])
def test_a_reply_as_long_as_the_limit_is_one_part_and_one_longer_is_two(
    count: Count, letter: str
) -> None:
    for many in (89, 90):
        text = letter * many
        assert split(text, limit=count(letter * 90), count=count) == [text]
    text = letter * 45 + " " + letter * 45
    parts = split(text, limit=count(text) - 1, count=count)

    assert parts == [f"{letter * 45} 1/2", f"{letter * 45} 2/2"]


@pytest.mark.parametrize(
    ("text", "length"),
    [("a" * 300, 300), ("é" * 300, 300), (FAMILY * 120, 300), ("\u0301" * 30, 6), ("", 0)],
)
def test_bluesky_counts_graphemes_and_tens_of_bytes(text: str, length: int) -> None:
    assert bluesky_length(text) == length


def test_both_of_blueskys_bounds_are_kept_by_one_limit() -> None:
    fits, too_many, too_heavy = "a" * 300, "a" * 301, FAMILY * 121

    assert split(fits, limit=300, count=bluesky_length) == [fits]
    for text in (too_many, too_heavy):
        parts = split(text, limit=300, count=bluesky_length)
        assert len(parts) == 2
        assert all(graphemes(part) <= 300 and utf8_bytes(part) <= 3000 for part in parts)
    assert graphemes(too_heavy) < 300


_WORDS = st.sampled_from(
    [FAMILY, "e\u0301", "https://shop.example.com/a?b=c", "@bob@shop.example", "🇪🇺", "שלום",
     "مرحبا", "नि", "zero\u200bwidth", "word", "漢字", "🏴\U000e0067\U000e0062\U000e007f", "1️⃣"]
)  # fmt: skip


@settings(deadline=None)
@given(
    st.lists(
        _WORDS | st.text("abé漢\u0301\u200d", min_size=1, max_size=8), min_size=1, max_size=60
    ),
    st.integers(90, 140),
    st.sampled_from(COUNTS),
    st.sampled_from(["", " ^JD", "\n\nYours, Ada Example"]),
)
def test_the_parts_joined_give_the_reply_back(
    words: list[str], limit: int, count: Count, after: str
) -> None:
    text = " ".join(words).strip()
    parts = split(text, limit=limit, count=count, before="@k ", after=after)

    assert all(count("@k " + part) <= limit for part in parts)
    assert joined(parts, text, after) == text
    assert [word for part in bare(parts, after) for word in part.split()] == text.split()


@settings(deadline=None)
@given(st.text("a \n\u0301\u200d\u200f👨🇪é漢", max_size=120), st.sampled_from(COUNTS))
def test_any_text_comes_back_whole_and_uncut_within_characters(text: str, count: Count) -> None:
    text = text.strip()
    parts = split(text, limit=40 * count(FAMILY), count=count)
    assert joined(parts, text) == text

    parts = split(text, limit=2 * count(FAMILY) + 150, count=count)
    seen = regex.findall(r"\X", text)
    again = [character for part in bare(parts) for character in regex.findall(r"\X", part)]
    assert [each for each in again if each.strip()] == [each for each in seen if each.strip()]


@every_count
@pytest.mark.parametrize(
    "word", ["word ", "מילה ", "zero\u200bwidth ", f"{FAMILY} ", "漢字", "\u200b"]
)
def test_ten_thousand_characters_become_parts_that_fit(count: Count, word: str) -> None:
    text = (word * 10_000)[:10_000].strip()
    parts = split(text, limit=280, count=count, before="@kunde ", after=" ^JD")

    assert all(count("@kunde " + part) <= 280 for part in parts)
    assert joined(parts, text, " ^JD") == text
    assert [part.rsplit(" ", 1)[1] for part in parts] == [
        f"{number}/{len(parts)}" for number in range(1, len(parts) + 1)
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("one two", ["one two ^Jane"]),
        ("one two three four", ["one two three 1/2", "four ^Jane 2/2"]),
        ("one two three four five 6", ["one two three 1/3", "four five 2/3", "6 ^Jane 3/3"]),
        ("abcde fghij xy", ["abcde fghij 1/2", "xy ^Jane 2/2"]),
        ("thirteen-chars", ["thirteen-chars 1/2", "^Jane 2/2"]),
    ],
)
def test_the_signature_stands_on_the_last_part_only(text: str, parts: list[str]) -> None:
    assert split(text, limit=18, count=len, after=" ^Jane") == parts


def test_a_signature_without_room_is_an_error() -> None:
    with pytest.raises(ValueError, match="signature"):
        split("one two", limit=9, count=len, after=" ^signature")


@pytest.mark.parametrize("marks", [True, False])
@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "é" * 250_000, "\u0301" * 500_000, "a b " * 250_000]
)
def test_a_megabyte_is_split_in_proportion_to_its_size(text: str, marks: bool) -> None:
    start = time.process_time()
    parts = split(text, limit=500, count=mastodon_length, marks=marks)

    assert time.process_time() - start < 2
    assert sum(map(len, parts)) >= len(text.replace(" ", ""))


@given(
    st.text("ab\r\n é漢각ᄀ가\u11a8\u0301\u200d🇪👨नि\u0600\u00ad\u200b", max_size=20) | st.text()
)
def test_graphemes_are_counted_as_a_reader_sees_them(text: str) -> None:
    assert graphemes(text) == len(regex.findall(r"\X", text))
