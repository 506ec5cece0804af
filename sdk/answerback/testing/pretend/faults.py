"""Bad days between a channel and its network: a proxy with real sockets that faults are put into.

The kit stands one in front of every pretend network; use it in your own tests as well. ::

    with FakeLemmy() as network, FaultProxy(network.url) as proxy:
        proxy.add(Fault(effect="cut_after", methods=("POST",)))
        ...  # call proxy.url: the next POST is served, and its answer never arrives

It speaks HTTP without TLS on both sides. What passes is not changed: path, query, header lines
with the `Host` the client sent, and body arrive as they left; only what belongs to one connection
(RFC 9110, section 7.6.1) does not go on: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
"""

from __future__ import annotations

import string
import threading
from bisect import insort
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from http.client import HTTPConnection, HTTPException
from operator import attrgetter
from typing import Literal, Self, get_args
from urllib.parse import quote, urlsplit

from answerback.testing.pretend.exchange import Exchange
from answerback.testing.pretend.serving import exchanging

Effect = Literal["answer", "cut_before", "cut_after", "cut_within", "slow"]

#: The longest a network may take for one answer, in seconds.
_PATIENCE = 60.0
#: Where an answer without a body breaks off: a head cut later looks whole to some clients.
_WITHIN_A_STATUS = len("HTTP/1.1 2")
_OF_ONE_CONNECTION = {
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong, with which requests, and how often.

    - ``answer``: `status`, `headers` and `body` are answered: a 429, a 500, HTML in place of
      JSON, an error in a 200, a redirect. With `served` the network does what was asked first.
    - ``cut_before``: the connection ends, and the network never hears of the request.
    - ``cut_after``: the network does what was asked, and the connection ends without an answer.
    - ``cut_within``: as before, and it ends after half of the answer's body; where there is no
      body, within the answer's first line.
    - ``slow``: the answer comes byte by byte, its head too, `seconds` apart, until all is sent or
      the client has gone.

    It meets requests by `methods` (none: all) and by `path`, a glob over the decoded path without
    the query. Of those it meets, the first `skip` are let through, the next `count` suffer it,
    and then it is over; with None it stays until cleared. Raises ValueError for what can never
    happen.
    """

    effect: Effect
    status: int = 503
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    served: bool = False
    seconds: float = 0.2
    methods: tuple[str, ...] = ()
    path: str = "*"
    skip: int = 0
    count: int | None = 1

    def __post_init__(self) -> None:
        if self.effect not in get_args(Effect):
            raise ValueError(f"effect is one of {', '.join(get_args(Effect))}, not {self.effect}.")
        if isinstance(self.methods, str):
            raise ValueError('methods is a tuple, as in ("POST",).')
        if self.skip < 0 or (self.count is not None and self.count < 1):
            raise ValueError("skip is 0 or more; count is 1 or more, or None for ever.")
        if self.seconds <= 0:
            raise ValueError("seconds is more than 0.")

    @property
    def lets_through(self) -> bool:
        """Whether the network hears of the request."""
        return self.effect != "cut_before" and (self.effect != "answer" or self.served)

    def meets(self, method: str, path: str) -> bool:
        """Whether it is about such a request."""
        methods = {each.upper() for each in self.methods}
        return (not methods or method in methods) and fnmatchcase(path, self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """One request that came: the how-manieth, and the status its client got, None where cut.

    `path` is decoded, without the query.
    """

    number: int
    method: str
    path: str
    status: int | None


class FaultProxy:
    """Passes every request on to `upstream` but those a fault meets. Use it as a context manager.

    `passed` lists every request, by the time its client has the answer; a fault does not keep
    one out. `after` is called after each request the network served, before the answer goes
    back, whether it arrives or not. What `after` raises is raised again at the end.

    Of several faults that meet a request the one added first has it; the others wait for their
    turn. A network that cannot be reached, or breaks off, is passed on as a cut.
    """

    def __init__(self, upstream: str, *, after: Callable[[Passed], None] | None = None) -> None:
        parts = urlsplit(upstream)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"The proxy stands in front of an http:// address, not {upstream!r}.")
        self._upstream = parts.hostname, parts.port or 80
        self._after = after
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._count = 0
        self._failures: list[Exception] = []
        self._running = ExitStack()
        self.url = ""
        self.passed: list[Passed] = []

    def add(self, *faults: Fault) -> None:
        """Put in faults, behind those that are there."""
        with self._lock:
            self._faults += faults

    def clear(self) -> None:
        """Take out all faults."""
        with self._lock:
            self._faults.clear()

    def __enter__(self) -> Self:
        self._failures.clear()
        self.url = self._running.enter_context(exchanging(self._pass, self._failures.append))
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._running.close()
        if self._failures and kind is None:
            raise self._failures[0]

    def _pass(self, exchange: Exchange) -> None:
        path = exchange.request().path
        number, fault = self._arrived(exchange.method, path)
        goes_on = fault is None or fault.lets_through
        given = self._served(exchange) if goes_on else None
        shown = _shown(fault, given, goes_on=goes_on)
        cut = shown is None or (fault is not None and fault.effect == "cut_within")
        passed = Passed(
            number=number,
            method=exchange.method,
            path=path,
            status=None if shown is None or cut else shown.status,
        )
        with self._lock:
            insort(self.passed, passed, key=attrgetter("number"))
        if given is not None and self._after is not None:
            self._after(passed)
        if shown is None:
            exchange.cut()
        else:
            _send(exchange, shown, fault)

    def _arrived(self, method: str, path: str) -> tuple[int, Fault | None]:
        with self._lock:
            self._count += 1
            for position, fault in enumerate(self._faults):
                if not fault.meets(method, path):
                    continue
                if fault.skip:
                    self._faults[position] = replace(fault, skip=fault.skip - 1)
                    continue
                if fault.count == 1:
                    del self._faults[position]
                elif fault.count is not None:
                    self._faults[position] = replace(fault, count=fault.count - 1)
                return self._count, fault
            return self._count, None

    def _served(self, exchange: Exchange) -> _Answer | None:
        """The network's answer, or None where it gave none."""
        with closing(HTTPConnection(*self._upstream, timeout=_PATIENCE)) as connection:
            try:
                connection.putrequest(
                    exchange.method,
                    # Bytes that are no ASCII are not allowed here; http.client refuses them.
                    quote(exchange.target.encode("latin-1"), safe=string.punctuation),
                    skip_host=True,
                    skip_accept_encoding=True,
                )
                for name, value in _going_on(exchange.headers):
                    connection.putheader(name, value)
                if any(name.lower() == "transfer-encoding" for name, _ in exchange.headers):
                    connection.putheader("Content-Length", str(len(exchange.body)))
                connection.putheader("Connection", "close")
                connection.endheaders(exchange.body or None)
                response = connection.getresponse()
                body = response.read()
            except (OSError, HTTPException):
                return None
            headers = _going_on(response.headers.items())
            return _Answer(status=response.status, headers=headers, body=body)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


def _shown(fault: Fault | None, given: _Answer | None, *, goes_on: bool) -> _Answer | None:
    """What the client gets of what the network gave, or None where it gets nothing."""
    if fault is not None and fault.effect in ("cut_before", "cut_after"):
        return None
    if fault is not None and fault.effect == "answer" and (given is not None or not goes_on):
        headers = list(fault.headers.items())
        return _Answer(status=fault.status, headers=headers, body=fault.body)
    return given


def _going_on(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    named = [value for name, value in headers if name.lower() == "connection"]
    stays = _OF_ONE_CONNECTION | {each.strip().lower() for each in ",".join(named).split(",")}
    return [(name, value) for name, value in headers if name.lower() not in stays]


def _send(exchange: Exchange, answer: _Answer, fault: Fault | None) -> None:
    head, body = exchange.framed(answer.status, answer.headers, answer.body)
    effect = fault.effect if fault is not None else None
    if fault is not None and effect == "slow":
        for byte in head + body:
            if not exchange.send(bytes([byte])) or exchange.gone_within(fault.seconds):
                exchange.cut()
                return
    elif effect == "cut_within":
        exchange.send(head + body[: len(body) // 2] if len(body) > 1 else head[:_WITHIN_A_STATUS])
        exchange.cut()
    else:
        exchange.send(head + body)
