"""One check of the conformance kit, tried on a broken variant of the reference channel.

A test of a check is three lines::

    class Forgetful(Tavern):
        def sent(self, target: Target, part: Part, since: datetime) -> list[Receipt]:
            return []

    def test_a_channel_that_finds_nothing_again_is_seen() -> None:
        assert outcome("sent_finds_what_was_posted", channel=Forgetful).result == "failed"
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from grand_tavern import GrandTavern
from tavern_channel import Tavern

from answerback.channel import Channel
from answerback.testing.channels.contract import ChannelContract
from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.checks import Result
from answerback.testing.pretend.network import FakeNetwork
from answerback.testing.running import Outcome, run

GOLDEN = Path(__file__).parents[1] / "golden" / "tavern"
DOCS = GOLDEN / "tavern.md"

_WORST_FIRST: tuple[Result, ...] = ("failed", "not tried", "not applicable", "passed")


def outcome(
    check_name: str,
    *,
    channel: type[Channel] = Tavern,
    network: Callable[[], FakeNetwork] | None = GrandTavern,
    checks: type[ChannelSubject] = ChannelContract,
    **attributes: Any,
) -> Outcome:
    """What becomes of one check on this channel; the worst outcome where it has several cases.

    `check_name` is the method's name, with or without `test_`. `checks` is the class the check
    is looked for in: a mixin alone will do. `attributes` replace those of the contract: `golden`,
    `docs`, `account`. Raises LookupError where there is no such check.
    """
    contract = contract_of(channel, network=network, checks=checks, **attributes)
    found = list(run(contract, check_name.removeprefix("test_")))
    return min(found, key=lambda one: _WORST_FIRST.index(one.result))


def assert_seen(check_name: str, mutant: type[Channel]) -> None:
    """Fail unless the check fails for this channel, and says what it saw and what to do."""
    found = outcome(check_name, channel=mutant)
    assert found.result == "failed", f"{found.name}: {found.result}"
    assert found.seen
    assert found.mend


def contract_of(
    channel: type[Channel] = Tavern,
    *,
    network: Callable[[], FakeNetwork] | None = GrandTavern,
    checks: type[ChannelSubject] = ChannelContract,
    **attributes: Any,
) -> type[ChannelSubject]:
    """The contract a channel would have: all that the reference channel has, unless replaced."""
    told = {"golden": GOLDEN, "docs": DOCS, "grade": "gold", **attributes}
    return type(
        f"ContractOf{channel.__name__}", (checks,), {"channel": channel, "network": network, **told}
    )
