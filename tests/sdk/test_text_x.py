"""X's way of counting and linking, by X's own conformance suite."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from answerback.text import (
    x_accepts,
    x_accepts_address,
    x_hashtags,
    x_links,
    x_mentions,
    x_weighted_length,
)

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "twitter-text"
VERSIONS: dict[str, Literal[1, 2, 3]] = {
    "WeightedTweetsCounterTest": 2,
    "WeightedTweetsWithDiscountedEmojiCounterTest": 3,
    "UnicodeDirectionalMarkerCounterTest": 3,
}

Case = dict[str, Any]


@cache
def suite(name: str) -> dict[str, list[Case]]:
    if not CORPUS.is_dir():
        pytest.skip("X's conformance suite is not here: no ../shared/corpus/twitter-text")
    with (CORPUS / name).open(encoding="utf-8") as file:
        read: dict[str, dict[str, list[Case]]] = yaml.load(file, Loader=_LOADER)
    return read["tests"]


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def cases(name: str, *groups: str) -> Iterator[Case]:
    for group in groups:
        yield from suite(name)[group]


def links(text: str) -> list[str]:
    return [link.href for link in x_links(text)]


@pytest.mark.parametrize("group", VERSIONS)
def test_every_weighted_length_of_the_suite_is_counted(group: str) -> None:
    version = VERSIONS[group]
    seen = [
        (case["text"], x_weighted_length(case["text"], version=version),
         x_accepts(case["text"], version=version))
        for case in cases("validate.yml", group)
    ]  # fmt: skip

    assert len(seen) > 1
    assert seen == [
        (case["text"], case["expected"]["weightedLength"], case["expected"]["valid"])
        for case in cases("validate.yml", group)
    ]


def test_posts_are_accepted_as_the_suite_says() -> None:
    for case in cases("validate.yml", "tweets"):
        assert x_accepts(case["text"], limit=140, version=1) is case["expected"], case


def test_handles_and_lists_are_valid_as_the_suite_says() -> None:
    for case in cases("validate.yml", "usernames"):
        found = [f"@{mention.handle}" for mention in x_mentions(case["text"])]
        assert (found == [case["text"]]) is case["expected"], case
    for case in cases("validate.yml", "lists"):
        found = [f"@{mention.handle}/{mention.list}" for mention in x_mentions(case["text"])]
        assert (found == [case["text"]]) is case["expected"], case


def test_addresses_without_a_scheme_are_valid_as_the_suite_says() -> None:
    for case in cases("validate.yml", "urls_without_protocol"):
        assert (links(case["text"]) == [case["text"]]) is case["expected"], case


def test_hashtags_are_valid_as_the_suite_says() -> None:
    for case in cases("validate.yml", "hashtags"):
        found = [f"#{tag.name}" for tag in x_hashtags(case["text"])]
        assert (found == [case["text"]]) is case["expected"], case


def test_addresses_are_valid_as_the_suite_says() -> None:
    for case in cases("validate.yml", "urls"):
        assert x_accepts_address(case["text"]) is case["expected"], case


def test_no_group_of_the_suites_validity_is_left_out() -> None:
    told = {"tweets", "usernames", "lists", "hashtags", "urls", "urls_without_protocol", *VERSIONS}

    assert set(suite("validate.yml")) == told


def test_every_hashtag_of_the_suite_is_found_at_its_place() -> None:
    for case in cases("extract.yml", "hashtags", "hashtags_from_astral"):
        assert [tag.name for tag in x_hashtags(case["text"])] == case["expected"], case
    for case in cases("extract.yml", "hashtags_with_indices"):
        found = [
            {"hashtag": tag.name, "indices": [tag.start, tag.end]}
            for tag in x_hashtags(case["text"])
        ]
        assert found == case["expected"], case


def test_every_link_of_the_suite_is_found() -> None:
    for case in cases("extract.yml", "urls", "tco_urls_with_params"):
        assert links(case["text"]) == case["expected"], case


def test_every_link_of_the_suite_is_found_at_its_place() -> None:
    for case in cases("extract.yml", "urls_with_indices", "urls_with_directional_markers"):
        found = [
            {"url": link.href, "indices": [link.start, link.end]} for link in x_links(case["text"])
        ]
        assert found == case["expected"], case


def test_every_top_level_domain_of_the_suite_makes_a_link() -> None:
    for case in cases("tlds.yml", "country", "generic"):
        assert links(case["text"]) == case["expected"], case


def test_every_handle_of_the_suite_is_found() -> None:
    for case in cases("extract.yml", "mentions"):
        found = [mention.handle for mention in x_mentions(case["text"])]
        assert found == case["expected"], case


def test_every_handle_and_list_of_the_suite_is_found_at_its_place() -> None:
    for case in cases("extract.yml", "mentions_with_indices", "mentions_or_lists_with_indices"):
        found = [
            (mention.handle, f"/{mention.list}" if mention.list else "",
             [mention.start, mention.end])
            for mention in x_mentions(case["text"])
        ]  # fmt: skip
        assert found == [
            (told["screen_name"], told.get("list_slug", ""), told["indices"])
            for told in case["expected"]
        ], case


def test_a_reply_begins_with_its_handle_as_the_suite_says() -> None:
    for case in cases("extract.yml", "replies"):
        first = next(iter(x_mentions(case["text"])), None)
        begins = first is not None and not case["text"][: first.start].strip()
        assert (first.handle if first and begins else None) == case["expected"], case


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Hi http://test.co", 26),
        ("H🐱☺👨\u200d👩\u200d👧\u200d👦", 7),
        ("漢" * 140, 280),
        ("cafe\u0301", 4),
        ("©", 1),
        ("©\ufe0f", 2),
        ("🇪🇺", 2),
        ("\u0301" * 100, 100),
    ],
)
def test_letters_links_and_emoji_have_their_weight(text: str, length: int) -> None:
    assert x_weighted_length(text) == length


@pytest.mark.parametrize("letter", ["a", "漢"])
def test_a_post_is_accepted_up_to_the_limit(letter: str) -> None:
    most = 280 // x_weighted_length(letter)

    assert x_accepts(letter * (most - 1))
    assert x_accepts(letter * most)
    assert not x_accepts(letter * (most + 1))
    assert x_accepts(letter * (most + 1), limit=25_000)


def test_a_link_stands_where_it_is_found() -> None:
    text = "😀 see (https://shop.example.com/a_(b)?c=d). Or ask@shop.example.com, or foo.com/x!"

    assert [text[link.start : link.end] for link in x_links(text)] == links(text)
    assert links(text) == ["https://shop.example.com/a_(b)?c=d", "foo.com/x"]


_PIECES = st.sampled_from(
    ["http://", "https://", "a", "com", ".com", ".", "-", "_", "/", "(", ")", "?", "@", "#", "xn--",
     "é", "漢", "みんな", " ", ":80", "t.co/", "rt", "😀", "\u200d", "\u0301", "\ud800", "\uffff"]
)  # fmt: skip


@given(st.lists(_PIECES | st.text(max_size=4), max_size=30).map("".join))
def test_any_text_is_counted_and_what_it_links_is_in_order(text: str) -> None:
    places = [place for link in x_links(text) for place in (link.start, link.end)]
    named = [place for mention in x_mentions(text) for place in (mention.start, mention.end)]
    tagged = [place for tag in x_hashtags(text) for place in (tag.start, tag.end)]

    assert places == sorted(places)
    assert named == sorted(named)
    assert tagged == sorted(tagged)
    assert all(text[tag.start + 1 : tag.end] == tag.name for tag in x_hashtags(text))
    assert all(text[link.start : link.end] == link.href for link in x_links(text))
    assert 0 <= x_weighted_length(text) <= 23 * len(text)


@pytest.mark.parametrize(
    "piece",
    ["a.", "http://a.com/(((", "a.com?!", "a.com/(", "_a.com", "a_.com ", "あ.com", "xn--a.",
     "\u0301\u0316", "👨\u200d", "🏴\U000e0061", "http://a.a.a.a.", "@a/", "#a", "a.com#b "],
)  # fmt: skip
def test_time_to_count_keeps_in_proportion_to_the_text(piece: str) -> None:
    def seconds(size: int) -> float:
        text = (piece * (size // len(piece) + 1))[:size]
        start = time.process_time()
        x_weighted_length(text)
        x_mentions(text)
        x_hashtags(text)
        x_accepts_address(text)
        return time.process_time() - start

    seconds(1000)
    assert seconds(300_000) < 3


@pytest.mark.parametrize(
    ("address", "accepted"),
    [
        ("http://[::1]/", True),
        ("http://[1.2.3.4]/", False),
        ("http://::1/", False),
        ("http://1.2.3.4:8080", True),
        ("example.com", False),
        ("http://example.com/\n", False),
        ("http://example", False),
        ("http://a@b@example.com/", False),
        ("http://example.com:123456/", False),
        ("http://example.com/%zz", False),
    ],
)
def test_an_address_is_accepted_only_whole(address: str, accepted: bool) -> None:
    assert x_accepts_address(address) is accepted


def test_without_the_list_of_domains_the_error_says_what_to_install() -> None:
    program = """
import sys
sys.modules["publicsuffixlist"] = None
from answerback import ConfigError
from answerback.text import x_weighted_length
print(x_weighted_length("no link"))
try:
    x_weighted_length("example.com")
except ConfigError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.startswith("7\nX's way of counting")
    assert "pip install 'answerback[channels]'" in done.stdout
