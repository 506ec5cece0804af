"""Back-pressure: when too much waits for an installation, its polls pause, and last of all its
webhooks are refused for a while.

Polls can be made up for and networks deliver again; what a help desk asks for is never refused,
since that is what makes a backlog smaller.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from answerback_server.store import accounts, apps, backlog, ledger

if TYPE_CHECKING:
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.rows import AppRow

#: Seconds between two looks.
FRESH = 5.0


def refuses(assembly: Assembly, app: AppRow) -> bool:
    """Whether an app's network is to deliver later.

    An app of many installations is refused only when all of them have too much: one company's
    backlog is none of the others' business.
    """
    most = assembly.config.backlog_webhooks
    if assembly.calls.waiting(app.id, most) >= most:
        return True
    with assembly.database.read() as tx:
        concerned = {row.installation for row in apps.accounts_of(tx, app.id)}
        waiting = backlog.waiting(tx)
    return bool(concerned) and all(waiting.get(one, 0) >= most for one in concerned)


class Pauses:
    """Which accounts are not to be polled now; looked up anew every few seconds."""

    def __init__(
        self, assembly: Assembly, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._assembly = assembly
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._looked: float | None = None
        self._full: frozenset[str] = frozenset()
        self._accounts: frozenset[str] = frozenset()

    def accounts(self) -> frozenset[str]:
        """The accounts of installations for which too much waits."""
        with self._lock:
            now = self._monotonic()
            if self._looked is None or now - self._looked >= FRESH:
                self._looked = now
                self._look()
            return self._accounts

    def _look(self) -> None:
        database, most = self._assembly.database, self._assembly.config.backlog_polls
        with database.read() as tx:
            full = frozenset(one for one, count in backlog.waiting(tx).items() if count >= most)
            paused = [row.id for one in full for row in accounts.of_installation(tx, one)]
        changed = full ^ self._full
        self._full, self._accounts = full, frozenset(paused)
        if changed:
            with database.write() as tx:
                for one in sorted(changed):
                    event = "polls paused" if one in full else "polls go on"
                    ledger.write(tx, f"installation:{one}", event, installation=one)
