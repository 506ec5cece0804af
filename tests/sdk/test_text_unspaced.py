"""Long stretches without spaces, as whole languages write: what is one thing stays whole."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from answerback.text import (
    bluesky_length,
    characters,
    mastodon_length,
    split,
    utf8_bytes,
    utf16_units,
    x_weighted_length,
)

COUNTS: list[Callable[[str], int]] = [
    bluesky_length, characters, mastodon_length, utf8_bytes, utf16_units, x_weighted_length,
]  # fmt: skip
FAMILY = "👨\u200d👩\u200d👧\u200d👦"
#: What must not be cut, and between them letters of scripts that write without spaces.
WHOLE = [
    "https://shop.example.com/path/to/thing", "@bob@shop.example", "shop.example.com/a/b",
    "me@shop.example.com", "Answerback", "naïveté", "カタカナ", "e\u0301", FAMILY, "🇪🇺", "1️⃣",
    "https://shop.example.com/?a=b&c=d", "１２３", "don't", "한국어",
]  # fmt: skip
BETWEEN = ["漢", "字", "。", "を", "」", "「", "、", "！", "ไทย", "ฉัน", "က"]


def spans(pieces: list[str]) -> list[tuple[str, int, int]]:
    """Each piece, and where it stands in all of them together."""
    found, place = [], 0
    for piece in pieces:
        found.append((piece, place, place + len(piece)))
        place += len(piece)
    return found


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(WHOLE), st.sampled_from(BETWEEN)), max_size=60),
    st.integers(100, 200),
    st.sampled_from(COUNTS),
)
def test_what_is_one_thing_stays_whole_where_nothing_is_spaced(
    pairs: list[tuple[str, str]], limit: int, count: Callable[[str], int]
) -> None:
    # A full stop ends what stands before it, for every network and every script.
    pieces = [piece for whole, between in pairs for piece in ("。", whole, "。", between)]
    text = "".join(pieces)
    parts = split(text, limit=limit, count=count, marks=False)

    assert "".join(parts) == text
    assert all(count(part) <= limit for part in parts)
    cuts = {end for _, _, end in spans(parts)}
    broken = [
        piece
        for piece, start, end in spans(pieces)
        if piece in WHOLE and cuts & set(range(start + 1, end))
    ]
    assert broken == []


@settings(deadline=None)
@given(
    st.text("aé漢を。「」👨\u200d\u0301🇪ำ1'.:/@#-\u0600 ", max_size=200), st.sampled_from(COUNTS)
)
def test_no_stretch_is_cut_inside_what_a_reader_sees_as_a_character(
    text: str, count: Callable[[str], int]
) -> None:
    text = text.strip()
    try:
        parts = split(text, limit=60, count=count, marks=False)
    except ValueError as error:
        assert "longer than a part" in str(error)  # noqa: PT017 (a name may come out of chance)
        return

    seen = [each for each in regex.findall(r"\X", text) if each.strip()]
    again = [each for part in parts for each in regex.findall(r"\X", part) if each.strip()]
    heaped = any(count(each) > 60 for each in seen)
    assert heaped or again == seen


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "詳しくはhttps://a.example/xyzをご覧ください",
            ["詳しくは", "https://a.example/xyz", "をご覧ください"],
        ),
        ("漢" * 21 + "。字", ["漢" * 20, "漢。字"]),
        ("漢" * 20 + "「Answer」", ["漢" * 20, "「Answer」"]),
        ("ご連絡は次へ@bob@shop.example", ["ご連絡は次へ", "@bob@shop.example"]),
        ("one/two/three-four.five_six", ["one/two/three-", "four.five_six"]),
    ],
)
def test_a_stretch_is_cut_between_its_words(text: str, parts: list[str]) -> None:
    assert split(text, limit=21, count=characters, marks=False) == parts


@pytest.mark.parametrize(
    "name",
    ["https://shop.example/" + "a" * 80, "shop.example/" + "a" * 80, f"@bob@{'a' * 80}.example",
     "http://192.168.0.1/" + "a" * 80],
)  # fmt: skip
def test_a_link_or_handle_longer_than_a_part_is_told_and_not_cut(name: str) -> None:
    for text in (name, f"see {name} there", f"漢字{name}。漢字"):
        with pytest.raises(ValueError, match="longer than a part"):
            split(text, limit=80, count=characters)


def test_a_link_that_a_network_shortens_may_be_longer_than_a_part() -> None:
    link = "https://shop.example/" + "a" * 300

    assert split(f"see {link} there", limit=40, count=mastodon_length) == [f"see {link} there"]


@pytest.mark.parametrize(
    "piece",
    ["漢", "🇪", "'", "a'", "https://a.bcを", "@a@", "a.", "#漢", "「", "a@", "@a.b@", "@漢", "1,2.",
     "カ\u0301", "a/", "\u0600"],
)  # fmt: skip
def test_a_long_stretch_is_split_in_proportion_to_its_size(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    start = time.process_time()
    split(text, limit=500, count=characters)

    assert time.process_time() - start < 3
