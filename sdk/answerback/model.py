"""What people say in public, in one schema.

Names are those of ActivityStreams 2.0 (https://www.w3.org/TR/activitystreams-vocabulary/),
in snake_case here and in camelCase on the wire. The objects say what the *network* said.
`None` means "not told", so that a sparse report never erases a richer one; an empty tuple
means "told: none".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

ActorType = Literal["Person", "Organization", "Service", "Group", "Application"]
MentionType = Literal["Note", "Article", "Question", "Page", "Review"]
ActivityType = Literal["Create", "Update", "Delete", "Like", "Announce", "Undo"]
TagType = Literal["Mention", "Hashtag", "Emoji"]
AttachmentType = Literal["Image", "Video", "Audio", "Document"]
Visibility = Literal["public", "unlisted", "followers", "direct"]
CopyPolicy = Literal["link-only", "may-copy"]


def _means(meaning: str, *, as2: str | None, unit: str | None = None) -> dict[str, str | None]:
    """What a field means, its AS2 term and its unit: read by the schemas and their reference."""
    return {"meaning": meaning, "as2": as2, "unit": unit}


def _told(meaning: str, *, as2: str | None, unit: str | None = None, default: Any = None) -> Any:
    """A field that may be left out. One that may not is a plain `field`, which mypy understands."""
    return field(default=default, metadata=_means(meaning, as2=as2, unit=unit))


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who speaks."""

    id: str = field(metadata=_means("network-wide id, an IRI", as2="id"))
    type: ActorType = _told("what kind of actor", as2="type", default="Person")
    preferred_username: str | None = _told("handle without @", as2="preferredUsername")
    name: str | None = _told("display name, as written by its owner", as2="name")
    url: str | None = _told("page a person can open", as2="url")
    icon: str | None = _told("address of the avatar", as2="icon")
    followers: int | None = _told("people following", as2="followers", unit="actors")
    verified: bool | None = _told("the network vouches for the identity", as2="ab:verified")
    bot: bool | None = _told("declared as automated", as2="ab:bot")
    created: datetime | None = _told("when the account was made", as2="published", unit="UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """Someone or something named in the text."""

    type: TagType = field(metadata=_means("Mention, Hashtag or Emoji", as2="type"))
    name: str = field(metadata=_means("as written: @name, #tag or :shortcode:", as2="name"))
    href: str | None = _told("the actor's id or the tag's page", as2="href")
    icon: str | None = _told("address of a custom emoji's picture", as2="icon")
    start: int | None = _told("where it begins in `text`", as2="ab:start", unit="code points")
    end: int | None = _told("where it ends in `text`", as2="ab:end", unit="code points")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A picture, film, sound or file."""

    type: AttachmentType = field(metadata=_means("Image, Video, Audio or Document", as2="type"))
    url: str | None = _told("where it can be fetched", as2="url")
    media_type: str | None = _told("MIME type", as2="mediaType")
    name: str | None = _told("alternative text", as2="name")
    size: int | None = _told("size of the file", as2="ab:size", unit="bytes")
    policy: CopyPolicy | None = _told("whether the platform lets us keep a copy", as2="ab:policy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """Stars of a review."""

    value: float = field(metadata=_means("stars given", as2="ab:value", unit="stars"))
    best: float | None = _told("most stars possible", as2="ab:best", unit="stars")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far the words went, when they were heard."""

    followers: int | None = _told("followers of the author", as2="ab:followers", unit="actors")
    likes: int | None = _told("likes", as2="likes", unit="count")
    shares: int | None = _told("boosts, reposts", as2="shares", unit="count")
    replies: int | None = _told("answers", as2="replies", unit="count")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One thing someone said that concerns the brand."""

    id: str = field(
        metadata=_means("network-wide id, an IRI; a tag: URI where a network has none", as2="id")
    )
    channel: str = field(metadata=_means("the channel that heard it", as2="ab:channel"))
    type: MentionType = _told("kind of words", as2="type", default="Note")
    url: str | None = _told("permalink a person can open", as2="url")
    content: str | None = _told("the words as the network gave them", as2="content")
    media_type: str | None = _told("MIME type of `content`", as2="mediaType")
    text: str | None = _told("the words as plain text", as2="ab:text")
    summary: str | None = _told("content warning", as2="summary")
    name: str | None = _told("title", as2="name")
    language: str | None = _told("declared language, BCP 47", as2="contentMap")
    attributed_to: Actor | None = _told("the author", as2="attributedTo")
    in_reply_to: str | None = _told("id of the parent", as2="inReplyTo")
    context: str | None = _told("id of the thread or page it stands in", as2="context")
    quote_of: str | None = _told("id of the post it quotes", as2="quote")
    tag: tuple[Tag, ...] | None = _told("people, hashtags and emoji named", as2="tag")
    attachment: tuple[Attachment, ...] | None = _told("media", as2="attachment")
    visibility: Visibility | None = _told("who may read it", as2="ab:visibility")
    rating: Rating | None = _told("stars", as2="ab:rating")
    published: datetime | None = _told(
        "when it was written; never orders", as2="published", unit="UTC"
    )
    updated: datetime | None = _told(
        "when it was last edited; orders versions", as2="updated", unit="UTC"
    )
    reply_by: datetime | None = _told(
        "until when an answer is possible", as2="ab:replyBy", unit="UTC"
    )
    version: str | None = _told("differs when the words differ; does not order", as2="ab:version")
    reach: Reach | None = _told("how far it went", as2="ab:reach")
    ref: Mapping[str, Any] | None = _told(
        "what acting on it needs; opaque, survives erasure", as2="ab:ref"
    )
    raw: Any = field(
        default=None,
        repr=False,
        compare=False,
        metadata=_means("as received; never read back", as2=None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What is left of something deleted."""

    id: str = field(metadata=_means("id of what was deleted", as2="id"))
    channel: str = field(metadata=_means("the channel that heard of it", as2="ab:channel"))
    former_type: MentionType | None = _told("what it was", as2="formerType")
    deleted: datetime | None = _told("when it was deleted", as2="deleted", unit="UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Something done to a mention. What plugins yield."""

    type: ActivityType = field(metadata=_means("what happened", as2="type"))
    channel: str = field(metadata=_means("the channel that heard it", as2="ab:channel"))
    object: Mention | Tombstone | Activity | str = field(
        metadata=_means("what it happened to; only an id for Like and Announce", as2="object")
    )
    id: str | None = _told("id of the activity, if the network has one", as2="id")
    actor: Actor | None = _told("who did it", as2="actor")
    published: datetime | None = _told("when", as2="published", unit="UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One post of an agent's reply, fitted to a channel.

    `key` never changes for this part: the channel sends it as idempotency key or builds the
    client-chosen id from it.
    """

    key: str = field(metadata=_means("the same for every try of this part", as2=None))
    text: str = field(
        repr=False, metadata=_means("the words to post, its mark included", as2="ab:text")
    )
    number: int = _told(
        "which part of the reply this is, from 1", as2=None, unit="parts", default=1
    )
    of: int = _told("how many parts the reply has", as2=None, unit="parts", default=1)
    attachment: tuple[Attachment, ...] = _told(
        "media; a reply's media stand on its first part", as2="attachment", default=()
    )
    language: str | None = _told("language of the words, BCP 47", as2="contentMap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Proof of a posted part.

    `ref` is what a following part, an edit or a deletion needs; `context` the conversation a
    private reply opened; `state` is "pending" where a platform moderates after accepting.
    """

    id: str = field(metadata=_means("network-wide id of the post, an IRI", as2="id"))
    url: str | None = _told("permalink a person can open", as2="url")
    ref: Mapping[str, Any] | None = _told("what acting on it needs; opaque", as2="ab:ref")
    context: str | None = _told("id of the conversation a private reply opened", as2="context")
    state: Literal["public", "pending", "hidden"] = _told(
        "whether others can read it yet", as2=None, default="public"
    )
    published: datetime | None = _told("when it was posted", as2="published", unit="UTC")

    @classmethod
    def of(cls, mention: Mention) -> Receipt:
        """The receipt of a post of ours that was read as a mention."""
        return cls(id=mention.id, url=mention.url, ref=mention.ref, published=mention.published)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """News of something without the thing itself: the engine fetches `refs` or polls `listener`."""

    refs: tuple[Mapping[str, Any], ...] = _told(
        "what to fetch, one entry a post", as2=None, default=()
    )
    listener: str | None = _told("id of the listener to poll", as2=None)
    reason: str = _told("what the network announced, without content", as2=None, default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """An entry that is understood and does not concern us."""

    reason: str = field(metadata=_means("why it does not concern us, without content", as2=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """An entry that cannot be read; it costs the others nothing.

    `position` says where in the delivery it stood; `reason` names the field, never its content.
    """

    position: str = field(metadata=_means("where in the delivery it stood", as2=None))
    reason: str = field(metadata=_means("the field that is wrong, never its content", as2=None))


Item = Activity | Hint | Ignored | Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One bounded step of a poll, oldest first.

    `cursor` is committed together with the activities; `more` asks to be called again at
    once; `gap` says, in a sentence, what is older than the platform would show.
    """

    activities: tuple[Activity, ...] = _told(
        "what was heard, oldest first", as2="items", default=()
    )
    cursor: str | None = _told("where the next step goes on; opaque text", as2=None)
    more: bool = _told("there is more to read at once", as2=None, default=False)
    gap: str | None = _told("what is older than the platform would show, a sentence", as2=None)
    unreadable: tuple[Unreadable, ...] = _told("entries that cannot be read", as2=None, default=())
