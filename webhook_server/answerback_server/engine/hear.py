"""Applies what was heard. Commutative: the highest version wins, a deletion is final.

A page was stored, with its cursor, before this looks at it; applying it twice changes nothing
twice. Own posts become receipts or notes, never a customer's words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from answerback.errors import Malformed
from answerback.model import Activity, Actor, Mention, Receipt, Tombstone
from answerback.schema import dumps as wire_text
from answerback.schema import from_wire, loads
from answerback_server.engine import file, steps, threads
from answerback_server.engine.merging import changed, merge, newer
from answerback_server.engine.sieve import Sieve
from answerback_server.store import accounts, inbox, ledger, mentions, replies
from answerback_server.store.database import BadValue, digest

if TYPE_CHECKING:
    from answerback.helpdesk import Kind
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.database import Transaction
    from answerback_server.store.rows import AccountRow, InboxRow, ListenerRow, MentionRow

PAGES = 20
TRIES = 5
#: Looks, one re-read apart, before something missing counts as deleted.
LOOKS = 2
#: Not a type of ActivityStreams: only for what stands in a page as context.
SEEN = "Seen"


class Ear:
    """Applies the stored pages of one account."""

    def __init__(
        self, assembly: Assembly, account: AccountRow, *, sieve: Sieve | None = None
    ) -> None:
        self._assembly = assembly
        self._database = assembly.database
        self._account = account
        self._given = sieve

    def drain(self) -> None:
        """Apply what is open, a page per transaction, in the order it came."""
        with self._database.read() as tx:
            pages = inbox.due(tx, self._account.id, PAGES)
            named = accounts.listeners_named(tx, {page.listener for page in pages})
            listeners = {row.id: row for row in named}
            self._own = accounts.own_keys(tx, self._account.installation, self._account.channel)
            self._sieve = self._given or Sieve(self._assembly, tx, self._account)
        for page in pages:
            try:
                self._apply(page, listeners[page.listener])
            except (
                Malformed,
                ValueError,
                LookupError,
                TypeError,
                AssertionError,
                BadValue,
            ) as error:
                self._set_aside(page, error)
                return

    def _apply(self, page: InboxRow, listener: ListenerRow) -> None:
        body = json.loads(page.body)
        with self._database.write() as tx:
            if not inbox.done(tx, page.id):
                return
            if "refs" in body:
                # Set aside before it was complete, and let go again by a person.
                inbox.ask_again(tx, page.id)
                return
            context = [_seen(from_wire(wire)) for wire in body.get("context", ())]
            heard = [from_wire(wire) for wire in body.get("activities", ())]
            for activity in _parents_first([*context, *heard]):
                self._act(tx, activity, listener)
            for id in body.get("missing", ()):
                self._missed(tx, id)
            steps.reached("hear.applying")
        steps.reached("hear.applied")

    def _set_aside(self, page: InboxRow, error: Exception) -> None:
        """Try a page again; then entry by entry, so that only the bad one stays behind."""
        reason = f"{type(error).__name__} while applying"
        entries = _entries(json.loads(page.body))
        with self._database.write() as tx:
            if page.attempts < TRIES:
                inbox.later(tx, page.id, delay=2.0**page.attempts, reason=reason)
            elif len(entries) > 1 and inbox.done(tx, page.id):
                for entry in entries:
                    inbox.add(
                        tx,
                        account=page.account,
                        listener=page.listener,
                        body=json.dumps(entry),
                        attempts=TRIES,
                    )
            else:
                inbox.park(tx, page.id, reason)
            ledger.write(
                tx,
                f"inbox:{page.id}",
                "not applied",
                installation=self._account.installation,
                reason=reason,
                attempt=page.attempts + 1,
            )

    def _act(self, tx: Transaction, activity: Activity, listener: ListenerRow) -> None:
        thing = activity.object
        if activity.type == SEEN and isinstance(thing, Mention):
            self._store(tx, thing)
        elif activity.type in ("Create", "Update") and isinstance(thing, Mention):
            row = self._store(tx, thing)
            if row.status == "live" and not row.own:
                self._hear(tx, row, thing, listener)
        elif activity.type == "Delete":
            id = thing.id if isinstance(thing, (Tombstone, Mention)) else str(thing)
            self._deleted(tx, id)
        else:
            self._reaction(tx, activity)

    def _store(self, tx: Transaction, mention: Mention) -> MentionRow:
        """The row of a mention, made or brought up to date."""
        key = mentions.key_of(self._account.channel, mention.id)
        installation = self._account.installation
        row = mentions.get(tx, installation, key, lock=True)
        if row is None:
            author = mention.attributed_to
            own = author is not None and (
                digest("actor", self._account.channel, author.id) in self._own
            )
            mentions.add(
                self._database,
                tx,
                {
                    "installation": installation,
                    "channel": self._account.channel,
                    "key": key,
                    "own": own,
                    "private": threads.is_private(mention),
                    "parent_key": _parent_key(self._account.channel, mention),
                    **_words(mention),
                },
            )
            row = mentions.get(tx, installation, key, lock=True)
            assert row is not None
            if own:
                self._own_post(tx, row, mention)
            return self._again(tx, row)
        if row.status == "deleted":
            return row
        old = threads.mention_of(row)
        if old is None or not newer(old, mention):
            return row
        differs = changed(old, mention)
        merged = merge(old, mention)
        if merged != old or row.absent:
            mentions.change(
                tx,
                row.id,
                absent=0,
                status="live",
                edits=row.edits + (1 if differs else 0),
                **_words(merged),
            )
        if row.status == "missing":
            ledger.write(tx, f"mention:{row.id}", "shown again", installation=installation)
            file.shown_again(self._assembly, tx, row)
        if differs:
            ledger.write(tx, f"mention:{row.id}", "edited", installation=installation)
            if not row.own:
                file.edited(self._assembly, tx, row)
        return self._again(tx, row)

    def _again(self, tx: Transaction, row: MentionRow) -> MentionRow:
        fresh = mentions.by_id(tx, row.id)
        assert fresh is not None
        return fresh

    def _hear(
        self, tx: Transaction, row: MentionRow, mention: Mention, listener: ListenerRow
    ) -> None:
        kind = self._kind(tx, mention, listener)
        first = not mentions.heard_by(tx, row.id)
        if mentions.hear(
            self._database,
            tx,
            mention=row.id,
            account=self._account.id,
            listener=listener.id,
            kind=kind,
        ):
            ledger.write(
                tx,
                f"mention:{row.id}",
                "heard",
                installation=self._account.installation,
                account=self._account.id,
                kind=kind,
                listener=listener.kind,
            )
        if not first and not self._sieve.is_asked_again(row):
            return
        conversation = threads.place(self._assembly, tx, self._account, mention)
        mentions.change(tx, row.id, conversation=conversation.id)
        mentions.touch_conversation(tx, conversation.id)
        self._sieve.heard(tx, listener, conversation, row, mention, kind)

    def _kind(self, tx: Transaction, mention: Mention, listener: ListenerRow) -> Kind:
        if threads.is_private(mention):
            return "direct"
        if mention.type == "Review":
            return "review"
        if self._is_own(tx, mention.quote_of):
            return "quote"
        if self._is_own(tx, mention.in_reply_to) or listener.kind == "conversation":
            return "comment" if listener.kind == "comments" else "reply"
        if listener.kind in ("keyword", "hashtag") and not self._names_us(mention):
            return "keyword"
        return "mention"

    def _names_us(self, mention: Mention) -> bool:
        us = loads(self._account.actor, Actor)
        addresses = {us.id, us.url}
        return any(tag.type == "Mention" and tag.href in addresses for tag in mention.tag or ())

    def _is_own(self, tx: Transaction, id: str | None) -> bool:
        if id is None:
            return False
        row = mentions.get(
            tx, self._account.installation, mentions.key_of(self._account.channel, id)
        )
        return row is not None and row.own

    def _own_post(self, tx: Transaction, row: MentionRow, mention: Mention) -> None:
        """A post of ours: the proof of a delivery, an answer given outside, or neither."""
        proved = replies.by_receipt(tx, self._account.installation, row.key)
        if proved is not None:
            mentions.change(tx, row.id, conversation=proved[1].conversation)
            return
        if mention.in_reply_to is None:
            return
        parent = mentions.get(
            tx,
            self._account.installation,
            mentions.key_of(self._account.channel, mention.in_reply_to),
        )
        if parent is None or parent.conversation is None:
            return
        noted = replies.unproved(tx, parent.id)
        if noted is not None:
            receipt = Receipt(id=mention.id, url=mention.url, ref=mention.ref)
            replies.settle(
                tx,
                noted.id,
                token=noted.token,
                states=("posted",),
                receipt=wire_text(receipt),
                receipt_key=row.key,
            )
        outside = "check" if noted is None else None
        mentions.change(tx, row.id, conversation=parent.conversation, outside=outside)

    def _deleted(self, tx: Transaction, id: str, status: str = "deleted") -> None:
        """Deleted for good, or "missing": no longer shown, which an outage may explain."""
        key = mentions.key_of(self._account.channel, id)
        installation = self._account.installation
        row = mentions.get(tx, installation, key, lock=True)
        if row is None:
            mentions.add(
                self._database,
                tx,
                {
                    "installation": installation,
                    "channel": self._account.channel,
                    "key": key,
                    "own": False,
                    "status": status,
                },
            )
            return
        if row.status == "deleted" or row.status == status:
            return
        mentions.change(tx, row.id, status=status, outside=None)
        ledger.write(tx, f"mention:{row.id}", status, installation=installation)
        if row.status == "live" and not row.own:
            file.deleted(self._assembly, tx, row)

    def _missed(self, tx: Transaction, id: str) -> None:
        """Not shown any more: deleted, or hidden from us. Believed only at the second look."""
        row = mentions.get(
            tx, self._account.installation, mentions.key_of(self._account.channel, id)
        )
        if row is None or row.status != "live":
            return
        if row.absent + 1 >= LOOKS:
            self._deleted(tx, id, "missing")
        else:
            mentions.change(tx, row.id, absent=row.absent + 1)

    def _reaction(self, tx: Transaction, activity: Activity) -> None:
        thing = activity.object
        id = thing if isinstance(thing, str) else getattr(thing, "id", None)
        if id is None:
            return
        row = mentions.get(
            tx, self._account.installation, mentions.key_of(self._account.channel, id)
        )
        if row is not None:
            ledger.write(
                tx,
                f"mention:{row.id}",
                activity.type.lower(),
                installation=self._account.installation,
            )


def _seen(mention: object) -> Activity:
    """A post that was not heard, only fetched because a heard one answers it."""
    assert isinstance(mention, Mention)
    return Activity(type=SEEN, channel=mention.channel, object=mention)  # type: ignore[arg-type]


def _entries(body: dict[str, Any]) -> list[dict[str, Any]]:
    """A page as pages of one entry each, parents before what answers them where that shows."""
    entries = [
        {name: [entry]} for name in ("context", "activities") for entry in body.get(name, ())
    ]

    def told(entry: dict[str, Any]) -> dict[str, Any]:
        [one] = entry.get("context") or entry["activities"]
        thing = one.get("object", one) if isinstance(one, dict) else {}
        return thing if isinstance(thing, dict) else {}

    here = {told(entry).get("id"): entry for entry in entries}
    placed: dict[int, dict[str, Any]] = {}
    for entry in entries:
        line: list[dict[str, Any]] = []
        step: dict[str, Any] | None = entry
        while step is not None and id(step) not in placed and len(line) < len(entries):
            line.append(step)
            step = here.get(told(step).get("inReplyTo"))
        for ready in reversed(line):
            placed[id(ready)] = ready
    missing: list[dict[str, Any]] = [{"missing": [entry]} for entry in body.get("missing", ())]
    return [*placed.values(), *missing]


def _words(mention: Mention) -> dict[str, Any]:
    return {
        "wire": wire_text(mention),
        "ref": json.dumps(dict(mention.ref)) if mention.ref is not None else None,
        "version": mention.version,
        "updated": mention.updated.timestamp() if mention.updated else None,
    }


def _parent_key(channel: str, mention: Mention) -> str | None:
    return None if mention.in_reply_to is None else mentions.key_of(channel, mention.in_reply_to)


def _parents_first(heard: Iterable[object]) -> list[Activity]:
    """The activities in their order, except that a post comes after the one it answers."""
    activities = [activity for activity in heard if isinstance(activity, Activity)]
    by_id = {
        activity.object.id: activity
        for activity in activities
        if activity.type in ("Create", SEEN) and isinstance(activity.object, Mention)
    }
    placed: dict[int, Activity] = {}
    for activity in activities:
        line: list[Activity] = []
        step: Activity | None = activity
        while step is not None and id(step) not in placed and step not in line:
            line.append(step)
            thing = step.object
            above = thing.in_reply_to if isinstance(thing, Mention) else None
            step = by_id.get(above) if above is not None else None
        for ready in reversed(line):
            placed[id(ready)] = ready
    return list(placed.values())
