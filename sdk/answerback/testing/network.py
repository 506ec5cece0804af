"""A pretend network: what the checks from silver on call instead of the real one.

Subclass `FakeNetwork` with the routes your channel calls and four verbs; 30 to 60 lines are
enough. It runs on a real port, so the channel is tested with the calls it really makes. ::

    class FakeLemmy(FakeNetwork):
        origins = ("https://lemmy.example",)
        account_settings = {"instance": "https://lemmy.example", "token": "a-token"}
        account = "https://lemmy.example/u/brand"

        @route("GET", "/api/v3/comment/{id}")
        def comment(self, request: Request, id: str) -> Any:
            return self.comments[id]

Keep to what the network's own pages say of it: a fake that is kinder than the network proves
nothing. Addresses in answers start with the origin, never with `url`: what is called there goes
round the faults the kit puts in front.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from http.client import responses
from typing import Any, ClassVar, Self

from answerback.calls import Request, Response
from answerback.channel import ListenerKind
from answerback.testing.checks import NotApplicable
from answerback.testing.exchange import Exchange
from answerback.testing.routes import Route, route, routes_of
from answerback.testing.serving import exchanging

__all__ = ["FakeNetwork", "Post", "Refusal", "route"]

_VERBS = ("say", "edit", "delete", "posts", "deliveries", "answer_ourselves", "awkward")
#: The least time between two calls of `now`: what is shown in milliseconds still differs.
_TICK = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post as the network shows it now.

    `id` is the IRI your channel gives as `Mention.id` and `Receipt.id`, `under` that of the post
    it answers. `ours` says that the brand wrote it, `private` that only those it is for can see
    it, `media` the alternative text of each picture ("" where it has none). `liked`, `boosted`
    and `hidden` are what the brand did to it.
    """

    id: str
    text: str
    under: str | None = None
    ours: bool = False
    private: bool = False
    media: tuple[str, ...] = ()
    liked: bool = False
    boosted: bool = False
    hidden: bool = False


class Refusal(Exception):  # noqa: N818 - it says what the network does
    """Raised by a route, or what it calls: the network answers so, and that is no mistake of it.

    Without a `value` the answer is JSON that names the status, as in {"error": "Not Found"}.
    """

    def __init__(self, status: int, value: object = None) -> None:
        super().__init__(f"The pretend network answers {status}.")
        shown = {"error": responses.get(status, "")} if value is None else value
        self.response = Response.of_json(shown, status)


class FakeNetwork(ABC):
    """A pretend network on a real port, from `start` or ``with`` until `stop`.

    `origins` are what the channel calls; the kit sends these calls here. `app_settings` and
    `account_settings` are given to the channel. `account` is the IRI of our own actor, as in
    `Mention.attributed_to.id` of what we write. A feed shows `page` posts at a time, and never
    more than the newest `depth` of them, where that is not None: the kit lowers both.

    Requests are answered one at a time, and no verb runs meanwhile, so a fake needs no lock.
    """

    origins: ClassVar[tuple[str, ...]]
    page: ClassVar[int] = 20
    depth: ClassVar[int | None] = None
    app_settings: Mapping[str, Any] = {}
    account_settings: Mapping[str, Any] = {}
    account: str = ""

    #: Where it listens, once started.
    url: str
    #: What its own methods raised while they answered; each has a note that says where.
    mistakes: list[BaseException]
    #: The calls it has no route for, as "GET /path".
    unknown: list[str]

    _routes: ClassVar[tuple[Route, ...]] = ()
    _lock: threading.RLock
    _last: datetime
    _running: ExitStack

    def __new__(cls, *_: Any, **__: Any) -> Self:
        """Here and not in `__init__`, so that an author's `__init__` need not call ours."""
        network = super().__new__(cls)
        network.url = ""
        network.mistakes = []
        network.unknown = []
        network._lock = threading.RLock()
        network._last = datetime.min.replace(tzinfo=UTC)
        network._running = ExitStack()
        return network

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        for name in _VERBS:
            if name in vars(cls):
                setattr(cls, name, _one_at_a_time(vars(cls)[name]))
        cls._routes = routes_of(cls)

    # Verbs every network has

    @abstractmethod
    def say(
        self,
        text: str,
        *,
        kind: ListenerKind = "mentions",
        under: str | None = None,
        ago: timedelta = timedelta(0),
        media: Sequence[tuple[str, str]] = (),
    ) -> str:
        """A customer says it so that a listener of this kind hears it; gives the post's IRI.

        With `ago` it surfaces now and is dated that much earlier, as a comment that was held for
        moderation is. `media` are pictures, each by its address and alternative text.
        """

    @abstractmethod
    def edit(self, id: str, text: str) -> None:
        """Its author changes a post."""

    @abstractmethod
    def delete(self, id: str) -> None:
        """Its author deletes a post; where it is ours, somebody of the brand did it by hand."""

    @abstractmethod
    def posts(self) -> Sequence[Post]:
        """Every post shown now, oldest first, ours included."""

    # Verbs with a default

    def listener(self, kind: ListenerKind) -> Mapping[str, Any]:  # noqa: ARG002
        """The settings of a listener of this kind, to hear what `say` says to it."""
        return {}

    def deliveries(self) -> Sequence[Request]:
        """The webhook calls for what happened since last asked, unsigned: the kit signs them."""
        return []

    def answer_ourselves(self, text: str, *, under: str) -> str:  # noqa: ARG002
        """Somebody of the brand answers in the network's own app; gives the post's IRI."""
        raise NotApplicable(f"{type(self).__name__} has no `answer_ourselves`.")

    def awkward(self) -> Sequence[str]:
        """IRIs of posts on which the network refuses actions: closed, archived, too old."""
        return ()

    def admit(self, request: Request) -> None:  # noqa: B027 - optional
        """Called before every route: raise Refusal where the token is missing, for example."""

    # What is given

    def now(self) -> datetime:
        """The time, in UTC: never the same twice, and always later than before."""
        with self._lock:
            self._last = max(datetime.now(UTC), self._last + _TICK)
            return self._last

    def start(self) -> None:
        """Listen on a free port of this machine. Does nothing where it already listens."""
        if not getattr(self, "origins", ()):
            raise TypeError(
                f"{type(self).__name__} has no `origins`. Name what the channel calls, "
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
    def locked(self: FakeNetwork, *given: Any, **named: Any) -> Any:
        with self._lock:
            return verb(self, *given, **named)

    return locked


def _response(answer: object) -> Response:
    if isinstance(answer, Response):
        return answer
    if isinstance(answer, dict | list):
        return Response.of_json(answer)
    raise TypeError(f"A route gave a {type(answer).__name__}; give a Response, a dict or a list.")
