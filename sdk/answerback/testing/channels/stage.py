"""A pretend network, faults in front of it, and the channel as the engine would use it.

Every step makes the channel anew and takes its state and cursors through JSON, as a process that
is killed between any two steps does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count
from typing import Any

from answerback.budget import Budget
from answerback.channel import Account, App, Channel, Listener, ListenerKind, Target
from answerback.contract import capabilities
from answerback.http import Http, Pacer, Transport
from answerback.http.pacing import Draw, Paced
from answerback.model import Actor, Mention, Page, Part, Receipt
from answerback.settings import read_settings, secret_values
from answerback.testing.channels.heard import Heard
from answerback.testing.checks import Broken, NotApplicable, expect
from answerback.testing.pretend.faults import FaultProxy, Passed
from answerback.testing.pretend.network import FakeNetwork, Post

#: A walk of more pages than this does not end.
_MOST_PAGES = 200
_DEADLINE = 5.0


class FakeClock:
    """A clock that starts now and passes only when somebody sleeps or moves it on."""

    def __init__(self) -> None:
        self._now = datetime.now(UTC)

    def now(self) -> datetime:
        """The time, in UTC."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let the time pass without waiting."""
        self._now += timedelta(seconds=seconds)


class Stage:
    """One channel on one pretend network. Raises Broken where either breaks the contract."""

    def __init__(
        self, channel: type[Channel], network: FakeNetwork, kind: ListenerKind | None
    ) -> None:
        self.cls = channel
        self.network = network
        self.clock = FakeClock()
        self.pacer = Pacer(channel.budgets, clock=self.clock.now, sleep=self.clock.sleep)
        #: The posts the network showed after each request that reached it.
        self.shown: list[tuple[Post, ...]] = []
        self.proxy = FaultProxy(network.url, after=self._note)
        self._kind = kind
        #: What the channel keeps between two calls.
        self.state: dict[str, Any] = {}
        self._keys = count(1)
        self._told = {
            "app": read_settings(
                channel.settings, network.app_settings, scope="app", where="the pretend network"
            ),
            "account": read_settings(
                channel.settings,
                network.account_settings,
                scope="account",
                where="the pretend network",
            ),
        }

    # The channel

    @property
    def kind(self) -> ListenerKind:
        """The listener used where none is named."""
        kinds = [each.kind for each in self.cls.listeners if each.kind != "deletions"]
        if self._kind is None and not kinds:
            raise NotApplicable(f"{self.cls.name} has no listener that hears posts.")
        return self._kind or kinds[0]

    def channel(self, **settings: Any) -> Channel:
        """The channel as a fresh process makes it; `settings` replace the account's."""
        told = {**self._told["account"], **settings}
        return self.channel_of(
            Account(id="account-1", settings=told, actor=Actor(id=self.network.account))
        )

    def channel_of(self, account: Account) -> Channel:
        """The channel as a fresh process makes it for this account."""
        self.state = _stored(self.state, "state")
        made = self.cls(self._app, account, self._http(account), self.state)
        self.state = made.state
        return made

    @property
    def grant(self) -> dict[str, Any]:
        """What whoever connects the account gives: its settings, as the server reads them."""
        return dict(self._told["account"])

    def asking(self, **settings: Any) -> Channel:
        """The channel as the server makes it to ask whose a login is: nobody is known yet."""
        account = Account(id="", settings={**self.grant, **settings})
        return self.cls(self._app, account, self._http(account))

    @property
    def _app(self) -> App:
        return App(id="app-1", settings=self._told["app"])

    def _http(self, account: Account) -> Http:
        return Http(
            plugin=self.cls.name,
            account="account-1",
            app="app-1",
            transport=self._transport,
            deadline=_DEADLINE,
            secrets=secret_values(self.cls.settings, {**self._told["app"], **account.settings}),
            classify=self.cls.classify,
            pacer=self.pacer,
            clock=self.clock.now,
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret values the channel was given."""
        return secret_values(self.cls.settings, {**self._told["app"], **self._told["account"]})

    @cached_property
    def _transport(self) -> Transport:
        return Transport(
            private_hosts=["127.0.0.1"],
            reroute=dict.fromkeys(self.network.origins, self.proxy.url),
        )

    def listener(self, kind: ListenerKind | None = None) -> Listener:
        """The listener of a kind, with the settings the pretend network gives for it."""
        wanted = kind or self.kind
        offered = next((one for one in self.cls.listeners if one.kind == wanted), None)
        if offered is None:
            raise NotApplicable(f"{self.cls.name} has no listener for {wanted}.")
        settings = read_settings(
            offered.settings,
            self.network.listener(offered.kind),
            scope="listener",
            where=f"the pretend network's listener({wanted!r})",
        )
        return Listener(id=f"{wanted}-1", kind=offered.kind, settings=settings)

    # Hearing

    def say(self, text: str, **more: Any) -> str:
        """Somebody says something where the listener hears it; gives its IRI."""
        return self.network.say(text, **{"kind": self.kind, **more})

    def poll(self, cursor: str | None, kind: ListenerKind | None = None) -> Page:
        """One step, by a fresh process."""
        page = self.channel().poll(self.listener(kind), cursor)
        expect(isinstance(page, Page), f"`poll` gave a {type(page).__name__}, not a Page.")
        expect(
            page.cursor is None or isinstance(page.cursor, str),
            f"`poll` gave a {type(page.cursor).__name__} as cursor.",
            "Give text: json.dumps what you have to remember.",
        )
        return page

    def walk(self, cursor: str | None = None, kind: ListenerKind | None = None) -> Heard:
        """All there is from here, a fresh process for every step."""
        return Heard(pages=tuple(self._pages(cursor, kind)), begun=cursor)

    def _pages(self, cursor: str | None, kind: ListenerKind | None) -> Iterator[Page]:
        for _ in range(_MOST_PAGES):
            page = self.poll(cursor, kind)
            yield page
            cursor = page.cursor
            if not page.more:
                return
        raise Broken(
            f"After {_MOST_PAGES} pages there is still more.",
            "Give `more=False` once everything was given.",
        )

    def hear(self, text: str, kind: ListenerKind | None = None, **more: Any) -> Mention:
        """A mention of what somebody says now, as the channel tells of it."""
        wanted = kind or self.kind
        if "poll" not in capabilities(self.cls):
            raise NotApplicable(f"{self.cls.name} has no `poll`, so nothing can be heard here.")
        begun = self.walk(None, wanted)
        id = self.network.say(text, kind=wanted, **more)
        heard = self.walk(begun.cursor, wanted)
        mention = heard.of(id)
        if mention is None:
            others = len({one.id for one in heard.mentions})
            if others:
                raise Broken(
                    f"`poll` gave {others} post{'s' * (others != 1)} to {wanted}, but none under "
                    "the id that `say` returned.",
                    "Let `say` of the pretend network give the very id that `Mention.id` has: the "
                    "address of the post.",
                )
            raise Broken(
                f"What was said to {wanted} after the first look was not given by the next.",
                "Let the first `poll` remember where it stands, also in an empty feed.",
            )
        return mention

    # Answering

    def part(self, text: str = "We are sorry, we look into it.", **more: Any) -> Part:
        """A part with a key of its own."""
        return Part(**{"key": f"answerback-check-{next(self._keys)}", "text": text, **more})

    def prepare(self, target: Target, part: Part) -> dict[str, Any]:
        """What `prepare` gives, through JSON; nothing where the channel has no such step."""
        if "prepare" not in capabilities(self.cls):
            return {}
        return _stored(self.channel().prepare(target, part), "what `prepare` gives")

    def answer(self, target: Target, part: Part) -> Receipt:
        """Post a part, preparation and write by a fresh process each."""
        prepared = self.prepare(target, part)
        return self.channel().reply(target, part, prepared)

    def calls_before(self, write: Callable[[], object]) -> int:
        """How many calls are made before the one that makes a post appear. Does it."""
        first, posts = len(self.shown), len(self.network.posts())
        write()
        for number, shown in enumerate(self.shown[first:]):
            if len(shown) > posts:
                return number
        raise Broken(
            "`reply` returned, and the network shows no new post.",
            "Let `posts` of the pretend network give everything it shows, ours included.",
        )

    # Misfortunes

    def use_up(self, *budgets: str) -> None:
        """Leave nothing of these budgets, and all of the others."""
        self.pacer = Pacer(self.cls.budgets, clock=self.clock.now, sleep=self.clock.sleep)
        for budget in self.cls.budgets:
            for origin in self.network.origins:
                if budget.name in budgets:
                    self._draw(budget, origin.partition("//")[2])

    def _draw(self, budget: Budget, address: str) -> None:
        draw = Draw(
            plugin=self.cls.name,
            app="app-1",
            account="account-1",
            address=address,
            cost={budget.name: float(budget.units)},
        )
        with suppress(Paced):  # used up already, where all addresses share it
            self.pacer.take(draw, patience=0.0)
            self.pacer.give(draw)

    # Inside

    def blame_network(self) -> None:
        """Raise Broken where the pretend network itself failed: no finding about the channel."""
        if self.network.mistakes:
            error = self.network.mistakes[0]
            raise Broken(
                f"The pretend network failed with {type(error).__name__}: {error}.",
                "Mend the fake; it answered 500 where the network would not.",
            ) from error

    def _note(self, _: Passed) -> None:
        self.shown.append(tuple(self.network.posts()))


def _stored(value: Mapping[str, Any], what: str) -> dict[str, Any]:
    """The value as it comes back from a store."""
    try:
        stored: dict[str, Any] = json.loads(json.dumps(value))
    except (TypeError, ValueError) as error:
        raise Broken(
            f"The channel's {what} cannot be stored: {error}.", "Keep to what JSON holds."
        ) from error
    return stored
