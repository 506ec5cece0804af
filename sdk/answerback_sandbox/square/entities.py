"""Writes records as the JSON entities of the Mastodon API, as one reader sees them.

https://docs.joinmastodon.org/entities/Status/ and its neighbours; the fields are those that a
server of version 4.6 was recorded to send.
"""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from answerback_sandbox.square.ids import age
from answerback_sandbox.square.posting import boosts_of
from answerback_sandbox.square.reading import conversations, replies, visible
from answerback_sandbox.square.records import Notice, Person, Photo, Post, Wording
from answerback_sandbox.square.rendering import render
from answerback_sandbox.square.spans import EMOJI
from answerback_sandbox.square.state import Square

Entity = dict[str, Any]
EMOJI_NAMES = ("blobcat",)
_FILE_KINDS = {"image/gif": "gifv", "image": "image", "video": "video", "audio": "audio"}


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds."""
    return (
        moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
    )


class Entities:
    """Writes entities for one reader; None is somebody without a token."""

    def __init__(self, square: Square, viewer: Person | None) -> None:
        self._square = square
        self._viewer = viewer
        self._base = square.base_url

    def account(self, person: Person) -> Entity:
        posts = [post for post in self._square.posts.values() if post.person_id == person.id]
        counted = [post for post in posts if post.visibility != "direct"]
        avatar = f"{self._base}/avatars/{person.name}.png"
        follows = self._square.follows
        return {
            "id": person.id,
            "username": person.name,
            "acct": person.name,
            "display_name": person.display_name,
            "locked": False,
            "bot": person.bot,
            "discoverable": True,
            "indexable": True,
            "group": False,
            "created_at": person.created_at.strftime("%Y-%m-%dT00:00:00.000Z"),
            "note": self._html(person.note),
            "url": f"{self._base}/@{person.name}",
            "uri": f"{self._base}/users/{person.name}",
            "avatar": avatar,
            "avatar_static": avatar,
            "avatar_description": "",
            "header": f"{self._base}/headers/missing.png",
            "header_static": f"{self._base}/headers/missing.png",
            "header_description": "",
            "followers_count": sum(followed == person.id for _, followed in follows),
            "following_count": sum(follower == person.id for follower, _ in follows),
            "statuses_count": len(counted),
            "last_status_at": (
                max(post.created_at for post in counted).strftime("%Y-%m-%d") if counted else None
            ),
            "hide_collections": None,
            "show_media": True,
            "show_media_replies": True,
            "show_featured": True,
            "noindex": False,
            "feature_approval": {"automatic": [], "manual": [], "current_user": "denied"},
            "emojis": self._emojis(person.note, person.display_name),
            "roles": [],
            "fields": [],
        }

    def own_account(self, person: Person) -> Entity:
        """The account as its owner sees it."""
        return self.account(person) | {
            "source": {
                "privacy": person.privacy,
                "sensitive": False,
                "language": person.language,
                "note": person.note,
                "fields": [],
                "follow_requests_count": 0,
                "hide_collections": None,
                "discoverable": True,
                "indexable": True,
                "attribution_domains": [],
                "quote_policy": "public",
            },
            "role": {
                "id": "-99",
                "name": "",
                "permissions": "65536",
                "color": "",
                "highlighted": False,
                "collection_limit": 10,
            },
        }

    def status(self, post: Post) -> Entity:
        author = self._square.people[post.person_id]
        shown = self._square.posts[post.boost_of] if post.boost_of else post
        wording = shown.now
        path = f"users/{author.name}/statuses/{post.id}"
        boost = post.boost_of is not None
        answered = post.in_reply_to_id in self._square.posts
        answers = [one for one in replies(self._square, shown) if self._counts(one)]
        entity: Entity = {
            "id": post.id,
            "created_at": timestamp(post.created_at),
            # As on a real server, an answer forgets its parent when that is deleted.
            "in_reply_to_id": post.in_reply_to_id if answered else None,
            "in_reply_to_account_id": post.in_reply_to_person_id if answered else None,
            "sensitive": wording.sensitive,
            "spoiler_text": wording.spoiler_text,
            "visibility": post.visibility,
            "language": wording.language,
            "uri": f"{self._base}/{path}" + ("/activity" if boost else ""),
            "url": f"{self._base}/@{author.name}/{post.id}",
            "replies_count": len(answers),
            "reblogs_count": len(boosts_of(self._square, shown.id)),
            "favourites_count": len(self._square.favourites.get(shown.id, {})),
            "quotes_count": sum(one.quote_of == shown.id for one in self._square.posts.values()),
            "edited_at": timestamp(shown.edited_at) if shown.edited_at else None,
        }
        if self._viewer is not None:
            entity |= self._own_marks(self._viewer, shown)
        return entity | {
            "content": self._html(wording.text),
            "filtered": [],
            "reblog": self.status(shown) if boost else None,
            "application": {"name": post.application, "website": None}
            if post.application
            else None,
            "account": self.account(author),
            "media_attachments": [] if boost else self._files(wording),
            "mentions": [] if boost else [self._mention(one) for one in shown.mentioned],
            "tags": [] if boost else self._tags(shown),
            "emojis": self._emojis(wording.text, wording.spoiler_text),
            "tagged_collections": [],
            "quote": self._quote(shown),
            "card": None,
            "poll": None,
            "quote_approval": {
                "automatic": ["public"] if self._counts(shown) else [],
                "manual": [],
                "current_user": "automatic" if self._counts(shown) else "denied",
            },
        }

    def deleted(self, status: Entity, post: Post) -> Entity:
        """A status as its DELETE answers it: what was typed stands where the content was."""
        kept = {name: value for name, value in status.items() if name != "content"}
        return kept | {"text": post.now.text}

    def history(self, post: Post) -> list[Entity]:
        author = self.account(self._square.people[post.person_id])
        return [
            {
                "content": self._html(wording.text),
                "spoiler_text": wording.spoiler_text,
                "sensitive": wording.sensitive,
                "created_at": timestamp(wording.at),
                "account": author,
                "media_attachments": self._files(wording),
                "emojis": self._emojis(wording.text, wording.spoiler_text),
            }
            for wording in post.wordings
        ]

    def notification(self, notice: Notice) -> Entity:
        entity: Entity = {
            "id": notice.id,
            "type": notice.type,
            "created_at": timestamp(notice.created_at),
            "group_key": f"ungrouped-{notice.id}",
        }
        if notice.filtered:
            entity["filtered"] = True
        entity["account"] = self.account(self._square.people[notice.sender_id])
        if notice.post_id is not None:
            entity["status"] = self.status(self._square.posts[notice.post_id])
        return entity

    def media(self, photo: Photo) -> Entity:
        ready = self._square.is_ready(photo)
        url = f"{self._base}/media/{photo.id}/{photo.file_name}" if ready else None
        kind = _FILE_KINDS.get(photo.media_type) or _FILE_KINDS.get(
            photo.media_type.partition("/")[0], "unknown"
        )
        return {
            "id": photo.id,
            "type": kind,
            "url": url,
            "preview_url": url,
            "remote_url": None,
            "preview_remote_url": None,
            "text_url": None,
            "meta": _meta(photo),
            "description": photo.description,
            "blurhash": None,
        }

    def relationship(self, viewer: Person, other: Person) -> Entity:
        following = (viewer.id, other.id) in self._square.follows
        return {
            "id": other.id,
            "following": following,
            "showing_reblogs": following,
            "notifying": False,
            "languages": None,
            "followed_by": (other.id, viewer.id) in self._square.follows,
            "blocking": False,
            "blocked_by": False,
            "muting": False,
            "muting_notifications": False,
            "muting_expires_at": None,
            "requested": False,
            "requested_by": False,
            "domain_blocking": False,
            "endorsed": False,
            "note": "",
        }

    def conversation(self, root_id: str, viewer: Person) -> Entity:
        posts = conversations(self._square, viewer)[root_id]
        others = {one: None for post in posts for one in (post.person_id, *post.mentioned)}
        others.pop(viewer.id, None)
        read = self._square.read_conversations.get((viewer.id, root_id), "")
        unread = posts[0].person_id != viewer.id and age(posts[0].id) > age(read)
        return {
            "id": root_id,
            "unread": unread,
            "accounts": [self.account(self._square.people[one]) for one in others],
            "last_status": self.status(posts[0]),
        }

    def policy(self, person: Person) -> Entity:
        waiting = [
            notice
            for notice in self._square.notices
            if notice.receiver_id == person.id and notice.filtered
        ]
        return asdict(person.policy) | {
            "summary": {
                "pending_requests_count": len({notice.sender_id for notice in waiting}),
                "pending_notifications_count": len(waiting),
            }
        }

    def _html(self, text: str) -> str:
        return render(text, base_url=self._base, resolve=self._square.resolve)

    def _counts(self, post: Post) -> bool:
        return post.visibility in ("public", "unlisted")

    def _own_marks(self, viewer: Person, post: Post) -> Entity:
        return {
            "favourited": viewer.id in self._square.favourites.get(post.id, {}),
            "reblogged": any(
                one.person_id == viewer.id for one in boosts_of(self._square, post.id)
            ),
            "muted": False,
            "bookmarked": viewer.id in self._square.bookmarks.get(post.id, {}),
            "pinned": False,
        }

    def _files(self, wording: Wording) -> list[Entity]:
        photos = [self._square.photos.get(photo_id) for photo_id in wording.photo_ids]
        return [self.media(photo) for photo in photos if photo is not None]

    def _mention(self, person_id: str) -> Entity:
        person = self._square.people[person_id]
        return {
            "id": person.id,
            "username": person.name,
            "url": f"{self._base}/@{person.name}",
            "acct": person.name,
        }

    def _tags(self, post: Post) -> list[Entity]:
        return [{"name": tag, "url": f"{self._base}/tags/{tag}"} for tag in post.tags]

    def _emojis(self, *texts: str) -> list[Entity]:
        used = {match[1] for text in texts for match in EMOJI.finditer(text)}
        return [
            {
                "shortcode": name,
                "url": f"{self._base}/emoji/{name}.png",
                "static_url": f"{self._base}/emoji/{name}.png",
                "visible_in_picker": True,
            }
            for name in EMOJI_NAMES
            if name in used
        ]

    def _quote(self, post: Post) -> Entity | None:
        if post.quote_of is None:
            return None
        quoted = self._square.posts.get(post.quote_of)
        if quoted is None:
            return {"state": "deleted", "quoted_status": None}
        if not visible(self._square, self._viewer, quoted):
            return {"state": "unauthorized", "quoted_status": None}
        if quoted.quote_of is not None:
            # Mastodon nests one quote only; deeper ones are given by id.
            return {"state": "accepted", "quoted_status_id": quoted.id}
        return {"state": "accepted", "quoted_status": self.status(quoted)}


def _meta(photo: Photo) -> Entity | None:
    if photo.size is None:
        return None
    width, height = photo.size
    measured = {
        "width": width,
        "height": height,
        "size": f"{width}x{height}",
        "aspect": width / height,
    }
    return {"original": measured, "small": measured}
