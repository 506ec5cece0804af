"""A pretend platform on a real port: routes, a clock, and notes of what went wrong in it.

`FakeNetwork` and `FakeDesk` are such platforms; an author subclasses one of them.
"""

from __future__ import annotations

import threading
from abc import ABC
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import wraps
from http.client import responses
from typing import Any, ClassVar, Self

from answerback.calls import Request, Response
from answerback.testing.pretend.exchange import Exchange
from answerback.testing.pretend.routes import Route, routes_of
from answerback.testing.pretend.serving import exchanging

#: The least time between two calls of `now`: what is shown in milliseconds still differs.
_TICK = timedelta(milliseconds=1)


class Refusal(Exception):  # noqa: N818 - it says what the platform does
    """Raised by a route, or what it calls: the platform answers so, and that is no mistake of it.

    Without a `value` the answer is JSON that names the status, as in {"error": "Not Found"}.
    """

    def __init__(self, status: int, value: object = None) -> None:
        super().__init__(f"The pretend platform answers {status}.")
        shown = {"error": responses.get(status, "")} if value is None else value
        self.response = Response.of_json(shown, status)


class PretendServer(ABC):
    """A pretend platform, from `start` or ``with`` until `stop`.

    `origins` are what the plugin calls; the kit sends these calls here. Requests are answered one
    at a time, and none of `_verbs` runs meanwhile, so a fake needs no lock.

    `url` is where it listens, once started. `mistakes` is what its own methods raised while they
    answered, each with a note that says where. `unknown` is every call it has no route for, as
    "GET /path".
    """

    origins: ClassVar[tuple[str, ...]]

    url: str
    mistakes: list[BaseException]
    unknown: list[str]

    _verbs: ClassVar[tuple[str, ...]] = ()
    _routes: ClassVar[tuple[Route, ...]] = ()
    _lock: threading.RLock
    _last: datetime
    _running: ExitStack

    def __new__(cls, *_: Any, **__: Any) -> Self:
        """Here and not in `__init__`, so that an author's `__init__` need not call ours."""
        server = super().__new__(cls)
        server.url = ""
        server.mistakes = []
        server.unknown = []
        server._lock = threading.RLock()
        server._last = datetime.min.replace(tzinfo=UTC)
        server._running = ExitStack()
        return server

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        for name in cls._verbs:
            if name in vars(cls):
                setattr(cls, name, _one_at_a_time(vars(cls)[name]))
        cls._routes = routes_of(cls)

    def admit(self, request: Request) -> None:  # noqa: B027 - optional
        """Called before every route: raise Refusal where the token is missing, for example."""

    def now(self) -> datetime:
        """The time, in UTC: never the same twice, and always later than before."""
        with self._lock:
            self._last = max(datetime.now(UTC), self._last + _TICK)
            return self._last

    def start(self) -> None:
        """Listen on a free port of this machine. Does nothing where it already listens."""
        if not getattr(self, "origins", ()):
            raise TypeError(
                f"{type(self).__name__} has no `origins`. Name what the plugin calls, "
                'as in origins = ("https://lemmy.example",).'
            )
        if not self.url:
            self.url = self._running.enter_context(exchanging(self._hear, self.mistakes.append))

    def stop(self) -> None:
        """Stop listening and drop every connection; a second call does nothing."""
        self._running.close()
        self.url = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _hear(self, exchange: Exchange) -> None:
        request = exchange.request()
        where = type(self).__name__
        try:
            with self._lock:
                self.admit(request)
                method, names = self._met(exchange)
                where = f"{where}.{method}"
                response = _response(getattr(self, method)(request, **names))
            exchange.answer(response)
        except Refusal as refusal:
            exchange.answer(refusal.response)
        except Exception as error:
            error.add_note(f"in {where}, answering {request.method} {request.path}")
            raise

    def _met(self, exchange: Exchange) -> tuple[str, dict[str, str]]:
        wanted = [exchange.method, "GET"] if exchange.method == "HEAD" else [exchange.method]
        segments = exchange.segments
        for verb in wanted:
            for known in self._routes:
                names = known.names(verb, segments)
                if names is not None:
                    return known.method, names
        return "_nothing", {}

    def _nothing(self, request: Request) -> Response:
        call = f"{request.method} {request.path}"
        self.unknown.append(call)
        return Response.of_json({"error": f"{type(self).__name__} has no route for {call}."}, 404)


def _one_at_a_time(verb: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(verb)
    def locked(self: PretendServer, *given: Any, **named: Any) -> Any:
        with self._lock:
            return verb(self, *given, **named)

    return locked


def _response(answer: object) -> Response:
    if isinstance(answer, Response):
        return answer
    if isinstance(answer, dict | list):
        return Response.of_json(answer)
    raise TypeError(f"A route gave a {type(answer).__name__}; give a Response, a dict or a list.")
