"""The rules of an installation: which hold, what they decide, and what is no rules file."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.errors import ConfigError
from answerback.model import Actor, Mention, Tag
from answerback_server.engine.triage import Heard, Verdict, installed, judge, read_rules

ROSA = Actor(
    id="https://square.example/users/rosa",
    preferred_username="rosa",
    url="https://square.example/@rosa",
)


def ruled(rules: list[Any], text: str = "My order is late", **more: Any) -> Verdict:
    """The verdict on a post of Rosa's under these rules."""
    kept_for_heard = {"kind", "listener", "listens_for"}
    told = {name: more.pop(name) for name in kept_for_heard & more.keys()}
    values: dict[str, Any] = {
        "id": "https://square.example/1",
        "channel": "mastodon",
        "text": text,
        "language": "en",
        "visibility": "public",
        "attributed_to": ROSA,
    }
    mention = Mention(**{**values, **more})
    heard: dict[str, Any] = {
        "mention": mention,
        "kind": "mention",
        "channel": "mastodon",
        "account": "acc_brand",
        "handle": "@brand",
        "listener": "mentions",
        **told,
    }
    return judge(Heard(**heard), read_rules(json.dumps({"rules": rules})), installed())


def tagged(**conditions: Any) -> list[Any]:
    """One rule that marks what its conditions hold for."""
    return [{"if": conditions, "then": {"tags": ["yes"]}}]


PRAISE_TAG = (Tag(type="Hashtag", name="#Praise"),)


@pytest.mark.parametrize(
    ("conditions", "more", "holds"),
    [
        ({}, {}, True),
        ({"channel": "mastodon"}, {}, True),
        ({"channel": ["x", "bluesky"]}, {}, False),
        ({"account": "@Brand"}, {}, True),
        ({"account": "acc_brand"}, {}, True),
        ({"account": "@other"}, {}, False),
        ({"listener": "hashtag"}, {"listener": "hashtag"}, True),
        ({"listener": "hashtag"}, {}, False),
        ({"hashtag": "#praise"}, {"tag": PRAISE_TAG}, True),
        ({"hashtag": "praise"}, {"listens_for": {"tag": "#Praise"}}, True),
        ({"hashtag": "praise"}, {}, False),
        ({"kind": ["direct", "review"]}, {"kind": "review"}, True),
        ({"language": "en"}, {"language": "en-GB"}, True),
        ({"language": "en-GB"}, {"language": "en-GB"}, True),
        ({"language": "de"}, {"language": None, "text": "Mein Paket ist wieder weg"}, True),
        ({"language": "de"}, {}, False),
        ({"sentiment": ["angry", "unhappy"]}, {"text": "I hate this scandal"}, True),
        ({"sentiment": "unknown"}, {"language": "sv", "text": "Var är mitt paket?"}, True),
        ({"priority": "normal"}, {}, True),
        ({"visibility": "public"}, {}, True),
        ({"visibility": "unknown"}, {"visibility": None}, True),
        ({"author": "@rosa@square.example"}, {}, True),
        ({"author": "https://square.example/users/Rosa"}, {}, True),
        ({"author": "https://square.example/@rosa"}, {}, True),
        ({"author": "@rosa@elsewhere.example"}, {}, False),
        ({"author": "@rosa@square.example"}, {"attributed_to": None}, False),
        ({"words": "order"}, {}, True),
        ({"words": ["ORDER  is", "never"]}, {}, True),
        ({"words": "rder"}, {}, False),
        ({"words": "refund"}, {"text": "No refunds here"}, False),
        ({"words": "straße"}, {"text": "In der STRASSE"}, True),
        ({"words": "返金"}, {"text": "早く返金してください"}, True),
        ({"words": "c++"}, {"text": "I love C++."}, True),
        ({"words": "café"}, {"text": "Un cafe\u0301 froid"}, True),
        ({"words": "order"}, {"text": "reorder, orders, order_1, ORDER!"}, True),
        ({"words": "order"}, {"text": "reorder, orders, order_1"}, False),
        ({"words": "gift"}, {"text": None, "content": "<p>A gift!</p>"}, True),
        ({"channel": "mastodon", "words": "order", "language": "de"}, {}, False),
    ],
)
def test_a_rule_holds_when_all_its_conditions_do(
    conditions: dict[str, Any], more: dict[str, Any], holds: bool
) -> None:
    assert (ruled(tagged(**conditions), **more).tags == ("yes",)) is holds


