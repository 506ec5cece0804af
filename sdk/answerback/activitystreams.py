"""The model as ActivityStreams 2.0, and back.

JSON-LD under one fixed inline context: terms of the standard where it has one
(https://www.w3.org/TR/activitystreams-vocabulary/), `quote` of FEP-044f, and our own under
`ab:` for the rest. Mention → AS2 → Mention loses nothing but `raw`.

Written by hand and not with a JSON-LD processor: what others send is read by the names they
commonly use, whatever their `@context` says.
"""

from __future__ import annotations

from typing import Any, get_args

from answerback import _as2_reading
from answerback._values import (
    MAX_ACTIVITIES,
    Wrong,
    choice,
    flag,
    number,
    whole,
    write_mapping,
)
from answerback._values import write_text as text
from answerback._values import write_time as time
from answerback.errors import Malformed
from answerback.model import (
    Activity,
    ActivityType,
    Actor,
    ActorType,
    Attachment,
    AttachmentType,
    CopyPolicy,
    Mention,
    MentionType,
    Reach,
    Tag,
    TagType,
    Tombstone,
    Visibility,
)

__all__ = ["from_as2", "to_as2"]

#: The address that stands for everybody.
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"

_mention_type = choice(get_args(MentionType))
_activity_type = choice(get_args(ActivityType))
_actor_type = choice(get_args(ActorType))
_tag_type = choice(get_args(TagType))
_attachment_type = choice(get_args(AttachmentType))
_visibility = choice(get_args(Visibility))
_policy = choice(get_args(CopyPolicy))


