"""Counts requests against the limits a Mastodon server sets, in windows aligned to the clock.

https://docs.joinmastodon.org/api/rate-limits/ and the server's config/initializers/rack_attack.rb.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from answerback_sandbox.faults import Answer
from answerback_sandbox.square.ids import Clock

PAGING = frozenset({"page", "min_id", "max_id", "since_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How many requests of one sort are allowed in a window of so many seconds."""

    name: str
    requests: int
    seconds: int
    per: str
    methods: tuple[str, ...] = ()
    path: str = "*"
    paging: bool = False
    family: bool = False


REAL_LIMITS = (
    Limit(name="token", requests=300, seconds=300, per="token"),
    Limit(name="user", requests=1500, seconds=300, per="person"),
    Limit(name="anonymous", requests=300, seconds=300, per="address"),
    Limit(name="paging", requests=300, seconds=900, per="person", paging=True),
    Limit(
        name="statuses",
        requests=300,
        seconds=10800,
        per="person",
        methods=("POST",),
        path="/api/v1/statuses",
        family=True,
    ),
    Limit(
        name="media",
        requests=30,
        seconds=1800,
        per="person",
        methods=("POST",),
        path="/api/v[12]/media",
    ),
    Limit(
        name="deletions",
        requests=30,
        seconds=1800,
        per="person",
        methods=("DELETE",),
        path="/api/v1/statuses/*",
        family=True,
    ),
    Limit(
        name="registrations",
        requests=5,
        seconds=1800,
        per="address",
        methods=("POST",),
        path="/api/v1/apps",
    ),
)
"""The limits of a server as it comes."""


def relaxed(factor: int = 100) -> tuple[Limit, ...]:
    """The same limits, so much higher that nobody meets them by accident."""
    return tuple(
        Limit(
            name=limit.name,
            requests=limit.requests * factor,
            seconds=limit.seconds,
            per=limit.per,
            methods=limit.methods,
            path=limit.path,
            paging=limit.paging,
            family=limit.family,
        )
        for limit in REAL_LIMITS
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks: the keys that limits count by, and what is asked."""

    token: str | None = field(repr=False)
    person: str | None
    address: str | None
    method: str
    path: str
    paging: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a caller stands with the limit closest to being met."""

    limit: int
    remaining: int
    reset: datetime
    exceeded: bool

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": self.reset.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }


class Meter:
    """Counts what was asked; the present comes from the clock it is given."""

    def __init__(self, limits: tuple[Limit, ...], clock: Clock) -> None:
        self.limits = limits
        self._clock = clock
        self._counts: dict[tuple[str, str, int], int] = {}

    def count(self, caller: Caller) -> Standing:
        """Counts one request, unless it is over a limit, and says where its caller stands."""
        now = self._clock()
        applied = []
        for limit in self.limits:
            key = getattr(caller, limit.per)
            if key is not None and _applies(limit, caller):
                window = int(now.timestamp()) // limit.seconds
                applied.append((limit, (limit.name, key, window)))
        exceeded = [
            (limit, key) for limit, key in applied if self._counts.get(key, 0) >= limit.requests
        ]
        if not exceeded:
            for _, key in applied:
                self._counts[key] = self._counts.get(key, 0) + 1
            self._forget_past(now)
        return self._standing(exceeded or applied, bool(exceeded), now)

    def refusal(self, seconds: int) -> Answer:
        """The 429 that a fault sends: as if the limit had just been met."""
        reset = datetime.fromtimestamp(self._clock().timestamp() + seconds, UTC)
        standing = Standing(
            limit=self.limits[0].requests if self.limits else 300,
            remaining=0,
            reset=reset,
            exceeded=True,
        )
        headers = {"Content-Type": "application/json; charset=utf-8", **standing.headers}
        return Answer(status=429, headers=headers, body='{"error":"Too many requests"}')

    def _standing(
        self, applied: list[tuple[Limit, tuple[str, str, int]]], exceeded: bool, now: datetime
    ) -> Standing:
        def nearness(entry: tuple[Limit, tuple[str, str, int]]) -> tuple[bool, int]:
            limit, key = entry
            return not limit.family, limit.requests - self._counts.get(key, 0)

        if not applied:
            return Standing(limit=300, remaining=300, reset=now, exceeded=False)
        limit, key = min(applied, key=nearness)
        # Mastodon's reset carries the microseconds of the present on a whole second.
        end = datetime.fromtimestamp((key[2] + 1) * limit.seconds, UTC)
        return Standing(
            limit=limit.requests,
            remaining=max(0, limit.requests - self._counts.get(key, 0)),
            reset=end.replace(microsecond=now.microsecond),
            exceeded=exceeded,
        )

    def _forget_past(self, now: datetime) -> None:
        if len(self._counts) < 1000:
            return
        seconds = {limit.name: limit.seconds for limit in self.limits}
        self._counts = {
            key: count
            for key, count in self._counts.items()
            if key[2] >= int(now.timestamp()) // seconds[key[0]]
        }


def _applies(limit: Limit, caller: Caller) -> bool:
    if limit.paging and not caller.paging:
        return False
    if limit.methods and caller.method not in limit.methods:
        return False
    return fnmatchcase(caller.path, limit.path)


def is_paging(query: Mapping[str, str]) -> bool:
    """Whether a request pages through a list, which servers count on its own."""
    return any(name in PAGING for name in query)
