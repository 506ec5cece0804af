"""Asks the networks: polls listeners, re-reads open conversations, and stores what they say.

A page and its cursor are stored in one transaction, before anything looks at the page. What a
page's posts answer is fetched along, so that a conversation begins where it began.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from answerback.channel import Fetched
from answerback.contract import capabilities
from answerback.errors import (
    AnswerbackError,
    ConfigError,
    Gone,
    NotSupported,
    Reconnect,
    RemoteError,
)
from answerback.model import Activity, Mention, Page, Tombstone
from answerback.schema import to_wire
from answerback_server.engine import threads
from answerback_server.engine.assembly import listener_of
from answerback_server.engine.pauses import backoff, jitter
from answerback_server.store import accounts, inbox, ledger, mentions

if TYPE_CHECKING:
    from answerback.channel import Channel
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.rows import AccountRow, ListenerRow, MentionRow

LISTENERS = 10
#: Seconds one poll may take in all.
DEADLINE = 30.0
#: Seconds after which a drain lets others have its thread.
TURN = 20.0
#: Parents looked for per page; what is not found stands on its own.
PARENTS = 20
#: A conversation quiet for an hour is re-read every five minutes, for a day every two hours …
SLOWING = 12.0
#: … and at least this often: every six hours.
SLOWEST = 6 * 3600.0
#: Posts of one conversation looked at again in one re-read.
REREAD = 40
#: A conversation quiet for so long is no longer re-read: 14 days.
QUIET = 14 * 86400.0
#: More posts missing at once than this, and more than half: an outage, not deletions.
MANY = 4


class Scout:
    """Polls the due listeners of one account."""

    def __init__(self, assembly: Assembly, account: AccountRow) -> None:
        self._assembly = assembly
        self._database = assembly.database
        self._account = account

    def drain(self) -> None:
        """Poll what is due; a listener that fails waits, the others go on."""
        began = time.monotonic()
        channel = self._assembly.channel(self._account)
        before = json.dumps(channel.state, sort_keys=True)
        with self._database.read() as tx:
            due = accounts.due_listeners(tx, self._account.id, LISTENERS)
        for listener in due:
            if time.monotonic() - began > TURN:
                break
            try:
                with channel.http.within(DEADLINE):
                    self._poll(channel, listener)
            except Reconnect as error:
                self._disconnect(error)
                break
            except AnswerbackError as error:
                self._failed(listener, error)
        after = json.dumps(channel.state, sort_keys=True)
        if after != before:
            with self._database.write() as tx:
                accounts.keep_state(tx, self._account.id, after)

    def _poll(self, channel: Channel, listener: ListenerRow) -> None:
        if listener.conversation is not None and self._quiet(listener):
            return
        page = self._asked(channel, listener)
        body: dict[str, Any] = {"activities": [to_wire(one) for one in page.activities]}
        if listener.conversation is not None:
            self._reread(channel, listener.conversation, page, body)
        body["context"] = [to_wire(one) for one in self._parents(channel, page)]
        delay = 0.0 if page.more else jitter(self._every(listener))
        with self._database.write() as tx:
            if not accounts.polled(tx, listener, cursor=page.cursor, delay=delay):
                return
            if body["activities"] or body["context"] or body.get("missing"):
                inbox.add(tx, account=self._account.id, listener=listener.id, body=json.dumps(body))
            for entry in page.unreadable:
                ledger.write(
                    tx,
                    f"listener:{listener.id}",
                    "unreadable",
                    installation=self._account.installation,
                    position=entry.position,
                    reason=entry.reason,
                )
            if page.gap is not None:
                ledger.write(
                    tx,
                    f"listener:{listener.id}",
                    "gap",
                    installation=self._account.installation,
                    reason=page.gap,
                )

    def _asked(self, channel: Channel, listener: ListenerRow) -> Page:
        """The listener's next page. A conversation whose first post is gone is looked at anyway:
        its posts are asked for one by one."""
        try:
            return channel.poll(listener_of(listener), listener.cursor)
        except Gone:
            if listener.conversation is None:
                raise
            return Page(cursor=listener.cursor)

    def _every(self, listener: ListenerRow) -> float:
        if listener.conversation is not None:
            return self._pace(listener.conversation)
        return self._assembly.config.poll_seconds or listener.every

    def _pace(self, conversation: str) -> float:
        """A conversation is re-read less and less often the longer nobody says anything."""
        with self._database.read() as tx:
            row = mentions.conversation(tx, conversation)
            now = self._database.now(tx)
        assert row is not None
        base = self._assembly.config.reread_seconds
        return max(base, min((now - row.active_at) / SLOWING, SLOWEST))

    def _quiet(self, listener: ListenerRow) -> bool:
        """Whether nothing was said for so long that asking is no longer worth its price."""
        with self._database.write() as tx:
            assert listener.conversation is not None
            conversation = mentions.conversation(tx, listener.conversation)
            assert conversation is not None
            if conversation.active_at > self._database.now(tx) - QUIET:
                return False
            accounts.stop_listening(tx, listener.id, "quiet for 14 days")
            return True

    def _parents(self, channel: Channel, page: Page) -> list[Mention]:
        """What the page's posts answer and we do not know, as far as the network shows it."""
        said = [a.object for a in page.activities if isinstance(a.object, Mention)]
        here = {mention.id for mention in said}
        orphans = {
            mention.in_reply_to: mention
            for mention in said
            if mention.in_reply_to is not None and mention.in_reply_to not in here
        }
        if not orphans or "thread" not in capabilities(type(channel)):
            return []
        keys = {mentions.key_of(self._account.channel, id): id for id in orphans}
        with self._database.read() as tx:
            known = mentions.known(tx, self._account.installation, keys)
        found: dict[str, Mention] = {}
        lost = [orphans[id] for key, id in keys.items() if key not in known]
        for mention in lost[:PARENTS]:
            if mention.in_reply_to in found:
                continue
            try:
                found |= {above.id: above for above in channel.thread(mention)}
            except Reconnect:
                raise
            except RemoteError:
                # The words matter more than what they answer; the thread key settles later.
                continue
        return [above for id, above in found.items() if id not in here]

    def _reread(
        self, channel: Channel, conversation: str, page: Page, body: dict[str, Any]
    ) -> None:
        """Look again at the posts we know: edited, still there, missing, or gone."""
        if "fetch" not in capabilities(type(channel)):
            return
        shown = {a.object.id for a in page.activities if isinstance(a.object, Mention)}
        with self._database.read() as tx:
            rows = mentions.in_conversation(tx, conversation, REREAD)
        wanted = [
            (row, row_id, json.loads(row.ref))
            for row in rows
            if row.ref is not None and (row_id := _id(row)) is not None and row_id not in shown
        ]
        if not wanted:
            return
        fetched = channel.fetch([ref for _row, _id, ref in wanted])
        missing: list[str] = []
        for (_row, id, _ref), found in zip(wanted, fetched, strict=True):
            self._look(id, found, body, missing)
        if len(missing) > MANY and 2 * len(missing) > len(wanted) + len(shown):
            with self._database.write() as tx:
                ledger.write(
                    tx,
                    f"account:{self._account.id}",
                    "many missing at once",
                    installation=self._account.installation,
                    missing=len(missing),
                )
            return
        body["missing"] = missing

    def _look(self, id: str, found: Fetched, body: dict[str, Any], missing: list[str]) -> None:
        if found.state == "present" and found.mention is not None:
            body["activities"].append(
                to_wire(
                    Activity(type="Update", channel=self._account.channel, object=found.mention)
                )
            )
        elif found.state == "gone":
            body["activities"].append(
                to_wire(
                    Activity(
                        type="Delete",
                        channel=self._account.channel,
                        object=Tombstone(id=id, channel=self._account.channel),
                    )
                )
            )
        elif found.state == "missing":
            missing.append(id)

    def _failed(self, listener: ListenerRow, error: AnswerbackError) -> None:
        wait = backoff(listener.failures)
        if isinstance(error, RemoteError) and error.retry_after is not None:
            wait = max(wait, jitter(error.retry_after))
        if isinstance(error, (ConfigError, NotSupported)):
            wait = max(wait, 3600.0)
        with self._database.write() as tx:
            accounts.poll_failed(tx, listener.id, delay=wait, reason=str(error)[:500])
            if listener.failures == 0:
                ledger.write(
                    tx,
                    f"listener:{listener.id}",
                    "not heard",
                    installation=self._account.installation,
                    error=type(error).__name__,
                    again_in=round(wait),
                )

    def _disconnect(self, error: Reconnect) -> None:
        with self._database.write() as tx:
            if accounts.set_status(tx, self._account.id, "reconnect", str(error)[:500]):
                ledger.write(
                    tx,
                    f"account:{self._account.id}",
                    "reconnect needed",
                    installation=self._account.installation,
                )


def _id(row: MentionRow) -> str | None:
    mention = threads.mention_of(row)
    return None if mention is None else mention.id
