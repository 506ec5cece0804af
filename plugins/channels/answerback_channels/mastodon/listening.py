"""What an account can listen to, and how each is read.

Facts: https://docs.joinmastodon.org/methods/notifications/ (a stranger's direct message is filtered
unless asked for), .../timelines/#tag, .../search/, .../conversations/ and .../statuses/#context
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

from answerback.channel import Listener
from answerback.errors import ConfigError, Gone, Reconnect, Refused, RemoteError, TryLater
from answerback.fields import UnclearError, entries, identifier, words
from answerback.model import Activity, Item, Mention, Page, Unreadable

from .payloads import activity_of, learn, notification_item
from .server import CALL, PAGING, REREAD, Server
from .statuses import Json, Reading
from .walk import Cursor, Step, glance, order, step

_KINDS = ("mention", "quote", "update", "quoted_update")
_ANEW = "Where listening had come to cannot be read; older posts are not read."
#: Entries asked for at once; fewer where a page of them is too large.
_FEWER = (40, 8, 1)
_LARGEST_POST = 32_000_000

Query = Sequence[tuple[str, Any]]


def poll(server: Server, listener: Listener, cursor: str | None) -> Page:
    """One bounded step of a listener."""
    learn_domain(server)
    if listener.kind == "conversation":
        return _conversation(server, listener, cursor)
    taken = _step(server, listener, cursor)
    if cursor is not None and Cursor.read(cursor) is None:
        taken = replace(taken, gap=_ANEW)
    elif cursor is None and taken.cursor.top == "0":
        taken = replace(taken, gap=_why_empty(server, listener))
    return _page(server, listener, taken)


def _step(server: Server, listener: Listener, cursor: str | None) -> Step:
    """One step along the feed; a page too large to read is asked for in smaller ones."""
    for limit in _FEWER:
        server.max_bytes = _LARGEST_POST if limit == 1 else None
        try:
            walk = step if listener.kind == "mentions" else glance
            return walk(
                Cursor.read(cursor),
                partial(_FEEDS[listener.kind], server, listener),
                instance=server.origin,
                limit=limit,
                backfill=int(listener.settings.get("backfill") or 0),
                id_of=_message_id if listener.kind == "direct" else lambda each: each.get("id"),
            )
        except Refused as refusal:
            if refusal.code != "size" or limit == 1:
                raise
        finally:
            server.max_bytes = None
    raise AssertionError("the last of the sizes returns or raises")


def learn_domain(server: Server) -> None:
    """Learn what handles end in, if the server tells."""
    with suppress(TryLater):
        # Without it handles end in the server's address, which is nearly always the same.
        server.about()


def _page(server: Server, listener: Listener, taken: Step) -> Page:
    found = taken.found
    if listener.kind == "direct":
        found = list(_messages(server, found, taken))
    reading = server.reading()
    items = list(_items(found, reading, listener.kind))
    activities = resolved(server, reading, items)
    return Page(
        activities=tuple(activities),
        cursor=taken.cursor.write(),
        more=taken.more,
        gap=taken.gap,
        unreadable=tuple(one for one in items if isinstance(one, Unreadable)),
    )


def _items(found: Sequence[object], reading: Reading, kind: str) -> Iterator[Item]:
    learn(found, reading)
    for place, each in enumerate(found):
        try:
            if not isinstance(each, dict):
                raise UnclearError("It is not an object.")
            if kind == "mentions":
                yield notification_item(each, reading)
            else:
                yield activity_of(each, reading)
        except UnclearError as unclear:
            yield Unreadable(position=f"{kind}[{place}]", reason=str(unclear))


def resolved(
    server: Server,
    reading: Reading,
    found: Sequence[Item],
    cost: Mapping[str, float] = CALL,
) -> list[Activity]:
    """The activities among the items, with the uris of their parents; unknown ones are asked for.

    A parent the server no longer shows keeps its stand-in id.
    """
    activities = [one for one in found if isinstance(one, Activity)]
    unknown = {
        parent_number(one.object)
        for one in activities
        if isinstance(one.object, Mention) and (one.object.in_reply_to or "").startswith("tag:")
    }
    if not unknown:
        return activities
    for local, parent in server.statuses(sorted(unknown), cost=cost).items():
        if not isinstance(parent, RemoteError) and words(parent.get("uri")):
            reading.uris[local] = parent["uri"]
    return [
        replace(one, object=replace(one.object, in_reply_to=reading.uris[number]))
        if isinstance(one.object, Mention)
        and (number := parent_number(one.object)) in unknown & reading.uris.keys()
        else one
        for one in activities
    ]


def parent_number(mention: Mention) -> str:
    """The local number of the post a mention answers."""
    return str((mention.ref or {}).get("in_reply_to_id"))


# The feeds


def _notifications(server: Server, _: Listener, limit: int, query: Query) -> list[Any]:
    def asked(kinds: Sequence[str]) -> list[Any]:
        only = [("types[]", kind) for kind in kinds]
        fixed = [("limit", limit), ("include_filtered", "true")]
        return server.objects("/api/v1/notifications", [*only, *fixed, *query], cost=PAGING)

    kinds = _KINDS[:1] if server.remembers("only_mentions") else _KINDS
    try:
        return asked(kinds)
    except Refused as refusal:
        if refusal.status not in (400, 422) or len(kinds) == 1:
            raise
    # Servers of other makes refuse kinds they do not know.
    found = asked(_KINDS[:1])
    server.remember("only_mentions")
    return found


def _hashtag(server: Server, listener: Listener, limit: int, query: Query) -> list[Any]:
    tag = quote(_wanted(listener, "tag").removeprefix("#"), safe="")
    try:
        return server.objects(
            f"/api/v1/timelines/tag/{tag}", [("limit", limit), *query], cost=PAGING
        )
    except Reconnect as error:
        # Either the token is dead, which this finds out, or the feed is closed to us.
        server.object("/api/v1/accounts/verify_credentials")
        closed = "This server does not show its hashtag feeds. Listen from another server."
        raise server.error(Refused, closed, error.status) from error


def _keyword(server: Server, listener: Listener, limit: int, query: Query) -> list[Any]:
    fixed = [("q", _wanted(listener, "query")), ("type", "statuses"), ("limit", limit)]
    found = server.get("/api/v2/search", [*fixed, *query], cost=PAGING).json()
    statuses = found.get("statuses") if isinstance(found, dict) else None
    if not isinstance(statuses, list):
        raise server.nonsense("/api/v2/search")
    # Some servers rank what they find.
    return sorted(statuses, key=_age_of, reverse=True)


def _direct(server: Server, _: Listener, limit: int, query: Query) -> list[Any]:
    return server.objects("/api/v1/conversations", [("limit", limit), *query], cost=PAGING)


_FEEDS: dict[str, Callable[[Server, Listener, int, Query], list[Any]]] = {
    "mentions": _notifications,
    "hashtag": _hashtag,
    "keyword": _keyword,
    "direct": _direct,
}


def _age_of(status: object) -> tuple[int, str]:
    return order(identifier(status.get("id")) or "" if isinstance(status, dict) else "")


def _wanted(listener: Listener, name: str) -> str:
    value = str(listener.settings.get(name) or "").strip()
    if not value:
        raise ConfigError(f"mastodon: listener {listener.id}: setting '{name}' is missing.")
    return value


def _why_empty(server: Server, listener: Listener) -> str | None:
    """What there is to say when a feed shows nothing at all when listening begins."""
    about: Mapping[str, Any] = server.state.get("server") or {}
    if listener.kind == "hashtag" and about.get("hashtags_closed"):
        closed = "This server has switched its hashtag feeds off. Listen from another server."
        raise server.error(Refused, closed)
    if listener.kind == "keyword":
        return "The server found nothing at all. It may have no search of words in posts."
    return None


# Direct messages: a conversation tells only its last one


def _message_id(conversation: Json) -> object:
    last = conversation.get("last_status")
    return last.get("id") if isinstance(last, dict) else None


def _messages(server: Server, conversations: Sequence[Any], taken: Step) -> Iterator[Any]:
    """The last messages, each after those of its conversation that came since the last look."""
    since = taken.since
    for conversation in conversations:
        last = conversation.get("last_status") if isinstance(conversation, dict) else None
        if not isinstance(last, dict):
            continue
        parent = identifier(last.get("in_reply_to_id"))
        if since and parent:
            # Above the last one, or, where it answers an old one, beside it under that.
            above = order(parent) > order(since)
            seen_from = str(identifier(last.get("id"))) if above else parent
            path = f"/api/v1/statuses/{quote(seen_from, safe='')}/context"
            try:
                context = server.object(path)
            except (Gone, Refused):
                context = {}
            for one in entries(context, "ancestors" if above else "descendants"):
                known = identifier(one.get("id")) == identifier(last.get("id"))
                if not known and _age_of(one) > order(since) and one.get("visibility") == "direct":
                    yield one
        yield last


# One open conversation, read anew: a reply that does not name us is found only here


def _conversation(server: Server, listener: Listener, cursor: str | None) -> Page:
    root = listener.settings.get("root")
    if isinstance(root, str) and root.lstrip().startswith("{"):
        try:
            root = json.loads(root)
        except ValueError:
            root = None
    local = server.local_id(root) if isinstance(root, Mapping) else identifier(root)
    if local is None:
        raise ConfigError(f"mastodon: listener {listener.id}: setting 'root' names no post.")
    path = f"/api/v1/statuses/{quote(local, safe='')}"
    first = server.object(path, cost=REREAD)
    server.max_bytes = _LARGEST_POST
    try:
        context = server.object(f"{path}/context", cost=REREAD)
    finally:
        server.max_bytes = None
    posts = [first, *entries(context, "descendants")]
    reading = server.reading()
    learn([*entries(context, "ancestors"), *posts], reading)
    items = list(_items(posts, reading, listener.kind))
    activities = resolved(server, reading, items, REREAD)
    seen = blake2b(digest_size=12)
    for one in activities:
        if isinstance(one.object, Mention):
            seen.update(f"{one.object.id}\0{one.object.version}\0".encode())
    now = json.dumps({"v": 1, "instance": server.origin, "seen": seen.hexdigest()})
    return Page(
        activities=() if now == cursor else tuple(activities),
        cursor=now,
        unreadable=tuple(one for one in items if isinstance(one, Unreadable)),
    )
