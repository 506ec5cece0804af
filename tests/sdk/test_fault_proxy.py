"""Faults between a channel and its network: what passes unchanged, and how it breaks."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3
from proxied_upstream import BODY, Upstream, call, http, proxy, running, told, upstream
from urllib3.exceptions import ProtocolError

from answerback.errors import RemoteError, TryLater, Unsure
from answerback.testing.pretend.faults import Fault, FaultProxy, Passed

__all__ = ["proxy", "upstream"]


# What passes


def test_a_request_goes_on_as_it_came(upstream: Upstream, proxy: FaultProxy) -> None:
    told(
        proxy.url,
        b"PATCH //a%2Fb/%7Ec;d?x=%20+&x=1&empty= HTTP/1.1\r\nhost: Tavern.example:80\r\n"
        b"X-Sign: one\r\nx-sign: two\r\nUser-AGENT: \xe9\r\nContent-Length: 6\r\n"
        b"Connection: close, X-Own\r\nX-Own: mine\r\nTE: trailers\r\nKeep-Alive: 5\r\n\r\n"
        b"\x00\xff\r\n\r\n",
    )
    (arrived,) = upstream.heard
    assert (arrived.method, arrived.target) == ("PATCH", "//a%2Fb/%7Ec;d?x=%20+&x=1&empty=")
    assert arrived.body == b"\x00\xff\r\n\r\n"
    assert arrived.headers == [
        ("host", "Tavern.example:80"),
        ("X-Sign", "one"),
        ("x-sign", "two"),
        ("User-AGENT", "\xe9"),
        ("Content-Length", "6"),
        ("Connection", "close"),
    ]


def test_a_body_in_chunks_goes_on_with_its_length(upstream: Upstream, proxy: FaultProxy) -> None:
    call(proxy, "POST", body=iter([b"first ", b"second"]))
    (arrived,) = upstream.heard
    assert arrived.body == b"first second"
    assert ("Content-Length", "12") in arrived.headers


def test_a_large_body_goes_through_both_ways(upstream: Upstream, proxy: FaultProxy) -> None:
    upstream.body = bytes(range(256)) * 10_000
    assert call(proxy, "POST", body=upstream.body).data == upstream.body
    assert upstream.heard[0].body == upstream.body


def test_an_answer_comes_back_as_it_was(upstream: Upstream, proxy: FaultProxy) -> None:
    upstream.status = 422
    upstream.headers = [
        ("Set-Cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("Content-Encoding", "gzip"),
        ("Connection", "close, X-Own"),
        ("X-Own", "mine"),
        ("Location", "https://tavern.example/\xe9"),
    ]
    upstream.body = b"\x1f\x8b no real gzip"
    given = told(proxy.url, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert given == (
        b"HTTP/1.1 422 Unprocessable Entity\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n"
        b"Content-Encoding: gzip\r\nLocation: https://tavern.example/\xe9\r\n"
        b"Content-Length: 15\r\n\r\n\x1f\x8b no real gzip"
    ).replace(b"15", str(len(upstream.body)).encode())


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_an_answer_without_a_body_leaves_the_connection_in_step(
    upstream: Upstream, proxy: FaultProxy, method: str, status: int
) -> None:
    with urllib3.PoolManager(retries=False, timeout=5) as pool:
        upstream.status = status
        first = pool.request(method, proxy.url)
        assert (first.status, first.data) == (status, b"")
        assert first.headers.get("Content-Length") == (str(len(BODY)) if status == 200 else None)
        upstream.status = 200
        assert pool.request("GET", proxy.url).data == BODY
        assert pool.connection_from_url(proxy.url).num_connections == 1


# What breaks


def test_an_answer_can_be_given_in_the_network_s_place(
    upstream: Upstream, proxy: FaultProxy
) -> None:
    proxy.add(Fault(effect="answer", status=429, headers={"Retry-After": "7"}, body=b"slow down"))
    given = call(proxy, "POST", body=b"{}")
    assert (given.status, given.headers["Retry-After"], given.data) == (429, "7", b"slow down")
    assert upstream.heard == []
    assert call(proxy).data == BODY


def test_an_answer_can_be_given_after_the_network_did_what_was_asked(
    upstream: Upstream, proxy: FaultProxy
) -> None:
    proxy.add(Fault(effect="answer", status=502, body=b"<html>", served=True))
    given = call(proxy, "POST", body=b"{}")
    assert (given.status, given.data) == (502, b"<html>")
    assert [arrived.body for arrived in upstream.heard] == [b"{}"]


@pytest.mark.parametrize(("effect", "served"), [("cut_before", 0), ("cut_after", 1)])
def test_a_connection_can_end_without_an_answer(
    upstream: Upstream, proxy: FaultProxy, effect: Any, served: int
) -> None:
    # `served` says something of answers alone.
    proxy.add(Fault(effect=effect, served=True))
    with pytest.raises(ProtocolError):
        call(proxy, "POST", body=b"{}")
    assert len(upstream.heard) == served
    assert told(f"{proxy.url}", b"GET / HTTP/1.0\r\n\r\n").endswith(BODY)


def test_a_connection_can_end_within_the_answer(upstream: Upstream, proxy: FaultProxy) -> None:
    proxy.add(Fault(effect="cut_within", count=2))
    with pytest.raises(ProtocolError, match=r"IncompleteRead\(16 bytes read, 17 more expected"):
        call(proxy, "POST", body=b"{}")
    given = told(proxy.url, b"POST / HTTP/1.1\r\n\r\n")
    assert given.endswith(b"\r\n\r\n" + BODY[: len(BODY) // 2])
    assert f"Content-Length: {len(BODY)}\r\n".encode() in given
    assert len(upstream.heard) == 2


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("DELETE", 204), ("GET", 304)])
def test_an_answer_without_a_body_ends_within_its_first_line(
    upstream: Upstream, proxy: FaultProxy, method: str, status: int
) -> None:
    upstream.status = status
    proxy.add(Fault(effect="cut_within"))
    with pytest.raises(ProtocolError):
        call(proxy, method)
    assert len(upstream.heard) == 1


@pytest.mark.parametrize("effect", ["cut_before", "cut_after", "cut_within"])
def test_a_cut_leaves_a_write_unsure_and_a_read_for_later(proxy: FaultProxy, effect: Any) -> None:
    proxy.add(Fault(effect=effect, count=2))
    way = http(proxy)
    with pytest.raises(Unsure):
        way.write("POST", "https://tavern.example/api", json={}, repeats=False)
    with pytest.raises(TryLater):
        way.get("https://tavern.example/api")
    assert way.get("https://tavern.example/api").json()["id"] == "7"


def test_a_slow_answer_comes_byte_by_byte_and_whole(proxy: FaultProxy) -> None:
    proxy.add(Fault(effect="slow", seconds=0.001))
    begun = time.monotonic()
    given = call(proxy)
    assert (given.status, given.data) == (200, BODY)
    assert time.monotonic() - begun > 0.001 * (len(BODY) + 50)


def test_a_slow_answer_outlasts_a_deadline_although_bytes_keep_coming(proxy: FaultProxy) -> None:
    proxy.add(Fault(effect="slow", seconds=0.02, count=None))
    with pytest.raises(TryLater, match="longer than"):
        http(proxy, deadline=0.2).get("https://tavern.example/api")
    with pytest.raises(Unsure, match="longer than"):
        http(proxy, deadline=0.2).write("POST", "https://tavern.example/", json={}, repeats=False)


def test_a_slow_answer_ends_when_the_client_has_gone(proxy: FaultProxy) -> None:
    before = threading.active_count()
    proxy.add(Fault(effect="slow", seconds=60))
    parts = urlsplit(proxy.url)
    with socket.create_connection((str(parts.hostname), parts.port), timeout=5) as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert client.recv(1) == b"H"
        assert threading.active_count() > before
    until(lambda: threading.active_count() == before)


def test_a_slow_answer_does_not_keep_the_proxy_from_stopping(upstream: Upstream) -> None:
    with FaultProxy(upstream.url) as proxy:
        proxy.add(Fault(effect="slow", seconds=60))
        parts = urlsplit(proxy.url)
        client = socket.create_connection((str(parts.hostname), parts.port), timeout=5)
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert client.recv(1) == b"H"
        begun = time.monotonic()
    assert time.monotonic() - begun < 1
    assert client.recv(1) == b""
    client.close()


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds. Raises AssertionError after five seconds."""
    end = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_network_that_cannot_be_reached_is_passed_on_as_a_cut() -> None:
    with running(Upstream()) as gone:
        url = gone.url
    with FaultProxy(url) as proxy:
        proxy.add(Fault(effect="answer", served=True))
        for _ in range(2):
            with pytest.raises(ProtocolError):
                call(proxy)
    assert [each.status for each in proxy.passed] == [None, None]


def test_a_network_that_breaks_off_is_passed_on_as_a_cut(upstream: Upstream) -> None:
    upstream.headers = [("Content-Length", "1000")]
    after: list[Passed] = []
    with FaultProxy(upstream.url, after=after.append) as proxy, pytest.raises(ProtocolError):
        call(proxy)
    assert (proxy.passed[0].status, after) == (None, [])


def test_a_cut_is_an_error_a_channel_can_name(proxy: FaultProxy) -> None:
    proxy.add(Fault(effect="cut_within"))
    with pytest.raises(RemoteError, match=r"tavern\.example broke off its answer"):
        http(proxy).get("https://tavern.example/api")
