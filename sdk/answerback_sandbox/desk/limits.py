"""How many API requests are allowed, and the headers that tell of it.

https://developer.zendesk.com/api-reference/introduction/rate-limits
"""

from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from answerback_sandbox.desk.refusals import too_many
from answerback_sandbox.desk.store import Store

PER_TICKET = timedelta(minutes=10)


class Limits:
    """Counts requests by the minute for the account, and updates by user and ticket."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._minute = 0
        self._used = 0
        self._updates: defaultdict[tuple[int, int], deque[datetime]] = defaultdict(deque)

    def count(self) -> None:
        """Counts one request; refused when the minute's share is used up."""
        with self._store.lock:
            minute = self._now() // 60
            if minute != self._minute:
                self._minute, self._used = minute, 0
            if self._used >= self._store.settings.rate_limit:
                raise too_many(self._left())
            self._used += 1

    def count_update(self, user_id: int, ticket_id: int) -> None:
        """Counts one update of a ticket; refused beyond so many in ten minutes."""
        with self._store.lock:
            now = self._store.now()
            times = self._updates[user_id, ticket_id]
            while times and now - times[0] >= PER_TICKET:
                times.popleft()
            if len(times) >= self._store.settings.updates_per_ticket:
                wait = PER_TICKET - (now - times[0])
                raise too_many(max(1, int(wait.total_seconds())), "ticket updates per 10 minutes")
            times.append(now)

    def headers(self) -> Mapping[str, str]:
        """What each answer says about the minute."""
        with self._store.lock:
            most = self._store.settings.rate_limit
            left = max(0, most - self._used)
            return {
                "X-Rate-Limit": str(most),
                "X-Rate-Limit-Remaining": str(left),
                "RateLimit-Limit": str(most),
                "RateLimit-Remaining": str(left),
                "RateLimit-Reset": str(self._left()),
            }

    def _now(self) -> int:
        return int(self._store.now().timestamp())

    def _left(self) -> int:
        return 60 - self._now() % 60
