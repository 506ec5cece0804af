"""What an account can listen to, and how each is read.

Facts: https://docs.joinmastodon.org/methods/notifications/ (a stranger's direct message is filtered
unless asked for), .../timelines/#tag, .../search/, .../conversations/ and .../statuses/#context
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

from answerback.channel import Listener
from answerback.errors import ConfigError, Gone, Reconnect, Refused, RemoteError, TryLater
from answerback.model import Activity, Item, Mention, Page, Unreadable

from .payloads import activity_of, notification_item
from .server import CALL, PAGING, Server
from .statuses import Json, Reading, Unclear, entries, identifier, words
from .walk import Cursor, Step, order, step

_KINDS = ("mention", "quote", "update", "quoted_update")
_SEEN_AT_ONCE = 40

Params = Sequence[tuple[str, Any]]


def poll(server: Server, listener: Listener, cursor: str | None) -> Page:
    """One bounded step of a listener."""
    _learn_domain(server)
    if listener.kind == "conversation":
        return _conversation(server, listener, cursor)
    feed = _FEEDS[listener.kind](server, listener)
    taken = step(
        Cursor.read(cursor),
        feed,
        instance=server.origin,
        limit=_SEEN_AT_ONCE,
        backfill=int(listener.settings.get("backfill") or 0),
        id_of=_message_id if listener.kind == "direct" else lambda each: each.get("id"),
    )
    if cursor is None and taken.cursor.top == "0":
        _report_closed(server, listener)
    return _page(server, listener, taken)


def _learn_domain(server: Server) -> None:
    try:
        server.about()
    except (TryLater, Refused, Gone):
        # Handles then end in the server's address, which is nearly always the same.
        server.state.setdefault("server", {"at": ""})


def _page(server: Server, listener: Listener, taken: Step) -> Page:
    found = taken.found
    if listener.kind == "direct":
        found = list(_messages(server, found, taken))
    reading = server.reading()
    items = list(_items(found, reading, listener.kind))
    activities = resolved(server, reading, [one for one in items if isinstance(one, Activity)])
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
                raise Unclear("It is not an object.")
            if kind == "mentions":
                yield notification_item(each, reading)
            else:
                yield activity_of(each, reading)
        except Unclear as unclear:
            yield Unreadable(position=f"{kind}[{place}]", reason=str(unclear))


def learn(found: Sequence[object], reading: Reading) -> None:
    """Remember the uris of these posts, so that replies among them find their parents."""
    for each in found:
        post = each.get("status", each) if isinstance(each, dict) else None
        if isinstance(post, dict):
            local, uri = identifier(post.get("id")), words(post.get("uri"))
            if local and uri:
                reading.uris[local] = uri


def resolved(server: Server, reading: Reading, found: Sequence[Activity]) -> list[Activity]:
    """The activities with the uris of their parents, asking the server for unknown ones.

    A parent it no longer shows keeps its stand-in id.
    """
    statuses = [one.object.raw for one in found if isinstance(one.object, Mention)]
    parents = {identifier(status.get("in_reply_to_id")) for status in statuses}
    unknown = sorted(each for each in parents if each and each not in reading.uris)
    for local, parent in server.statuses(unknown).items() if unknown else ():
        if not isinstance(parent, RemoteError) and words(parent.get("uri")):
            reading.uris[local] = parent["uri"]
    if not unknown:
        return list(found)
    return [
        activity_of(one.object.raw, reading, edited=one.type == "Update")
        if isinstance(one.object, Mention)
        else one
        for one in found
    ]


# The feeds


def _notifications(server: Server, listener: Listener) -> Callable[[int, Params], list[Any]]:
    def fetch(limit: int, params: Params) -> list[Any]:
        kinds = server.state.get("kinds") or _KINDS
        try:
            return asked(limit, params, kinds)
        except Refused as refusal:
            if refusal.status not in (400, 422) or len(kinds) == 1:
                raise
            # Servers of other makes refuse kinds they do not know.
            found = asked(limit, params, _KINDS[:1])
            server.state["kinds"] = list(_KINDS[:1])
            return found

    def asked(limit: int, params: Params, kinds: Sequence[str]) -> list[Any]:
        only = [("types[]", kind) for kind in kinds]
        fixed = [("limit", limit), ("include_filtered", "true")]
        return server.objects("/api/v1/notifications", [*only, *fixed, *params], cost=PAGING)

    return fetch


def _hashtag(server: Server, listener: Listener) -> Callable[[int, Params], list[Any]]:
    tag = _wanted(listener, "tag").removeprefix("#")

    def fetch(limit: int, params: Params) -> list[Any]:
        path = f"/api/v1/timelines/tag/{quote(tag, safe='')}"
        try:
            return server.objects(path, [("limit", limit), *params], cost=PAGING)
        except Reconnect as error:
            # Either the token is dead, which this finds out, or the feed is closed to us.
            server.object("/api/v1/accounts/verify_credentials")
            raise Refused(
                "This server does not show its hashtag feeds. Listen from another server.",
                status=error.status,
            ) from error

    return fetch


def _keyword(server: Server, listener: Listener) -> Callable[[int, Params], list[Any]]:
    query = _wanted(listener, "query")

    def fetch(limit: int, params: Params) -> list[Any]:
        fixed = [("q", query), ("type", "statuses"), ("limit", limit)]
        found = server.get("/api/v2/search", [*fixed, *params], cost=PAGING).json()
        statuses = found.get("statuses") if isinstance(found, dict) else None
        if not isinstance(statuses, list):
            raise server.nonsense("/api/v2/search")
        # Some servers rank what they find.
        return sorted(statuses, key=_age_of, reverse=True)

    return fetch


def _direct(server: Server, listener: Listener) -> Callable[[int, Params], list[Any]]:
    def fetch(limit: int, params: Params) -> list[Any]:
        return server.objects("/api/v1/conversations", [("limit", limit), *params], cost=PAGING)

    return fetch


_FEEDS: dict[str, Callable[[Server, Listener], Callable[[int, Params], list[Any]]]] = {
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


def _report_closed(server: Server, listener: Listener) -> None:
    about: Mapping[str, Any] = server.state.get("server") or {}
    if listener.kind == "hashtag" and about.get("hashtags_closed"):
        raise Refused("This server has switched its hashtag feeds off. Listen from another server.")


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
        if since and parent and order(parent) > order(since):
            try:
                context = server.object(f"/api/v1/statuses/{identifier(last.get('id'))}/context")
            except (Gone, Refused):
                context = {}
            for above in entries(context, "ancestors"):
                if _age_of(above) > order(since) and above.get("visibility") == "direct":
                    yield above
        yield last


# One open conversation, read anew: a reply that does not name us is found only here


def _conversation(server: Server, listener: Listener, cursor: str | None) -> Page:
    root = listener.settings.get("root")
    if isinstance(root, str) and root.lstrip().startswith("{"):
        root = json.loads(root)
    local = server.local_id(root) if isinstance(root, Mapping) else identifier(root)
    if local is None:
        raise ConfigError(f"mastodon: listener {listener.id}: setting 'root' is missing.")
    path = f"/api/v1/statuses/{quote(local, safe='')}"
    first = server.object(path)
    context = server.object(f"{path}/context")
    posts = [first, *entries(context, "descendants")]
    reading = server.reading()
    learn([*entries(context, "ancestors"), *posts], reading)
    items = list(_items(posts, reading, listener.kind))
    activities = resolved(server, reading, [one for one in items if isinstance(one, Activity)])
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


__all__ = ["CALL", "learn", "poll", "resolved"]
