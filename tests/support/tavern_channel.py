"""The Tavern: a network that exists in the tests alone, and the channel that deserves gold on it.

Its guests write comments that everybody can read and letters that only the receiver can. What the
network does is written down in `grand_tavern`; the broken variants that show each check failing
are subclasses of this channel, so each of its methods does one thing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from tavern_calls import TavernCalls
from tavern_reading import ORIGIN

from answerback.budget import Budget
from answerback.channel import (
    Account,
    Action,
    Fetched,
    Limits,
    Listener,
    Listening,
    Repeat,
    Target,
)
from answerback.errors import (
    Exhausted,
    Gone,
    Reconnect,
    Refused,
    RemoteError,
    TryLater,
)
from answerback.fields import identifier
from answerback.http import Answer, by_code
from answerback.model import Mention, Page, Part, Receipt
from answerback.oauth import OAuth
from answerback.readback import fetched
from answerback.settings import Setting
from answerback.signatures import HmacSignature
from answerback.walk import walk_back

_FEEDS = {"mentions": "/api/comments", "direct": "/api/letters"}
_CODES: dict[str, type[RemoteError]] = {
    "closing_time": TryLater,
    "slow_down": TryLater,
    "used_up": Exhausted,
    "login_needed": Reconnect,
    "scope_missing": Reconnect,
    "not_here": Gone,
}
_PAGES_BACK = 10
_DEEPEST = 50
_BACKFILL = Setting(
    name="backfill",
    scope="listener",
    type=int,
    default=0,
    help="How many posts from before the connection to take.",
)


class Tavern(TavernCalls):
    """Hears the comments and letters of the Tavern's guests, and answers them.

    The Tavern cannot share a comment or hide a letter, and takes no answer in a closed thread or
    to what is older than seven days. https://tavern.example/developers
    """

    name = "tavern"
    title = "The Tavern"
    settings = (
        Setting(
            name="token",
            scope="account",
            secret=True,
            help="Token with the scopes read and write, from the page Access of your account.",
        ),
        Setting(
            name="signing_secret",
            scope="app",
            secret=True,
            help="Secret the Tavern signs its deliveries with, from the page of your app.",
        ),
    )
    listeners = (
        Listening(kind="mentions", title="Comments", settings=(_BACKFILL,)),
        Listening(kind="direct", title="Letters", settings=(_BACKFILL,)),
    )
    limits = Limits(
        length=1000,
        parts=5,
        attachments=2,
        attachment_size=1_000_000,
        media_types=frozenset({"image/gif", "image/jpeg", "image/png"}),
        reply_window=timedelta(days=7),
    )
    budgets = (Budget(name="calls", units=60, per=timedelta(minutes=1)),)
    repeat: ClassVar[Repeat] = Repeat(
        by="read_back", settle=timedelta(seconds=5), absence_is_proof=True
    )
    signature = HmacSignature(
        header="X-Tavern-Signature",
        prefix="sha256=",
        signed=("timestamp", ".", "body"),
        timestamp_header="X-Tavern-Time",
        timestamp_form="epoch",
        age=timedelta(minutes=5),
    )
    oauth = OAuth(
        authorize=f"{ORIGIN}/oauth/authorize",
        token=f"{ORIGIN}/oauth/token",
        revoke=f"{ORIGIN}/oauth/revoke",
        scopes=("read", "write"),
        refresh=True,
        rotates=True,
    )

    @staticmethod
    def classify(answer: Answer) -> RemoteError | type[RemoteError] | None:
        """The error an answer's code names; a 200 may hold one, too."""
        found = by_code(answer, _CODES, "error", "code")
        if found or answer.status == 204 or answer.status >= 400:
            return found
        told = answer.json()
        return Refused if isinstance(told, dict) and told.get("ok") is False else None

    # Hearing

    def poll(self, listener: Listener, cursor: str | None) -> Page:
        feed = _FEEDS[listener.kind]
        return walk_back(
            cursor,
            lambda token: self._batch(feed, token),
            backfill=int(listener.settings.get("backfill") or 0),
        )

    def fetch(self, refs: Sequence[Mapping[str, Any]]) -> list[Fetched]:
        return fetched(refs, self._shown)

    def thread(self, mention: Mention) -> list[Mention]:
        above: list[Mention] = []
        parent = identifier((mention.ref or {}).get("parent"))
        while parent and len(above) < _DEEPEST:
            [found] = fetched([{"id": parent}], self._shown)
            if found.mention is None:
                break
            above.insert(0, found.mention)
            parent = identifier((found.mention.ref or {}).get("parent"))
        return above

    def accounts(self, grant: Mapping[str, Any]) -> list[Account]:
        actor = self._understood(self._get("/api/me"), self._actor)
        return [Account(id=actor.id, settings=grant, actor=actor)] if actor else []

    # Answering

    def refusal(self, action: Action, mention: Mention, account: Account) -> str | None:
        if not account.settings.get("token"):
            return "The Tavern account is not connected. Ask its owner to connect it."
        if (mention.ref or {}).get("closed") and action in ("reply", "like", "hide"):
            return "The thread is closed. You can still write a letter to the author."
        if mention.visibility == "direct" and action in ("hide", "unhide"):
            return "A letter cannot be hidden: nobody but you can read it."
        if action in ("reply", "direct") and self._is_over(mention):
            return "The Tavern takes answers for seven days, and they are over."
        return None

    def prepare(self, target: Target, part: Part) -> dict[str, Any]:
        return {"files": [self._uploaded(file) for file in part.attachment]}

    def reply(self, target: Target, part: Part, prepared: Mapping[str, Any]) -> Receipt:
        return self._posted(self._draft(target, part, prepared))

    def sent(self, target: Target, part: Part, since: datetime) -> list[Receipt]:
        found: list[Receipt] = []
        older: str | None = None
        for _ in range(_PAGES_BACK):
            answer = self._get(f"{self._path(target.ref)}/answers", page=older)
            some, older = self._understood(answer, lambda told: self._sent_in(told, part, since))
            found += some
            if older is None:
                return found
        if not found:
            raise TryLater("There are too many answers to look through them.", plugin=self.name)
        return found

    def edit(self, receipt: Receipt, part: Part) -> Receipt:
        body = {"text": part.text, **self.prepare(receipt, part)}
        answer = self._write("PUT", self._path(receipt.ref), body, repeats=True)
        return self._understood(answer, self._receipt)

    def delete(self, receipt: Receipt) -> None:
        try:
            self._done("DELETE", self._path(receipt.ref))
        except Gone:
            return

    def like(self, mention: Mention) -> None:
        self._done("POST", f"{self._path(mention.ref)}/like")

    def unlike(self, mention: Mention) -> None:
        self._done("DELETE", f"{self._path(mention.ref)}/like")

    def hide(self, mention: Mention) -> None:
        self._done("POST", f"{self._path(mention.ref)}/hidden")

    def unhide(self, mention: Mention) -> None:
        self._done("DELETE", f"{self._path(mention.ref)}/hidden")

    def direct(self, mention: Mention, part: Part) -> Receipt:
        return self._posted(self._letter(mention, part, self.prepare(mention, part)))
