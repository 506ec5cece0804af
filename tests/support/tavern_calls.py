"""The Tavern's calls: the half of `tavern_channel` that reaches the network, a step a method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote

from tavern_reading import ORIGIN, Json, TavernReading

from answerback.channel import Target
from answerback.errors import ConfigError, Gone, Reconnect, Refused, RemoteError, TryLater
from answerback.fields import UnclearError, entries, identifier, moment, needed, site_of, words
from answerback.http import Answer
from answerback.model import Attachment, Mention, Part, Receipt
from answerback.walk import Batch

_CLOCKS_DIFFER = timedelta(minutes=5)

Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A page of a feed, newest first."""

    comments: list[Json]
    older: str | None
    ends_early: bool

    @classmethod
    def of(cls, told: Json) -> Feed:
        if not isinstance(told.get("comments"), list):
            raise UnclearError("'comments' is missing.")
        return cls(
            comments=told["comments"],
            older=identifier(told.get("older")),
            ends_early=told.get("ends_early") is True,
        )


class TavernCalls(TavernReading):
    """What it takes to do something on the Tavern."""

    # To the network

    def _number(self, ref: Mapping[str, Any] | None) -> str:
        id = identifier((ref or {}).get("id"))
        if id is None:
            raise Refused("This comment's number is not known.", plugin=self.name)
        return id

    def _path(self, ref: Mapping[str, Any] | None) -> str:
        return f"/api/comments/{quote(self._number(ref), safe='')}"

    def _headers(self) -> dict[str, str]:
        token = self.account.settings.get("token")
        if not token:
            raise ConfigError("tavern: setting 'token' is missing. Connect the account again.")
        return {"Authorization": f"Bearer {token}"}

    def _get(self, path: str, **asked: str | None) -> Answer:
        return self.http.get(f"{ORIGIN}{path}", params=asked, headers=self._headers())

    def _write(self, method: str, path: str, body: Json | None, *, repeats: bool) -> Answer:
        return self.http.write(
            method, f"{ORIGIN}{path}", json=body, repeats=repeats, headers=self._headers()
        )

    def _done(self, method: str, path: str) -> None:
        answer = self._write(method, path, None, repeats=True)
        if answer.status != 204:
            answer.json()

    def _understood(self, answer: Answer, read: Callable[[Json], Shown]) -> Shown:
        """What an answer shows. Without it the call counts as lost."""
        told = answer.json()
        try:
            return read(told if isinstance(told, dict) else {})
        except UnclearError as unclear:
            raise answer.lost(
                f"The Tavern's answer cannot be read: {unclear}",
                plugin=self.name,
                account=self.account.id,
                status=answer.status,
            ) from unclear

    # Hearing

    def _page(self, path: str, page: str | None) -> Feed:
        return self._understood(self._get(path, page=page), Feed.of)

    def _batch(self, path: str, page: str | None) -> Batch:
        feed = self._page(path, page)
        gap = "The Tavern shows no further back." if feed.ends_early else None
        return Batch(items=list(self.read(feed.comments)), older=feed.older, gap=gap)

    def _shown(self, ref: Mapping[str, Any]) -> Mention:
        return self._understood(self._get(self._path({"id": needed(ref, "id")})), self._mention)

    # Answering

    def _is_over(self, mention: Mention) -> bool:
        ends = mention.reply_by or self._reply_by(mention.published)
        return ends is not None and ends < datetime.now(UTC)

    def _is_direct(self, target: Target) -> bool:
        """Whether an answer has to stay private: also where nobody told."""
        return (target.ref or {}).get("direct") is not False

    def _draft(self, target: Target, part: Part, prepared: Json) -> dict[str, Any]:
        return {
            "text": part.text,
            "parent": self._number(target.ref),
            "direct": self._is_direct(target),
            "files": prepared.get("files") or [],
        }

    def _letter(self, mention: Mention, part: Part, prepared: Json) -> dict[str, Any]:
        draft = self._draft(mention, part, prepared)
        return {**draft, "parent": None, "about": draft["parent"], "direct": True}

    def _posted(self, draft: Json) -> Receipt:
        answer = self._write("POST", "/api/comments", draft, repeats=False)
        return self._understood(answer, self._receipt)

    def _receipt(self, comment: Json) -> Receipt:
        return Receipt(
            id=self._id(comment),
            url=words(comment.get("url")),
            ref=self._ref(comment),
            context=words(comment.get("thread")),
            published=moment(comment, "created_at"),
        )

    def _sent_in(self, told: Json, part: Part, since: datetime) -> tuple[list[Receipt], str | None]:
        """Our comments on a page that could be this part, and the token of the page below."""
        older = Feed.of(told).older
        could_be = [each for each in entries(told, "comments") if self._is_sent(each, part, since)]
        return [self._receipt(each) for each in could_be], older

    def _is_sent(self, comment: Json, part: Part, since: datetime) -> bool:
        author = self._actor(comment.get("author"))
        written = moment(comment, "created_at") or since
        return (
            author is not None
            and self.account.actor is not None
            and author.id == self.account.actor.id
            and comment.get("text") == part.text
            and written >= since - _CLOCKS_DIFFER
        )

    # Media

    def _uploaded(self, file: Attachment) -> str:
        """The number under which a comment can show the file. Nobody sees it before."""
        fetched = self._file(file)
        answer = self.http.write(
            "POST",
            f"{ORIGIN}/api/files",
            params={"alt": file.name or ""},
            content=fetched.content,
            headers={
                **self._headers(),
                "Content-Type": file.media_type or fetched.headers.get("Content-Type", ""),
            },
            repeats=True,
        )
        return self._understood(answer, lambda told: needed(told, "id"))

    def _file(self, file: Attachment) -> Answer:
        """The file itself. Its host is not the Tavern, so our login is none of its business."""
        lost = "The attached file could not be fetched. Attach it anew, or send without it."
        if site_of(file.url)[0] not in ("http", "https"):
            raise Refused(lost, plugin=self.name)
        try:
            return self.http.get(str(file.url), cost={}, max_bytes=self.limits.attachment_size)
        except (Reconnect, Gone, Refused) as error:
            raise Refused(lost, plugin=self.name, status=error.status) from None
        except RemoteError as error:
            # Its address may be a key to the file, and the error's words hold the address.
            later = "The attached file cannot be fetched now."
            raise TryLater(later, plugin=self.name, status=error.status) from None
