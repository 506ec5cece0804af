"""The channel itself: what Mastodon offers, and where each thing is done."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar

from answerback.budget import Budget
from answerback.channel import (
    Account,
    Action,
    Channel,
    Fetched,
    Framing,
    Limits,
    Listener,
    Listening,
    Repeat,
    Target,
)
from answerback.errors import ConfigError, Gone, Refused, RemoteError
from answerback.fields import entries
from answerback.http import Answer
from answerback.model import Activity, Actor, Item, Mention, Page, Part, Receipt
from answerback.settings import Setting

from . import answering, listening, media, payloads
from .listening import learn_domain
from .server import REREAD, Server, length, origin_of
from .statuses import Json, Reading, actor_of
from .verdicts import classify

_BACKFILL = Setting(
    name="backfill",
    scope="listener",
    type=int,
    default=0,
    help="How many posts from before the connection to take, at most 40.",
)


class Mastodon(Channel):
    """Hears and answers on Mastodon and servers that speak its API.

    It cannot see what its server has not heard of, and finds untagged words only where the
    server has a search and the author agreed to be found. https://docs.joinmastodon.org/client/
    """

    name = "mastodon"
    title = "Mastodon"
    settings = (
        Setting(
            name="instance",
            scope="account",
            help="Address of the account's server, like https://mastodon.example.",
        ),
        Setting(
            name="access_token",
            scope="account",
            secret=True,
            help="Token with the scopes profile, read:statuses, read:notifications, read:search, "
            "write:statuses, write:media and write:favourites.",
        ),
        Setting(
            name="public_replies",
            scope="account",
            default="public",
            choices=("public", "unlisted"),
            help="Who sees answers to public posts: everybody, or everybody but the timelines.",
        ),
    )
    listeners = (
        Listening(
            kind="mentions",
            title="Mentions, replies and quotes",
            settings=(_BACKFILL,),
            every=timedelta(seconds=30),
        ),
        Listening(
            kind="direct",
            title="Direct messages",
            settings=(_BACKFILL,),
            every=timedelta(minutes=1),
        ),
        Listening(
            kind="hashtag",
            title="Hashtag",
            settings=(
                Setting(name="tag", scope="listener", help="The hashtag, with or without #."),
                _BACKFILL,
            ),
        ),
        Listening(
            kind="keyword",
            title="Untagged words",
            settings=(
                Setting(name="query", scope="listener", help="What to search for."),
                _BACKFILL,
            ),
            every=timedelta(minutes=2),
        ),
        Listening(
            kind="conversation",
            title="One open conversation",
            settings=(
                Setting(name="root", scope="listener", help="Local id, or ref, of its first post."),
            ),
            every=timedelta(minutes=5),
        ),
    )
    limits = Limits(length=500, count=length, parts=20, attachments=4)
    budgets = (
        Budget(name="calls", units=300, per=timedelta(minutes=5)),
        Budget(name="rereads", units=150, per=timedelta(minutes=5)),
        Budget(name="paging", units=300, per=timedelta(minutes=15)),
        Budget(name="statuses", units=300, per=timedelta(hours=3)),
        Budget(name="media", units=30, per=timedelta(minutes=30)),
        Budget(name="deletes", units=30, per=timedelta(minutes=30)),
    )
    #: Read back first, since some servers ignore the key and others fail on its second use; one
    #: that is not found is posted again under the same key, which catches what came in between.
    repeat: ClassVar[Repeat] = Repeat(
        by="read_back",
        lifetime=timedelta(hours=1),
        settle=timedelta(seconds=15),
        absence_is_proof=True,
    )

    @staticmethod
    def classify(answer: Answer) -> type[RemoteError] | None:
        """What an answer means here, for `Http`."""
        return classify(answer)

    # Hearing

    def poll(self, listener: Listener, cursor: str | None) -> Page:
        return listening.poll(self._server(), listener, cursor)

    def read(self, payload: object) -> Iterator[Item]:
        """The items of one native payload.

        A parent whose uri stands nowhere in the payload is named by a `tag:` URI of the server
        and its number there; `poll`, `fetch` and `thread` ask the server for the uri.
        """
        return payloads.read(payload, self._reading())

    def fetch(self, refs: Sequence[Mapping[str, Any]]) -> list[Fetched]:
        server = self._server()
        numbers = [self._number(server, ref) for ref in refs]
        found = server.statuses((number for number in numbers if number), cost=REREAD)
        shown = [one for one in found.values() if not isinstance(one, Gone | Refused)]
        mentions = self._mentions(server, shown)
        fetched = []
        for ref, number in zip(refs, numbers, strict=True):
            status = found.get(number) if number else None
            if isinstance(status, Refused):
                raise status
            if status is None or isinstance(status, Gone):
                gone = status is not None and status.status == 410
                fetched.append(Fetched(ref=ref, state="gone" if gone else "missing"))
            else:
                fetched.append(Fetched(ref=ref, state="present", mention=mentions.get(str(number))))
        return fetched

    def thread(self, mention: Mention) -> list[Mention]:
        server = self._server()
        path = f"{server.path_of(mention.ref or {})}/context"
        told = server.object(path)
        if not isinstance(told.get("ancestors"), list):
            raise server.nonsense(path)
        return list(self._mentions(server, entries(told, "ancestors")).values())

    def profile(self, actor: Actor) -> Actor:
        server = self._server()
        handle = actor.preferred_username or ""
        account = server.object("/api/v1/accounts/lookup", [("acct", handle)])
        found = actor_of(account, server.reading())
        if found is None or (found.id != actor.id and found.url != actor.url):
            raise Gone("The handle now belongs to somebody else.")
        return found

    def accounts(self, grant: Mapping[str, Any]) -> list[Account]:
        """The one account a token is for; its id is the network-wide one."""
        settings = {**self.account.settings, **grant}
        origin = origin_of(settings.get("instance"))
        server = Server(self.http, origin, settings.get("access_token"), {})
        # A handle ends in the server's domain, which need not be its address.
        learn_domain(server)
        told = server.object("/api/v1/accounts/verify_credentials")
        actor = actor_of(told, server.reading())
        if actor is None:
            raise server.nonsense("/api/v1/accounts/verify_credentials")
        return [Account(id=actor.id, settings={**settings, "instance": origin}, actor=actor)]

    # Answering

    def own_limits(self) -> Limits:
        return self._server().limits(self.limits)

    def framing(self, mention: Mention) -> Framing:
        handle = answering.handle_of(mention, self._reading().origin)
        before = f"@{handle} " if handle else ""
        return Framing(before=before, reserved=answering.reserved_by(mention))

    def refusal(self, action: Action, mention: Mention, account: Account) -> str | None:
        if not account.settings.get("access_token") or not account.settings.get("instance"):
            return "The Mastodon account is not connected. Ask its owner to connect it."
        if not (mention.ref or {}).get("id"):
            return "This post's number on the server is not known, so nothing can be done to it."
        if action == "reply" and not answering.handle_of(mention, self._reading().origin):
            return "Nobody knows who wrote this post, so an answer would reach no one."
        if action == "boost" and mention.visibility not in ("public", "unlisted"):
            return "Only public posts can be boosted; this one is for a few readers."
        return None

    def prepare(self, target: Target, part: Part) -> dict[str, Any]:  # noqa: ARG002 - contract
        if not part.attachment:
            return {}
        server = self._server()
        return media.upload(server, part, server.limits(self.limits).attachment_size)

    def reply(self, target: Target, part: Part, prepared: Mapping[str, Any]) -> Receipt:
        visible = str(self.account.settings.get("public_replies") or "public")
        return answering.reply(self._server(), target, part, prepared, visible)

    def sent(self, target: Target, part: Part, since: datetime) -> list[Receipt]:
        return answering.sent(self._server(), target, part, since)

    def edit(self, receipt: Receipt, part: Part) -> Receipt:
        server = self._server()
        return answering.edit(
            server,
            receipt,
            part,
            media.upload(server, part, server.limits(self.limits).attachment_size),
        )

    def delete(self, receipt: Receipt) -> None:
        answering.delete(self._server(), receipt)

    def like(self, mention: Mention) -> None:
        answering.mark(self._server(), mention, "favourite")

    def unlike(self, mention: Mention) -> None:
        answering.mark(self._server(), mention, "unfavourite")

    def boost(self, mention: Mention) -> None:
        answering.mark(self._server(), mention, "reblog", budget="statuses")

    def unboost(self, mention: Mention) -> None:
        answering.mark(self._server(), mention, "unreblog", budget="deletes")

    # Inside

    def _server(self) -> Server:
        settings = self.account.settings
        token = settings.get("access_token")
        if not token or re.search(r"\s", str(token)):
            raise ConfigError("mastodon: setting 'access_token' is missing or has spaces in it.")
        origin = self._origin
        return Server(self.http, origin, str(token), self.state, account=self.account.id)

    @cached_property
    def _origin(self) -> str:
        """The address of the account's server. Raises ConfigError."""
        return origin_of(self.account.settings.get("instance"))

    def _reading(self) -> Reading:
        return Reading(origin=self._origin if self.account.settings.get("instance") else "")

    def _mentions(self, server: Server, statuses: Sequence[Json]) -> dict[str, Mention]:
        """The mentions by their local ids, parents resolved; what cannot be read is left out."""
        reading = server.reading()
        items = list(payloads.read(list(statuses), reading))
        mentions = [
            one.object
            for one in listening.resolved(server, reading, items, REREAD)
            if isinstance(one, Activity) and isinstance(one.object, Mention)
        ]
        return {str((mention.ref or {}).get("id")): mention for mention in mentions}

    @staticmethod
    def _number(server: Server, ref: Mapping[str, Any]) -> str | None:
        try:
            return server.local_id(ref)
        except Gone:
            return None
