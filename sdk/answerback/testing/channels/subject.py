"""What the checks of a channel are about: the class, its golden folder, its pretend network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar

from answerback.channel import Account, Channel, ListenerKind
from answerback.testing.channels.stage import Stage
from answerback.testing.checks import Case
from answerback.testing.golden.folder import pairs
from answerback.testing.plugins.subject import Plugin, PluginSubject
from answerback.testing.pretend.network import FakeNetwork


class ChannelSubject(PluginSubject):
    """The attributes an author sets, and what checks make of them.

    `golden` is the folder with the golden pairs, `network` makes a fresh pretend network,
    `account` is the one golden pairs are read for, `docs` the page for those who use the channel.
    `secret_in_address` says why a secret stands in the addresses of calls, where the network takes
    it nowhere else.
    """

    channel: ClassVar[type[Channel]]
    network: ClassVar[Callable[[], FakeNetwork] | None] = None
    account: ClassVar[Account] = Account(id="account-1")
    secret_in_address: ClassVar[str | None] = None

    @classmethod
    def plugin(cls) -> Plugin:
        """The class that is checked."""
        return cls.channel

    def offline(self) -> Channel:
        """The channel without a way out, as golden pairs are read."""
        return self.channel(account=self.account)

    @contextmanager
    def stage(self, kind: ListenerKind | None = None) -> Iterator[Stage]:
        """A fresh network with the channel on it; `kind` is the listener used, else the first."""
        make = type(self).network
        assert make is not None
        with make() as network:
            stage = Stage(self.channel, network, kind)
            with stage.proxy:
                try:
                    yield stage
                finally:
                    stage.blame_network()

    # Cases

    @classmethod
    def golden_pairs(cls) -> list[Case]:
        """Each golden pair."""
        return [(pair.name, pair) for pair in (pairs(cls.golden) if cls.golden else ())]

    @classmethod
    def kinds(cls) -> list[Case]:
        """Each kind of listener that hears posts."""
        heard = [each.kind for each in cls.channel.listeners if each.kind != "deletions"]
        return [(kind, kind) for kind in heard]
