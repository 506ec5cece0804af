"""Asks the networks: polls an account's listeners, and stores what they say.

A page and its cursor are stored in one transaction, before anything looks at the page. What a
page's posts answer is fetched along, so that a conversation begins where it began.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from answerback.errors import (
    AnswerbackError,
    ConfigError,
    Gone,
    NotSupported,
    Reconnect,
    RemoteError,
)
from answerback.model import Page
from answerback_server.engine import reread, steps, tell
from answerback_server.engine.assembly import listener_of
from answerback_server.engine.pages import above, wired
from answerback_server.engine.pauses import backoff, jitter
from answerback_server.store import accounts, inbox, ledger
from answerback_server.store.database import StoreError

if TYPE_CHECKING:
    from answerback.channel import Channel
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.rows import AccountRow, ListenerRow

LISTENERS = 10
#: Seconds one poll may take in all.
DEADLINE = 30.0
#: Seconds after which a drain lets others have its thread.
TURN = 20.0


class Scout:
    """Polls the due listeners of one account."""

    def __init__(self, assembly: Assembly, account: AccountRow) -> None:
        self._assembly = assembly
        self._database = assembly.database
        self._account = account

    def drain(self, stopping: Callable[[], bool]) -> None:
        """Poll what is due; a listener that fails waits, the others go on."""
        began = time.monotonic()
        channel = self._assembly.channel(self._account)
        before = json.dumps(channel.state, sort_keys=True)
        with self._database.read() as tx:
            due = accounts.due_listeners(tx, self._account.id, LISTENERS)
        for listener in due:
            if stopping() or time.monotonic() - began > TURN:
                break
            try:
                with channel.http.within(DEADLINE):
                    self._poll(channel, listener)
            except Reconnect as error:
                tell.reconnect_needed(self._assembly, self._account, str(error))
                break
            except AnswerbackError as error:
                self._failed(listener, error)
            except StoreError:
                raise
            except Exception as error:  # noqa: BLE001 (a plugin's own mistake: this listener's only)
                self._failed(listener, ConfigError(f"{type(error).__name__} in the channel"))
        after = json.dumps(channel.state, sort_keys=True)
        if after != before:
            with self._database.write() as tx:
                accounts.keep_state(tx, self._account.id, after)

    def _poll(self, channel: Channel, listener: ListenerRow) -> None:
        conversation = listener.conversation
        if conversation is not None and reread.is_quiet(self._database, listener):
            return
        page = self._asked(channel, listener)
        unreadable = list(page.unreadable)
        body: dict[str, Any] = {
            "activities": wired(page.activities, unreadable),
            "context": wired(
                above(self._assembly, self._account, channel, page.activities), unreadable
            ),
        }
        if conversation is not None:
            looked = reread.look_again(self._assembly, self._account, channel, conversation, page)
            body["activities"] += wired(looked.activities, unreadable)
            body["missing"] = looked.missing
        delay = 0.0 if page.more else jitter(self._every(listener))
        steps.reached("poll.asked")
        with self._database.write() as tx:
            if not accounts.polled(tx, listener, cursor=page.cursor, delay=delay):
                return
            if any(body.values()):
                inbox.add(tx, account=self._account.id, listener=listener.id, body=json.dumps(body))
            for entry in unreadable:
                self._write(
                    tx, listener, "unreadable", position=entry.position, reason=entry.reason
                )
            if page.gap is not None:
                self._write(tx, listener, "gap", reason=page.gap)
            steps.reached("poll.storing")
        steps.reached("poll.stored")

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
            base = self._assembly.config.reread_seconds
            return reread.pace(self._database, listener.conversation, base)
        return self._assembly.config.poll_seconds or listener.every

    def _failed(self, listener: ListenerRow, error: AnswerbackError) -> None:
        wait = backoff(listener.failures)
        if isinstance(error, RemoteError) and error.retry_after is not None:
            wait = max(wait, jitter(error.retry_after))
        if isinstance(error, (ConfigError, NotSupported)):
            wait = max(wait, 3600.0)
        with self._database.write() as tx:
            accounts.poll_failed(tx, listener.id, delay=wait, reason=str(error)[:500])
            if listener.failures == 0:
                kind = type(error).__name__
                self._write(tx, listener, "not heard", error=kind, again_in=round(wait))

    def _write(self, tx: Any, listener: ListenerRow, event: str, **facts: Any) -> None:
        ledger.write(
            tx,
            f"listener:{listener.id}",
            event,
            installation=self._account.installation,
            **facts,
        )
