"""What a mention is worth, as a table: signals, priority, reasons; and what is only kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.model import Actor, Attachment, Mention, Rating, Reach
from answerback_server.engine.triage import Heard, Readers, Rules, Verdict, installed, judge

NOBODY = Readers()
QUIET = "My order 4711 went out on Monday."
ANGRY = "Worst service ever. I hate this, you are terrible liars!"
UNHAPPY = "This is a scandal."
PRAISE = "I love it, great job, thank you so much, you are wonderful!"


def said(text: str | None = QUIET, followers: int | None = None, **more: Any) -> Mention:
    """A post in English."""
    values: dict[str, Any] = {
        "id": "https://square.example/1",
        "channel": "mastodon",
        "text": text,
        "language": "en",
        "visibility": "public",
        "attributed_to": Actor(id="https://square.example/users/rosa", followers=followers),
    }
    return Mention(**{**values, **more})


def heard(mention: Mention | None = None, **more: Any) -> Heard:
    """It, as an account heard it."""
    values: dict[str, Any] = {
        "mention": mention or said(),
        "kind": "mention",
        "channel": "mastodon",
        "account": "acc_brand",
        "handle": "@brand",
        "listener": "mentions",
    }
    return Heard(**{**values, **more})


def weighed(mention: Mention | None = None, readers: Readers | None = None, **more: Any) -> Verdict:
    """What triage says of it without any rules."""
    return judge(heard(mention, **more), Rules(), readers or installed())


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("mention", "more", "priority", "reasons"),
    [
        (said(), {}, "normal", []),
        (said(ANGRY), {}, "high", ["angry words"]),
        (said(UNHAPPY), {}, "high", ["unhappy words"]),
        (said(ANGRY, 12_000), {}, "urgent", ["angry words", "12,000 followers"]),
        (said(UNHAPPY, 12_000), {}, "high", ["unhappy words", "12,000 followers"]),
        (said(UNHAPPY, 120_000), {}, "urgent", ["120,000 followers", "unhappy words"]),
        (said(PRAISE), {}, "low", ["praise"]),
        (said(PRAISE, 12_000), {}, "normal", ["praise", "12,000 followers"]),
        (said(PRAISE + " Is it vegan?"), {}, "normal", ["praise", "a question"]),
        (said("Is the app down?"), {}, "normal", ["a question"]),
        (said(followers=999), {}, "normal", []),
        (said(followers=1_000), {}, "normal", ["1,000 followers"]),
        (said(followers=10_000), {}, "high", ["10,000 followers"]),
        (
            said(reach=Reach(likes=60, shares=30, replies=10)),
            {},
            "high",
            ["liked, shared or answered 100 times"],
        ),
        (said(visibility="direct"), {"kind": "direct"}, "normal", ["a direct message"]),
        (
            said(UNHAPPY, visibility="direct"),
            {"kind": "direct", "waits": 3 * HOUR},
            "high",
            ["unhappy words", "a direct message", "waits for 3 hours"],
        ),
        (said(), {"waits": 50 * HOUR}, "normal", ["waits for 2 days"]),
        (said(), {"waits": 0.9 * HOUR}, "normal", []),
        (said(), {"waits": 8 * 24 * HOUR}, "normal", []),
        (said(), {"waits": -HOUR}, "normal", []),
        (said(), {"customer": "VIP"}, "high", ["a customer of the value “VIP”"]),
        (said(), {"customer": "bronze"}, "normal", []),
        (said(rating=Rating(value=1, best=5)), {}, "high", ["1 of 5 stars"]),
        (said(rating=Rating(value=3, best=5)), {}, "normal", ["3 of 5 stars"]),
        (said(ANGRY, rating=Rating(value=5, best=5)), {}, "low", ["5 of 5 stars"]),
        (said(rating=Rating(value=1, best=0)), {}, "normal", []),
        (said(ANGRY, language="de"), {}, "normal", []),
        (said(ANGRY, language=None), {}, "high", ["angry words"]),
        (said("Das ist eine Frechheit, ihr seid das Letzte!", language="de"), {}, "normal", []),
        (said(None), {}, "normal", []),
    ],
)
def test_signals_add_up_to_a_priority_with_its_reasons(
    mention: Mention, more: dict[str, Any], priority: str, reasons: list[str]
) -> None:
    verdict = weighed(mention, **more)
    assert (verdict.priority, list(verdict.reasons)) == (priority, reasons)
    assert verdict.faults == ()


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        ("my parcel is late again", None, "en"),
        ("mein Paket ist schon wieder weg", None, "de"),
        ("toujours pas reçu mon colis", None, "fr"),
        ("荷物がまだ届きません", None, "ja"),
        ("mein Paket ist schon wieder weg", "en-GB", "en"),
        ("", None, None),
        ("🤷", None, None),
        ("https://track.example/p/12 @brand@square.example", None, None),
    ],
)
def test_the_declared_language_counts_else_the_detected_one(
    text: str, declared: str | None, language: str | None
) -> None:
    assert weighed(said(text, language=declared)).language == language


def test_german_words_declared_as_english_are_not_read_as_angry_english() -> None:
    verdict = weighed(said("Die Frau, die die Tasche kaufte, war in Rot gekleidet", language="en"))
    assert verdict.mood is None


def test_without_the_extra_only_what_the_network_tells_counts() -> None:
    verdict = weighed(said(ANGRY, 12_000), NOBODY)
    assert (verdict.language, verdict.mood, verdict.priority) == ("en", None, "high")
    assert verdict.reasons == ("12,000 followers",)


@pytest.mark.parametrize(
    ("mention", "kept"),
    [
        (said("", quote_of="https://square.example/0"), "repost"),
        (said("@brand https://a.example/x ", quote_of="https://square.example/0"), "repost"),
        (said("Look!", quote_of="https://square.example/0"), None),
        (
            said(
                "",
                quote_of="https://square.example/0",
                attachment=(Attachment(type="Image", url="https://a.example/1.png"),),
            ),
            None,
        ),
        (said("@brand"), None),
        (said(None), None),
    ],
)
def test_only_a_repost_without_words_is_noise_by_itself(mention: Mention, kept: str | None) -> None:
    assert weighed(mention).kept == kept


class Broken:
    """A reader that fails at every word."""

    languages = frozenset({"en"})

    def language(self, words: str) -> str | None:
        raise ValueError(f"no content may leak: {words}")

    def mood(self, words: str) -> None:
        raise RuntimeError(f"no content may leak: {words}")


def test_a_part_that_fails_is_named_without_content_and_costs_the_others_nothing() -> None:
    readers = Readers(language=Broken(), moods=(Broken(),))
    verdict = weighed(said(ANGRY, 12_000), readers)
    assert verdict.faults == ("language: ValueError", "sentiment: RuntimeError")
    assert verdict.priority == "high"
    assert verdict.reasons == ("12,000 followers",)


def test_a_mention_that_is_none_is_filed_as_normal() -> None:
    odd: Any = SimpleNamespace(language=7)
    verdict = judge(heard(odd), Rules(), NOBODY)
    assert (verdict.kept, verdict.priority) == (None, "normal")
    assert verdict.faults


TEXTS = st.text(max_size=300) | st.sampled_from([ANGRY, PRAISE, "\ud800", "?" * 5000, "a" * 30_000])
NUMBERS = st.none() | st.integers(-(10**12), 10**12)
MENTIONS = st.builds(
    said,
    text=st.none() | TEXTS,
    followers=NUMBERS,
    name=st.none() | TEXTS,
    language=st.none() | st.text(max_size=12) | st.sampled_from(["en", "en-GB", "de", "zh_Hant"]),
    quote_of=st.none() | st.just("https://square.example/0"),
    visibility=st.none() | st.sampled_from(["public", "unlisted", "followers", "direct"]),
    rating=st.none() | st.builds(Rating, value=st.floats(), best=st.none() | st.floats()),
    reach=st.none() | st.builds(Reach, likes=NUMBERS, shares=NUMBERS, followers=NUMBERS),
    published=st.none() | st.just(datetime(2026, 11, 21, tzinfo=UTC)),
)
TIMES = st.none() | st.timedeltas()


@given(MENTIONS, TIMES, st.none() | st.text(max_size=20))
def test_nothing_anyone_says_makes_triage_fail_or_waver(
    mention: Mention, waits: timedelta | None, customer: str | None
) -> None:
    one = weighed(mention, waits=waits, customer=customer)
    assert one == weighed(mention, waits=waits, customer=customer)
    assert one.faults == ()
    assert one.priority in ("low", "normal", "high", "urgent")