def test_for_each_outcome_the_first_rule_that_holds_decides() -> None:
    verdict = ruled(
        [
            {"if": {"words": "never"}, "then": {"priority": "low"}},
            {"if": {"words": "late"}, "then": {"priority": "high", "tags": ["Late Parcel"]}},
            {"name": "all", "then": {"priority": "urgent", "group": "Social", "tags": ["other"]}},
        ]
    )
    assert verdict.priority == "high"
    assert verdict.tags == ("late_parcel", "group_social")
    assert verdict.reasons == ("high by rule 2",)
    assert verdict.kept is None


def test_group_brand_and_answering_account_are_handed_on() -> None:
    verdict = ruled([{"then": {"group": "Team North", "brand": "Blue", "account": "@service"}}])
    assert verdict.tags == ("group_team_north", "brand_blue")
    assert verdict.account == "@service"


@pytest.mark.parametrize(
    ("then", "kept", "reason"),
    [
        ({"file": False}, "rule", "only to be kept (rule 1)"),
        ({"author": "muted"}, "muted", "a muted author (rule 1)"),
        ({"author": "staff"}, "staff", "one of our own staff (rule 1)"),
        ({"author": "staff", "file": True}, "staff", "one of our own staff (rule 1)"),
    ],
)
def test_what_is_only_kept_says_by_which_rule(then: Any, kept: str, reason: str) -> None:
    verdict = ruled([{"then": then}])
    assert (verdict.kept, verdict.reasons) == (kept, (reason,))


def test_a_rule_may_file_what_would_be_noise() -> None:
    bare = {"text": "", "quote_of": "https://square.example/0"}
    assert ruled([], **bare).kept == "repost"
    assert ruled([{"then": {"file": True}}], **bare).kept is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "nested too deep"),
        ("[]", "must be an object"),
        ("{}", "rules: is missing"),
        ('{"rules": {}}', "rules: must be a list"),
        ('{"rules": [], "more": 1}', "more: is not known here"),
        ('{"rules": [{"if": {}}]}', "rules[1].then: is missing"),
        ('{"rules": [{"then": {}}]}', "Rule 1 decides nothing"),
        ('{"rules": [{"then": {"file": "no"}}]}', "rules[1].then.file: must be true or false"),
        ('{"rules": [{"then": {"priority": "top"}}]}', "then.priority: must be one of: low"),
        ('{"rules": [{"then": {"tags": []}}]}', "then.tags: must be a text or a list"),
        ('{"rules": [{"then": {"group": ""}}]}', "then.group: must be a text of 1 to 200"),
        ('{"rules": [{"then": {"group": "a\\nb"}}]}', "on one line"),
        ('{"rules": [{"then": {"group": "\\ud800"}}]}', "on one line"),
        ('{"rules": [{"if": {"word": "x"}, "then": {"file": false}}]}', "if.word: is not known"),
        ('{"rules": [{"if": {"words": " "}, "then": {"file": false}}]}', "if.words: each value"),
        ('{"rules": [{"if": {"sentiment": "sad"}, "then": {"file": false}}]}', "'sad' is none of"),
        ('{"rules": [{"if": {"author": "@rosa"}, "then": {"file": false}}]}', "with its server"),
        (json.dumps({"rules": [{"then": {"file": True}}] * 201}), "at most 200 rules"),
        (
            json.dumps({"rules": [*tagged(words=[f"word {n}" for n in range(200)])] * 11}),
            "more than 2,000 words",
        ),
        (" " * 500_001, "longer than"),
        ('{"rules": [], "x": ' + "1" * 5000 + "}", "too many digits"),
    ],
)
def test_every_mistake_in_a_rules_file_is_named_by_its_place(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read_rules(text)
    assert words in str(raised.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["rules", "if", "then", "words", "file", "tags", "author", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=3))
def test_any_file_is_taken_or_refused_with_a_sentence(told: Any, words: list[str]) -> None:
    for rules in (told, {"rules": [told]}, {"rules": tagged(words=words)}):
        try:
            read_rules(json.dumps(rules))
        except ConfigError:
            continue
        assert ruled(rules["rules"]).faults == ()
