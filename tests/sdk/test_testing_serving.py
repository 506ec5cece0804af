"""The server under pretend networks and fault proxies."""

from __future__ import annotations

import gc
import http.client
import socket
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3

from answerback.calls import Request, Response
from answerback.testing.pretend.serving import answering, serving


def connected(url: str) -> http.client.HTTPConnection:
    """A connection that is used again for every request, and never opened anew."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=5)
    connection.connect()
    connection.auto_open = 0
    return connection


def read(connection: http.client.HTTPConnection, method: str, path: str, **more: Any) -> Any:
    """One answer: its status and its body."""
    connection.request(method, path, **more)
    answer = connection.getresponse()
    return answer.status, answer.read()


def call(url: str, method: str = "GET", **more: Any) -> urllib3.BaseHTTPResponse:
    """One answer, over a connection of its own."""
    with urllib3.PoolManager(retries=False, timeout=5) as pool:
        return pool.request(method, url, **more)


def told(url: str, raw: bytes) -> bytes:
    """All that is answered to these bytes, until the server ends the connection."""
    parts = urlsplit(url)
    with socket.create_connection((str(parts.hostname), parts.port), timeout=5) as plain:
        plain.sendall(raw)
        plain.shutdown(socket.SHUT_WR)
        with plain.makefile("rb") as answer:
            return answer.read()


def test_a_request_arrives_as_a_plugin_gets_it() -> None:
    arrived: list[Request] = []

    def answer(request: Request) -> Response:
        arrived.append(request)
        return Response.of_json({"ok": True}, 201)

    with serving(answer) as url:
        given = told(
            url,
            b"POST /a%20b/c%C3%A9?x=1&y=&x=2%263&z=a+b HTTP/1.1\r\nHost: tavern.example\r\n"
            b"X-Sign: one\r\nCONTENT-type: text/plain\r\nx-sign: two\r\nContent-Length: 4\r\n\r\n"
            b"\x00\xff\r\n",
        )
    assert given.startswith(b"HTTP/1.1 201 Created\r\n")
    assert given.endswith(b'{"ok":true}')
    (request,) = arrived
    assert (request.method, request.path, request.body) == ("POST", "/a b/cé", b"\x00\xff\r\n")
    assert request.query == {"x": ("1", "2&3"), "y": ("",), "z": ("a b",)}
    assert request.headers == {
        "host": "tavern.example",
        "x-sign": "one,two",
        "content-type": "text/plain",
        "content-length": "4",
    }


def test_a_multipart_body_arrives_intact() -> None:
    file = bytes(range(256)) * 2000
    body, kind = urllib3.encode_multipart_formdata({"file": ("dot.gif", file, "image/gif")})

    with serving(lambda request: Response(body=request.body)) as url:
        given = call(url, "POST", body=body, headers={"Content-Type": kind})
    assert given.data == body


def test_a_body_without_a_length_arrives_whole() -> None:
    with serving(lambda request: Response(body=request.body)) as url:
        assert call(url, "POST", body=iter([b"first ", b"second"])).data == b"first second"


def test_connections_are_kept_open_and_answered_without_delay() -> None:
    with serving(lambda request: Response(body=request.body * 2)) as url:
        connection = connected(url)
        begun = time.monotonic()
        for _ in range(50):
            assert read(connection, "POST", "/", body=b"ab" * 3000) == (200, b"abab" * 3000)
        # A delayed acknowledgement alone takes 0.04 s.
        assert time.monotonic() - begun < 1.5
        connection.close()


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_has_no_body_leaves_the_connection_in_step(status: int) -> None:
    with serving(lambda request: Response(status=status if request.path == "/x" else 200)) as url:
        connection = connected(url)
        connection.request("GET", "/x")
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Content-Length"]) == (status, None)
        assert answer.read() == b""
        assert read(connection, "GET", "/") == (200, b"")
        connection.close()


def test_head_tells_the_length_and_sends_no_body() -> None:
    with answering(body=b"twelve bytes") as url:
        connection = connected(url)
        connection.request("HEAD", "/")
        answer = connection.getresponse()
        assert (answer.headers["Content-Length"], answer.read()) == ("12", b"")
        assert told(url, b"HEAD / HTTP/1.1\r\n\r\n").endswith(b"Content-Length: 12\r\n\r\n")
        assert read(connection, "GET", "/") == (200, b"twelve bytes")
        connection.close()


def test_an_answer_with_a_length_of_its_own_ends_the_connection() -> None:
    with answering(429, {"Content-Length": "2", "Retry-After": "7"}, b"ok and more") as url:
        given = told(url, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        connection = connected(url)
        assert read(connection, "GET", "/") == (429, b"ok")
        with pytest.raises(ConnectionError):
            read(connection, "GET", "/")
        connection.close()
    assert given.startswith(b"HTTP/1.1 429 Too Many Requests\r\n")
    assert b"\r\nRetry-After: 7\r\n" in given
    assert given.endswith(b"\r\n\r\nok and more")


def test_an_error_is_answered_by_its_class_alone_and_raised_at_the_end() -> None:
    def answer(request: Request) -> Response:
        raise KeyError("a customer's words")

    given: list[urllib3.BaseHTTPResponse] = []
    with pytest.raises(KeyError, match="a customer's words"), serving(answer) as url:
        given.append(call(url))
    assert [(one.status, one.json()) for one in given] == [(500, {"error": "KeyError"})]


def test_the_test_s_own_failure_is_told_before_the_server_s() -> None:
    def answer(request: Request) -> Response:
        raise KeyError("id")

    with pytest.raises(ZeroDivisionError), serving(answer) as url:
        _ = 1 // (call(url).status - 500)


def test_a_header_that_would_break_the_answer_is_not_sent() -> None:
    with pytest.raises(ValueError, match="X-Name"), answering(headers={"X-Name": "a\r\nb"}) as url:
        assert call(url).status == 500


@pytest.mark.parametrize("length", ["many", "-1"])
def test_a_length_that_is_none_is_refused(length: str) -> None:
    with answering() as url:
        given = told(url, f"POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n".encode())
    assert given.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\na\r\nhalf",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ],
)
def test_a_client_that_leaves_within_its_request_is_not_served(raw: bytes) -> None:
    served: list[Request] = []

    def answer(request: Request) -> Response:
        served.append(request)
        return Response()

    with serving(answer) as url:
        assert b"200 OK" not in told(url, raw)
        assert call(url).status == 200
    assert [request.method for request in served] == ["GET"]


def test_a_server_that_stops_fails_whoever_waits_at_once() -> None:
    reached, release = threading.Event(), threading.Event()
    failed: list[tuple[float, Exception]] = []

    def answer(request: Request) -> Response:
        reached.set()
        release.wait(5)
        return Response()

    def wait(url: str) -> None:
        try:
            call(url)
        except urllib3.exceptions.HTTPError as error:
            failed.append((time.monotonic(), error))
            release.set()

    with serving(answer) as url:
        client = threading.Thread(target=wait, args=(url,))
        client.start()
        assert reached.wait(5)
        stopped = time.monotonic()
    client.join(5)
    ((when, _),) = failed
    assert when - stopped < 1


def test_a_server_that_stopped_answers_neither_new_nor_kept_connections() -> None:
    with answering() as url:
        kept = connected(url)
        assert read(kept, "GET", "/")[0] == 200
    with pytest.raises(urllib3.exceptions.NewConnectionError):
        call(url)
    with pytest.raises(ConnectionError):
        read(kept, "GET", "/")
    kept.close()


def test_a_server_leaves_no_thread_and_no_socket() -> None:
    before = threading.active_count()
    with answering() as url:
        idle = [connected(url) for _ in range(5)]
        assert [read(each, "GET", "/")[0] for each in idle] == [200] * 5
        assert threading.active_count() > before
    for each in idle:
        each.close()
    gc.collect()  # A socket left open warns here, and warnings are errors.
    assert threading.active_count() == before
