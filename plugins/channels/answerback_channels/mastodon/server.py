"""One account's way to its server: addresses, the token, who we are and what fits.

Facts: https://docs.joinmastodon.org/methods/instance/ and .../api/rate-limits/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

from answerback.channel import Limits
from answerback.errors import ConfigError, Gone, Refused, RemoteError, TryLater
from answerback.fields import entries, identifier, number, site_of, words
from answerback.http import Answer, Http
from answerback.text import defuse_handles, handles, mastodon_length

from .statuses import Json, Reading

CALL = {"calls": 1.0}
#: Looking again at what is known has a share of its own, so that it never costs hearing.
REREAD = {"calls": 1.0, "rereads": 1.0}
PAGING = {"calls": 1.0, "paging": 1.0}
BATCH = 20
_DAY = timedelta(days=1)
_STATE = 1
_ORIGIN = re.compile(r"https?://[^\s/@?#\\]+")


def origin_of(setting: object) -> str:
    """The server's address without a path. Raises ConfigError."""
    text = str(setting or "").strip().rstrip("/").lower()
    address = text if "://" in text else f"https://{text}"
    if not _ORIGIN.fullmatch(address) or not site_of(address)[1]:
        raise ConfigError(
            "mastodon: setting 'instance' must be the address of a server, "
            "like https://mastodon.example, without a path."
        )
    return address


def length(text: str, url_length: int = 23) -> int:
    """The length of a post when every handle but the one in front is made harmless."""
    return mastodon_length(defuse_handles(text, keep=handles(text)[:1]), url_length)


Problem = TypeVar("Problem", bound=RemoteError)


