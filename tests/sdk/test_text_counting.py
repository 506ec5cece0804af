"""Lengths as each network counts them."""

from __future__ import annotations

import time

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from answerback.text import characters, graphemes, mastodon_length, utf8_bytes, utf16_units

SEVERAL = (
    "See: http://example.com https://[2001:db8::2]:8443/a "
    "ftp://user:pw@files.example.org:21/x http://192.168.0.1/"
)
FAMILY = "👨\u200d👩\u200d👧\u200d👦"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("hello", 5),
        (" leading and trailing spaces   ", 31),
        (" tabs\tand\nnewlines\r\n", 19),
        ("check http://example.com and https://example.org/page?x=1#frag", 57),
        ("ftp://files.example.net/resource", 32),
        ("http://user:pass@example.com:8080/path", 38),
        ("http://127.0.0.1:3000/health", 28),
        ("https://[2001:db8::1]/status", 28),
        ("https://[2001:db8:85a3::8a2e:370:7334]:443/path?ok=1", 52),
        ("mailto:someone@example.com", 26),
        ("git+ssh://git@example.co.uk:22/repo.git", 39),
        ("https://very.long.tld.example.museum/collection/item", 23),
        ("@alice", 6),
        ("@bob@example.com", 4),
        ("hi @charlie and @dora@example.social!", 22),
        ("hey @me@example.com look at https://example.com/a-b_c~d?e=f#g and @you  ", 50),
        ("a: 🇪🇪", 4),
        (f"b: {FAMILY}", 4),
        ("c: 👩🏽\u200d💻", 4),
        ("d: ✊🏿", 4),
        ("é", 1),
        ("e\u0301", 1),
        ("https://sub.sub2.Путин.рф/увидимся/в?Гааге=военный#преступник", 48),
        (
            SEVERAL,
            114,
        ),
        ("(see https://example.com.)", 30),
        ("[link: http://user:pass@host.example:8080/path?x=y#z]", 53),
        ("<@root> and {@admin@example.net}", 20),
        ("https://example.com/a-b_c~d?param_a=1&param-b=2", 23),
        ("見てhttps://example.com/かな", 25),
    ],
)
def test_mastodon_length_counts_as_a_server_does(text: str, length: int) -> None:
    assert mastodon_length(text) == length


def test_the_length_of_a_link_is_the_instances_to_say() -> None:
    assert mastodon_length("https://example.com/x", url_length=30) == 30


@pytest.mark.parametrize(
    ("text", "points", "seen", "octets", "units"),
    [
        ("abc", 3, 3, 3, 3),
        ("\r\n", 2, 1, 2, 2),
        ("é", 1, 1, 2, 1),
        (FAMILY, 7, 1, 25, 11),
        ("\ud800", 1, 1, 3, 1),
    ],
)
def test_each_way_of_counting_counts_its_own_unit(
    text: str, points: int, seen: int, octets: int, units: int
) -> None:
    assert (characters(text), graphemes(text), utf8_bytes(text), utf16_units(text)) == (
        points,
        seen,
        octets,
        units,
    )


@given(st.text())
def test_no_count_exceeds_a_finer_one(text: str) -> None:
    assert graphemes(text) <= characters(text) <= utf16_units(text)
    assert characters(text) <= len(text.encode("utf-8", "surrogatepass")) == utf8_bytes(text)


@pytest.mark.parametrize(
    "piece", ["🇪", "🇪🇺", "👨\u200d", "\u0301", "a\r\n", "ᄀ", "https://a.example "]
)
def test_time_to_count_keeps_in_proportion_to_the_text(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    start = time.process_time()
    mastodon_length(text)
    graphemes(text)

    assert time.process_time() - start < 2


@given(st.text("🇪🇺a\u200d\u0301\u0600 ", max_size=20))
def test_rows_of_flags_are_counted_as_unicode_pairs_them(text: str) -> None:
    assert graphemes(text) == len(regex.findall(r"\X", text))
