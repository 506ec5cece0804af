"""How much a Mastodon status costs to become a Mention, and ActivityStreams 2.0.

The reference is granary (https://granary.io/), which has translated Mastodon for years. Both get
the same decoded JSON, in turns, in one process:

- `normalise-mastodon`: a status to our Mention (by `read`, which also finds out what it was given
  and says in an Activity what happened), to granary's AS1 object. Ours has the plain text and the
  spans of what is named in it besides, and its times are read; granary keeps them as they are.
- `normalise-mastodon-as2`: a status to a dict ready for `json.dumps`, on both sides.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from granary import as2
from granary.mastodon import Mastodon
from measuring import Work, alternate, tell

from answerback import Account, Activity, Channel, Mention, to_as2
from answerback.plugins import load_channel

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "golden" / "mastodon"
CORPUS = ROOT.parent / "shared" / "corpus" / "mastodon"
INSTANCE = "https://mastodon.example"
ROUNDS = 31
CALLS = 20

Status = dict[str, Any]


def statuses(payload: object) -> Iterator[Status]:
    """The posts in a payload, boosts left out: they become no Mention."""
    if isinstance(payload, list):
        for each in payload:
            yield from statuses(each)
    elif isinstance(payload, dict) and {"content", "visibility", "account"} <= payload.keys():
        if not payload.get("reblog"):
            yield payload
    elif isinstance(payload, dict):
        for part in ("body", "statuses", "ancestors", "descendants", "status"):
            yield from statuses(payload.get(part))


def payloads() -> Iterator[tuple[str, Status]]:
    """The golden payloads that are a single status, and every recorded one."""
    for path in sorted(GOLDEN.glob("*.native.json")):
        found = json.loads(path.read_text("utf-8"))
        if found in statuses(found):
            yield path.name.removesuffix(".native.json"), found
    recorded: list[Status] = []
    for path in sorted(CORPUS.glob("*.json")):
        for status in statuses(json.loads(path.read_text("utf-8"))):
            if status not in recorded:
                recorded.append(status)
                yield f"recorded: {path.stem}", status


def mention(channel: Channel, status: Status) -> Mention:
    """The mention a status becomes."""
    [activity] = channel.read(status)
    assert isinstance(activity, Activity)
    assert isinstance(activity.object, Mention)
    return activity.object


def our_as2(channel: Channel, status: Status) -> dict[str, Any]:
    """The status as ActivityStreams, by us."""
    return to_as2(mention(channel, status))


def their_as2(mastodon: Mastodon, status: Status) -> dict[str, Any]:
    """The status as ActivityStreams, by granary."""
    translated: dict[str, Any] = as2.from_as1(mastodon.status_to_as1_object(status))
    return translated


def main() -> None:
    """Measure and print."""
    channel = load_channel("mastodon")(
        account=Account(id="bench", settings={"instance": INSTANCE})
    )
    mastodon = Mastodon(INSTANCE, access_token="none", user_id=1)
    found = list(payloads())
    for _, status in found:
        ours, theirs = our_as2(channel, status), their_as2(mastodon, status)
        assert ours["id"] == theirs["id"], "both translate the same post"
        json.dumps([ours, theirs])
    to: dict[str, tuple[Any, Any]] = {
        "normalise-mastodon": (partial(mention, channel), mastodon.status_to_as1_object),
        "normalise-mastodon-as2": (partial(our_as2, channel), partial(their_as2, mastodon)),
    }
    for name, (ours, theirs) in to.items():
        pairs: list[tuple[Work, Work]] = [
            (partial(ours, status), partial(theirs, status)) for _, status in found
        ]
        measured = alternate(pairs, rounds=ROUNDS, calls=CALLS)
        for (label, _), rounds in zip(found, measured, strict=True):
            print(f"  {label:44} {min(rounds.ratios):6.2f} x at least", file=sys.stderr)
        together = sum(measured[1:], start=measured[0])
        note = f"reference: granary {version('granary')}; {len(found)} statuses"
        tell(together.row(name, note, pieces=len(found)))


if __name__ == "__main__":
    main()
