"""Keeps calls inside the limits a channel declares and the ones a platform reports.

A call that would break a limit is not sent. What is counted is counted in this process: several
processes on one account share a limit only through what the platform reports back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from answerback.budget import Budget
from answerback.http.rates import rate_of, wait_of
from answerback.http.windows import Window, window_of

#: A wait this short is slept through; a longer one is the scheduler's business.
SHORT_WAIT = 1.0
_TRIES = 3
_ROUNDING = 0.001
_MANY = 1000

Cost = float | Mapping[str, float]


class Paced(Exception):  # noqa: N818 - it ends a call and becomes TryLater at its edge
    """A bucket is empty for `seconds`; nothing was sent."""

    def __init__(self, bucket: str, seconds: float) -> None:
        super().__init__(bucket)
        self.bucket = bucket
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What one call draws from the buckets, and whose buckets they are.

    A number is drawn from the first declared budget, a mapping from the budgets it names.
    `bucket` names the platform's own count that the answer's headers will be about.
    """

    plugin: str
    app: str | None = None
    account: str | None = None
    address: str = ""
    bucket: str = ""
    cost: Cost = 1.0


@dataclass(slots=True, kw_only=True)
class _Reported:
    """A platform's own count: `remaining` as it last said, `open` calls it may not have counted."""

    remaining: float | None = None
    until: float = 0.0
    open: int = 0

    def wait(self, now: float) -> float:
        if self.remaining is None or now >= self.until:
            return 0.0
        return self.until - now if self.remaining - self.open < 1 else 0.0


class Pacer:
    """Lets calls through while the buckets they draw from hold; one object shared by threads.

    `clock` gives the time of day, which clock-aligned budgets need.
    """

    def __init__(
        self,
        budgets: Sequence[Budget] = (),
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._budgets = {budget.name: budget for budget in budgets}
        self._clock = clock
        self._sleep = sleep
        self._lock = Lock()
        self._windows: dict[tuple[str, ...], Window] = {}
        self._reported: dict[tuple[str, ...], _Reported] = {}

    def take(self, draw: Draw, *, patience: float = SHORT_WAIT) -> None:
        """Draw for one call about to be sent; `give` has to follow it.

        Sleeps through a wait of up to a second, within `patience` seconds. Raises Paced, and
        then nothing was drawn.
        """
        for tried in range(1, _TRIES + 1):
            with self._lock:
                bucket, seconds = self._try_to_take(draw)
            if seconds <= 0:
                return
            if tried == _TRIES or seconds > min(patience, SHORT_WAIT):
                raise Paced(bucket, seconds)
            self._sleep(seconds + _ROUNDING)

    def give(
        self, draw: Draw, *, status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        """Say how the call ended, so that the platform's own count is learned. No status: lost."""
        now = self._clock()
        rate = rate_of(headers or {}, now)
        wait = wait_of(headers or {}, now) if status == 429 else None
        with self._lock:
            count = self._count_of(draw)
            count.open -= 1
            if wait is not None:
                count.remaining, count.until = 0.0, now.timestamp() + wait
            elif rate is not None:
                count.remaining, count.until = rate.remaining, now.timestamp() + rate.seconds
            elif count.remaining is not None:
                count.remaining -= 1

    def _try_to_take(self, draw: Draw) -> tuple[str, float]:
        """Draw, or say which bucket is empty for how many seconds and draw nothing."""
        now = self._clock().timestamp()
        count = self._count_of(draw)
        empty = (draw.bucket or draw.address, count.wait(now))
        windows = [
            (name, self._window_of(self._budgets[name], draw), units)
            for name, units in self._costs(draw).items()
        ]
        for name, window, units in windows:
            empty = max(empty, (name, window.wait(units, now)), key=lambda each: each[1])
        if empty[1] <= 0:
            for _, window, units in windows:
                window.spend(units, now)
            count.open += 1
        return empty

    def _costs(self, draw: Draw) -> Mapping[str, float]:
        if not self._budgets:
            return {}
        if not isinstance(draw.cost, Mapping):
            return {next(iter(self._budgets)): draw.cost}
        unknown = set(draw.cost) - set(self._budgets)
        if unknown:
            raise ValueError(f"{draw.plugin} declares no budget named {min(unknown)!r}.")
        return draw.cost

    def _count_of(self, draw: Draw) -> _Reported:
        key = (draw.plugin, draw.account or "", draw.address, draw.bucket)
        if key not in self._reported and len(self._reported) >= _MANY:
            now = self._clock().timestamp()
            self._reported = {
                each: count
                for each, count in self._reported.items()
                if count.open or now < count.until
            }
        return self._reported.setdefault(key, _Reported())

    def _window_of(self, budget: Budget, draw: Draw) -> Window:
        whose = {"app": draw.app, "account": draw.account, "address": draw.address}[budget.scope]
        key = (draw.plugin, budget.name, whose or "")
        if key not in self._windows:
            if len(self._windows) >= _MANY:
                now = self._clock().timestamp()
                self._windows = {
                    each: window for each, window in self._windows.items() if window.used(now)
                }
            self._windows[key] = window_of(budget)
        return self._windows[key]
