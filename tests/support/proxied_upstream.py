"""A network that tells what reached it, and a proxy in front of it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3

from answerback.http import Http, Transport
from answerback.testing.pretend.exchange import Exchange
from answerback.testing.pretend.faults import FaultProxy
from answerback.testing.pretend.serving import exchanging

BODY = b'{"id":"7","text":"We are sorry."}'


class Upstream:
    """A network that tells what reached it, and answers with what it is given."""

    def __init__(self) -> None:
        self.url = ""
        self.heard: list[Exchange] = []
        self.status = 200
        self.headers: list[tuple[str, str]] = [("Content-Type", "application/json")]
        self.body = BODY

    def answer(self, exchange: Exchange) -> None:
        """Take one request."""
        self.heard.append(exchange)
        exchange.send(b"".join(exchange.framed(self.status, self.headers, self.body)))


@contextmanager
def running(upstream: Upstream) -> Iterator[Upstream]:
    mistakes: list[Exception] = []
    with exchanging(upstream.answer, mistakes.append) as url:
        upstream.url = url
        yield upstream
    assert mistakes == []


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with running(Upstream()) as network:
        yield network


@pytest.fixture
def proxy(upstream: Upstream) -> Iterator[FaultProxy]:
    with FaultProxy(upstream.url) as between:
        yield between


def call(
    proxy: FaultProxy, method: str = "GET", path: str = "/", **more: Any
) -> urllib3.BaseHTTPResponse:
    """One answer, over a connection of its own."""
    with urllib3.PoolManager(retries=False, timeout=5) as pool:
        return pool.request(method, proxy.url + path, **more)


def told(url: str, raw: bytes) -> bytes:
    """All that is answered to these bytes, until the connection ends."""
    parts = urlsplit(url)
    with socket.create_connection((str(parts.hostname), parts.port), timeout=5) as plain:
        plain.sendall(raw)
        plain.shutdown(socket.SHUT_WR)
        with plain.makefile("rb") as answer:
            return answer.read()


def http(proxy: FaultProxy, deadline: float = 5) -> Http:
    """What a channel calls its network with."""
    transport = Transport(reroute={"https://tavern.example": proxy.url})
    return Http(plugin="tavern", transport=transport, deadline=deadline)
