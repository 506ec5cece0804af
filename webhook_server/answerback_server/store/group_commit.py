"""Many small durable writes as few large ones: those that wait together are committed together.

A commit waits for the disk, whatever it holds. On SQLite, where one may write at a time, this is
what lets many callers have an answer soon.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import sqlalchemy as sa

Row = TypeVar("Row")

#: Rows of one commit; more only make those in front wait for those behind.
MOST = 200


class NotStored(sa.exc.SQLAlchemyError):
    """The row is not known to be stored; whoever sent it must send it again."""


class _Waiting(Generic[Row]):
    """One row, and the thread that wants to know."""

    __slots__ = ("error", "row", "settled")

    def __init__(self, row: Row) -> None:
        self.row = row
        self.error: Exception | None = None
        self.settled = threading.Lock()
        self.settled.acquire()


class GroupCommit(Generic[Row]):
    """Hands rows to `write`, which stores all of them or raises.

    A result is told only after `write` returned; where it raised, to everybody whose row was in it.
    """

    def __init__(self, write: Callable[[Sequence[Row]], None]) -> None:
        self._write = write
        self._queue: deque[_Waiting[Row]] = deque()
        self._lock = threading.Lock()
        self._filled = threading.Condition(self._lock)
        self._thread: threading.Thread | None = None
        self._closed = False

    def put(self, row: Row, *, seconds: float) -> None:
        """Return once the row is durable. Raises NotStored: refused, or not so within `seconds`."""
        waiting = _Waiting(row)
        with self._filled:
            if self._closed:
                raise NotStored("The store is closing.")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)
                self._thread.start()
            self._queue.append(waiting)
            self._filled.notify()
        if not waiting.settled.acquire(timeout=seconds):
            with self._lock:
                if waiting in self._queue:
                    self._queue.remove(waiting)
            raise NotStored(f"Not stored within {seconds} s.")
        if waiting.error is not None:
            raise NotStored(type(waiting.error).__name__) from waiting.error

    def close(self) -> None:
        """Write what waits, and take nothing more."""
        with self._filled:
            self._closed = True
            self._filled.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._filled:
                while not self._queue and not self._closed:
                    self._filled.wait()
                if not self._queue:
                    return
                batch = [self._queue.popleft() for _ in range(min(MOST, len(self._queue)))]
            error: Exception | None = None
            try:
                self._write([waiting.row for waiting in batch])
            except Exception as raised:  # noqa: BLE001 (told to each who waits for it)
                error = raised
            for waiting in batch:
                waiting.error = error
                waiting.settled.release()
