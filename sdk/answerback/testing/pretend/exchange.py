"""One request as it came over a connection, and what may be done to it, down to the single byte."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence
from contextlib import suppress
from http.client import responses
from urllib.parse import parse_qsl, unquote

from answerback.calls import Request, Response


class Exchange:
    """One request as it came, and the ways to answer it. A client that has gone is no error.

    `target` is path and query as they were sent; `headers` keep their order and their case.
    """

    def __init__(
        self,
        connection: socket.socket,
        *,
        method: str,
        target: str,
        headers: Sequence[tuple[str, str]],
        body: bytes,
    ) -> None:
        self._connection = connection
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.begun = False
        self.closing = False

    @property
    def segments(self) -> list[str]:
        """The path between its slashes, each part decoded by itself: an id may hold a slash."""
        return [unquote(segment) for segment in self.target.partition("?")[0].split("/")]

    def request(self) -> Request:
        """The request as a plugin would get it."""
        path, _, query = self.target.partition("?")
        asked: dict[str, tuple[str, ...]] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            asked[name] = (*asked.get(name, ()), value)
        headers: dict[str, str] = {}
        for name, value in self.headers:
            key = name.lower()
            headers[key] = f"{headers[key]},{value}" if key in headers else value
        return Request(
            method=self.method, path=unquote(path), query=asked, headers=headers, body=self.body
        )

    def framed(
        self, status: int, headers: Iterable[tuple[str, str]], body: bytes
    ) -> tuple[bytes, bytes]:
        """Head and body as they go over the wire, with the length where none is given.

        Raises ValueError for a header that cannot be sent.
        """
        bodiless = self.method == "HEAD" or status in (204, 304)
        fields = list(headers)
        given = {name.lower(): value for name, value in fields}
        if "content-length" not in given and "transfer-encoding" not in given:
            if status not in (204, 304):
                fields.append(("Content-Length", str(len(body))))
        elif not bodiless and given.get("content-length") != str(len(body)):
            # The next answer could not be told from the rest of this one.
            self.closing = True
        self.closing = self.closing or given.get("connection", "").lower() == "close"
        lines = [f"HTTP/1.1 {status} {responses.get(status, '')}"]
        for name, value in fields:
            if any(mark in name + value for mark in "\r\n\0"):
                raise ValueError(f"The header {name!r} holds a line break.")
            lines.append(f"{name}: {value}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1"), b"" if bodiless else body

    def answer(self, response: Response) -> None:
        """Send a whole answer."""
        # In one write: a body sent after its head would wait for the client's acknowledgement.
        self.send(b"".join(self.framed(response.status, response.headers.items(), response.body)))

    def send(self, data: bytes) -> bool:
        """Send bytes as they are; False where the client has gone."""
        self.begun = True
        try:
            self._connection.sendall(data)
        except OSError:
            self.closing = True
            return False
        return True

    def gone_within(self, seconds: float) -> bool:
        """Wait that long; True as soon as the client has gone or the server stops."""
        self._connection.settimeout(seconds)
        try:
            return not self._connection.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return False
        except OSError:
            return True
        finally:
            self._connection.settimeout(None)

    def cut(self) -> None:
        """End the connection here, whatever was sent so far."""
        self.begun = self.closing = True
        shut(self._connection)


def shut(connection: socket.socket) -> None:
    """End a connection at once, in both directions."""
    with suppress(OSError):  # The other side was quicker.
        connection.shutdown(socket.SHUT_RDWR)
