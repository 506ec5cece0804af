"""A pretend help desk: what the checks from silver on file into instead of the real one.

Subclass `FakeDesk` with three verbs, and with what your desk has: routes, where the plugin calls
the desk; `collect` and `hand_over`, where the desk calls us. ::

    class FakeCounter(FakeDesk):
        origins = ("https://counter.example",)
        installation_settings = {"address": "https://counter.example", "key": "a-key"}

        @route("POST", "/api/tickets")
        def open(self, request: Request) -> Any: ...

        def tickets(self) -> Sequence[PretendTicket]: ...
        def answer(self, ticket: str, text: str, *, files: Sequence[str] = ()) -> str: ...
        def whisper(self, ticket: str, text: str) -> None: ...

Keep to what the desk's own pages say of it: a fake that is kinder than the desk proves nothing.
It cannot show what a desk looks like, only what stands in its tickets.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self

from answerback.calls import Request, Response
from answerback.errors import BadRequest
from answerback.helpdesk import Bridge, HelpDesk
from answerback.testing.checks import NotApplicable
from answerback.testing.pretend.bridge import PretendBridge
from answerback.testing.pretend.exchange import Exchange
from answerback.testing.pretend.routes import route
from answerback.testing.pretend.server import PretendServer, Refusal

__all__ = ["FakeDesk", "LostAnswer", "PretendComment", "PretendTicket", "Refusal", "route"]

_VERBS = ("answer", "close", "delete", "merge", "robot", "tickets", "whisper", "write_in")


@dataclass(frozen=True, slots=True, kw_only=True)
class PretendComment:
    """One comment as an agent reads it.

    `text` is what is read, marks of HTML turned into what they show; `markup` the HTML itself
    where the desk shows HTML. `public` says whether the customer may see it, `by` in whose name
    it stands: a customer's, an agent's or, for our own notes, ours. `files` are the addresses of
    what is attached.
    """

    id: str
    text: str
    public: bool = True
    by: Literal["customer", "agent", "us"] = "customer"
    markup: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PretendTicket:
    """One ticket as the desk shows it now, its comments oldest first.

    `requester` is the desk's own id of the customer, `troubles` what the desk shows the agent
    of answers that failed, beside the comments.
    """

    id: str
    comments: tuple[PretendComment, ...]
    subject: str = ""
    requester: str | None = None
    status: str = "open"
    priority: str | None = None
    tags: tuple[str, ...] = ()
    group: str | None = None
    troubles: tuple[str, ...] = ()


class LostAnswer(ConnectionError):  # noqa: N818 - it says what happened
    """The plugin answered, and the pretend desk never got it: its connection was cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """One call of the desk: what it sent, what it was answered, and what that did at the engine.

    `did` are the names of the bridge's methods that changed something.
    """

    request: Request
    response: Response
    did: tuple[str, ...] = ()


@dataclass(slots=True)
class _Calls:
    """What the pretend desk asked of the plugin, and how many answers it is not to get."""

    made: list[Called] = field(default_factory=list)
    losing: int = 0


