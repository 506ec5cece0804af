"""Who runs what, when. A drain does whatever is open for one key; doubling one is harmless.

    sort    an app's stored calls become pages of its accounts
    fetch   an account's pages that came incomplete are completed
    hear    an account's stored pages become mentions, conversations and filings
    file    an installation's overdue filings and notes
    answer  an account's replies are fitted, posted and looked for
    poll    an account's due listeners are asked

Each tick derives the open drains from row states alone, never from a flag, so nothing can be
forgotten. A drain is held by a lease in time; the tick renews the leases of what runs here, and
a process that is gone or frozen loses its drains to another within LEASE seconds. The lease only
saves work: what must not happen twice is guarded by the rows themselves.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from answerback_server.engine import attention, file, sort
from answerback_server.engine.alarms import Watchman
from answerback_server.engine.amend import Amender
from answerback_server.engine.answer import Messenger
from answerback_server.engine.backlog import Pauses
from answerback_server.engine.catch_up import Scout
from answerback_server.engine.fetch import Fetcher
from answerback_server.engine.hear import Ear
from answerback_server.engine.pauses import backoff
from answerback_server.store import accounts, drains, inbox
from answerback_server.store.database import StoreError, new_id

if TYPE_CHECKING:
    from answerback_server.engine.assembly import Assembly

_ORDER = ("answer", "file", "hear", "sort", "fetch", "poll")
#: What may be slow because a network is.
_SLOW = ("fetch", "poll")
TICK = 0.1
#: Seconds between two ticks at least.
SOONEST = 0.02
LEASE = 15.0
RENEW = 5.0
#: Applied pages are kept for a week, and swept away a few at a time.
KEEP_PAGES = 7 * 86400.0
SWEEP = 600.0
PRUNED = 500

log = logging.getLogger(__name__)


class Worker:
    """Runs drains on a bounded number of threads until told to stop."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self._database = assembly.database
        self._owner = new_id("wrk")
        self._lease = LEASE / assembly.config.haste
        self._renewal = RENEW / assembly.config.haste
        self._pool = ThreadPoolExecutor(assembly.config.threads, "drain")
        self._lock = threading.Lock()
        self._running: set[tuple[str, str]] = set()
        self._resting: dict[tuple[str, str], tuple[int, float]] = {}
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._pauses = Pauses(assembly)
        self._watchman = Watchman(assembly, worker=self._owner)

    def run(self, alive: Callable[[], bool] = lambda: True) -> None:
        """Tick until `stop` is called or `alive` says no; then let running drains finish."""
        renewed = swept = time.monotonic()
        try:
            while not self._is_over() and alive():
                now = time.monotonic()
                try:
                    if now - renewed > self._renewal:
                        renewed = now
                        self._renew()
                    if now - swept > SWEEP:
                        swept = now
                        self._sweep()
                    self._watchman.beat()
                    if self._watchman.is_due():
                        self._pool.submit(self._watchman.look)
                    self.tick()
                except StoreError as error:
                    log.error("tick failed", extra={"error": type(error).__name__})
                    self._stop.wait(1.0)
        finally:
            self._pool.shutdown(wait=True)
            self._watchman.end()

    def _is_over(self) -> bool:
        """Whether to stop, told at the next tick; that is soon when a drain has just ended, since
        what one leaves is often another's work."""
        self._ended.wait(TICK)
        self._ended.clear()
        return self._stop.wait(SOONEST)

    def stop(self) -> None:
        """Start nothing new."""
        self._stop.set()

    def tick(self) -> None:
        """Start a drain for everything open that nobody is at, as far as threads are free."""
        called = self._assembly.calls.open_apps()
        paused = self._pauses.accounts()
        with self._database.read() as tx:
            work = drains.open_work(tx) + drains.unheld(tx, "sort", called)
        threads = self._assembly.config.threads
        # Polls of slow networks leave threads for the rest: answers first of all.
        work.sort(key=lambda one: (_ORDER.index(one[0]), random.random()))  # noqa: S311 (fairness)
        for kind, key in work:
            if kind == "poll" and key in paused:
                continue
            with self._lock:
                count, until = self._resting.get((kind, key), (0, 0.0))
                slow = sum(running in _SLOW for running, _key in self._running)
                full = len(self._running) >= threads or (
                    kind in _SLOW and slow >= max(1, threads * 3 // 4)
                )
                if full or (kind, key) in self._running or until > time.monotonic():
                    continue
                self._running.add((kind, key))
            self._pool.submit(self._run, kind, key, count)

    def _run(self, kind: str, key: str, failures: int) -> None:
        try:
            with self._database.write() as tx:
                if not drains.claim(
                    self._database, tx, kind, key, owner=self._owner, lease=self._lease
                ):
                    return
            try:
                self._drain(kind, key)
                with self._lock:
                    self._resting.pop((kind, key), None)
            finally:
                with self._database.write() as tx:
                    drains.release(tx, kind, key, owner=self._owner)
        except Exception as error:
            # A drain that fails rests a while; its rows stay open, so it comes again.
            rest = backoff(failures)
            with self._lock:
                self._resting[kind, key] = (failures + 1, time.monotonic() + rest)
            log.error(
                "drain failed",
                extra={"kind": kind, "key": key, "error": type(error).__name__, "rest": rest},
                exc_info=log.isEnabledFor(logging.DEBUG),
            )
        finally:
            with self._lock:
                self._running.discard((kind, key))
            self._ended.set()

    def _drain(self, kind: str, key: str) -> None:
        if kind == "file":
            file.settle(self._assembly, key)
            attention.settle(self._assembly, key)
            return
        if kind == "sort":
            sort.settle(self._assembly, key, self._stop.is_set)
            return
        with self._database.read() as tx:
            account = accounts.get(tx, key)
        if account is None:
            return
        if kind == "hear":
            Ear(self._assembly, account).drain()
        elif kind == "fetch":
            Fetcher(self._assembly, account).drain(self._stop.is_set)
        elif kind == "answer":
            Amender(self._assembly, account).drain(self._stop.is_set)
            Messenger(self._assembly, account).drain(self._stop.is_set)
        elif kind == "poll":
            Scout(self._assembly, account).drain(self._stop.is_set)

    def _renew(self) -> None:
        with self._lock:
            running = list(self._running)
        if running:
            with self._database.write() as tx:
                for kind, key in running:
                    drains.renew(tx, kind, key, owner=self._owner, lease=self._lease)

    def _sweep(self) -> None:
        went = PRUNED
        while went >= PRUNED and not self._stop.is_set():
            with self._database.write() as tx:
                went = inbox.prune(tx, KEEP_PAGES, PRUNED)
        went = PRUNED
        while went >= PRUNED and not self._stop.is_set():
            went = self._assembly.calls.prune(KEEP_PAGES, PRUNED)
