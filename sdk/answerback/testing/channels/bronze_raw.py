"""Bronze: `raw` is kept for people to look at; nothing the channel does rests on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, get_args

from answerback.channel import Action, Channel
from answerback.model import Mention
from answerback.testing.channels.facts import mentions
from answerback.testing.channels.offline import Act, acts, perform
from answerback.testing.channels.offline_subject import OfflineSubject
from answerback.testing.channels.variants import holds
from answerback.testing.checks import NotApplicable, check, expect
from answerback.testing.golden.folder import Pair

_MENTIONS = 3
_GARBAGE = {"answerback": "nothing of this was ever received"}


class BronzeRaw(OfflineSubject):
    """The payload as it was received."""

    @check(
        "bronze",
        needs=("read",),
        each="golden_pairs",
        mend="Give the payload as it came as `raw`, or nothing.",
    )
    def test_raw_is_as_received(self, pair: Pair) -> None:
        """`raw` is what the network sent, unchanged, or nothing at all."""
        payload = self.json_of(pair)
        for mention in mentions(self.read(payload)):
            expect(
                mention.raw is None or holds(payload, mention.raw),
                "`raw` is nothing that stands in the payload.",
            )

    @check(
        "bronze",
        mend="Put what acting needs into `ref`: it survives erasure, `raw` does not.",
    )
    def test_raw_is_never_read_back(self) -> None:
        """With `raw` erased or full of nonsense, a mention is answered and acted on as before."""
        app, account = self.told("app"), self.told("account")
        heard = [each for each in self.heard() if each.raw is not None][:_MENTIONS]
        if not heard:
            raise NotApplicable("No golden pair gives a mention with `raw`.")
        for mention in heard:
            told = {
                name: self._outcomes(replace(mention, raw=raw), app, account)
                for name, raw in (("", mention.raw), ("again", mention.raw))
            }
            steady = {name for name in told[""] if told[""][name] == told["again"][name]}
            for how, raw in (("without `raw`", None), ("with another `raw`", _GARBAGE)):
                changed = self._outcomes(replace(mention, raw=raw), app, account)
                for name in sorted(steady):
                    expect(
                        changed[name] == told[""][name],
                        f"`{name}` does something else {how}.",
                    )

    def _outcomes(
        self, mention: Mention, app: Mapping[str, Any], account: Mapping[str, Any]
    ) -> dict[str, str]:
        """What becomes of each method that is given this mention, as text to compare."""
        asked: dict[str, Act] = dict(acts(self.channel, mention))
        asked["framing"] = lambda channel: channel.framing(mention)
        for action in get_args(Action):
            asked[f"refusal of {action}"] = partial(_refusal, action, mention)
        found = {}
        for name, act in asked.items():
            done = perform(self.channel, act, app, account)
            error = type(done.error).__name__ if done.error else None
            found[name] = repr((done.value, error, done.call))
        return found


def _refusal(action: Action, mention: Mention, channel: Channel) -> str | None:
    return channel.refusal(action, mention, channel.account)
