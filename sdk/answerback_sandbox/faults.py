"""Faults a Flask app can be told to show, so that its clients can be tested against bad days.

``Faults().install(app)`` puts them in front of the app, at the WSGI level, and adds
``/_sandbox/faults``: POST adds one, GET lists them, DELETE clears them all. The body of a POST is
``{"match": {"methods": ["POST"], "path": "/api/v1/statuses*"}, "effect": {"type": "cut_after"},
"count": 1}``; without a count the fault stays until cleared.

Cutting needs a server that hands over its connection: `answerback_sandbox.serving` does.
A fault never touches ``/_sandbox/…`` unless its path names it, and never the fault switch itself.
"""

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from fnmatch import fnmatchcase
from http import HTTPStatus
from itertools import count as counter
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, jsonify, request

from answerback_sandbox.serving import shut

SWITCH = "/_sandbox/faults"
EFFECTS = {
    "latency": "waits delay_ms, then goes on as usual",
    "status": "answers with status, body and headers instead",
    "ratelimit": "answers 429 in the service's own shape; seconds says until when",
    "cut_before": "ends the connection before anything happens",
    "cut_after": "does what was asked, then ends the connection without an answer",
    "cut_within": "does what was asked, and ends the connection within the answer",
    "malformed": "answers 200 with a page of HTML",
    "repeat": "lets a service that calls others call twice; a service that only answers ignores it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which requests a fault meets: methods (none means all) and a glob over the path."""

    methods: tuple[str, ...] = ()
    path: str = "*"

    def meets(self, method: str, path: str) -> bool:
        if path.startswith(SWITCH):
            return False
        if path.startswith("/_sandbox/") and not self.path.startswith("/_sandbox/"):
            return False
        return (not self.methods or method in self.methods) and fnmatchcase(path, self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What happens; `after` lets the request be served first and spoils only its answer."""

    type: str
    delay_ms: int = 0
    status: int = 503
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: int = 1
    after: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault as switched on; `count` is how often it still happens, None means for ever."""

    id: int
    match: Match
    effect: Effect
    count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a service sends in place of its own answer."""

    status: int
    headers: Mapping[str, str]
    body: str


def too_many_requests(seconds: int) -> Answer:
    """The 429 of a service that has no shape of its own."""
    return Answer(
        status=429,
        headers={"Content-Type": "application/json", "Retry-After": str(seconds)},
        body='{"error":"Too many requests"}',
    )


class Faults:
    """The faults switched on for one app."""

    def __init__(
        self,
        *,
        ratelimit: Callable[[int], Answer] = too_many_requests,
        own: Iterable[str] = (),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`own` names effects the service carries out itself, by asking `due`."""
        self._ratelimit = ratelimit
        self._own = frozenset(own) | {"repeat"}
        self._sleep = sleep
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._ids = counter(1)

    def add(
        self,
        effect: str | Mapping[str, Any],
        *,
        methods: Sequence[str] = (),
        path: str = "*",
        count: int | None = None,
    ) -> Fault:
        """Switches one fault on; ValueError says what is wrong with it."""
        fields = {"type": effect} if isinstance(effect, str) else dict(effect)
        if isinstance(methods, str):
            raise ValueError('methods is a list, as in ["POST"]')
        fault = Fault(
            id=next(self._ids),
            match=Match(methods=tuple(method.upper() for method in methods), path=path),
            effect=self._effect(fields),
            count=count,
        )
        if count is not None and count < 1:
            raise ValueError("count is how often the fault happens: 1 or more, or leave it out")
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> int:
        """Switches all faults off, and says how many there were."""
        with self._lock:
            cleared = len(self._faults)
            self._faults.clear()
        return cleared

    def active(self) -> list[Fault]:
        """The faults that are on, oldest first."""
        with self._lock:
            return list(self._faults)

    def due(self, name: str, method: str, path: str) -> Effect | None:
        """The effect of this type that meets a request now; it counts as having happened."""
        return self._take(method, path, lambda effect: effect.type == name)

    def install(self, app: Flask) -> "Faults":
        """Puts the faults in front of `app` and adds the switch to it."""
        app.wsgi_app = _Front(self, app.wsgi_app)  # type: ignore[method-assign]
        app.add_url_rule(SWITCH, "sandbox_faults_list", self._list_view)
        app.add_url_rule(SWITCH, "sandbox_faults_add", self._add_view, methods=["POST"])
        app.add_url_rule(SWITCH, "sandbox_faults_clear", self._clear_view, methods=["DELETE"])
        return self

    def delay(self, method: str, path: str) -> None:
        """Waits as long as a latency fault says."""
        effect = self.due("latency", method, path)
        if effect is not None:
            self._sleep(effect.delay_ms / 1000)

    def spoiler(self, method: str, path: str) -> Effect | None:
        """The first effect that takes the place of an answer, if one is due."""
        kept = self._own | {"latency"}
        return self._take(method, path, lambda effect: effect.type not in kept)

    def answer(self, effect: Effect) -> Answer:
        """What is sent for an effect that answers."""
        if effect.type == "ratelimit":
            return self._ratelimit(effect.seconds)
        if effect.type == "malformed":
            html = "<!doctype html><title>Welcome</title><h1>It works!</h1>"
            return Answer(status=200, headers={"Content-Type": "text/html"}, body=html)
        headers = dict(effect.headers) or {"Content-Type": "application/json"}
        body = effect.body or json.dumps({"error": HTTPStatus(effect.status).phrase})
        return Answer(status=effect.status, headers=headers, body=body)

    def _take(self, method: str, path: str, fits: Callable[[Effect], bool]) -> Effect | None:
        with self._lock:
            for position, fault in enumerate(self._faults):
                if not (fits(fault.effect) and fault.match.meets(method, path)):
                    continue
                if fault.count == 1:
                    del self._faults[position]
                elif fault.count is not None:
                    self._faults[position] = replace(fault, count=fault.count - 1)
                return fault.effect
        return None

    def _effect(self, fields: dict[str, Any]) -> Effect:
        known = set(EFFECTS) | self._own
        if fields.get("type") not in known:
            raise ValueError(f"effect.type is one of {', '.join(sorted(known))}")
        unknown = set(fields) - set(Effect.__slots__)
        if unknown:
            raise ValueError(f"effect has no {', '.join(sorted(unknown))}")
        body = fields.get("body", "")
        fields["body"] = body if isinstance(body, str) else json.dumps(body)
        for name in ("delay_ms", "status", "seconds"):
            if name in fields and (not isinstance(fields[name], int) or fields[name] < 0):
                raise ValueError(f"effect.{name} is a whole number")
        if fields.get("status", 503) not in list(HTTPStatus):
            raise ValueError("effect.status is an HTTP status")
        return Effect(**fields)

    def _list_view(self) -> Response:
        return jsonify([asdict(fault) for fault in self.active()])

    def _add_view(self) -> tuple[Response, int]:
        asked = request.get_json(silent=True)
        try:
            if not isinstance(asked, dict) or not isinstance(asked.get("effect"), dict):
                raise ValueError('the body is JSON with "match" and "effect"')
            match = asked.get("match", {})
            fault = self.add(
                asked["effect"],
                methods=match.get("methods", ()),
                path=match.get("path", "*"),
                count=asked.get("count"),
            )
        except (ValueError, TypeError, AttributeError) as error:
            return jsonify(error=f"This is not a fault: {error}"), 422
        return jsonify(asdict(fault)), 201

    def _clear_view(self) -> Response:
        return jsonify(cleared=self.clear())


class _Front:
    """The WSGI layer in which the faults happen."""

    def __init__(self, faults: Faults, app: WSGIApplication) -> None:
        self._faults = faults
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
        self._faults.delay(method, path)
        effect = self._faults.spoiler(method, path)
        if effect is None:
            return self._app(environ, start_response)
        if effect.type == "cut_before":
            _cut(environ)
        if effect.type in ("cut_after", "cut_within") or effect.after:
            status, headers, body = _served(self._app, environ)
            if effect.type == "cut_after":
                _cut(environ)
            if effect.type == "cut_within":
                return _half(environ, start_response, status, headers, body)
        answer = self._faults.answer(effect)
        data = answer.body.encode()
        reason = HTTPStatus(answer.status).phrase
        start_response(
            f"{answer.status} {reason}",
            [*answer.headers.items(), ("Content-Length", str(len(data)))],
        )
        return [data]


def _served(
    app: WSGIApplication, environ: WSGIEnvironment
) -> tuple[str, list[tuple[str, str]], bytes]:
    head: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: Any = None, /) -> Any:
        head[:] = [status, headers]
        return None

    chunks = app(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    return head[0], head[1], body


def _half(
    environ: WSGIEnvironment,
    start_response: StartResponse,
    status: str,
    headers: list[tuple[str, str]],
    body: bytes,
) -> Iterable[bytes]:
    kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
    start_response(status, [*kept, ("Content-Length", str(max(len(body), 2)))])
    yield body[: len(body) // 2]
    _cut(environ)


def _cut(environ: WSGIEnvironment) -> None:
    connection = environ.get("werkzeug.socket")
    if connection is not None:
        shut(connection)
    raise ConnectionAbortedError("a fault cut this connection")