class FakeDesk(PretendServer):
    """A pretend help desk on a real port, from `start` or ``with`` until `stop`.

    `installation_settings` are given to the plugin. A list the plugin walks for agents' answers
    holds `page` of them. `statuses` are two a ticket can be put into, `groups`
    the groups it can be given to. `placeholders` are the marks the desk would expand in a comment.
    A desk that is only called back, and never called, has no `origins`, and opens no port.
    """

    origins: ClassVar[tuple[str, ...]] = ()
    page: ClassVar[int] = 20
    installation_settings: Mapping[str, Any] = {}
    statuses: ClassVar[tuple[str, str]] = ("open", "solved")
    groups: ClassVar[tuple[str, ...]] = ()
    placeholders: ClassVar[tuple[str, ...]] = ("{{", "{%")

    _verbs = _VERBS
    _calls: _Calls
    _forbidden: set[bytes]

    def __new__(cls, *given: Any, **named: Any) -> Self:
        """As `PretendServer` does it."""
        desk = super().__new__(cls, *given, **named)
        desk._calls = _Calls()
        desk._forbidden = set()
        return desk

    # Verbs every desk has

    @abstractmethod
    def tickets(self) -> Sequence[PretendTicket]:
        """Every ticket there is now, oldest first; merged and deleted ones are not."""

    @abstractmethod
    def answer(self, ticket: str, text: str, *, files: Sequence[str] = ()) -> str:
        """A human agent answers in public; gives the answer's key, as in `AgentReply.key`.

        `files` are addresses of what is attached to it.
        """

    @abstractmethod
    def whisper(self, ticket: str, text: str) -> None:
        """A human agent writes a private note."""

    # Verbs with a default

    def robot(self, ticket: str, text: str) -> None:  # noqa: ARG002
        """A rule, a bot or a survey of the desk writes a public comment."""
        raise NotApplicable(f"{type(self).__name__} has no `robot`.")

    def write_in(self, text: str) -> str:  # noqa: ARG002
        """A customer opens a ticket another way, by e-mail say; gives the ticket."""
        raise NotApplicable(f"{type(self).__name__} has no `write_in`.")

    def close(self, ticket: str) -> None:  # noqa: ARG002
        """The ticket is closed for good: nothing can be added to it."""
        raise NotApplicable(f"{type(self).__name__} has no `close`.")

    def delete(self, ticket: str) -> None:  # noqa: ARG002
        """An agent deletes a ticket."""
        raise NotApplicable(f"{type(self).__name__} has no `delete`.")

    def merge(self, ticket: str, into: str) -> None:  # noqa: ARG002
        """An agent merges a ticket into another one."""
        raise NotApplicable(f"{type(self).__name__} has no `merge`.")

    def forbid(self, words: str) -> None:
        """From now on the desk refuses what holds these words. Here: every such call, with 422."""
        self._forbidden.add(words.encode())

    # Desks that call us

    def collect(self, desk: HelpDesk, bridge: PretendBridge) -> None:  # noqa: ARG002
        """The desk asks once for what waits, by `call`, and makes tickets of it."""
        raise NotApplicable(f"{type(self).__name__} has no `collect`.")

    def hand_over(self, desk: HelpDesk, bridge: PretendBridge, answer: str) -> bool:  # noqa: ARG002
        """The desk hands an answer over by `call`; gives whether it now holds it for sent.

        `answer` is a key that `answer` gave. Called again it is the same request once more.
        """
        raise NotApplicable(f"{type(self).__name__} has no `hand_over`.")

    def connect(self, desk: HelpDesk, bridge: PretendBridge) -> None:  # noqa: ARG002
        """An administrator joins a brand to the desk, with the code `bridge.code`, by `call`."""
        raise NotApplicable(f"{type(self).__name__} has no `connect`.")

    def call(self, desk: HelpDesk, bridge: PretendBridge, request: Request) -> Response:
        """The plugin's answer to a call of the desk, as the server gives it.

        Raises LostAnswer where the desk is not to get it.
        """
        before = len(bridge.done)
        response = answer_of(desk, bridge, request)
        did = tuple(bridge.done[before:])
        self._calls.made.append(Called(request=request, response=response, did=did))
        if self._calls.losing:
            self._calls.losing -= 1
            raise LostAnswer("The pretend desk never got this answer.")
        return response

    @property
    def called(self) -> Sequence[Called]:
        """Every call made of the plugin so far."""
        return tuple(self._calls.made)

    def lose(self, answers: int = 1) -> None:
        """The desk will not get the next answers to its calls."""
        self._calls.losing = answers

    # What is given

    def start(self) -> None:
        """Listen on a free port, where there is something to be called."""
        if self.origins:
            super().start()

    def _hear(self, exchange: Exchange) -> None:
        if any(words in exchange.body for words in self._forbidden):
            with suppress(ValueError):
                exchange.answer(Refusal(422).response)
            return
        super()._hear(exchange)


def answer_of(desk: HelpDesk, bridge: Bridge, request: Request) -> Response:
    """What the server answers to a desk's call: a refused one with its status and sentence."""
    wanted = (request.method, request.path)
    declared = next((one for one in desk.calls if (one.verb, one.path) == wanted), None)
    if declared is None:
        return Response.of_text("There is nothing here.", 404)
    try:
        response: Response = getattr(desk, declared.method)(request, bridge)
    except BadRequest as error:
        return Response.of_text(str(error), error.status)
    return response
