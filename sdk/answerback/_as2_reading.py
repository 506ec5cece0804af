"""ActivityStreams 2.0 to the model: our own documents exactly, strangers' as far as they tell.

Strangers write one value or an array of one, an id or the whole object, a link or a Link.
Everything raised here is `Wrong`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast, get_args

from answerback._values import (
    MAX_ACTIVITIES,
    Wrong,
    choice,
    flag,
    number,
    read_mapping,
    read_text,
    read_time,
    whole,
)
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
    Rating,
    Reach,
    Tag,
    TagType,
    Tombstone,
    Visibility,
)

Node = dict[str, Any]
Value = TypeVar("Value")

_NAMESPACE = "https://www.w3.org/ns/activitystreams#"
_PUBLIC = frozenset({_NAMESPACE + "Public", "as:Public", "Public"})

_MENTION = get_args(MentionType)
_ACTIVITY = get_args(ActivityType)
_ACTOR = get_args(ActorType)

# FEP-044f first; the others are older habits for the same thing.
_QUOTES = ("quote", "quoteUri", "quoteUrl", "_misskey_quote")


def read(data: object, channel: str) -> Mention | Activity | Tombstone | Actor:
    """The object; `channel` where it names none."""
    if not isinstance(data, dict):
        raise Wrong("not a JSON object")
    if _type(data, _ACTOR):
        return _actor(data)
    found = _thing(data, channel, MAX_ACTIVITIES)
    if found is None:
        raise Wrong("not the type of a Mention, Activity, Tombstone or Actor", "type")
    return found


def _thing(node: Node, channel: str, room: int) -> Mention | Activity | Tombstone | None:
    channel = _maybe(node, "ab:channel", read_text, channel)
    if kind := _type(node, _MENTION):
        return _mention(node, cast(MentionType, kind), channel)
    if kind := _type(node, _ACTIVITY):
        return _activity(node, cast(ActivityType, kind), channel, room)
    if _type(node, ("Tombstone",)):
        former = _type(node, _MENTION, "formerType")
        return Tombstone(
            id=_id(node),
            channel=channel,
            former_type=cast("MentionType | None", former),
            deleted=_maybe(node, "deleted", read_time),
        )
    return None


def _mention(node: Node, kind: MentionType, channel: str) -> Mention:
    content, language = _words(node)
    return Mention(
        id=_id(node),
        channel=channel,
        type=kind,
        url=_maybe(node, "url", _link, as_it_is=True),
        content=content,
        media_type=_maybe(node, "mediaType", read_text),
        text=_maybe(node, "ab:text", read_text),
        summary=_maybe(node, "summary", read_text),
        name=_maybe(node, "name", read_text),
        language=language,
        attributed_to=_maybe(node, "attributedTo", _actor),
        in_reply_to=_maybe(node, "inReplyTo", _iri),
        context=_maybe(node, "context", _iri),
        quote_of=next((_at(term, _iri, one) for term, one in _told(node, _QUOTES)), None),
        tag=_many(node, "tag", _tag),
        attachment=_many(node, "attachment", _attachment),
        visibility=_visibility(node),
        rating=_maybe(node, "ab:rating", _rating),
        published=_maybe(node, "published", read_time),
        updated=_maybe(node, "updated", read_time),
        reply_by=_maybe(node, "ab:replyBy", read_time),
        version=_maybe(node, "ab:version", read_text),
        reach=_reach(node),
        ref=_maybe(node, "ab:ref", read_mapping, as_it_is=True),
    )


def _activity(node: Node, kind: ActivityType, channel: str, room: int) -> Activity:
    if room == 0:
        raise Wrong(f"more than {MAX_ACTIVITIES} activities in one another", "object")

    def object_(value: Any) -> Mention | Tombstone | Activity | str:
        found = _thing(value, channel, room - 1) if isinstance(value, dict) else None
        return _iri(value) if found is None else found

    return Activity(
        type=kind,
        channel=channel,
        object=_must(node, "object", object_),
        id=_maybe(node, "id", read_text),
        actor=_maybe(node, "actor", _actor),
        published=_maybe(node, "published", read_time),
    )


def _actor(value: Any) -> Actor:
    if not isinstance(value, dict):
        return Actor(id=_iri(value))
    return Actor(
        id=_iri(value),
        type=cast(ActorType, _type(value, _ACTOR) or "Person"),
        preferred_username=_maybe(value, "preferredUsername", read_text),
        name=_maybe(value, "name", read_text),
        url=_maybe(value, "url", _link, as_it_is=True),
        icon=_maybe(value, "icon", _image),
        followers=_maybe(value, "followers", _count),
        verified=_maybe(value, "ab:verified", flag),
        bot=_maybe(value, "ab:bot", flag),
        created=_maybe(value, "published", read_time),
    )


def _tag(value: Any) -> Tag | None:
    kind = _type(value, get_args(TagType)) if isinstance(value, dict) else None
    if kind is None:
        return None
    href = _maybe(value, "href", read_text)
    return Tag(
        type=cast(TagType, kind),
        name=_maybe(value, "name", read_text, href) or _must(value, "name", read_text),
        href=href,
        icon=_maybe(value, "icon", _image),
        start=_maybe(value, "ab:start", whole),
        end=_maybe(value, "ab:end", whole),
    )


def _attachment(value: Any) -> Attachment | None:
    kind = _type(value, get_args(AttachmentType)) if isinstance(value, dict) else None
    if kind is None:
        return None
    policy = _maybe(value, "ab:policy", choice(get_args(CopyPolicy)))
    return Attachment(
        type=cast(AttachmentType, kind),
        url=_maybe(value, "url", _link, as_it_is=True),
        media_type=_maybe(value, "mediaType", read_text),
        name=_maybe(value, "name", read_text),
        size=_maybe(value, "ab:size", whole),
        policy=cast("CopyPolicy | None", policy),
    )


def _rating(value: Any) -> Rating:
    if not isinstance(value, dict):
        raise Wrong("not a JSON object")
    return Rating(value=_must(value, "ab:value", number), best=_maybe(value, "ab:best", number))


def _reach(node: Node) -> Reach | None:
    ours = _one(node.get("ab:reach"))
    if ours is not None and not isinstance(ours, dict):
        raise Wrong("not a JSON object", "ab:reach")
    counts = {term: _maybe(node, term, _count) for term in ("likes", "shares", "replies")}
    if ours is None and all(count is None for count in counts.values()):
        return None
    followers = _maybe(ours, "ab:followers", _count) if ours else None
    return Reach(followers=followers, **counts)


def _words(node: Node) -> tuple[str | None, str | None]:
    """Content and its language: that of the map's entry which is the content, or of the first."""
    content = _maybe(node, "content", read_text)
    told = _one(node.get("contentMap"))
    if told is None:
        return content, None
    if not isinstance(told, dict):
        raise Wrong("not a mapping of languages", "contentMap")
    for language, value in told.items():
        words = _one(value)
        if words is not None and content is None:
            return _at("contentMap", read_text, words), _at("contentMap", read_text, language)
        if words == content:
            return content, _at("contentMap", read_text, language)
    return content, None


