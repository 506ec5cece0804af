"""From Mastodon's Status and Account to our Mention and Actor, offline.

Facts: https://docs.joinmastodon.org/entities/Status/ and .../entities/Account/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

from answerback.model import Actor, Attachment, Mention, Reach, Tag, Visibility
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
# The most a context tells: https://docs.joinmastodon.org/methods/statuses/#context
_MOST = 2 * 4096
_QUOTE_FALLBACK = frozenset({"quote-inline"})


class UnclearError(ValueError):
    """A status cannot be read; the message names the field and never shows what was in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is known while statuses of one server are read.

    `origin` is the server's address, `domain` the name in its people's handles, `uris` the
    network-wide ids of its posts by their local numbers; reading adds to it.
    """

    origin: str = ""
    domain: str = ""
    uris: MutableMapping[str, str] = field(default_factory=dict)

    def post_id(self, number: str) -> str:
        """The id of a post known by its local number: its uri, or else a `tag:` URI."""
        return self.uris.get(number) or unresolved(self.origin, number)


def unresolved(origin: str, number: str) -> str:
    """The stable stand-in for the id of a post of which only the local number is known."""
    host = site_of(origin)[1].rpartition("@")[2].partition(":")[0] or "instance.invalid"
    return f"tag:{host},2016:statuses/{number}"


def site_of(address: object) -> tuple[str, str, str]:
    """Scheme, host with port, and path of an address; empty where it is none."""
    try:
        scheme, host, path, *_ = urlsplit(address if isinstance(address, str) else "")
    except ValueError:
        return "", "", ""
    return scheme, host, path


def identifier(value: object) -> str | None:
    """A local id as text: some servers write numbers. Ids are opaque and never become numbers."""
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def words(value: object) -> str | None:
    """Text, or None where there is none."""
    return value if isinstance(value, str) and value else None


def moment(source: Json, name: str) -> datetime | None:
    """A time with its zone. Raises UnclearError naming the field."""
    value = source.get(name)
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        raise UnclearError(f"'{name}' is not a time.") from None
    if found.tzinfo is None:
        raise UnclearError(f"'{name}' has no time zone.")
    return found


def entries(source: Json, name: str) -> list[Json]:
    """The objects of a list; whatever else stands in it is passed over."""
    value = source.get(name)
    if not value or not isinstance(value, list):
        return []
    return [each for each in value[:_MOST] if isinstance(each, dict)]


def number(source: Json, name: str) -> int | None:
    """A count, or None where none is told."""
    value = source.get(name)
    return value if type(value) is int and value >= 0 else None


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
    local = identifier(get("id"))
    if local is None:
        raise UnclearError("'id' is missing.")
    origin = reading.origin or _origin(status)
    uri = reading.uris[local] = uri_of(status)
    told, quote = get("content"), get("quote")
    html = isinstance(told, str)
    content = told if isinstance(told, str) else words(get("text")) or ""
    read = (
        html_to_linked_text(content, without=_QUOTE_FALLBACK if quote else ())
        if html
        else LinkedText(text=content)
    )
    poll = get("poll")
    text = _with_options(read.text, poll)
    attachments = tuple(_attachments(status)) if get("media_attachments") else ()
    account = get("account")
    author = actor_of(account, reading)
    summary = words(get("spoiler_text"))
    created, edited = moment(status, "created_at"), moment(status, "edited_at")
    visibility = VISIBILITIES.get(str(get("visibility")), "direct")
    parent = identifier(get("in_reply_to_id"))
    pleroma = get("pleroma")
    return Mention(
        id=uri,
        channel="mastodon",
        type="Question" if isinstance(poll, dict) else "Note",
        url=words(get("url")),
        content=content,
        media_type="text/html" if html else "text/plain",
        text=text,
        summary=summary,
        language=words(get("language")),
        attributed_to=author,
        in_reply_to=_parent_id(status, parent, uri, origin, reading) if parent else None,
        context=words(pleroma.get("context")) if isinstance(pleroma, dict) else None,
        quote_of=_quoted(quote, reading) if quote else None,
        tag=tuple(_tags(status, read)),
        attachment=attachments,
        visibility=visibility,
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
            "visibility": words(get("visibility")),
            "sensitive": get("sensitive") is True,
            "language": words(get("language")),
        },
        raw=status,
    )


def _origin(status: Json) -> str:
    """The server that tells of a status, as far as its own people can be seen in it."""
    for person in (status.get("account"), *entries(status, "mentions")):
        if isinstance(person, dict) and "@" not in str(person.get("acct", "@")):
            scheme, host, _ = site_of(person.get("url"))
            if host:
                return f"{scheme}://{host}"
    return ""


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


def _version(when: datetime | None, text: str, summary: str | None, media: Any) -> str:
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=8)
    if summary:
        digest.update(b"\0" + summary.encode("utf-8", "replace"))
    for each in media:
        digest.update(f"\0{each.type}\0{each.name or ''}".encode("utf-8", "replace"))
    return f"{when.isoformat() if when else ''}#{digest.hexdigest()}"


def _with_options(text: str, poll: object) -> str:
    if not isinstance(poll, dict):
        return text
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


def _tags(status: Json, read: LinkedText) -> Iterator[Tag]:
    text = read.text
    spans: dict[str, list[tuple[int, int]]] = {}
    for link in read.links:
        label = text[link.start : link.end].casefold()
        spans.setdefault(label if label[:1] == "#" else link.href, []).append(
            (link.start, link.end)
        )
    for person in entries(status, "mentions"):
        acct, url = words(person.get("acct")), words(person.get("url"))
        written = spans.get(url or "") or (_found(text, f"@{acct}") if acct else [])
        for start, end in written:
            yield Tag(type="Mention", name=text[start:end], href=url, start=start, end=end)
        if acct and not written:
            yield Tag(type="Mention", name=f"@{acct}", href=url)
    for topic in entries(status, "tags"):
        name, url = words(topic.get("name")), words(topic.get("url"))
        written = spans.get(f"#{name}".casefold()) or (_found(text, f"#{name}") if name else [])
        for start, end in written:
            yield Tag(type="Hashtag", name=text[start:end], href=url, start=start, end=end)
        if name and not written:
            yield Tag(type="Hashtag", name=f"#{name}", href=url)
    for emoji in entries(status, "emojis"):
        code, icon = words(emoji.get("shortcode")), words(emoji.get("url"))
        if code is None:
            continue
        written = _found(text, f":{code}:")
        for start, end in written:
            yield Tag(type="Emoji", name=f":{code}:", icon=icon, start=start, end=end)
        if not written:
            yield Tag(type="Emoji", name=f":{code}:", icon=icon)


def _found(text: str, name: str) -> list[tuple[int, int]]:
    """Where the name stands in the text, the first few times."""
    places: list[tuple[int, int]] = []
    start = text.find(name)
    while start >= 0 and len(places) < 20:
        places.append((start, start + len(name)))
        start = text.find(name, start + len(name))
    return places
