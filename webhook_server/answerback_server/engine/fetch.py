"""Completes what came with a call: fetches what it only named, and what its posts answer.

A page that needs it waits in the state `fetch`, apart from those that can be applied, so that a
slow network holds up nothing else. Words that came whole wait only a while for what they answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from answerback.errors import AnswerbackError, ConfigError, Reconnect, RemoteError
from answerback.model import Activity, Mention, Unreadable
from answerback.schema import from_wire
from answerback_server.engine import steps, tell
from answerback_server.engine.pages import above, listening, wired
from answerback_server.engine.pauses import backoff, jitter
from answerback_server.store import accounts, inbox, ledger
from answerback_server.store.database import StoreError

if TYPE_CHECKING:
    from answerback.channel import Channel
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.rows import AccountRow, InboxRow

PAGES = 20
#: Seconds one page may take in all.
DEADLINE = 30.0
#: Tries before words go on without what they answer, and before what was only named is parked.
TRIES_FOR_PARENTS = 3
TRIES = 12


class Fetcher:
    """Completes the pages of one account."""

    def __init__(self, assembly: Assembly, account: AccountRow) -> None:
        self._assembly = assembly
        self._database = assembly.database
        self._account = account

    def drain(self, stopping: Callable[[], bool]) -> None:
        """Complete what is due; a page that cannot be waits alone."""
        channel = self._assembly.channel(self._account)
        with self._database.read() as tx:
            pages = inbox.incomplete(tx, self._account.id, PAGES)
        for page in pages:
            if stopping():
                return
            try:
                with channel.http.within(DEADLINE):
                    self._complete(channel, page)
            except Reconnect as error:
                tell.reconnect_needed(self._assembly, self._account, str(error))
                self._words_go_on(pages)
                return
            except AnswerbackError as error:
                self._failed(page, error)
            except StoreError:
                raise
            except Exception as error:  # noqa: BLE001 (a plugin's own mistake: this page's only)
                self._failed(page, ConfigError(f"{type(error).__name__} in the channel"))

    def _complete(self, channel: Channel, page: InboxRow) -> None:
        body = json.loads(page.body)
        refs = body.pop("refs", [])
        told = body.get("activities", [])
        unreadable: list[Unreadable] = []
        heard = [one for each in told if isinstance(one := from_wire(each), Activity)]
        lost = 0
        if refs:
            fetched = channel.fetch(refs)
            shown = [_said(one.mention) for one in fetched if one.mention is not None]
            lost = len(refs) - len(shown)
            with self._database.read() as tx:
                listeners = accounts.listeners_of(tx, self._account.id)
            found = [one for one in shown if listening(listeners, one) is not None]
            heard += found
            told = told + wired(found, unreadable)
        context = wired(above(self._assembly, self._account, channel, heard), unreadable)
        steps.reached("fetch.asked")
        with self._database.write() as tx:
            whole = json.dumps({**body, "activities": told, "context": context})
            if not inbox.complete(tx, page.id, whole):
                return
            if lost:
                self._write(tx, page, "not shown", count=lost)
            for entry in unreadable:
                where = {"position": entry.position, "reason": entry.reason}
                self._write(tx, page, "unreadable", **where)
            steps.reached("fetch.storing")
        steps.reached("fetch.stored")

    def _words_go_on(self, pages: Sequence[InboxRow]) -> None:
        with self._database.write() as tx:
            for page in pages:
                if "refs" not in json.loads(page.body):
                    inbox.complete(tx, page.id, page.body)

    def _failed(self, page: InboxRow, error: AnswerbackError) -> None:
        wait = backoff(page.attempts)
        if isinstance(error, RemoteError) and error.retry_after is not None:
            wait = max(wait, jitter(error.retry_after))
        words = "refs" not in json.loads(page.body)
        with self._database.write() as tx:
            if words and page.attempts + 1 >= TRIES_FOR_PARENTS:
                inbox.complete(tx, page.id, page.body)
            elif page.attempts + 1 >= TRIES:
                inbox.park(tx, page.id, str(error)[:500])
            else:
                inbox.later(tx, page.id, delay=wait, reason=str(error)[:500])
            kind = type(error).__name__
            self._write(tx, page, "not completed", error=kind, attempt=page.attempts + 1)

    def _write(self, tx: Any, page: InboxRow, event: str, **facts: Any) -> None:
        ledger.write(
            tx,
            f"inbox:{page.id}",
            event,
            installation=self._account.installation,
            account=self._account.id,
            **facts,
        )


def _said(mention: Mention) -> Activity:
    return Activity(type="Create", channel=mention.channel, object=mention)
