"""A server that does to each connection what a script says, down to the single byte."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request as it came; header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class Peer:
    """One client's connection, as a script sees it."""

    def __init__(self, socket: Any, server: ScriptedServer) -> None:
        self._socket = socket
        self._file = socket.makefile("rb")
        self._server = server

    def receive(self) -> Received | None:
        """The next request, or None when the client has gone."""
        start = self._file.readline().decode("latin-1").split()
        if len(start) != 3:
            return None
        headers: dict[str, str] = {}
        while line := self._file.readline().decode("latin-1").strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = self._file.read(int(headers.get("content-length", "0")))
        received = Received(method=start[0], target=start[1], headers=headers, body=body)
        self._server.received.append(received)
        return received

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._socket.sendall(data)

    def dribble(self, data: bytes, *, every: float = 0.03) -> None:
        """Send byte by byte until the client or the test gives up."""
        for byte in data:
            self._socket.sendall(bytes([byte]))
            if self._server.stopping.wait(every):
                return

    def wait(self) -> None:
        """Say nothing until the test is over."""
        self._server.stopping.wait(10)

    def serve(self, reply: Callable[[Received], bytes]) -> None:
        """Answer every request on this connection."""
        while (received := self.receive()) is not None:
            self.send(reply(received))

    def close(self) -> None:
        """Close the connection."""
        self._file.close()
        self._socket.close()


@dataclass(slots=True, kw_only=True)
class ScriptedServer:
    """What came, and where to call. `closed` is set once a connection has been closed here."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    closed: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)


@contextmanager
def scripted(
    script: Callable[[Peer], None], *, tls: ssl.SSLContext | None = None
) -> Iterator[ScriptedServer]:
    """A server on a free local port whose every connection runs the script."""
    state = ScriptedServer()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            state.connections += 1
            with suppress(OSError):
                socket = self.request if tls is None else tls.wrap_socket(self.request, True)
                peer = Peer(socket, state)
                try:
                    script(peer)
                finally:
                    peer.close()
                    state.closed.set()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True
        request_queue_size = 50

    with Server(("127.0.0.1", 0), Handler) as server:
        port = server.server_address[1]
        state.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield state
        finally:
            state.stopping.set()
            server.shutdown()
            thread.join()


def answer(
    body: bytes | str = b"{}", status: int = 200, headers: Mapping[str, str] | None = None
) -> bytes:
    """The bytes of a whole answer, with its length."""
    content = body.encode() if isinstance(body, str) else body
    fields = {"Content-Type": "application/json", "Content-Length": str(len(content))}
    lines = [f"{name}: {value}" for name, value in (fields | dict(headers or {})).items()]
    head = "\r\n".join([f"HTTP/1.1 {status} Some reason", *lines, "", ""])
    return head.encode("utf-8") + content


@contextmanager
def replying(
    body: bytes | str = b"{}", status: int = 200, headers: Mapping[str, str] | None = None
) -> Iterator[ScriptedServer]:
    """A server that gives every request the same answer."""
    with scripted(lambda peer: peer.serve(lambda _: answer(body, status, headers))) as server:
        yield server
