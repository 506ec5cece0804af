"""Connections that keep to the deadline and the host rule of the call under way.

`requests` and `urllib3` bound each single read, so a server that sends a byte a second holds a
caller for as long as it likes. Here every connect, send and read is given only the time left.

Built on the connection classes of urllib3 2: https://urllib3.readthedocs.io/en/stable/
"""

from __future__ import annotations

import http.client
import io
import logging
import socket
import time
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from answerback.http.deadlines import Stage, call_under_way, current_call

#: Servers close idle connections, often after 5 seconds. A write that must not be sent twice
#: takes an older one only when it was used a moment ago; other calls when it was used lately.
FRESH_FOR_CAREFUL = 1.0
FRESH = 30.0


class _Reader(io.RawIOBase):
    """Reads a socket, each time with only the seconds the call has left."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        call = current_call()
        self._sock.settimeout(call.remaining())
        count = self._raw.readinto(buffer)
        self.ended = count == 0
        return count

    def close(self) -> None:
        try:
            self._raw.close()
        finally:
            super().close()


class _BoundedFile:
    """What `http.client` asks of a socket when it reads an answer: a file, here a bounded one."""

    def __init__(self, sock: socket.socket) -> None:
        self.reader = _Reader(sock)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self.reader)


class _BoundedResponse(http.client.HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **more: Any) -> None:
        file = _BoundedFile(sock)
        self._reader = file.reader
        super().__init__(file, *args, **more)  # type: ignore[arg-type]

    def begin(self) -> None:
        super().begin()
        # http.client takes the end of the connection for the end of the head, and a call whose
        # answer broke off there would look done.
        if self._reader.ended:
            raise http.client.IncompleteRead(b"")


class _Bounded(HTTPConnection):
    """What plain and TLS connections share."""

    response_class = _BoundedResponse
    tls = False
    used_at = 0.0

    @property
    def is_connected(self) -> bool:
        call = call_under_way()
        fresh = FRESH_FOR_CAREFUL if call is not None and call.careful else FRESH
        return super().is_connected and time.monotonic() - self.used_at < fresh

    def _new_conn(self) -> socket.socket:
        call = current_call()
        call.stage = Stage.RESOLVING
        call.remaining()
        addresses = call.hosts.addresses(self._dns_host, self.port, tls=self.tls)
        call.stage = Stage.CONNECTING
        failure: OSError | None = None
        for family, place in addresses:
            try:
                sock = self._connected(family, place)
            except OSError as error:
                failure = error
                continue
            if self.tls:
                call.stage = Stage.SECURING
            return sock
        raise failure or OSError("the name has no address")

    def _connected(self, family: socket.AddressFamily, place: tuple[Any, ...]) -> socket.socket:
        call = current_call()
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            for option in self.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(call.remaining())
            sock.connect(place)
            # The TLS handshake that may follow is bounded by this, as a whole.
            sock.settimeout(call.remaining())
        except BaseException:
            sock.close()
            raise
        return sock

    def request(self, *args: Any, **more: Any) -> None:
        super().request(*args, **more)
        current_call().stage = Stage.WAITING

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        call = current_call()
        call.stage = Stage.SENDING
        view = memoryview(data)
        while view:
            self.sock.settimeout(call.remaining())
            # A failed TLS write may have put a whole record on the wire, a failed plain one not.
            call.sent = call.sent or self.tls
            taken = self.sock.send(view)
            call.sent = True
            view = view[taken:]

    def getresponse(self) -> Any:
        response = super().getresponse()
        current_call().stage = Stage.READING
        self.used_at = time.monotonic()
        return response


class BoundedHTTPConnection(_Bounded):
    """A connection without TLS, for listed hosts only."""


class BoundedHTTPSConnection(_Bounded, HTTPSConnection):
    """A connection with TLS."""

    tls = True


class BoundedHTTPPool(HTTPConnectionPool):
    """Connections without TLS to one host."""

    ConnectionCls = BoundedHTTPConnection


class BoundedHTTPSPool(HTTPSConnectionPool):
    """Connections with TLS to one host."""

    ConnectionCls = BoundedHTTPSConnection


POOLS = {"http": BoundedHTTPPool, "https": BoundedHTTPSPool}


def _outside_our_calls(_record: logging.LogRecord) -> bool:
    """urllib3 logs whole addresses and headers, secrets included; our own log line suffices."""
    return call_under_way() is None


for _name in ("connection", "connectionpool", "poolmanager", "response", "util.retry"):
    logging.getLogger(f"urllib3.{_name}").addFilter(_outside_our_calls)
