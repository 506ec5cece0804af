"""Notices silence without being asked: opens an alarm for what is wrong, and closes it after.

An alarm is a row, a ledger entry and a log line at WARNING with its kind and subject alone. Any
number of processes may watch: what is wrong is one open row. A worker watches desks and networks;
the web part looks when a desk calls, since a worker that is gone cannot say so.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection
from typing import TYPE_CHECKING

from answerback_server.engine import watch
from answerback_server.store import alarms, ledger
from answerback_server.store.database import StoreError

if TYPE_CHECKING:
    from answerback_server.engine.assembly import Assembly
    from answerback_server.engine.watch import Finding

BEAT = 5.0
LOOK = 30.0
SELDOM = 600.0
#: An alarm still open is told again once a day.
AGAIN = 86400.0

log = logging.getLogger(__name__)


def keep(assembly: Assembly, found: list[Finding], *, early: Collection[str] = frozenset()) -> None:
    """Bring the open alarms into line with what is wrong now; kinds in `early` stay as they are."""
    wrong = {(one.kind, one.subject[:80]): one for one in found if not one.notice}
    with assembly.database.read() as tx:
        known = {(row.kind, row.subject): row for row in alarms.open_now(tx)}
        now = assembly.database.now(tx)
    stale = [row for key, row in known.items() if key in wrong and now - (row.told_at or 0) > AGAIN]
    over = [row for key, row in known.items() if key not in wrong and row.kind not in early]
    fresh = [one for key, one in wrong.items() if key not in known and one.kind not in early]
    if not (stale or over or fresh):
        return
    lines: list[tuple[int, str, str, str]] = []
    with assembly.database.write() as tx:
        for one in fresh:
            if alarms.raise_one(
                assembly.database,
                tx,
                kind=one.kind,
                subject=one.subject,
                installation=one.installation,
                words=one.words,
            ):
                ledger.write(
                    tx, one.subject, "alarm opened", installation=one.installation, alarm=one.kind
                )
                lines.append((logging.WARNING, "alarm opened", one.kind, one.subject))
        for row in over:
            if alarms.close(tx, row.id):
                ledger.write(
                    tx, row.subject, "alarm closed", installation=row.installation, alarm=row.kind
                )
                lines.append((logging.INFO, "alarm closed", row.kind, row.subject))
        lines += [
            (logging.WARNING, "alarm still open", row.kind, row.subject)
            for row in stale
            if alarms.tell_again(tx, row.id, AGAIN)
        ]
    for level, event, kind, subject in lines:
        log.log(level, event, extra={"alarm": kind, "subject": subject})


class Watchman:
    """Looks around for one process, as often as is due. Looking twice at once is once."""

    def __init__(self, assembly: Assembly, *, worker: str | None = None) -> None:
        self._assembly = assembly
        self._worker = worker
        self._haste = assembly.config.haste
        self._beaten: float | None = None
        self._started = self._looked = time.monotonic()
        self._dug: float | None = None
        self._slow: list[Finding] = []
        self._busy = threading.Lock()

    def beat(self) -> None:
        """Give the worker's sign of life, every few seconds."""
        if self._worker is None or not self._is_over(self._beaten, BEAT):
            return
        with self._assembly.database.write() as tx:
            alarms.beat(self._assembly.database, tx, self._worker)
        self._beaten = time.monotonic()

    def end(self) -> None:
        """Say that this worker stops on purpose; a database that is away learns it by silence."""
        if self._worker is None:
            return
        try:
            with self._assembly.database.write() as tx:
                alarms.end(tx, self._worker)
        except StoreError as error:
            log.error("goodbye not stored", extra={"error": type(error).__name__})

    def is_due(self) -> bool:
        """Whether it is time to look again; says so once."""
        if not self._is_over(self._looked, LOOK):
            return False
        self._looked = time.monotonic()
        return True

    def look(self) -> None:
        """Find what is wrong and keep the alarms. Never raises: it must not end what calls it."""
        if not self._busy.acquire(blocking=False):
            return
        try:
            if self._is_over(self._dug, SELDOM):
                self._dig()
            found = [*watch.now_wrong(self._assembly), *self._slow]
            keep(self._assembly, found, early=self._early())
        except Exception as error:  # noqa: BLE001 (told; the next look may be better)
            _failed("not looked around", error)
        finally:
            self._busy.release()

    def _dig(self) -> None:
        """What is seldom looked for; where that fails, what it found before stands."""
        self._dug = time.monotonic()
        try:
            self._slow = watch.seldom_wrong(self._assembly)
        except Exception as error:  # noqa: BLE001 (it must not hide what is wrong right now)
            _failed("not looked deeper", error)

    def _early(self) -> set[str]:
        """Silence from before this process began may be our own: others get time to come back."""
        quiet = self._assembly.config.quiet_seconds
        patience = {
            "worker-gone": watch.WORKER_QUIET / self._haste,
            "desk-quiet": quiet,
            "listener-unwell": quiet,
        }
        running = time.monotonic() - self._started
        return {kind for kind, seconds in patience.items() if running < seconds}

    def _is_over(self, last: float | None, seconds: float) -> bool:
        return last is None or time.monotonic() - last > seconds / self._haste


def _failed(event: str, error: Exception) -> None:
    log.error(
        event,
        extra={"error": type(error).__name__},
        exc_info=log.isEnabledFor(logging.DEBUG),
    )
