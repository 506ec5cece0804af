"""Where a sandbox may be stopped on purpose: between any two steps that last.

Tests set ANSWERBACK_TEST_HALT to `STEP:kill` or `STEP:freeze`, with `:N` for the Nth time the
step is reached. Killed means SIGKILL, frozen means SIGSTOP until somebody sends SIGCONT; both
hit the whole process, as they do in life. A production server refuses the setting.
The signal goes to the thread that reached the step, which therefore does nothing more.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

_SIGNALS = {"kill": signal.SIGKILL, "freeze": signal.SIGSTOP}

#: Every step, in the order a mention and its answer take them. `…ing`: about to be committed.
STEPS = (
    "poll.asked",
    "poll.storing",
    "poll.stored",
    "hear.applying",
    "hear.applied",
    "offer.numbered",
    "offer.offering",
    "offer.offered",
    "confirm.storing",
    "confirm.stored",
    "intake.storing",
    "intake.stored",
    "intake.waited",
    "intake.named",
    "fit.storing",
    "fit.stored",
    "answer.claimed",
    "answer.prepared",
    "answer.intent_stored",
    "answer.checked",
    "answer.written",
    "answer.settling",
    "answer.settled",
)

#: The steps of what a network delivers, until it stands where a polled page does.
DELIVERED = (
    "hook.verified",
    "hook.stored",
    "sort.taken",
    "sort.storing",
    "sort.stored",
    "sort.done",
    "fetch.asked",
    "fetch.storing",
    "fetch.stored",
)


@dataclass(slots=True)
class _Halt:
    """One stop, for the first thread that reaches the step often enough."""

    step: str
    send: Callable[[], None]
    left: int
    lock: threading.Lock = field(default_factory=threading.Lock)


_halt: _Halt | None = None


def parse(told: str) -> tuple[str, str, int]:
    """`STEP:HOW[:N]` as step, how and count. Raises ValueError."""
    step, how, *times = told.split(":")
    if step not in (*STEPS, *DELIVERED) or how not in _SIGNALS or len(times) > 1:
        raise ValueError(told)
    return step, how, int(times[0]) if times else 1


def arm(told: str) -> None:
    """Halt as told; an empty word lets everything pass."""
    global _halt
    _halt = None
    if told:
        step, how, count = parse(told)
        _halt = _Halt(
            step, lambda: signal.pthread_kill(threading.get_ident(), _SIGNALS[how]), count
        )


def reached(step: str) -> None:
    """Something that lasts was just done, or is about to be committed."""
    halt = _halt
    if halt is None or halt.step != step:
        return
    with halt.lock:
        halt.left -= 1
        if halt.left == 0:
            halt.send()
