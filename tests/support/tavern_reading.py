"""What the Tavern sends, as mentions and activities: the offline half of `tavern_channel`.

Each method translates one thing, so that a broken variant has to override only one.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

from answerback.calls import Request, Response
from answerback.channel import Channel, Limits
from answerback.errors import Malformed
from answerback.fields import (
    UnclearError,
    entries,
    identifier,
    items,
    moment,
    needed,
    number,
    words,
)
from answerback.model import (
    Activity,
    ActivityType,
    Actor,
    Attachment,
    AttachmentType,
    Ignored,
    Item,
    Mention,
    Reach,
    Tag,
    Tombstone,
    Visibility,
)

Json = Mapping[str, Any]

ORIGIN = "https://tavern.example"
_CHALLENGE = re.compile(r"[A-Za-z0-9]{1,64}")
_HAPPENED: dict[str, ActivityType] = {"created": "Create", "edited": "Update", "deleted": "Delete"}
_MEDIA: dict[str, AttachmentType] = {"image": "Image", "video": "Video", "audio": "Audio"}


class TavernReading(Channel):
    """Reads what the Tavern sends. It has no way out."""

    name = "tavern"
    limits: ClassVar[Limits]

    def read(self, payload: object) -> Iterator[Item]:
        """The items of a comment, a list of comments, a page of a feed, or a delivery."""
        if isinstance(payload, dict) and "events" in payload:
            return items(payload["events"], self._event, where="events")
        if isinstance(payload, dict) and "comments" in payload:
            payload = payload["comments"]
        return items(payload, partial(self._activity, "Create"))

    def parse(self, request: Request) -> Iterator[tuple[str | None, Item]]:
        """The events of a delivery, for the account it names."""
        delivery = request.json()
        if not isinstance(delivery, dict) or not isinstance(delivery.get("events"), list):
            raise Malformed("The delivery has no list of events.")
        account = words(delivery.get("account"))
        for item in self.read(delivery):
            yield account, item

    def handshake(self, request: Request) -> Response | None:
        """The challenge sent back, where the Tavern proves that it knows our secret.

        Only plain letters and digits, so that nobody can make us show a script.
        """
        if request.method != "GET" or "challenge" not in request.query:
            return None
        challenge = request.query["challenge"][0]
        if not _CHALLENGE.fullmatch(challenge) or not self._proves(request, challenge):
            return Response(status=403)
        return Response.of_text(challenge)

    # One thing each

    def _proves(self, request: Request, challenge: str) -> bool:
        secret = str(self.app.settings.get("signing_secret") or "")
        given = request.query.get("proof", ("",))[0]
        wanted = hmac.digest(secret.encode(), challenge.encode(), "sha256").hex()
        return bool(secret) and hmac.compare_digest(given.encode(), wanted.encode())

    def _event(self, event: Json) -> Item:
        happened, comment = words(event.get("type")), event.get("comment")
        if not isinstance(comment, dict):
            raise UnclearError("'comment' is missing.")
        if happened is None:
            raise UnclearError("'type' is missing.")
        if happened not in _HAPPENED:
            return Ignored(reason="It is an event about something else than a comment's words.")
        if happened == "deleted":
            return self._deletion(comment)
        return self._activity(_HAPPENED[happened], comment)

    def _activity(self, happened: ActivityType, comment: Json) -> Activity:
        mention = self._mention(comment)
        return Activity(
            type=happened,
            channel=self.name,
            object=mention,
            actor=mention.attributed_to,
            published=mention.updated if happened == "Update" else mention.published,
        )

    def _deletion(self, comment: Json) -> Activity:
        deleted = moment(comment, "deleted_at")
        return Activity(
            type="Delete",
            channel=self.name,
            object=Tombstone(id=self._id(comment), channel=self.name, deleted=deleted),
            published=deleted,
        )

    def _mention(self, comment: Json) -> Mention:
        text = comment.get("text")
        text = text if isinstance(text, str) else None
        published = moment(comment, "created_at")
        return Mention(
            id=self._id(comment),
            channel=self.name,
            url=words(comment.get("url")),
            content=text,
            media_type=None if text is None else "text/plain",
            text=text,
            language=words(comment.get("language")),
            attributed_to=self._actor(comment.get("author")),
            in_reply_to=self._parent(comment),
            context=words(comment.get("thread")),
            tag=self._tags(comment, text or ""),
            attachment=self._attachments(comment),
            visibility=self._visibility(comment),
            published=published,
            updated=moment(comment, "edited_at"),
            reply_by=self._reply_by(published),
            version=self._version(comment),
            reach=self._reach(comment),
            ref=self._ref(comment),
            raw=comment,
        )

    def _id(self, comment: Json) -> str:
        return f"{ORIGIN}/c/{needed(comment, 'id')}"

    def _parent(self, comment: Json) -> str | None:
        parent = identifier(comment.get("parent"))
        return None if parent is None else f"{ORIGIN}/c/{parent}"

    def _actor(self, person: object) -> Actor | None:
        url = words(person.get("url")) if isinstance(person, dict) else None
        if not isinstance(person, dict) or url is None:
            return None
        return Actor(
            id=url,
            preferred_username=words(person.get("handle")),
            name=words(person.get("name")),
            url=url,
            icon=words(person.get("picture")),
            followers=number(person, "followers"),
        )

    def _tags(self, comment: Json, text: str) -> tuple[Tag, ...] | None:
        """What is named in the text; the Tavern tells the names in the order they stand in."""
        if not isinstance(comment.get("tags"), list):
            return None
        found: list[Tag] = []
        end = 0
        for each in entries(comment, "tags"):
            name = words(each.get("name"))
            start = text.find(name, end) if name else -1
            if name is None or start < 0:
                continue
            end = start + len(name)
            kind: Any = "Hashtag" if name.startswith("#") else "Mention"
            found.append(
                Tag(type=kind, name=name, href=words(each.get("url")), start=start, end=end)
            )
        return tuple(found)

    def _attachments(self, comment: Json) -> tuple[Attachment, ...] | None:
        if not isinstance(comment.get("files"), list):
            return None
        return tuple(self._attachment(each) for each in entries(comment, "files"))

    def _attachment(self, file: Json) -> Attachment:
        media_type = words(file.get("type"))
        return Attachment(
            type=_MEDIA.get((media_type or "").partition("/")[0], "Document"),
            url=words(file.get("url")),
            media_type=media_type,
            name=words(file.get("alt")),
            size=number(file, "size"),
            policy="may-copy",
        )

    def _visibility(self, comment: Json) -> Visibility | None:
        told = comment.get("direct")
        if not isinstance(told, bool):
            return None
        return "direct" if told else "public"

    def _reply_by(self, published: datetime | None) -> datetime | None:
        window = self.limits.reply_window
        # Beyond the year 9999 there is no end to name.
        if (
            published is None
            or window is None
            or published > datetime.max.replace(tzinfo=UTC) - window
        ):
            return None
        return published + window

    def _version(self, comment: Json) -> str | None:
        return words(comment.get("edited_at")) or words(comment.get("created_at"))

    def _reach(self, comment: Json) -> Reach | None:
        likes, answers = number(comment, "likes"), number(comment, "answers")
        told = likes is not None or answers is not None
        return Reach(likes=likes, replies=answers) if told else None

    def _ref(self, comment: Json) -> dict[str, Any]:
        """What acting on it needs: its number, who reads it, and whether it can be answered."""
        author = comment.get("author")
        return {
            "id": needed(comment, "id"),
            "parent": identifier(comment.get("parent")),
            "direct": comment.get("direct") is not False,
            "closed": comment.get("closed") is True,
            "author": identifier(author.get("id")) if isinstance(author, dict) else None,
        }
