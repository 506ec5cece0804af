"""From Mastodon's Status and Account to our Mention and Actor, offline.

Facts: https://docs.joinmastodon.org/entities/Status/ and .../entities/Account/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

from answerback.fields import (
    UnclearError,
    entries,
    identifier,
    moment,
    needed,
    number,
    site_of,
    words,
)
from answerback.model import Actor, Attachment, Mention, Reach, Tag, TagType, Visibility
from answerback.text import LinkedText, html_to_linked_text

Json = Mapping[str, Any]

VISIBILITIES: dict[str, Visibility] = {
    "public": "public",
    "unlisted": "unlisted",
    "private": "followers",
    "direct": "direct",
}
_MEDIA = {"image": "Image", "gifv": "Video", "video": "Video", "audio": "Audio"}
_MEDIA_TYPES = {
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
    "webp": "image/webp", "avif": "image/avif", "heic": "image/heic", "mp4": "video/mp4",
    "webm": "video/webm", "mov": "video/quicktime", "mp3": "audio/mpeg", "ogg": "audio/ogg",
    "oga": "audio/ogg", "opus": "audio/ogg", "wav": "audio/wav", "flac": "audio/flac",
    "m4a": "audio/mp4",
}  # fmt: skip
# In these the quoted post is named and what is shown is not the author's to take back.
_QUOTING = frozenset({"accepted", "blocked_account", "blocked_domain", "muted_account"})
# A post with more is no post, and each is looked for in the text.
_MOST_NAMED = 8192
_QUOTE_FALLBACK = frozenset({"quote-inline"})


class Reading:
    """What is known while statuses of one server are read; reading adds to it.

    `origin` is the server's address, `domain` the name in its people's handles, `uris` the
    network-wide ids of its posts by their local numbers.
    """

    __slots__ = ("domain", "origin", "uris")

    def __init__(self, *, origin: str = "", domain: str = "") -> None:
        self.origin = origin
        self.domain = domain
        self.uris: dict[str, str] = {}

    def post_id(self, number: str) -> str:
        """The id of a post known by its local number: its uri, or else a `tag:` URI."""
        return self.uris.get(number) or unresolved(self.origin, number)


def unresolved(origin: str, number: str) -> str:
    """The stable stand-in for the id of a post of which only the local number is known."""
    host = site_of(origin)[1].rpartition("@")[2].partition(":")[0] or "instance.invalid"
    return f"tag:{host},2016:statuses/{number}"


def handle_of(account: Json, reading: Reading) -> str | None:
    """The full handle, user@domain."""
    acct = words(account.get("acct")) or words(account.get("username"))
    if acct is None or "@" in acct:
        return acct
    domain = reading.domain or site_of(account.get("url"))[1] or site_of(reading.origin)[1]
    return f"{acct}@{domain}" if domain else acct


def actor_of(account: object, reading: Reading) -> Actor | None:
    """The person, or None where the server tells nobody."""
    if not isinstance(account, dict):
        return None
    handle = handle_of(account, reading)
    get = account.get
    url = words(get("url"))
    iri = words(get("uri")) or url or (f"acct:{handle}" if handle else None)
    if iri is None:
        return None
    bot = get("bot")
    return Actor(
        id=iri,
        type="Group" if get("group") is True else "Service" if bot is True else "Person",
        preferred_username=handle,
        name=words(get("display_name")),
        url=url,
        icon=words(get("avatar")),
        followers=number(account, "followers_count"),
        bot=bot if isinstance(bot, bool) else None,
        created=_made(account),
    )


def _made(account: Json) -> datetime | None:
    """When an account was made; a day without a zone, as some servers tell it, is not worth it."""
    try:
        return moment(account, "created_at")
    except UnclearError:
        return None


def uri_of(status: Json) -> str:
    """The network-wide id of a status. Raises UnclearError."""
    uri = words(status.get("uri")) or words(status.get("url"))
    if uri is None:
        raise UnclearError("'uri' is missing.")
    return uri


def mention_of(status: Json, reading: Reading) -> Mention:
    """The mention a status is. Raises UnclearError where it lacks an id, or a time its zone."""
    get = status.get
    local = needed(status, "id")
    origin = reading.origin or _origin(status)
    uri = reading.uris[local] = uri_of(status)
    content, quote, poll = get("content"), get("quote"), get("poll")
    if isinstance(content, str):
        media_type = "text/html"
        read = html_to_linked_text(content, without=_QUOTE_FALLBACK if quote else ())
    else:
        media_type, content = "text/plain", words(get("text")) or ""
        read = LinkedText(text=content)
    text = _with_options(read.text, poll) if isinstance(poll, dict) else read.text
    account = get("account")
    author = actor_of(account, reading)
    summary, language = words(get("spoiler_text")), words(get("language"))
    created, edited = moment(status, "created_at"), moment(status, "edited_at")
    native_visibility = words(get("visibility"))
    parent = identifier(get("in_reply_to_id"))
    attachments = tuple(_attachments(status)) if get("media_attachments") else ()
    pleroma = get("pleroma")
    return Mention(
        id=uri,
        channel="mastodon",
        type="Question" if isinstance(poll, dict) else "Note",
        url=words(get("url")),
        content=content,
        media_type=media_type,
        text=text,
        summary=summary,
        language=language,
        attributed_to=author,
        in_reply_to=_parent_id(status, parent, uri, origin, reading) if parent else None,
        context=words(pleroma.get("context")) if isinstance(pleroma, dict) else None,
        quote_of=_quoted(quote, reading) if quote else None,
        tag=tuple(_tags(status, read)),
        attachment=attachments,
        visibility=VISIBILITIES.get(native_visibility or "", "direct"),
        published=created,
        updated=edited,
        version=_version(edited or created, text, summary, attachments),
        reach=Reach(
            followers=author.followers if author else None,
            likes=number(status, "favourites_count"),
            shares=number(status, "reblogs_count"),
            replies=number(status, "replies_count"),
        ),
        ref={
            "instance": origin,
            "id": local,
            "uri": uri,
            "in_reply_to_id": parent,
            "acct": words(account.get("acct")) if isinstance(account, dict) else None,
            "visibility": native_visibility,
            "sensitive": get("sensitive") is True,
            "language": language,
        },
        raw=status,
    )


def _origin(status: Json) -> str:
    """The server that tells of a status, as far as its own people can be seen in it."""
    homes = map(_home, (status.get("account"), *entries(status, "mentions")))
    return next(filter(None, homes), "")


def _home(person: object) -> str:
    """The server of a person who is named without it, and so lives where the answer is from."""
    if not isinstance(person, dict) or "@" in str(person.get("acct", "@")):
        return ""
    scheme, host, _ = site_of(person.get("url"))
    return f"{scheme}://{host}" if host else ""


def _parent_id(status: Json, parent: str, uri: str, origin: str, reading: Reading) -> str:
    known = reading.uris.get(parent)
    if known:
        return known
    account = status.get("account")
    author = identifier(account.get("id")) if isinstance(account, dict) else None
    same = author is not None and author == identifier(status.get("in_reply_to_account_id"))
    if same and uri.endswith(f"/statuses/{identifier(status['id'])}"):
        # A reply to oneself on this server: both uris differ in nothing but the number.
        return f"{uri.rpartition('/')[0]}/{parent}"
    return unresolved(origin, parent)


def _version(
    when: datetime | None, text: str, summary: str | None, media: Sequence[Attachment]
) -> str:
    said = [text, summary] if summary else [text]
    for each in media:
        said += [each.type, each.name or ""]
    digest = blake2b("\0".join(said).encode("utf-8", "replace"), digest_size=8)
    return f"{when.isoformat() if when else ''}#{digest.hexdigest()}"


def _with_options(text: str, poll: Json) -> str:
    options = [words(option.get("title")) for option in entries(poll, "options")]
    return "\n\n".join(filter(None, [text, "\n".join(f"- {each}" for each in options if each)]))


def _quoted(quote: object, reading: Reading) -> str | None:
    """The id of the quoted post, as far as its author lets it be quoted."""
    if not isinstance(quote, dict):
        return None
    if "state" not in quote:  # servers that had quotes before Mastodon give the post itself
        return words(quote.get("uri")) or words(quote.get("url"))
    if words(quote["state"]) not in _QUOTING:
        return None
    quoted = quote.get("quoted_status")
    if isinstance(quoted, dict):
        return words(quoted.get("uri")) or words(quoted.get("url"))
    local = identifier(quote.get("quoted_status_id"))
    return reading.post_id(local) if local else None


def _attachments(status: Json) -> Iterator[Attachment]:
    for media in entries(status, "media_attachments"):
        kind = media.get("type")
        url, remote = words(media.get("url")), words(media.get("remote_url"))
        address = (remote or url) if kind == "unknown" else (url or remote)
        own = media.get("pleroma")
        told = words(own.get("mime_type")) if isinstance(own, dict) else None
        ending = site_of(address)[2].rpartition(".")[2].lower()
        yield Attachment(
            type=_MEDIA.get(str(kind), "Document"),  # type: ignore[arg-type]
            url=address,
            media_type=told or _MEDIA_TYPES.get(ending),
            name=words(media.get("description")),
            policy="link-only",
        )


def _tags(status: Json, read: LinkedText) -> list[Tag]:
    """Who and what is named, at each place where the text says so."""
    text, spans, found = read.text, _spans(read), []
    for person in entries(status, "mentions")[:_MOST_NAMED]:
        acct, url = words(person.get("acct")), words(person.get("url"))
        name = f"@{acct}" if acct else ""
        places = spans.get(url or "") or _places(text, name)
        found += _tags_at(places, text, "Mention", name, href=url)
    for topic in entries(status, "tags")[:_MOST_NAMED]:
        name = f"#{topic['name']}" if words(topic.get("name")) else ""
        places = spans.get(name.casefold()) or _places(text, name)
        found += _tags_at(places, text, "Hashtag", name, href=words(topic.get("url")))
    for emoji in entries(status, "emojis")[:_MOST_NAMED]:
        name = f":{emoji['shortcode']}:" if words(emoji.get("shortcode")) else ""
        places = _places(text, name)
        found += _tags_at(places, text, "Emoji", name, icon=words(emoji.get("url")))
    return found


def _spans(read: LinkedText) -> dict[str, list[tuple[int, int]]]:
    """Where the text links to an address, or names a hashtag."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for link in read.links:
        label = read.text[link.start : link.end].casefold()
        key = label if label[:1] == "#" else link.href
        spans.setdefault(key, []).append((link.start, link.end))
    return spans


def _tags_at(
    places: Sequence[tuple[int, int]],
    text: str,
    kind: TagType,
    name: str,
    *,
    href: str | None = None,
    icon: str | None = None,
) -> list[Tag]:
    if not places:
        return [Tag(type=kind, name=name, href=href, icon=icon)] if name else []
    return [
        Tag(type=kind, name=text[start:end], href=href, icon=icon, start=start, end=end)
        for start, end in places
    ]


def _places(text: str, name: str) -> list[tuple[int, int]]:
    """Where the name stands in the text, the first few times."""
    places: list[tuple[int, int]] = []
    start = text.find(name) if name else -1
    while start >= 0 and len(places) < 20:
        places.append((start, start + len(name)))
        start = text.find(name, start + len(name))
    return places
