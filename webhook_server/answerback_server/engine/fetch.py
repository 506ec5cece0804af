"""Completes what came with a call: fetches what it only named, and what its posts answer.

A page that needs it waits in the state `fetch`, apart from those that can be applied, so that a
slow network holds up nothing else. Words that came whole wait only a while for what they answer.
What a network does not show yet is asked for again, less and less often, until a day has passed.
What it says is gone is only noted: a ref is the plugin's own and names no post we could find by it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import zip_longest
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
    from answerback_server.store.database import Transaction
    from answerback_server.store.rows import AccountRow, InboxRow

PAGES = 20
#: Seconds one page may take in all.
DEADLINE = 30.0
#: Tries before words go on without what they answer.
TRIES_FOR_PARENTS = 3
#: Seconds for which what was only named is asked for, and tries it has at least.
PATIENCE = 86400.0
TRIES = 3
#: Seconds between two looks for what is not shown yet, at first and at most.
AGAIN = 30.0
SELDOM = 7200.0


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
        missing: list[Any] = []
        gone = 0
        if refs:
            fetched = channel.fetch(refs)
            shown = [_said(one.mention) for one in fetched if one.mention is not None]
            gone = sum(one.state == "gone" for one in fetched)
            # One answer for each ref, in order, as the contract has it.
            missing = [
                ref
                for ref, one in zip_longest(refs, fetched[: len(refs)])
                if one is None or (one.mention is None and one.state != "gone")
            ]
            with self._database.read() as tx:
                listeners = accounts.listeners_of(tx, self._account.id)
            found = [one for one in shown if listening(listeners, one) is not None]
            heard += found
            told = told + wired(found, unreadable)
        context = wired(above(self._assembly, self._account, channel, heard), unreadable)
        steps.reached("fetch.asked")
        with self._database.write() as tx:
            whole = json.dumps({**body, "activities": told, "context": context})
            if missing and not self._is_over(tx, page):
                went = inbox.keep_asking(
                    tx,
                    page,
                    json.dumps({"refs": missing}),
                    part=whole if told else None,
                    delay=backoff(page.attempts, first=AGAIN, ceiling=SELDOM),
                )
                missing = []
            else:
                went = inbox.complete(tx, page.id, whole)
            if not went:
                return
            for event, count in (("not shown", len(missing)), ("gone", gone)):
                if count:
                    self._write(tx, page, event, count=count)
            for entry in unreadable:
                where = {"position": entry.position, "reason": entry.reason}
                self._write(tx, page, "unreadable", **where)
            steps.reached("fetch.storing")
        steps.reached("fetch.stored")

    def _is_over(self, tx: Transaction, page: InboxRow) -> bool:
        """Whether it was asked for long enough, and often enough after a long stop."""
        age = self._database.now(tx) - page.received_at
        return age >= PATIENCE and page.attempts + 1 >= TRIES

    def _failed(self, page: InboxRow, error: AnswerbackError) -> None:
        wait = backoff(page.attempts)
        if isinstance(error, RemoteError) and error.retry_after is not None:
            wait = max(wait, jitter(error.retry_after))
        words = "refs" not in json.loads(page.body)
        with self._database.write() as tx:
            if words and page.attempts + 1 >= TRIES_FOR_PARENTS:
                inbox.complete(tx, page.id, page.body)
            elif self._is_over(tx, page):
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
