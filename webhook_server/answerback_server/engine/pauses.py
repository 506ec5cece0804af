"""How long to wait: growing with each failure, up to a ceiling, and never all at once."""

from __future__ import annotations

import random

CEILING = 900.0

_random = random.SystemRandom()


def backoff(failures: int, *, first: float = 2.0, ceiling: float = CEILING) -> float:
    """Seconds to wait after so many failures before this one."""
    return jitter(min(ceiling, first * 2.0 ** min(failures, 20)))


def jitter(seconds: float) -> float:
    """The same, more or less: up to a tenth to either side."""
    return seconds * _random.uniform(0.9, 1.1)
