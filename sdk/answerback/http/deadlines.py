"""The one call under way in this thread: until when it may run, and how far it has come.

The connection (`connections.py`) writes how far it came; the client reads it to tell "certainly
not done" from "perhaps done".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum

from answerback.http.hosts import Hosts


class Stage(Enum):
    """How far a call came. The value ends the sentence "<host> …" if it ended there."""

    BEFORE = "gave no answer"
    RESOLVING = "could not be found under this name"
    CONNECTING = "could not be reached"
    SECURING = "offered no trustworthy connection (TLS)"
    SENDING = "closed the connection before it had the whole call"
    WAITING = "closed the connection without a readable answer"
    READING = "broke off its answer"


class Call:
    """One call: its `end` on the monotonic clock, its rules, and its progress.

    `careful` asks for a connection the server has surely not given up yet. `sent` becomes true
    once the system may have taken any byte of the request.
    """

    def __init__(
        self, *, end: float, monotonic: Callable[[], float], hosts: Hosts, careful: bool
    ) -> None:
        self.end = end
        self.monotonic = monotonic
        self.hosts = hosts
        self.careful = careful
        self.stage = Stage.BEFORE
        self.sent = False

    @property
    def left(self) -> float:
        """The seconds left; 0 or less when there are none."""
        return self.end - self.monotonic()

    def remaining(self) -> float:
        """The seconds left. Raises TimeoutError when there are none."""
        left = self.left
        if left <= 0:
            raise TimeoutError("the deadline of this call has passed")
        return left


_under_way: ContextVar[Call | None] = ContextVar("answerback_call", default=None)


@contextmanager
def under_way(call: Call) -> Iterator[Call]:
    """Make this the call of the current thread."""
    token = _under_way.set(call)
    try:
        yield call
    finally:
        _under_way.reset(token)


def call_under_way() -> Call | None:
    """The call of the current thread, if one is under way."""
    return _under_way.get()


def current_call() -> Call:
    """The call of the current thread. Raises RuntimeError outside of one."""
    call = _under_way.get()
    if call is None:
        raise RuntimeError("A connection of answerback is used outside of Http.")
    return call