def _visibility(node: Node) -> Visibility | None:
    told = _maybe(node, "ab:visibility", choice(get_args(Visibility)))
    if told is not None:
        return cast(Visibility, told)
    to, cc = (
        {each for each in _values(node.get(term)) if isinstance(each, str)} for term in ("to", "cc")
    )
    if to & _PUBLIC:
        return "public"
    if cc & _PUBLIC:
        return "unlisted"
    if any(each.rstrip("/").endswith("/followers") for each in to | cc):
        return "followers"
    # Somebody is named and not everybody: nothing more public may be made of it.
    return "direct" if to | cc else None


# What a term says


def _type(node: Node, known: tuple[str, ...], term: str = "type") -> str | None:
    """The first of the node's types that is known."""
    for value in _values(node.get(term, node.get("@type") if term == "type" else None)):
        if not isinstance(value, str):
            raise Wrong("not a text", term)
        name = value.removeprefix("as:").removeprefix(_NAMESPACE)
        if name in known:
            return name
    return None


def _id(node: Node) -> str:
    return _must(node, "id" if "id" in node else "@id", read_text, name="id")


def _iri(value: Any) -> str:
    """An id or address, whether it stands alone, in a Link, or in the object itself."""
    if not isinstance(value, dict):
        return read_text(value)
    for term in ("href", "id", "@id"):
        if (found := _maybe(value, term, read_text)) is not None:
            return cast(str, found)
    raise Wrong("neither an id nor an address")


def _link(value: Any) -> str | None:
    """One address among texts and Links; a page for people first."""
    found = [
        (_iri(each), _one(each.get("mediaType")) if isinstance(each, dict) else None)
        for each in _values(value)
    ]
    pages = [address for address, kind in found if kind == "text/html"]
    return pages[0] if pages else next((address for address, _ in found), None)


def _image(value: Any) -> str | None:
    if not isinstance(value, dict):
        return read_text(value)
    if "url" not in value:
        return _iri(value)
    return cast("str | None", _maybe(value, "url", _link, as_it_is=True))


def _count(value: Any) -> int | None:
    """How many are in a collection; None for one that is only named, or does not say."""
    if isinstance(value, str):
        return None
    if not isinstance(value, dict):
        raise Wrong("not a collection")
    return cast("int | None", _maybe(value, "totalItems", whole))


# Single values, arrays of them, and the way to them


def _values(value: Any) -> Iterator[Any]:
    for each in value if isinstance(value, list) else [value]:
        if (one := _one(each)) is not None:
            yield one


def _one(value: Any) -> Any:
    while True:
        if isinstance(value, list):
            value = next((each for each in value if each is not None), None)
        elif isinstance(value, dict) and "@value" in value:
            value = value["@value"]
        else:
            return value


def _told(node: Node, terms: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for term in terms:
        if (one := _one(node.get(term))) is not None:
            yield term, one


def _maybe(
    node: Node,
    term: str,
    check: Callable[[Any], Value],
    default: Any = None,
    *,
    as_it_is: bool = False,
) -> Any:
    value = node.get(term)
    if isinstance(value, list | dict) and not as_it_is:
        value = _one(value)
    return default if value is None else _at(term, check, value)


def _must(
    node: Node, term: str, check: Callable[[Any], Value], *, name: str | None = None
) -> Value:
    value = _one(node.get(term))
    if value is None:
        raise Wrong("missing", name or term)
    return _at(term, check, value)


def _many(node: Node, term: str, check: Callable[[Any], Value | None]) -> Any:
    """A tuple of what is known among the values, or None if the term is absent."""
    told = node.get(term)
    if told is None:
        return None
    found = []
    for position, value in enumerate(told if isinstance(told, list) else [told]):
        try:
            item = check(_one(value))
        except Wrong as wrong:
            raise wrong.inside(position).inside(term) from None
        if item is not None:
            found.append(item)
    return tuple(found)


def _at(step: str, check: Callable[[Any], Value], value: Any) -> Value:
    try:
        return check(value)
    except Wrong as wrong:
        raise wrong.inside(step) from None
