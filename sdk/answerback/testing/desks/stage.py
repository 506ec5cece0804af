"""A pretend desk, faults in front of it, and the plugin as the engine would use it.

Every step makes the plugin anew and takes its state and cursors through JSON, as a process that
is killed between any two steps does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from answerback.contract import capabilities
from answerback.helpdesk import AgentReply, FileResult, Filing, HelpDesk, Installation, ReplyPage
from answerback.http import Http, Pacer, Transport
from answerback.settings import read_settings, secret_values
from answerback.testing.channels.stage import FakeClock, _stored
from answerback.testing.checks import Broken, NotApplicable, NotTried, expect
from answerback.testing.desks.words import Filings
from answerback.testing.pretend.bridge import PretendBridge
from answerback.testing.pretend.desk import FakeDesk, LostAnswer, PretendComment, PretendTicket
from answerback.testing.pretend.faults import FaultProxy

Way = Literal["filed", "collected"]
WayBack = Literal["swept", "handed_over"]

#: A walk of more pages, or a desk that asks more often than this, does not end.
_MOST_STEPS = 200
_DEADLINE = 5.0
_ALL_WELL = ("done", "already")


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a walk for agents' answers gave: its pages put together."""

    replies: Sequence[AgentReply]
    cursor: str

    @property
    def keys(self) -> list[str]:
        """The keys of the answers, in their order."""
        return [one.key for one in self.replies]