def context() -> list[Any]:
    """The context under which everything here is written; always the same."""
    return [
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


def to_as2(thing: Mention | Activity | Tombstone | Actor) -> dict[str, Any]:
    """The object as ActivityStreams 2.0.

    Raises Malformed, naming the field, for what could not be read back.
    """
    if not isinstance(thing, Mention | Activity | Tombstone | Actor):
        raise TypeError(f"{type(thing).__name__} has no ActivityStreams form.")
    try:
        return {"@context": context(), **_any(thing, MAX_ACTIVITIES)}
    except Wrong as wrong:
        raise _named(thing, wrong) from None


def from_as2(
    data: object, *, channel: str = "activitypub"
) -> Mention | Activity | Tombstone | Actor:
    """The object an ActivityStreams document stands for, our own or a stranger's.

    `channel` is for documents that name none, as strangers' do. Unknown terms are ignored;
    what cannot be understood raises Malformed, naming the field and never its value.
    """
    try:
        return _as2_reading.read(data, channel)
    except Wrong as wrong:
        raise wrong.malformed() from None


def _named(thing: Mention | Activity | Tombstone | Actor, wrong: Wrong) -> Malformed:
    """The error with the way to the field, which the quick translation did not keep track of."""
    from answerback.schema import to_wire

    try:
        to_wire(thing)
    except Malformed as found:
        return found
    return wrong.malformed()


def _any(thing: Any, room: int) -> dict[str, Any]:
    if isinstance(thing, Mention):
        return _mention(thing)
    if isinstance(thing, Activity):
        return _activity(thing, room)
    if isinstance(thing, Tombstone):
        return _tombstone(thing)
    if isinstance(thing, Actor):
        return _actor(thing)
    raise Wrong("neither a mention, a tombstone, an activity nor an id")


def _mention(mention: Mention) -> dict[str, Any]:
    out: dict[str, Any] = {
        "type": _mention_type(mention.type),
        "id": text(mention.id),
        "ab:channel": text(mention.channel),
    }
    for term, words in (
        ("url", mention.url),
        ("content", mention.content),
        ("mediaType", mention.media_type),
        ("ab:text", mention.text),
        ("summary", mention.summary),
        ("name", mention.name),
        ("inReplyTo", mention.in_reply_to),
        ("context", mention.context),
        ("quote", mention.quote_of),
        ("ab:version", mention.version),
    ):
        if words is not None:
            out[term] = text(words)
    for term, moment in (
        ("published", mention.published),
        ("updated", mention.updated),
        ("ab:replyBy", mention.reply_by),
    ):
        if moment is not None:
            out[term] = time(moment)
    if mention.language is not None:
        # A null in a language map says nothing in JSON-LD; here it keeps the language alone.
        out["contentMap"] = {text(mention.language): out.get("content")}
    if mention.attributed_to is not None:
        out["attributedTo"] = _actor(mention.attributed_to)
    if mention.tag is not None:
        out["tag"] = [_tag(each) for each in mention.tag]
    if mention.attachment is not None:
        out["attachment"] = [_attachment(each) for each in mention.attachment]
    if mention.visibility is not None:
        out["ab:visibility"] = _visibility(mention.visibility)
        if mention.visibility == "public":
            out["to"] = [PUBLIC]
        elif mention.visibility == "unlisted":
            out["cc"] = [PUBLIC]
    if mention.rating is not None:
        rating = out["ab:rating"] = {"ab:value": number(mention.rating.value)}
        if mention.rating.best is not None:
            rating["ab:best"] = number(mention.rating.best)
    if mention.reach is not None:
        _put_reach(mention.reach, out)
    if mention.ref is not None:
        out["ab:ref"] = write_mapping(mention.ref)
    return out


def _put_reach(reach: Reach, out: dict[str, Any]) -> None:
    """Counts of the post where the standard has them; the author's followers under `ab:reach`."""
    told = False
    for term, count in (
        ("likes", reach.likes),
        ("shares", reach.shares),
        ("replies", reach.replies),
    ):
        if count is not None:
            out[term] = _collection(count)
            told = True
    if reach.followers is not None:
        out["ab:reach"] = {"ab:followers": _collection(reach.followers)}
    elif not told:
        out["ab:reach"] = {}


def _actor(actor: Actor) -> dict[str, Any]:
    out: dict[str, Any] = {"type": _actor_type(actor.type), "id": text(actor.id)}
    for term, words in (
        ("preferredUsername", actor.preferred_username),
        ("name", actor.name),
        ("url", actor.url),
    ):
        if words is not None:
            out[term] = text(words)
    if actor.icon is not None:
        out["icon"] = _image(actor.icon)
    if actor.followers is not None:
        out["followers"] = _collection(actor.followers)
    if actor.verified is not None:
        out["ab:verified"] = flag(actor.verified)
    if actor.bot is not None:
        out["ab:bot"] = flag(actor.bot)
    if actor.created is not None:
        out["published"] = time(actor.created)
    return out


def _tag(tag: Tag) -> dict[str, Any]:
    out: dict[str, Any] = {"type": _tag_type(tag.type), "name": text(tag.name)}
    if tag.href is not None:
        out["href"] = text(tag.href)
    if tag.icon is not None:
        out["icon"] = _image(tag.icon)
    if tag.start is not None:
        out["ab:start"] = whole(tag.start)
    if tag.end is not None:
        out["ab:end"] = whole(tag.end)
    return out


def _attachment(attachment: Attachment) -> dict[str, Any]:
    out: dict[str, Any] = {"type": _attachment_type(attachment.type)}
    for term, words in (
        ("url", attachment.url),
        ("mediaType", attachment.media_type),
        ("name", attachment.name),
    ):
        if words is not None:
            out[term] = text(words)
    if attachment.size is not None:
        out["ab:size"] = whole(attachment.size)
    if attachment.policy is not None:
        out["ab:policy"] = _policy(attachment.policy)
    return out


def _tombstone(tombstone: Tombstone) -> dict[str, Any]:
    out: dict[str, Any] = {
        "type": "Tombstone",
        "id": text(tombstone.id),
        "ab:channel": text(tombstone.channel),
    }
    if tombstone.former_type is not None:
        out["formerType"] = _mention_type(tombstone.former_type)
    if tombstone.deleted is not None:
        out["deleted"] = time(tombstone.deleted)
    return out


def _activity(activity: Activity, room: int) -> dict[str, Any]:
    if room == 0:
        raise Wrong(f"more than {MAX_ACTIVITIES} activities in one another", "object")
    out: dict[str, Any] = {"type": _activity_type(activity.type)}
    if activity.id is not None:
        out["id"] = text(activity.id)
    out["ab:channel"] = text(activity.channel)
    if activity.actor is not None:
        out["actor"] = _actor(activity.actor)
    if activity.published is not None:
        out["published"] = time(activity.published)
    done_to = activity.object
    out["object"] = text(done_to) if isinstance(done_to, str) else _any(done_to, room - 1)
    return out


def _collection(count: int) -> dict[str, Any]:
    return {"type": "Collection", "totalItems": whole(count)}


def _image(url: str) -> dict[str, Any]:
    return {"type": "Image", "url": text(url)}
