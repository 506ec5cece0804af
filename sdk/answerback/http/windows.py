"""How much of a declared budget is used in its window of time.

It counts in this process only and forgets on restart.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from answerback.budget import Budget
from answerback.errors import ConfigError

_SLOTS = 60
_ROUNDING = 1e-9
_MONDAY = datetime(1970, 1, 5)  # noqa: DTZ001 - wall time, whatever the zone


class Window(Protocol):
    """Units used, at moments in seconds since 1970.

    A call that costs more than the whole budget goes when nothing else is used up.
    """

    def wait(self, units: float, now: float) -> float:
        """The seconds until so many units are free; 0 when they are."""

    def spend(self, units: float, now: float) -> None:
        """Use units up."""

    def used(self, now: float) -> float:
        """The units used up at this moment."""


class RollingWindow:
    """At most `units` in any stretch of `per`, counted in slots of a sixtieth of it."""

    def __init__(self, units: float, per: timedelta) -> None:
        self._units = units
        self._slot = per.total_seconds() / _SLOTS
        self._kept = per.total_seconds() + self._slot
        self._spent: deque[tuple[float, float]] = deque()

    def wait(self, units: float, now: float) -> float:
        """The seconds until so many units are free; 0 when they are."""
        wait = 0.0
        over = self.used(now) + units - self._units
        for start, spent in self._spent:
            if over <= _ROUNDING:
                break
            over -= spent
            wait = start + self._kept - now
        return wait

    def spend(self, units: float, now: float) -> None:
        """Use units up."""
        start = now // self._slot * self._slot
        if self._spent and self._spent[-1][0] >= start:
            start, before = self._spent.pop()
            units += before
        self._spent.append((start, units))

    def used(self, now: float) -> float:
        """The units used up at this moment."""
        while self._spent and self._spent[0][0] + self._kept <= now:
            self._spent.popleft()
        return sum(spent for _, spent in self._spent)


class ClockWindow:
    """At most `units` in each window of `per`, the windows aligned to a zone's clock.

    Days begin at midnight there, weeks on Monday.
    """

    def __init__(self, units: float, per: timedelta, zone: ZoneInfo) -> None:
        self._units = units
        self._per = per
        self._zone = zone
        self._end = 0.0
        self._spent = 0.0

    def wait(self, units: float, now: float) -> float:
        """The seconds until so many units are free; 0 when they are."""
        used = self.used(now)
        free = not used or used + units <= self._units + _ROUNDING
        return 0.0 if free else self._end - now

    def spend(self, units: float, now: float) -> None:
        """Use units up."""
        self._spent = self.used(now) + units

    def used(self, now: float) -> float:
        """The units used up at this moment."""
        if now >= self._end:
            self._spent = 0.0
            self._end = self._end_after(now)
        return self._spent

    def _end_after(self, now: float) -> float:
        wall = datetime.fromtimestamp(now, self._zone).replace(tzinfo=None)
        end = (_MONDAY + ((wall - _MONDAY) // self._per + 1) * self._per).replace(tzinfo=self._zone)
        # In the hour that the end of summer time repeats, the first of two readings is past.
        return end.timestamp() if end.timestamp() > now else end.replace(fold=1).timestamp()


def window_of(budget: Budget) -> Window:
    """An unused window for this budget. Raises ConfigError for a time zone nobody knows."""
    if budget.timezone is None:
        return RollingWindow(budget.units, budget.per)
    try:
        zone = ZoneInfo(budget.timezone)
    except (KeyError, ValueError, OSError):
        raise ConfigError(
            f"The budget {budget.name!r} names the time zone {budget.timezone!r}, which this "
            f"machine does not know. Install the system's time zone data or correct the name."
        ) from None
    return ClockWindow(budget.units, budget.per, zone)
