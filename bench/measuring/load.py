"""A load of prepared calls over a few connections, light enough not to be what is measured.

One thread and no client library: each connection sends its next call as soon as it has the answer
to the last one.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What came of it: calls a second, and how long they took, in seconds, shortest first."""

    rate: float
    taken: Sequence[float]
    refused: int

    def at(self, share: float) -> float:
        """The time within which this share of the calls was answered."""
        return self.taken[min(len(self.taken) - 1, int(len(self.taken) * share))]


def post(path: str, headers: dict[str, str], body: bytes) -> bytes:
    """A call as it goes over the wire."""
    head = {"Host": "127.0.0.1", "Content-Length": str(len(body)), **headers}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def load(port: int, calls: Sequence[bytes], *, connections: int) -> Load:
    """Make all calls, so many at a time."""
    waiting = iter(calls)
    chooser = selectors.DefaultSelector()
    began = time.perf_counter()
    open_ones = [_Connection(port) for _ in range(connections)]
    for one in open_ones:
        one.send(waiting)
        chooser.register(one.socket, selectors.EVENT_READ, one)
    busy = len(open_ones)
    while busy:
        for key, _events in chooser.select():
            if key.data.answered() and not key.data.send(waiting):
                busy -= 1
                chooser.unregister(key.fileobj)
    seconds = time.perf_counter() - began
    for one in open_ones:
        one.socket.close()
    chooser.close()
    taken = sorted(each for one in open_ones for each in one.taken)
    return Load(
        rate=len(calls) / seconds, taken=taken, refused=sum(one.refused for one in open_ones)
    )


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.taken: list[float] = []
        self.refused = 0
        self._read = b""
        self._sent = 0.0

    def send(self, waiting: Iterator[bytes]) -> bool:
        """Send the next call; False when there is none."""
        call = next(waiting, None)
        if call is None:
            return False
        self._read = b""
        self._sent = time.perf_counter()
        self.socket.sendall(call)
        return True

    def answered(self) -> bool:
        """Read what came; whether the answer is whole."""
        came = self.socket.recv(65536)
        assert came, "the server closed a connection"
        self._read += came
        head, end, body = self._read.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return False
        self.taken.append(time.perf_counter() - self._sent)
        self.refused += not head.startswith(b"HTTP/1.1 200")
        return True


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
