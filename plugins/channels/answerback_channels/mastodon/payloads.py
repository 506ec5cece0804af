"""Every shape in which a Mastodon server tells of posts, read into items, offline.

Statuses, notifications (single and grouped), contexts, searches, conversations, stream events
and recorded exchanges, alone or in lists. Objects that hold no post are Ignored.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from answerback.fields import UnclearError, entries, identifier, moment, words
from answerback.model import Activity, Hint, Ignored, Item, Tombstone, Unreadable

from .statuses import Json, Reading, actor_of, mention_of, uri_of

_DEEPEST = 16
_TELLS_OF_A_POST = frozenset({"mention", "quote", "status"})
_TELLS_OF_AN_EDIT = frozenset({"update", "quoted_update"})
# What an object is, told by a field only it has.
_NO_POST = {
    "acct": "an account",
    "api_versions": "a description of the server",
    "registrations": "a description of the server",
    "stats": "a description of the server",
    "access_token": "a token",
    "client_id": "an app",
    "preview_url": "a media attachment",
    "shortcode": "a custom emoji",
    "votes_count": "a poll",
    "followed_by": "a relationship",
    "last_read_id": "a marker",
    "filtered": "a filter's answer",
    "text": "the source of a post",
    "history": "a hashtag",
}


def read(payload: object, reading: Reading, position: str = "", depth: int = 0) -> Iterator[Item]:
    """The items of any payload; one bad entry costs the others nothing."""
    if depth > _DEEPEST:
        yield Unreadable(position=position, reason="It is nested too deeply.")
    elif isinstance(payload, dict):
        try:
            if "content" in payload and "visibility" in payload:  # most are a post as it is
                yield activity_of(payload, reading, edited=bool(payload.get("edited_at")))
            else:
                yield from _read_object(payload, reading, position, depth + 1)
        except UnclearError as unclear:
            yield Unreadable(position=position, reason=str(unclear))
    elif isinstance(payload, list):
        learn(payload, reading)
        for place, each in enumerate(payload):
            yield from read(each, reading, f"{position}[{place}]", depth + 1)
    else:
        yield Unreadable(position=position, reason="It is neither an object nor a list.")


def activity_of(status: Json, reading: Reading, *, edited: bool = False) -> Activity:
    """That a status exists, was edited, or, for a boost, was shared. Raises UnclearError."""
    boosted = status.get("reblog")
    if isinstance(boosted, dict):
        return Activity(
            type="Announce",
            channel="mastodon",
            object=uri_of(boosted),
            id=words(status.get("uri")),
            actor=actor_of(status.get("account"), reading),
            published=moment(status, "created_at"),
        )
    mention = mention_of(status, reading)
    return Activity(
        type="Update" if edited else "Create",
        channel="mastodon",
        object=mention,
        actor=mention.attributed_to,
        published=mention.updated if edited else mention.published,
    )


def notification_item(notification: Json, reading: Reading) -> Item:
    """What a notification tells. Raises UnclearError."""
    kind = words(notification.get("type"))
    status = notification.get("status")
    if kind in _TELLS_OF_A_POST or kind in _TELLS_OF_AN_EDIT:
        if not isinstance(status, dict):
            raise UnclearError("'status' is missing.")
        return activity_of(status, reading, edited=kind in _TELLS_OF_AN_EDIT)
    if kind in {"favourite", "reblog"} and isinstance(status, dict):
        return Activity(
            type="Like" if kind == "favourite" else "Announce",
            channel="mastodon",
            object=uri_of(status),
            actor=actor_of(notification.get("account"), reading),
            published=moment(notification, "created_at"),
        )
    return Ignored(reason="a notification of a kind that holds no post")


def _read_object(found: Json, reading: Reading, at: str, depth: int) -> Iterator[Item]:
    if "request" in found and "body" in found:
        yield from _exchange(found, reading, at, depth)
    elif "event" in found and ("payload" in found or "data" in found or "stream" in found):
        yield from _event(found, reading, at, depth)
    elif "ancestors" in found or "descendants" in found:
        parts = {part: found.get(part) or [] for part in ("ancestors", "descendants")}
        learn([*entries(parts, "ancestors"), *entries(parts, "descendants")], reading)
        for part, posts in parts.items():
            yield from read(posts, reading, f"{at}.{part}", depth)
        if not any(parts.values()):
            yield Ignored(reason="a thread without other posts")
    elif "notification_groups" in found:
        yield from _groups(found, reading, at)
    elif "last_status" in found:
        if found["last_status"]:
            yield from read(found["last_status"], reading, f"{at}.last_status", depth)
        else:
            yield Ignored(reason="a conversation without a post")
    elif "notification_id" in found:
        yield Hint(listener="mentions", reason="a push message")
    elif isinstance(found.get("type"), str) and ("status" in found or "group_key" in found):
        yield notification_item(found, reading)
    elif isinstance(found.get("statuses"), list):
        yield from read(found["statuses"], reading, f"{at}.statuses", depth)
        if not found["statuses"]:
            yield Ignored(reason="a search that found no posts")
    elif "account" in found and not {"id", "uri", "visibility"} & found.keys():
        yield Ignored(reason="an entry of an edit history, which does not name its post")
    elif {"content", "reblog", "in_reply_to_id", "visibility"} & found.keys():
        yield activity_of(found, reading, edited=bool(found.get("edited_at")))
    elif isinstance(found.get("type"), str) and "account" in found:
        yield notification_item(found, reading)
    elif "error" in found:
        yield Ignored(reason="an error answer")
    else:
        kind = next((name for key, name in _NO_POST.items() if key in found), None)
        if kind is None:
            raise UnclearError("It is no object of the Mastodon API that we know.")
        yield Ignored(reason=kind)


def _exchange(exchange: Json, reading: Reading, at: str, depth: int) -> Iterator[Item]:
    """A recorded call: its answer, unless that is an error."""
    status, body = exchange.get("status"), exchange["body"]
    if isinstance(status, int) and status >= 400:
        yield Ignored(reason=f"an error answer of status {status}")
    elif body in (None, "", {}, []):
        yield Ignored(reason="an empty answer")
    else:
        yield from read(body, reading, f"{at}.body", depth)


def _event(event: Json, reading: Reading, at: str, depth: int) -> Iterator[Item]:
    """A message of the streaming API, whose payload is text that holds JSON."""
    kind, payload = words(event.get("event")), event.get("payload", event.get("data"))
    if kind == "delete":
        local = identifier(payload)
        if local is None:
            raise UnclearError("'payload' names no post.")
        gone = Tombstone(id=reading.post_id(local), channel="mastodon", former_type="Note")
        yield Activity(type="Delete", channel="mastodon", object=gone)
        return
    if kind not in {"update", "status.update", "notification", "conversation"}:
        yield Ignored(reason="a stream event that holds no post")
        return
    if isinstance(payload, str):
        try:
            payload = json.loads(payload)
        except (ValueError, RecursionError):
            raise UnclearError("'payload' is not JSON.") from None
    if not isinstance(payload, dict):
        raise UnclearError("'payload' is not an object.")
    if kind in {"update", "status.update"}:
        yield activity_of(payload, reading, edited=kind == "status.update")
    else:
        yield from read(payload, reading, f"{at}.payload", depth)


def _groups(grouped: Json, reading: Reading, at: str) -> Iterator[Item]:
    """Grouped notifications name their posts and people instead of holding them."""
    posts = {identifier(post.get("id")): post for post in entries(grouped, "statuses")}
    people = {identifier(each.get("id")): each for each in entries(grouped, "accounts")}
    for place, group in enumerate(entries(grouped, "notification_groups")):
        who = group.get("sample_account_ids")
        notification: dict[str, Any] = {
            "type": group.get("type"),
            "status": posts.get(identifier(group.get("status_id"))),
            "account": people.get(identifier(who[0])) if isinstance(who, list) and who else None,
            "created_at": group.get("latest_page_notification_at"),
        }
        try:
            yield notification_item(notification, reading)
        except UnclearError as unclear:
            position = f"{at}.notification_groups[{place}]"
            yield Unreadable(position=position, reason=str(unclear))


def learn(payload: Sequence[object], reading: Reading) -> None:
    """Remember the uris of the posts in a list, so that replies among them find their parents."""
    for each in payload:
        if not isinstance(each, dict):
            continue
        for post in (each, each.get("status"), each.get("last_status")):
            if isinstance(post, dict):
                local, uri = identifier(post.get("id")), words(post.get("uri"))
                if local and uri and "in_reply_to_id" in post:
                    reading.uris[local] = uri
