"""Ids as Mastodon gives them: decimal snowflakes, milliseconds in the upper bits.

https://docs.joinmastodon.org/api/guidelines/#id
"""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


class Snowflakes:
    """Gives ids that grow with time and never come twice, even when the clock stands still."""

    def __init__(self) -> None:
        self._given: set[int] = set()
        self._counter = 0

    def at(self, moment: datetime) -> str:
        """A new id that sorts by `moment` among the others."""
        value = int(moment.timestamp() * 1000) << 16
        while value in self._given:
            value += 1
        self._given.add(value)
        return str(value)

    def next(self) -> str:
        """The next of the small ids that Mastodon uses for notifications, apps and the like."""
        self._counter += 1
        return str(self._counter)


def age(id: str) -> tuple[int, str]:
    """Sorts ids from old to new without reading them as numbers: longer is newer."""
    return len(id), id
