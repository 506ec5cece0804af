"""Serves a WSGI application on a port of this machine, and on no other address.

HTTP/1.1 with connections kept open between requests, one thread a connection, no log lines.
It is for emulators and tests: there is no TLS, no limit on connections and no access log.
The connection itself is in the environment as ``werkzeug.socket``, under the name Werkzeug's own
server uses, so that `answerback_sandbox.faults` can break it.
"""

import ipaddress
import socket
import socketserver
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from typing import IO, Any, Self, cast
from urllib.parse import unquote_to_bytes, urlsplit
from wsgiref.types import WSGIApplication, WSGIEnvironment

from werkzeug.serving import DechunkedInput

BODY_LIMIT = 128 * 1024 * 1024


class Served:
    """A running server; use it as a context manager, or call `stop` yourself."""

    def __init__(self, server: "_Server") -> None:
        self._server = server
        self._thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The root, without a slash at its end."""
        return f"http://{_bracketed(str(self._server.server_address[0]))}:{self.port}"

    def stop(self) -> None:
        """Stops listening and drops every open connection; a second call does nothing."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server.drop_connections()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def serve(app: WSGIApplication, port: int = 0, host: str = "127.0.0.1") -> Served:
    """Starts serving `app`; port 0 takes a free one.

    Raises ValueError for any address but loopback, OSError when the port is taken.
    """
    address = "127.0.0.1" if host == "localhost" else host
    if not _is_loopback(address):
        raise ValueError(
            f"The sandbox serves this machine only: {host} is not a loopback address. "
            "Use 127.0.0.1 or ::1."
        )
    try:
        return Served(_Server(address, port, app))
    except OSError as error:
        raise OSError(
            error.errno, f"Cannot serve on {host} port {port}: {error.strerror}. Try port 0."
        ) from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class _Server(socketserver.ThreadingMixIn, HTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, app: WSGIApplication) -> None:
        self.app = app
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._open: set[socket.socket] = set()
        self._changed = threading.Condition()
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        # HTTPServer asks the name service for a host name here, which can take seconds.
        socketserver.TCPServer.server_bind(self)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with self._changed:
            self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._changed:
                self._open.discard(request)
                self._changed.notify_all()

    def drop_connections(self) -> None:
        """Ends every connection, and waits a moment for the threads that served them."""
        with self._changed:
            for connection in self._open:
                shut(connection)
            self._changed.wait_for(lambda: not self._open, timeout=1)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        if not isinstance(sys.exception(), ConnectionError):
            traceback.print_exc()


def shut(connection: socket.socket) -> None:
    """Breaks a connection at once, in both directions."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # The other side was quicker.


class _Body:
    """A request's body, which ends where the request said it ends."""

    def __init__(self, source: IO[bytes], length: int) -> None:
        self._source = source
        self._left = length

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        return self._taken(self._source.read(wanted) if wanted else b"")

    def readline(self, size: int = -1) -> bytes:
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        return self._taken(self._source.readline(wanted) if wanted else b"")

    def drain(self) -> None:
        while self.read(1024 * 1024):
            continue

    def _taken(self, data: bytes) -> bytes:
        self._left -= len(data)
        return data


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "answerback-sandbox"
    # Head and body leave in two writes; without this each answer would wait for an acknowledgement.
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        return

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def _answer(self) -> None:
        body = self._body()
        if body is None:
            return
        environ = self._environ(body)
        self._send(environ)
        body.drain()

    def _body(self) -> _Body | None:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            data = DechunkedInput(cast(IO[bytes], self.rfile)).read()
            return _Body(BytesIO(data), len(data))
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > BODY_LIMIT:
            self.close_connection = True
            self.send_error(413 if length.isdecimal() else 400)
            return None
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        return _Body(cast(IO[bytes], self.rfile), int(length))

    def _environ(self, body: _Body) -> WSGIEnvironment:
        target = urlsplit(self.path if not self.path.startswith("//") else "/" + self.path)
        environ: WSGIEnvironment = {
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": body,
            "wsgi.input_terminated": True,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "werkzeug.socket": self.connection,
            "REQUEST_METHOD": self.command,
            "REQUEST_URI": self.path,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(target.path).decode("latin-1"),
            "QUERY_STRING": target.query,
            "REMOTE_ADDR": self.client_address[0],
            "REMOTE_PORT": self.client_address[1],
            "SERVER_NAME": self.server.server_address[0],
            "SERVER_PORT": str(self.server.server_address[1]),
            "SERVER_PROTOCOL": self.request_version,
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                key = f"HTTP_{key}"
            environ[key] = f"{environ[key]},{value}" if key in environ else value
        return environ

    def _send(self, environ: WSGIEnvironment) -> None:
        head: tuple[str, list[tuple[str, str]]] | None = None
        sent = False

        def start_response(
            status: str, headers: list[tuple[str, str]], _exc_info: Any = None, /
        ) -> Any:
            nonlocal head
            head = (status, headers)
            return write

        def write(data: bytes) -> None:
            nonlocal sent
            if not sent:
                assert head is not None, "the application wrote before it called start_response"
                sent = True
                self._send_head(*head)
            if self.command != "HEAD":
                self.wfile.write(data)

        chunks = self.server.app(environ, start_response)
        try:
            for chunk in chunks:
                write(chunk)
            if not sent:
                write(b"")
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()

    def _send_head(self, status: str, headers: list[tuple[str, str]]) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        names = set()
        for name, value in headers:
            names.add(name.lower())
            self.send_header(name, value)
        bodiless = self.command == "HEAD" or int(code) in (204, 304) or int(code) < 200
        if "content-length" not in names and not bodiless:
            # Nothing says where this answer ends but the end of the connection.
            self.close_connection = True
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer  # noqa: N815
