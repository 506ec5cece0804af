"""The wire form loses nothing, refuses what is wrong, and never breaks on strangers' JSON."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from answerback import (
    Activity,
    Actor,
    Attachment,
    Hint,
    Malformed,
    Mention,
    Part,
    Rating,
    Reach,
    Receipt,
    Tag,
    Tombstone,
    dumps,
    from_wire,
    json_schema,
    loads,
    to_wire,
)
from answerback._shapes import WIRE

from .strategies import activities, json_value, made, mentions, tombstones

NOON = datetime(2026, 8, 1, 12, 30, 15, 123456, tzinfo=UTC)
MENTION = Mention(id="https://square.example/1", channel="square")

MENTION_FIELDS = fields(Mention)
VALIDATOR = Draft202012Validator(json_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)

many = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
some = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def nested(depth: int, innermost: Any = "https://square.example/1") -> Activity:
    activity = Activity(type="Undo", channel="square", object=innermost)
    for _ in range(depth - 1):
        activity = Activity(type="Undo", channel="square", object=activity)
    return activity


def wire(**changes: Any) -> dict[str, Any]:
    return {**to_wire(MENTION), **changes}


@many
@given(mentions)
def test_a_mention_survives_the_wire_whole(mention: Mention) -> None:
    assert loads(dumps(mention)) == mention


@some
@given(activities | tombstones)
def test_an_activity_or_tombstone_survives_the_wire_whole(said: Activity | Tombstone) -> None:
    assert loads(dumps(said)) == said


@pytest.mark.parametrize("cls", [Actor, Part, Receipt, Hint])
def test_what_else_is_stored_survives_the_wire_whole(cls: Any) -> None:
    @settings(some, max_examples=20)
    @given(made(cls))
    def survives(thing: Any) -> None:
        assert loads(dumps(thing), cls) == thing

    survives()


@some
@given(activities | mentions)
def test_one_object_is_one_line_for_every_reader_of_lines(said: Activity | Mention) -> None:
    assert len(dumps(said).splitlines()) == 1


@some
@given(st.one_of(*(made(cls) for cls in WIRE)))
def test_what_is_written_fits_the_json_schema(thing: Any) -> None:
    VALIDATOR.validate(json.loads(dumps(thing)))


def test_the_wire_is_in_camel_case_and_leaves_out_what_is_not_told() -> None:
    author = Actor(id="https://square.example/ada", preferred_username="ada", followers=0)
    mention = Mention(
        id="https://square.example/1",
        channel="square",
        attributed_to=author,
        in_reply_to="https://square.example/0",
        tag=(),
        published=NOON.astimezone(timezone(timedelta(hours=2))),
        reach=Reach(),
    )
    assert to_wire(mention) == {
        "schema": "answerback/1",
        "id": "https://square.example/1",
        "channel": "square",
        "type": "Note",
        "attributedTo": {
            "id": "https://square.example/ada",
            "type": "Person",
            "preferredUsername": "ada",
            "followers": 0,
        },
        "inReplyTo": "https://square.example/0",
        "tag": [],
        "published": "2026-08-01T12:30:15.123456Z",
        "reach": {},
    }


def test_only_the_outermost_object_carries_the_schema() -> None:
    written = to_wire(Activity(type="Create", channel="square", object=MENTION))
    assert written["schema"] == "answerback/1"
    assert "schema" not in written["object"]


def test_a_tombstone_says_its_type_also_inside_an_activity() -> None:
    gone = Tombstone(id="https://square.example/1", channel="square")
    assert to_wire(gone)["type"] == "Tombstone"
    deletion = Activity(type="Delete", channel="square", object=gone)
    assert to_wire(deletion)["object"]["type"] == "Tombstone"
    assert from_wire(to_wire(deletion)) == deletion


def test_raw_stays_behind_unless_asked_for() -> None:
    received = {"id": 1, "content": "as received"}
    mention = Mention(id="https://square.example/1", channel="square", raw=received)
    activity = Activity(type="Create", channel="square", object=mention)
    assert "raw" not in to_wire(mention)
    assert "raw" not in to_wire(activity)["object"]
    with_raw = to_wire(activity, raw=True)
    assert with_raw["object"]["raw"] == received
    read = from_wire(with_raw)
    assert isinstance(read, Activity)
    assert isinstance(read.object, Mention)
    assert read.object.raw == received


def test_the_wire_shares_nothing_with_the_object() -> None:
    ref = {"id": "1", "roots": ["0"]}
    mention = Mention(id="https://square.example/1", channel="square", ref=MappingProxyType(ref))
    written = to_wire(mention)
    written["ref"]["roots"].append("2")
    assert ref == {"id": "1", "roots": ["0"]}


def test_a_line_of_the_first_release_is_still_read() -> None:
    line = (
        '{"schema":"answerback/1","type":"Update","channel":"square","published":'
        '"2026-08-01T12:30:15Z","actor":{"id":"https://square.example/ada","type":"Person",'
        '"preferredUsername":"ada","name":"Ada","bot":false,"created":"2020-01-01T00:00:00Z"},'
        '"object":{"id":"https://square.example/1","channel":"square","type":"Review","content":'
        '"<p>Late again</p>","mediaType":"text/html","text":"Late again","language":"en",'
        '"attributedTo":{"id":"https://square.example/ada","type":"Person"},"tag":[{"type":'
        '"Hashtag","name":"#late","start":0,"end":4}],"attachment":[{"type":"Image","url":'
        '"https://square.example/i.png","size":12,"policy":"link-only"}],"visibility":'
        '"unlisted","rating":{"value":1.0,"best":5.0},"updated":"2026-08-01T12:30:15.123456Z",'
        '"replyBy":"2026-09-01T00:00:00Z","version":"2","reach":{"likes":3},"ref":{"id":"1"}}}'
    )
    author = Actor(id="https://square.example/ada")
    assert loads(line) == Activity(
        type="Update",
        channel="square",
        published=NOON.replace(microsecond=0),
        actor=Actor(
            id="https://square.example/ada",
            preferred_username="ada",
            name="Ada",
            bot=False,
            created=datetime(2020, 1, 1, tzinfo=UTC),
        ),
        object=Mention(
            id="https://square.example/1",
            channel="square",
            type="Review",
            content="<p>Late again</p>",
            media_type="text/html",
            text="Late again",
            language="en",
            attributed_to=author,
            tag=(Tag(type="Hashtag", name="#late", start=0, end=4),),
            attachment=(
                Attachment(
                    type="Image", url="https://square.example/i.png", size=12, policy="link-only"
                ),
            ),
            visibility="unlisted",
            rating=Rating(value=1, best=5),
            updated=NOON,
            reply_by=datetime(2026, 9, 1, tzinfo=UTC),
            version="2",
            reach=Reach(likes=3),
            ref={"id": "1"},
        ),
    )


def test_fields_of_a_later_release_are_ignored_at_every_level() -> None:
    data = wire(schema="answerback/1.7", mood="grim", attributedTo={"id": "a", "mood": {"x": []}})
    read = from_wire(data, Mention)
    assert read.attributed_to == Actor(id="a")


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ("answerback/2", "version 2"),
        ("answerback/12.1", "version 12"),
        ("other/1", "not a version"),
        (1, "not a version"),
        ("answerback/1\n", "not a version"),
        (None, "missing 'schema'"),
    ],
)
def test_another_major_version_is_refused_with_what_this_release_reads(
    schema: object, said: str
) -> None:
    with pytest.raises(Malformed, match=said) as refused:
        from_wire(wire(schema=schema))
    assert "answerback/1" in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": None}, "nothing in 'id'"),
        ({"published": "2026-08-01T12:30:15"}, "time without zone in 'published'"),
        ({"published": "20260801T123015Z"}, "not a time (RFC 3339) in 'published'"),
        ({"published": "2026-13-01T12:30:15Z"}, "not a time (RFC 3339) in 'published'"),
        ({"published": "0001-01-01T00:00:00+14:00"}, "time out of range in 'published'"),
        ({"attributedTo": {"name": "x"}}, "missing in 'attributedTo.id'"),
        ({"attributedTo": []}, "not a JSON object in 'attributedTo'"),
        ({"tag": {"type": "Hashtag"}}, "not a list in 'tag'"),
        ({"reach": {"likes": "12"}}, "not a whole number in 'reach.likes'"),
        ({"reach": {"likes": True}}, "not a whole number in 'reach.likes'"),
        ({"reach": {"likes": 2**63}}, "number too large in 'reach.likes'"),
        ({"rating": {"value": float("nan")}}, "not a finite number in 'rating.value'"),
        ({"rating": {"value": 10**400}}, "number too large in 'rating.value'"),
        ({"rating": {"value": "5"}}, "not a number in 'rating.value'"),
        ({"attributedTo": {"id": "x", "bot": 1}}, "neither true nor false in 'attributedTo.bot'"),
        ({"ref": {"n": float("inf")}}, "not a finite number in 'ref'"),
        ({"ref": {"n": 10**400}}, "number too large in 'ref'"),
        ({"ref": []}, "not a mapping in 'ref'"),
        ({"text": "half \ud83d"}, "half a character (a lone surrogate) in 'text'"),
        ({"type": "Sermon"}, "not the type of a Mention, Activity or Tombstone in 'type'"),
        ({"type": ["Note"]}, "not the type of a Mention, Activity or Tombstone in 'type'"),
        (
            {"type": "Create", "object": 5},
            "neither an object nor an id in 'object'",
        ),
        (
            {"type": "Create", "object": {"type": "Person", "id": "x"}},
            "not the type of a Mention, Activity or Tombstone in 'object.type'",
        ),
        (
            {"type": "Create", "object": {"type": "Note", "channel": "square"}},
            "missing in 'object.id'",
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_path(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(Malformed) as refused:
        from_wire(wire(**changes))
    assert str(refused.value) == message


def test_an_error_never_repeats_what_was_said() -> None:
    secret = "xoxb-very-private"
    for changes in ({"type": secret}, {"published": secret}, {"reach": secret}):
        with pytest.raises(Malformed) as refused:
            from_wire(wire(**changes))
        assert secret not in str(refused.value)


def test_only_what_is_expected_is_read() -> None:
    receipt = Receipt(id="https://square.example/9", ref={"id": "9"})
    assert from_wire(to_wire(receipt), Receipt) == receipt
    with pytest.raises(Malformed, match="not the type of a Mention, Activity or Tombstone"):
        from_wire(to_wire(receipt))
    with pytest.raises(Malformed, match="not the type of a Receipt"):
        from_wire(to_wire(MENTION), Receipt)


def test_activities_stand_in_one_another_eight_deep_and_no_deeper() -> None:
    assert from_wire(to_wire(nested(8, MENTION))) == nested(8, MENTION)
    with pytest.raises(Malformed, match="more than 8 activities"):
        to_wire(nested(9))
    data: dict[str, Any] = {"type": "Undo", "channel": "square", "object": "x"}
    for _ in range(5000):
        data = {"schema": "answerback/1", "type": "Undo", "channel": "square", "object": data}
    with pytest.raises(Malformed, match="more than 8 activities"):
        from_wire(data)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("{", "not JSON: line 1 column 2"),
        ('{"schema": NaN}', "NaN is not JSON"),
        ("9" * 5000, "a number too long to read"),
        (b"\xff{}", "not UTF-8 at byte 0"),
        ("[]", "not a JSON object in '$'"),
    ],
    ids=["lists", "objects", "broken", "nan", "digits", "bytes", "list"],
)
def test_text_that_is_no_wire_form_is_malformed(text: str | bytes, message: str) -> None:
    with pytest.raises(Malformed) as refused:
        loads(text)
    assert str(refused.value).startswith(message)


def test_a_ref_too_deep_to_follow_is_refused_both_ways() -> None:
    deep: Any = {}
    for _ in range(5000):
        deep = {"deeper": deep}
    with pytest.raises(Malformed, match="nested more than 64 deep in 'ref'"):
        from_wire(wire(ref=deep))
    with pytest.raises(Malformed, match="nested more than 64 deep in 'ref'"):
        to_wire(Mention(id="x", channel="square", ref=deep))


@many
@given(json_value)
def test_any_json_is_read_or_malformed(data: Any) -> None:
    for shape in (data, {"schema": "answerback/1", "type": "Note", "object": data, "id": data}):
        try:
            read = from_wire(shape)
        except Malformed:
            continue
        assert from_wire(to_wire(read)) == read


@many
@given(st.dictionaries(st.sampled_from([each.name for each in MENTION_FIELDS]), json_value))
def test_what_can_be_written_can_be_read_again(told: dict[str, Any]) -> None:
    mention = Mention(**{"id": "x", "channel": "square", **told})
    try:
        line = dumps(mention, raw=True)
    except Malformed:
        return
    assert dumps(loads(line), raw=True) == line


def test_a_time_without_zone_is_refused_when_written() -> None:
    naive = Mention(id="x", channel="square", published=NOON.replace(tzinfo=None))
    with pytest.raises(Malformed, match=r"time without zone in 'object\.published'"):
        to_wire(Activity(type="Create", channel="square", object=naive))


def test_half_a_character_is_replaced_when_written_since_nothing_can_store_it() -> None:
    mention = Mention(id="x", channel="square", text="a\ud83d!", ref={"\udc00": "\ud83d\ude00"})
    read = loads(dumps(mention), Mention)
    assert read.text == "a\ufffd!"
    assert read.ref == {"\ufffd": "😀"}


def test_every_field_of_the_json_schema_says_what_it_means() -> None:
    properties = json_schema(Mention)["$defs"]["Mention"]["properties"]
    undescribed = {name for name, each in properties.items() if "description" not in each}
    assert not undescribed
    assert "ActivityStreams: inReplyTo" in properties["inReplyTo"]["description"]
    followers = json_schema()["$defs"]["Reach"]["properties"]["followers"]
    assert "unit: actors" in followers["description"]


def test_the_json_schema_is_one_and_refuses_what_is_wrong() -> None:
    Draft202012Validator.check_schema(json_schema())
    assert VALIDATOR.is_valid(to_wire(nested(2, MENTION)))
    for wrong in (
        {"id": "x", "channel": "square", "type": "Note"},
        wire(schema="answerback/2"),
        wire(tag="x"),
        wire(visibility="secret"),
        wire(published="yesterday"),
        wire(type="Sermon"),
    ):
        assert not VALIDATOR.is_valid(wrong), wrong
