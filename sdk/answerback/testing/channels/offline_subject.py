"""A channel as it is without a network: read with, told its settings, given something to act on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from answerback.calls import Request
from answerback.errors import ConfigError
from answerback.model import Activity, Hint, Ignored, Item, Mention, Unreadable
from answerback.settings import Scope
from answerback.testing.channels.facts import failure, mentions
from answerback.testing.channels.offline import examples
from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.checks import Broken, NotApplicable, expect
from answerback.testing.golden.folder import Pair, deliveries, pairs


class OfflineSubject(ChannelSubject):
    """What the bronze checks do with a channel, apart from what they expect of it."""

    @classmethod
    @cache
    def the_pairs(cls) -> Sequence[Pair]:
        """The golden pairs, read once."""
        return pairs(cls.golden) if cls.golden else ()

    @staticmethod
    def json_of(pair: Pair) -> Any:
        """The payload of a pair. Raises NotApplicable where it is no JSON, a feed for instance."""
        if not isinstance(pair.native, dict | list):
            raise NotApplicable("The payload is no JSON object or list.")
        return pair.native

    @classmethod
    def delivered(cls) -> list[Request]:
        """The calls of the golden deliveries."""
        return [one.request for one in (deliveries(cls.golden) if cls.golden else ())]

    def read(self, payload: object, how: str = "") -> list[Item]:
        """What a fresh channel reads in a payload. Raises Broken where it fails.

        `how` says in words what is special about the payload.
        """
        return self.all_of(lambda: self.offline().read(payload), f"Reading it {how}".strip())

    @staticmethod
    def all_of(give: Any, what: str) -> list[Item]:
        """All items that are given. Raises Broken where giving fails, or gives something else."""
        try:
            found = list(give())
        except ConfigError as error:
            raise Broken(
                f"{what} asks for a setting: {error}",
                "Set `account` in the contract to one with the settings that reading needs: "
                "golden pairs are read for it, without a network.",
            ) from error
        # Whatever a plugin raises is a finding about that plugin.
        except Exception as error:
            raise Broken(
                f"{what} fails with {failure(error)}.",
                "Give an Unreadable that names the field; `answerback.fields.items` makes one of "
                "every UnclearError.",
            ) from error
        for item in found:
            expect(
                isinstance(item, Activity | Hint | Ignored | Unreadable),
                f"{what} gives a {type(item).__name__}, which is no item.",
                "Give an Activity, Hint, Ignored or Unreadable.",
            )
        return found

    def told(self, scope: Scope) -> dict[str, Any]:
        """A value for each setting of a scope: the account's, the pretend network's, or made up."""
        given: dict[str, Any] = {}
        make = type(self).network
        if make is not None:
            network = make()
            given = dict(network.app_settings if scope == "app" else network.account_settings)
        if scope == "account":
            given |= {name: value for name, value in self.account.settings.items() if value}
        return examples(self.channel.settings, scope, given)

    def heard(self) -> list[Mention]:
        """The mentions of all golden pairs."""
        return mentions(self.heard_items())

    def heard_items(self) -> list[Item]:
        """The items of all golden pairs. Pairs that cannot be read are another check's finding."""
        found: list[Item] = []
        if self.lacks(("read",)):
            return found
        for pair in self.the_pairs():
            try:
                found += self.read(pair.native)
            except Broken:
                continue
        return found

    def some_mention(self) -> Mention:
        """A mention to do things with: of a golden pair, else one made up."""
        heard = self.heard()
        made_up = Mention(id="https://network.example/posts/1", channel=self.channel.name)
        return next((each for each in heard if each.ref), heard[0] if heard else made_up)
