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

from mutants import GOLDEN, outcome
from tavern_channel import Tavern

from answerback.activitystreams import to_as2
from answerback.channel import Channel
from answerback.model import Activity
from answerback.testing import ChannelContract
from answerback.testing.checks import checks_of

#: Enough to break each check, and few enough for many variants.
_KEPT = ("comment.*", "edit_in_a_delivery.*", "errors/slow_down.*", "errors/thread_closed.*")
_KEPT_CALLS = ("handshakes/*", "deliveries/three_events.*")
#: A process each: tried only where they are asked for.
SLOW = frozenset({"another_process_gives_the_same_ids", "importing_and_constructing_opens_nothing"})


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


def findings(channel: type[Channel] = Tavern, *, slow: bool = False, **attributes: Any) -> set[str]:
    """The names of the bronze checks that fail; those that need a process only if `slow`."""
    names = {each.name for each in checks_of(ChannelContract) if each.grade == "bronze"}
    attributes.setdefault("network", None)
    return {
        name
        for name in names - (frozenset() if slow else SLOW)
        if _result(name, channel, attributes) == "failed"
    }


def _result(name: str, channel: type[Channel], attributes: dict[str, Any]) -> str:
    try:
        return outcome(name, channel=channel, **attributes).result
    except LookupError:
        return "not applicable"  # It has no case.