class Server:
    """The server of one account. `state` is the channel's, and remembers for a day."""

    def __init__(
        self,
        http: Http,
        origin: str,
        token: str | None,
        state: dict[str, Any],
        *,
        account: str | None = None,
    ) -> None:
        self.http = http
        self.origin = origin
        self.state = state
        self._account = account
        #: The largest answer read; None for the usual bound.
        self.max_bytes: int | None = None
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        if state.get("v") != _STATE or state.get("instance") != origin:
            state.clear()
            state |= {"v": _STATE, "instance": origin}

    def get(
        self,
        path: str,
        query: Sequence[tuple[str, Any]] = (),
        *,
        cost: Mapping[str, float] = CALL,
        deadline: float | None = None,
    ) -> Answer:
        return self.http.get(
            self.origin + path,
            params=query,
            headers=self._headers,
            cost=cost,
            deadline=deadline,
            max_bytes=self.max_bytes,
        )

    def objects(
        self,
        path: str,
        query: Sequence[tuple[str, Any]] = (),
        *,
        cost: Mapping[str, float] = CALL,
    ) -> list[Any]:
        """A list the server shows. Raises TryLater where it shows something else."""
        found = self.get(path, query, cost=cost).json()
        if not isinstance(found, list):
            raise self.nonsense(path)
        return found

    def object(
        self,
        path: str,
        query: Sequence[tuple[str, Any]] = (),
        *,
        cost: Mapping[str, float] = CALL,
    ) -> Json:
        """An object the server shows. Raises TryLater where it shows something else."""
        found = self.get(path, query, cost=cost).json()
        if not isinstance(found, dict):
            raise self.nonsense(path)
        return found

    def write(
        self,
        method: str,
        path: str,
        *,
        repeats: bool,
        json: Json | None = None,
        form: Json | None = None,
        files: Any = None,
        key: str | None = None,
        budget: str | None = None,
        bucket: str | None = None,
    ) -> Answer:
        headers = {**self._headers, "Idempotency-Key": key} if key else self._headers
        return self.http.write(
            method,
            self.origin + path,
            repeats=repeats,
            json=json,
            form=form,
            files=files,
            headers=headers,
            cost={**CALL, budget: 1.0} if budget else CALL,
            bucket=bucket,
        )

    def error(self, kind: type[Problem], message: str, status: int | None = None) -> Problem:
        """An error that says whose it is."""
        return kind(message, plugin="mastodon", account=self._account or None, status=status)

    def nonsense(self, path: str) -> TryLater:
        """The error for an answer of a shape nobody expects."""
        return self.error(TryLater, f"The server's answer to {path} is not what it should be.")

    def reading(self) -> Reading:
        """What is known before its statuses are read."""
        about = self.state.get("server") or {}
        return Reading(origin=self.origin, domain=about.get("domain") or "")

    def remember(self, what: str) -> None:
        """Note for a day what this server cannot do."""
        self.state[what] = {"at": datetime.now(UTC).isoformat()}

    def remembers(self, what: str) -> bool:
        """Whether that was noted within a day."""
        noted = self.state.get(what)
        return isinstance(noted, dict) and _age(noted) < _DAY

    def own_id(self) -> str:
        """The local id of the account whose token this is."""
        known = self.state.get("me")
        if known is None:
            account = self.object("/api/v1/accounts/verify_credentials")
            local = identifier(account.get("id"))
            if local is None:
                raise self.nonsense("/api/v1/accounts/verify_credentials")
            known = self.state["me"] = {"id": local}
        return str(known["id"])

    def about(self) -> Json:
        """What the server says of itself, asked once a day."""
        known: dict[str, Any] | None = self.state.get("server")
        if known is not None and _age(known) < _DAY:
            return known
        told: Json = {}
        for version in ("v2", "v1"):
            try:
                told = self.object(f"/api/{version}/instance")
                break
            except (Gone, Refused):
                continue
        found = self.state["server"] = _about(told) | {"at": datetime.now(UTC).isoformat()}
        return found

    def limits(self, usual: Limits) -> Limits:
        """What fits into a post on this server; `usual` where it does not say."""
        about = self.about()
        url_length = about["url_length"] or 23
        return Limits(
            length=about["length"] or usual.length,
            count=length if url_length == 23 else partial(length, url_length=url_length),
            parts=usual.parts,
            attachments=about["attachments"] or usual.attachments,
            attachment_size=about["attachment_size"] or usual.attachment_size,
            media_types=frozenset(about["media_types"]) or usual.media_types,
        )

    def statuses(
        self, ids: Iterable[str], *, cost: Mapping[str, float] = CALL
    ) -> dict[str, Json | Gone | Refused]:
        """The posts of these local ids, many at a time where the server can.

        An id that is no longer shown has the error that says so.
        """
        wanted = list(dict.fromkeys(ids))
        found: dict[str, Json | Gone | Refused] = {}
        for start in range(0, len(wanted), BATCH):
            chunk = wanted[start : start + BATCH]
            shown = self._many(chunk, cost) if len(chunk) > 1 else {}
            for each in chunk:
                if shown:
                    found[each] = shown.get(each) or self.error(Gone, "The post is not shown.")
                else:
                    # A server that shows none of them may not know the call: ask for each.
                    found[each] = self._one(each, cost)
        return found

    def _many(self, ids: Sequence[str], cost: Mapping[str, float]) -> dict[str, Json]:
        if self.remembers("one_by_one"):
            return {}
        try:
            listed = self.objects("/api/v1/statuses", [("id[]", each) for each in ids], cost=cost)
        except (Gone, Refused):  # older than 4.3, or not Mastodon
            self.remember("one_by_one")
            return {}
        shown = entries({"all": listed}, "all")
        return {str(identifier(each.get("id"))): each for each in shown}

    def _one(self, local: str, cost: Mapping[str, float]) -> Json | Gone | Refused:
        path = f"/api/v1/statuses/{quote(local, safe='')}"
        try:
            found = self.object(path, cost=cost)
        except (Gone, Refused) as error:
            return error
        if identifier(found.get("id")) is None:
            raise self.nonsense(path)
        return found

    def local_id(self, ref: Json) -> str:
        """The number a post has here, also if another server told of it. Raises Gone."""
        if ref.get("instance") in (self.origin, "", None):
            local = identifier(ref.get("id"))
        else:
            local = self._resolved(words(ref.get("uri")))
        if local is None:
            raise self.error(Gone, "This server does not know the post.")
        return local

    def _resolved(self, uri: str | None) -> str | None:
        """The number here of a post another server told of; never of one that only names it."""
        if uri is None:
            return None
        query = [("q", uri), ("type", "statuses"), ("resolve", "true")]
        found = entries(self.object("/api/v2/search", query), "statuses")
        same = [one for one in found if uri in (one.get("uri"), one.get("url"))]
        return identifier(same[0].get("id")) if same else None

    def path_of(self, ref: Json) -> str:
        """Where the post of this ref is on this server. Raises Gone."""
        return f"/api/v1/statuses/{quote(self.local_id(ref), safe='')}"


def _age(known: Mapping[str, Any]) -> timedelta:
    try:
        return datetime.now(UTC) - datetime.fromisoformat(str(known.get("at")))
    except (ValueError, TypeError):
        return _DAY


def _about(told: Json) -> dict[str, Any]:
    """The few facts we use, from the answers of v2, v1 and servers of other makes."""

    def part(source: object, name: str) -> Json:
        inner = source.get(name) if isinstance(source, dict) else None
        return inner if isinstance(inner, dict) else {}

    configuration = part(told, "configuration")
    posts, media = part(configuration, "statuses"), part(configuration, "media_attachments")
    feeds = part(part(configuration, "timelines_access"), "hashtag_feeds")
    types = media.get("supported_mime_types")
    return {
        "domain": words(told.get("domain")),
        "length": number(posts, "max_characters") or number(told, "max_toot_chars"),
        "url_length": number(posts, "characters_reserved_per_url"),
        "attachments": number(posts, "max_media_attachments"),
        "attachment_size": number(media, "image_size_limit"),
        "media_types": [each for each in types if isinstance(each, str)]
        if isinstance(types, list)
        else [],
        "hashtags_closed": bool(feeds) and set(feeds.values()) == {"disabled"},
    }
