"""A small web server on a port of this machine, for pretend networks and fault proxies.

HTTP/1.1 with connections kept open, a thread a connection, 127.0.0.1 only, and no log lines. It
speaks no TLS and bounds nothing: it is for tests. When it stops, every open connection is
dropped, so that whoever still waits for an answer fails at once.

``serving`` takes a `Request` and gives a `Response`, as plugins do. ``exchanging`` is for those
who need the bytes: an address as it was sent, half an answer, a connection that ends.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

from answerback.calls import Request, Response
from answerback.testing.pretend.exchange import Exchange, shut

_HOST = "127.0.0.1"
#: How long a server that stops waits for its threads, in seconds.
_PATIENCE = 2.0
_LONGEST_LINE = 65536


@contextmanager
def serving(answer: Callable[[Request], Response]) -> Iterator[str]:
    """The address of a server that answers every request by calling this, from any thread.

    Header names are lower case and the query is unpacked, as in the calls a plugin gets. Where
    `answer` raises, the client gets a 500, and the first such error is raised again at the end.
    """
    failures: list[Exception] = []

    def handle(exchange: Exchange) -> None:
        exchange.answer(answer(exchange.request()))

    with exchanging(handle, failures.append) as url:
        yield url
    if failures:
        raise failures[0]


@contextmanager
def answering(
    status: int = 200, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> Iterator[str]:
    """The address of a server that gives every request this answer."""
    response = Response(status=status, headers=dict(headers or {}), body=body)
    with serving(lambda _: response) as url:
        yield url


@contextmanager
def exchanging(
    handle: Callable[[Exchange], None], failed: Callable[[Exception], None]
) -> Iterator[str]:
    """The address of a server that hands every exchange to `handle`, from any thread.

    An error in it is told to `failed` and answered with a 500 that names only its class. An
    exchange left without an answer is cut.
    """
    server = _Server(handle, failed)
    try:
        yield server.url
    finally:
        server.stop()


class _Server:
    # Not socketserver's loop, which looks only a few times a second whether it shall stop.

    def __init__(
        self, handle: Callable[[Exchange], None], failed: Callable[[Exception], None]
    ) -> None:
        self._handle = handle
        self._failed = failed
        self._open: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        self._stopping = False
        self._listener = socket.create_server((_HOST, 0), backlog=128)
        self.url = f"http://{_HOST}:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        with socket.create_connection(self._listener.getsockname()):  # Wakes the thread.
            self._thread.join()
        self._listener.close()
        with self._lock:
            left = dict(self._open)
            for connection in left:
                shut(connection)
        end = time.monotonic() + _PATIENCE
        for thread in left.values():
            if thread is not threading.current_thread():
                thread.join(max(0.0, end - time.monotonic()))

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._stopping:
                connection.close()
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            with self._lock:
                self._open[connection] = thread
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with suppress(OSError):  # The client has gone, or the server stops.
                _Connection(connection, self._handle, self._failed)
        finally:
            shut(connection)
            with self._lock:
                del self._open[connection]
                connection.close()


class _Connection(BaseHTTPRequestHandler):
    """Serves one connection, within its constructor, until it ends."""

    protocol_version = "HTTP/1.1"
    # Single bytes leave singly, and nothing waits for an acknowledgement.
    disable_nagle_algorithm = True

    def __init__(
        self,
        connection: socket.socket,
        handle: Callable[[Exchange], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._exchange = handle
        self._failed = failed
        super().__init__(connection, (_HOST, 0), None)  # type: ignore[arg-type]

    def log_message(self, *_: Any) -> None:
        return

    def _take(self) -> None:
        try:
            body = self._body()
        except ValueError:
            self.send_error(400, "The length is no number")
            self.close_connection = True
            return
        exchange = Exchange(
            self.connection,
            method=self.command,
            target=self.requestline.split()[1],
            headers=self.headers.items(),
            body=body,
        )
        try:
            self._exchange(exchange)
        except Exception as error:  # noqa: BLE001 - it is told on, and its class answered
            self._failed(error)
            if not exchange.begun:
                exchange.answer(Response.of_json({"error": type(error).__name__}, 500))
            exchange.closing = True
        if not exchange.begun:
            exchange.cut()
        self.close_connection = self.close_connection or exchange.closing

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        return self._exactly(int(self.headers.get("Content-Length", "0")))

    def _chunks(self) -> bytes:
        body = bytearray()
        while size := int(self._line().partition(b";")[0], 16):
            body += self._exactly(size)
            self._line()
        while self._line().strip():
            continue  # Trailers.
        return bytes(body)

    def _exactly(self, size: int) -> bytes:
        if size < 0:
            raise ValueError("a length is never negative")
        data = self.rfile.read(size)
        if len(data) < size:
            raise ConnectionAbortedError("the client left within its request")
        return data

    def _line(self) -> bytes:
        line = self.rfile.readline(_LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise ConnectionAbortedError("the client left within its request")
        return line

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _take  # noqa: N815