class DeskStage:
    """One help desk's plugin at one pretend desk. Raises Broken where either breaks the contract.

    `way` is how filings go into tickets here: by our calls, or collected by the desk.
    """

    def __init__(self, help_desk: type[HelpDesk], network: FakeDesk, way: Way) -> None:
        self.cls = help_desk
        self.network = network
        self.way = way
        self.clock = FakeClock()
        self.filings = Filings(self.clock.now)
        self.pacer = Pacer((), clock=self.clock.now, sleep=self.clock.sleep)
        told = read_settings(
            help_desk.settings,
            network.installation_settings,
            scope="installation",
            where="the pretend desk",
        )
        self.installation = Installation(id="installation-1", settings=told)
        self.bridge = PretendBridge(installation=self.installation)
        self._proxy = FaultProxy(network.url) if network.url else None
        self._state: dict[str, Any] = {}

    @contextmanager
    def running(self) -> Iterator[None]:
        """With the proxy at work. What went wrong in the pretend desk is raised at the end."""
        with ExitStack() as stack:
            if self._proxy is not None:
                stack.enter_context(self._proxy)
            try:
                yield
            finally:
                self.blame_network()

    # The plugin

    @property
    def proxy(self) -> FaultProxy:
        """The faults in front of the desk. Raises NotTried where nothing of it can be called."""
        if self._proxy is None:
            raise NotTried("The pretend desk has no `origins`, so nothing of it can be called.")
        return self._proxy

    def desk(self, **settings: Any) -> HelpDesk:
        """The plugin as a fresh process makes it; `settings` replace the installation's."""
        told = {**self.installation.settings, **settings}
        http = Http(
            plugin=self.cls.name,
            account=self.installation.id,
            transport=self._transport,
            deadline=_DEADLINE,
            secrets=secret_values(self.cls.settings, told),
            classify=self.cls.classify,
            pacer=self.pacer,
            clock=self.clock.now,
        )
        self._state = _stored(self._state, "state")
        made = self.cls(Installation(id=self.installation.id, settings=told), http, self._state)
        self._state = made.state
        return made

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret values the plugin was given."""
        return secret_values(self.cls.settings, self.installation.settings)

    @cached_property
    def _transport(self) -> Transport:
        routes: dict[str, str] = {}
        if self._proxy is not None:
            routes = dict.fromkeys(self.network.origins, self._proxy.url)
        return Transport(private_hosts=["127.0.0.1"], reroute=routes)

    # In

    def file(self, *filings: Filing) -> list[FileResult]:
        """What a fresh process makes of these filings: as many calls as its `batch` asks for."""
        results: list[FileResult] = []
        for first in range(0, len(filings), self.cls.batch):
            batch = filings[first : first + self.cls.batch]
            found = self.desk().file(batch)
            expect(
                [one.external_id for one in found] == [one.external_id for one in batch],
                f"{len(batch)} filings gave {len(found)} results, or results in another order.",
                "Give one FileResult for each filing, in the order they came in.",
            )
            results += found
        return results

    def bring(self, *filings: Filing) -> None:
        """See all of these filings into their tickets, the one way or the other."""
        if self.way == "collected":
            self.bridge.waiting += filings
            self.collect()
            return
        for result in self.file(*filings):
            expect(
                result.outcome in _ALL_WELL,
                f"A filing like any other came out as '{result.outcome}'.",
                "Look into `FileResult.reason`; the pretend desk took no offence.",
            )

    def collect(self) -> None:
        """Let the desk ask for what waits until it has everything."""
        for _ in range(_MOST_STEPS):
            self._collect()
            known = {one.external_id for one in self.bridge.waiting}
            if known <= self.bridge.accepted:
                return
        raise Broken(
            f"After the desk asked {_MOST_STEPS} times, some of what waits was never accepted.",
            "Take with `limit` as the desk allows, and let the desk bring the offer's number back.",
        )

    def _collect(self) -> None:
        try:
            self.network.collect(self.desk(), self.bridge)
        except LostAnswer:
            return
        except NotApplicable as missing:
            if "file" in capabilities(self.cls):
                raise
            raise NotTried(str(missing)) from None

    # Back

    def sweep(self, cursor: str | None = None) -> Swept:
        """All answers from here on, a fresh process for every step."""
        replies: list[AgentReply] = []
        for _ in range(_MOST_STEPS):
            page = self.replies_since(cursor)
            replies += page.replies
            cursor = page.cursor
            if cursor is not None and not page.more:
                return Swept(replies=replies, cursor=cursor)
        raise Broken(
            f"After {_MOST_STEPS} pages there is still more.",
            "Give `more=False` once everything was given.",
        )

    def replies_since(self, cursor: str | None) -> ReplyPage:
        """One step of the sweep, by a fresh process."""
        page = self.desk().replies_since(cursor)
        expect(
            isinstance(page, ReplyPage),
            f"`replies_since` gave a {type(page).__name__}, not a ReplyPage.",
        )
        expect(
            isinstance(page.cursor, str),
            f"`replies_since` gave a {type(page.cursor).__name__} as cursor.",
            "Give text, also where there was nothing: json.dumps what you have to remember.",
        )
        return page

    def hand_over(self, answer: str) -> bool:
        """Let the desk hand an answer over; whether it then holds it for sent."""
        try:
            return self.network.hand_over(self.desk(), self.bridge, answer)
        except NotApplicable as missing:
            if "replies_since" in capabilities(self.cls):
                raise
            raise NotTried(str(missing)) from None

    # What the desk shows

    def tickets(self) -> Sequence[PretendTicket]:
        """Every ticket there is now."""
        return self.network.tickets()

    def places(self, words: str) -> list[tuple[PretendTicket, PretendComment]]:
        """Where these words can be read: each comment that has them, with its ticket."""
        return [
            (ticket, comment)
            for ticket in self.tickets()
            for comment in ticket.comments
            if words in comment.text
        ]

    def place(self, words: str) -> tuple[PretendTicket, PretendComment]:
        """The one comment that has these words, with its ticket. Raises Broken unless it is one."""
        found = self.places(words)
        expect(
            len(found) == 1,
            f"What was filed once stands in {len(found)} comments.",
            "Look for the external id before you write, and file whatever is not there.",
        )
        return found[0]

    def blame_network(self) -> None:
        """Raise Broken where the pretend desk itself failed: no finding about the plugin."""
        if self.network.mistakes:
            error = self.network.mistakes[0]
            raise Broken(
                f"The pretend desk failed with {type(error).__name__}: {error}.",
                "Mend the fake; it answered 500 where the desk would not.",
            ) from error
