"""Strangers' ActivityStreams 2.0: read as far as it tells, and refused by name where it errs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from answerback import (
    Activity,
    Actor,
    Attachment,
    Malformed,
    Mention,
    Reach,
    Tag,
    from_as2,
    to_as2,
)

from .strategies import json_value

NOON = datetime(2026, 8, 1, 12, 30, tzinfo=UTC)
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"

many = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def stranger(**terms: Any) -> dict[str, Any]:
    return {"type": "Note", "id": "https://other.example/1", **terms}


def heard(**terms: Any) -> Mention:
    read = from_as2(stranger(**terms))
    assert isinstance(read, Mention)
    return read


def test_a_strangers_note_is_read_as_far_as_it_tells() -> None:
    """Shaped as Mastodon, Lemmy and Misskey write theirs."""
    note = stranger(
        type=["Note", "http://schema.example/Comment"],
        url=[
            {"type": "Link", "mediaType": "text/plain", "href": "https://other.example/1.txt"},
            {"type": "Link", "mediaType": "text/html", "href": "https://other.example/@bo/1"},
        ],
        contentMap={"nl": "<p>Hoi</p>"},
        attributedTo=["https://other.example/bo"],
        inReplyTo={"id": "https://other.example/0", "type": "Note"},
        conversation="tag:other.example,2026:1",
        _misskey_quote="https://other.example/q",
        tag={"type": "Mention", "href": "https://square.example/ford"},
        attachment=[
            {"type": "Document", "mediaType": "image/png", "url": "https://other.example/i.png"},
            {"type": "PropertyValue", "name": "Pronouns"},
            "https://other.example/just-a-link",
        ],
        to="as:Public",
        cc=["https://other.example/bo/followers"],
        likes="https://other.example/1/likes",
        replies={"type": "Collection", "first": {}},
        shares={"type": "Collection", "totalItems": 4},
        published="2026-08-01T14:30:00+02:00",
        updated=None,
        sensitive=False,
    )
    assert from_as2({"@context": [PUBLIC, {"x": "y"}], **note}, channel="mastodon") == Mention(
        id="https://other.example/1",
        channel="mastodon",
        url="https://other.example/@bo/1",
        content="<p>Hoi</p>",
        language="nl",
        attributed_to=Actor(id="https://other.example/bo"),
        in_reply_to="https://other.example/0",
        quote_of="https://other.example/q",
        tag=(
            Tag(
                type="Mention",
                name="https://square.example/ford",
                href="https://square.example/ford",
            ),
        ),
        attachment=(
            Attachment(type="Document", media_type="image/png", url="https://other.example/i.png"),
        ),
        visibility="public",
        published=NOON,
        reach=Reach(shares=4),
    )


def test_a_strangers_activity_is_read_with_its_object_or_only_its_id() -> None:
    create = {
        "type": "as:Create",
        "actor": "https://other.example/bo",
        "object": [stranger(content="Hoi")],
    }
    assert from_as2(create) == Activity(
        type="Create",
        channel="activitypub",
        actor=Actor(id="https://other.example/bo"),
        object=Mention(id="https://other.example/1", channel="activitypub", content="Hoi"),
    )
    like = {"type": "Like", "object": {"type": "Video", "id": "https://other.example/v"}}
    assert from_as2(like) == Activity(
        type="Like", channel="activitypub", object="https://other.example/v"
    )


def test_a_strangers_actor_may_show_the_icon_in_any_way() -> None:
    icon = "https://other.example/i.png"
    for shown in (
        icon,
        [icon],
        {"type": "Image", "url": icon},
        {"type": "Image", "url": [{"type": "Link", "href": icon}]},
        {"type": "Link", "href": icon},
    ):
        actor = {"type": "Service", "id": "https://other.example/bot", "icon": shown}
        assert from_as2(actor) == Actor(id="https://other.example/bot", type="Service", icon=icon)


@pytest.mark.parametrize(
    ("to", "cc", "visibility"),
    [
        ([PUBLIC], [], "public"),
        (["https://other.example/bo/followers"], ["Public"], "unlisted"),
        (["https://other.example/bo/followers"], [], "followers"),
        (["https://square.example/ford"], [], "direct"),
        ([], [], None),
    ],
)
def test_who_may_read_it_is_taken_from_whom_it_is_addressed_to(
    to: list[str], cc: list[str], visibility: str | None
) -> None:
    assert heard(to=to, cc=cc).visibility == visibility


def test_content_in_several_languages_has_the_language_of_the_content() -> None:
    words = {"en": "Hello", "de": "Hallo"}
    assert heard(content="Hallo", contentMap=words).language == "de"
    assert heard(contentMap=words) == heard(content="Hello", contentMap=words)
    assert heard(content="Hoi", contentMap=words).language is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "not a JSON object in '$'"),
        ({}, "not the type of a Mention, Activity, Tombstone or Actor in 'type'"),
        (stranger(type=7), "not a text in 'type'"),
        ({"type": "Note"}, "missing in 'id'"),
        (stranger(published="2026-08-01T12:30:00"), "time without zone in 'published'"),
        (stranger(content=7), "not a text in 'content'"),
        (stranger(contentMap="Hoi"), "not a mapping of languages in 'contentMap'"),
        (stranger(url={"type": "Link"}), "neither an id nor an address in 'url'"),
        (stranger(likes={"totalItems": "many"}), "not a whole number in 'likes.totalItems'"),
        (stranger(likes=7), "not a collection in 'likes'"),
        (stranger(tag=[{"type": "Hashtag"}]), "missing in 'tag[0].name'"),
        (stranger(attributedTo={}), "neither an id nor an address in 'attributedTo'"),
        (stranger(**{"ab:rating": {}}), "missing in 'ab:rating.ab:value'"),
        (stranger(name="half \ud83d"), "half a character (a lone surrogate) in 'name'"),
        ({"type": "Create"}, "missing in 'object'"),
        ({"type": "Create", "object": {"type": "Note"}}, "missing in 'object.id'"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_named_by_its_path(data: object, message: str) -> None:
    with pytest.raises(Malformed) as refused:
        from_as2(data)
    assert str(refused.value) == message


@many
@given(json_value)
def test_any_json_is_understood_or_malformed(data: Any) -> None:
    for document in (data, stranger(**data) if isinstance(data, dict) else stranger(object=data)):
        try:
            read = from_as2(document)
        except Malformed:
            continue
        assert from_as2(to_as2(read)) == read


def test_nesting_without_end_is_malformed() -> None:
    data: Any = "https://other.example/1"
    for depth in range(1, 5000):
        data = {"type": "Undo", "object": [data]}
        if depth == 8:
            assert isinstance(from_as2(data), Activity)
        if depth in (9, 4999):
            with pytest.raises(Malformed, match="more than 8 activities"):
                from_as2(data)
    words: Any = "Hoi"
    for _ in range(5000):
        words = [{"@value": words}]
    assert heard(content=words).content == "Hoi"
