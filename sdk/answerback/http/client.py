"""Calls to one network or help desk on behalf of one account."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import requests

from answerback.errors import RemoteError
from answerback.http.answer import Answer
from answerback.http.deadlines import Call
from answerback.http.exchange import Classify, Exchange
from answerback.http.mapping import Errand
from answerback.http.pacing import Cost, Draw, Pacer
from answerback.http.transport import Transport, shared_transport

log = logging.getLogger("answerback.http")

Fields = Mapping[str, Any] | Sequence[tuple[str, Any]]


class Http:
    """A paced and bounded way out, for one account of one plugin.

    The server and the checks make it. Whoever makes one by hand gives it what the plugin declares:
    ``Http(plugin=Plaza.name, classify=Plaza.classify, pacer=Pacer(Plaza.budgets))``.

    `deadline` is the seconds a call may take in all, `max_bytes` the largest answer, `secrets`
    what no message may show. `classify` sees every answer, also a good one, and may return the
    error it means on this platform; None keeps the usual meaning.
    """

    def __init__(
        self,
        *,
        plugin: str,
        account: str | None = None,
        app: str | None = None,
        transport: Transport | None = None,
        deadline: float = 30.0,
        max_bytes: int = 5_000_000,
        secrets: Sequence[str] = (),
        classify: Classify | None = None,
        pacer: Pacer | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._plugin = plugin
        self._account = account
        self._app = app
        self._transport = transport or shared_transport()
        self._deadline = deadline
        self._max_bytes = max_bytes
        self._secrets = tuple(secrets)
        self._classify = classify
        self._pacer = pacer or Pacer(clock=clock)
        self._monotonic = monotonic
        self._clock = clock
        self._limit = threading.local()

    def __repr__(self) -> str:
        return f"Http(plugin={self._plugin!r}, account={self._account!r})"

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Every call this thread makes inside ends before these seconds are over, together."""
        outer: float | None = getattr(self._limit, "end", None)
        end = self._monotonic() + seconds
        self._limit.end = end if outer is None else min(outer, end)
        try:
            yield
        finally:
            self._limit.end = outer

    def remaining(self) -> float:
        """The seconds the next call of this thread may take; 0 or less when none are left."""
        return min(self._deadline, self._left())

    def _left(self) -> float:
        """The seconds left inside `within`; without end outside of it."""
        end: float | None = getattr(self._limit, "end", None)
        return math.inf if end is None else end - self._monotonic()

    def get(
        self,
        url: str,
        *,
        params: Fields | None = None,
        headers: Mapping[str, str] | None = None,
        deadline: float | None = None,
        max_bytes: int | None = None,
        cost: Cost = 1.0,
        bucket: str | None = None,
    ) -> Answer:
        """What is at the address: a 2xx or 304 answer, after at most three redirects.

        `cost` is drawn from the declared budgets: a number from the first one, a mapping from
        those it names, as in {"calls": 1, "comments": 1}. `bucket` names the platform's own count
        where it keeps several. Any failure but a plain no is TryLater.
        """
        return self._call(
            self._errand("GET", url, repeats=None),
            requests.Request("GET", url, params=params, headers=dict(headers or {})),
            deadline=deadline,
            max_bytes=max_bytes,
            cost=cost,
            bucket=bucket or "read",
        )

    def write(
        self,
        method: str,
        url: str,
        *,
        repeats: bool,
        json: Any = None,
        form: Fields | None = None,
        files: Any = None,
        content: bytes | None = None,
        params: Fields | None = None,
        headers: Mapping[str, str] | None = None,
        deadline: float | None = None,
        cost: Cost = 1.0,
        bucket: str | None = None,
    ) -> Answer:
        """The 2xx answer to a call that changes something.

        `repeats` says that sending it twice does what sending it once does. A lost or unreadable
        answer is then TryLater, else Unsure. `files` is as `requests` takes it. Redirects are
        not followed.
        """
        return self._call(
            self._errand(method.upper(), url, repeats=repeats),
            requests.Request(
                method.upper(),
                url,
                params=params,
                headers=dict(headers or {}),
                json=json,
                data=form if content is None else content,
                files=files,
            ),
            deadline=deadline,
            max_bytes=None,
            cost=cost,
            bucket=bucket or "write",
        )

    def _errand(self, method: str, url: str, *, repeats: bool | None) -> Errand:
        return Errand(
            plugin=self._plugin,
            account=self._account,
            method=method,
            url=url,
            repeats=repeats,
            secrets=self._secrets,
        )

    def _call(
        self,
        errand: Errand,
        request: requests.Request,
        *,
        deadline: float | None,
        max_bytes: int | None,
        cost: Cost,
        bucket: str,
    ) -> Answer:
        seconds = min(self._deadline if deadline is None else deadline, self._left())
        exchange = Exchange(
            errand=errand,
            transport=self._transport,
            call=Call(
                end=self._monotonic() + seconds,
                monotonic=self._monotonic,
                hosts=self._transport.hosts,
                careful=errand.repeats is False,
            ),
            seconds=seconds,
            max_bytes=self._max_bytes if max_bytes is None else max_bytes,
            classify=self._classify,
            clock=self._clock,
        )
        draw = Draw(
            plugin=self._plugin,
            app=self._app,
            account=self._account,
            address=errand.host,
            bucket=bucket,
            cost=cost,
        )
        begun = self._monotonic()
        outcome = exchange.run(request, pacer=self._pacer, draw=draw)
        failed = isinstance(outcome, RemoteError)
        log.debug(
            "http.call",
            extra={
                "plugin": self._plugin,
                "account": self._account,
                "method": errand.method,
                "host": errand.host,
                "path": errand.path,
                "status": outcome.status,
                "error": type(outcome).__name__ if failed else None,
                "milliseconds": round((self._monotonic() - begun) * 1000),
            },
        )
        # Raised here and not where it failed, so that no chained exception of the library shows
        # the address with its query in a traceback.
        if isinstance(outcome, RemoteError):
            raise outcome
        return outcome
