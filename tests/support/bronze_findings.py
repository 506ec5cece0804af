"""What the bronze checks find wrong with a broken variant of the reference channel, all of it.

A variant breaks one thing; that exactly the check about it fails shows that a finding leads an
author to the right place.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mutants import GOLDEN, contract_of
from tavern_channel import Tavern

from answerback.activitystreams import to_as2
from answerback.channel import Channel
from answerback.model import Activity
from answerback.testing.checks import checks_of
from answerback.testing.running import Outcome, run

#: Enough to break each check, and few enough for many variants.
_KEPT = ("comment.*", "edit_in_a_delivery.*", "errors/slow_down.*", "errors/thread_closed.*")
_KEPT_CALLS = ("handshakes/*", "deliveries/three_events.*")
#: A process each: tried only where they are asked for.
SLOW = frozenset(
    {"another_process_gives_the_same_ids", "importing_and_constructing_opens_nothing"}
)


def golden_in(folder: Path, kept: Iterable[str] = (*_KEPT, *_KEPT_CALLS)) -> Path:
    """A part of the reference channel's golden folder."""
    golden = folder / "golden"
    golden.mkdir()
    for pattern in kept:
        for path in GOLDEN.glob(pattern):
            copy = golden / path.relative_to(GOLDEN)
            copy.parent.mkdir(exist_ok=True)
            shutil.copy(path, copy)
    return golden


def retold(golden: Path, channel: type[Channel]) -> None:
    """Let the pairs of a folder say what this channel reads in them, right or wrong."""
    for path in golden.glob("*.native.json"):
        items = channel().read(json.loads(path.read_bytes()))
        said = [to_as2(item) for item in items if isinstance(item, Activity)]
        path.with_name(path.name.replace(".native.", ".as2.")).write_text(json.dumps(said), "utf-8")


def outcomes(
    channel: type[Channel] = Tavern, *, slow: bool = False, network: Any = None, **attributes: Any
) -> list[Outcome]:
    """What becomes of every bronze check, those with a process of their own only if `slow`."""
    contract = contract_of(channel, network=network, **attributes)
    # What is None is no check; those further up stay as they are.
    left_out = {each.name for each in checks_of(contract) if each.grade != "bronze"}
    left_out |= frozenset() if slow else SLOW
    return [
        outcome
        for outcome in run(_Without.of(contract, left_out))
        if outcome.name.partition("[")[0] not in left_out
    ]


def findings(channel: type[Channel] = Tavern, **more: Any) -> set[str]:
    """The names of the bronze checks that fail."""
    return {
        outcome.name.partition("[")[0]
        for outcome in outcomes(channel, **more)
        if outcome.result == "failed"
    }
