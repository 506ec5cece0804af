"""Our own ActivityStreams 2.0: the standard's terms, out and in without loss."""

from __future__ import annotations

import json
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
    Rating,
    Reach,
    Tag,
    Tombstone,
    from_as2,
    to_as2,
)
from answerback._shapes import shape

from .strategies import activities, made, mentions, tombstones

NOON = datetime(2026, 8, 1, 12, 30, tzinfo=UTC)
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"

many = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
some = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@many
@given(mentions)
def test_a_mention_survives_activitystreams_whole(mention: Mention) -> None:
    assert from_as2(json.loads(json.dumps(to_as2(mention)))) == mention


@some
@given(activities | tombstones | made(Actor))
def test_what_else_is_said_survives_activitystreams_whole(
    said: Activity | Tombstone | Actor,
) -> None:
    assert from_as2(json.loads(json.dumps(to_as2(said)))) == said


def test_terms_of_the_standard_are_used_where_it_has_them() -> None:
    mention = Mention(
        id="https://square.example/1",
        channel="square",
        type="Review",
        url="https://square.example/@ada/1",
        content="<p>Zu spät</p>",
        media_type="text/html",
        text="Zu spät",
        summary="Ärger",
        name="Lieferung",
        language="de",
        attributed_to=Actor(
            id="https://square.example/ada",
            preferred_username="ada",
            icon="https://square.example/ada.png",
            followers=12,
            verified=True,
            created=NOON,
        ),
        in_reply_to="https://square.example/0",
        context="https://square.example/c",
        quote_of="https://square.example/q",
        tag=(
            Tag(type="Hashtag", name="#spät", href="https://square.example/t", start=3, end=8),
            Tag(type="Emoji", name=":x:", icon="https://square.example/x.png"),
        ),
        attachment=(
            Attachment(
                type="Image",
                url="https://square.example/i.png",
                media_type="image/png",
                name="Paket",
                size=9,
                policy="may-copy",
            ),
        ),
        visibility="unlisted",
        rating=Rating(value=1.5, best=5.0),
        published=NOON,
        updated=NOON,
        reply_by=NOON,
        version="7",
        reach=Reach(followers=1, likes=2, shares=3, replies=4),
        ref={"id": "1"},
        raw={"never": "shown"},
    )
    noon = "2026-08-01T12:30:00Z"

    def count(number: int) -> dict[str, Any]:
        return {"type": "Collection", "totalItems": number}

    written = to_as2(mention)
    assert written.pop("@context") == [
        "https://www.w3.org/ns/activitystreams",
        {
            "ab": "urn:answerback:ns#",
            "toot": "http://joinmastodon.org/ns#",
            "Review": "ab:Review",
            "Hashtag": "as:Hashtag",
            "Emoji": "toot:Emoji",
            "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
            "ab:ref": {"@id": "ab:ref", "@type": "@json"},
            "ab:replyBy": {"@id": "ab:replyBy", "@type": "xsd:dateTime"},
        },
    ]
    assert written == {
        "type": "Review",
        "id": "https://square.example/1",
        "ab:channel": "square",
        "url": "https://square.example/@ada/1",
        "content": "<p>Zu spät</p>",
        "contentMap": {"de": "<p>Zu spät</p>"},
        "mediaType": "text/html",
        "ab:text": "Zu spät",
        "summary": "Ärger",
        "name": "Lieferung",
        "attributedTo": {
            "type": "Person",
            "id": "https://square.example/ada",
            "preferredUsername": "ada",
            "icon": {"type": "Image", "url": "https://square.example/ada.png"},
            "followers": count(12),
            "ab:verified": True,
            "published": noon,
        },
        "inReplyTo": "https://square.example/0",
        "context": "https://square.example/c",
        "quote": "https://square.example/q",
        "tag": [
            {
                "type": "Hashtag",
                "name": "#spät",
                "href": "https://square.example/t",
                "ab:start": 3,
                "ab:end": 8,
            },
            {
                "type": "Emoji",
                "name": ":x:",
                "icon": {"type": "Image", "url": "https://square.example/x.png"},
            },
        ],
        "attachment": [
            {
                "type": "Image",
                "url": "https://square.example/i.png",
                "mediaType": "image/png",
                "name": "Paket",
                "ab:size": 9,
                "ab:policy": "may-copy",
            }
        ],
        "ab:visibility": "unlisted",
        "cc": [PUBLIC],
        "ab:rating": {"ab:value": 1.5, "ab:best": 5.0},
        "published": noon,
        "updated": noon,
        "ab:replyBy": noon,
        "ab:version": "7",
        "likes": count(2),
        "shares": count(3),
        "replies": count(4),
        "ab:reach": {"ab:followers": count(1)},
        "ab:ref": {"id": "1"},
    }


def test_every_term_written_is_the_one_the_model_names() -> None:
    terms = {each.as2 for each in shape(Mention) if each.as2}
    written = set(to_as2(FULL)) - {"@context", "to", "likes", "shares", "replies"}
    assert written == terms


def test_a_language_without_words_is_kept() -> None:
    assert from_as2(to_as2(Mention(id="x", channel="square", language="de"))) == Mention(
        id="x", channel="square", language="de"
    )


def test_a_ref_may_hold_what_looks_like_json_ld() -> None:
    mention = Mention(id="x", channel="square", ref={"@value": ["@id", {"@type": None}]})
    assert from_as2(to_as2(mention)) == mention


def test_only_the_outermost_object_carries_the_context() -> None:
    written = to_as2(Activity(type="Like", channel="square", object=FULL, actor=FULL.attributed_to))
    assert "@context" in written
    assert "@context" not in written["object"]
    assert "@context" not in written["actor"]


def test_what_could_not_be_read_back_is_not_written() -> None:
    naive = Mention(id="x", channel="square", published=NOON.replace(tzinfo=None))
    with pytest.raises(Malformed, match=r"time without zone in 'object\.published'"):
        to_as2(Activity(type="Create", channel="square", object=naive))
    deep = Activity(type="Undo", channel="square", object="x")
    for _ in range(8):
        deep = Activity(type="Undo", channel="square", object=deep)
    with pytest.raises(Malformed, match="more than 8 activities"):
        to_as2(deep)


FULL = Mention(
    id="x",
    channel="square",
    url="x",
    content="x",
    media_type="text/plain",
    text="x",
    summary="x",
    name="x",
    language="en",
    attributed_to=Actor(id="x"),
    in_reply_to="x",
    context="x",
    quote_of="x",
    tag=(),
    attachment=(),
    visibility="public",
    rating=Rating(value=1),
    published=NOON,
    updated=NOON,
    reply_by=NOON,
    version="x",
    reach=Reach(followers=1, likes=2, shares=3, replies=4),
    ref={},
)
