"""How much a Mastodon status costs to become a Mention, an Activity, and ActivityStreams 2.0.

The reference is granary (https://granary.io/), which has translated Mastodon for years. Both get
the same decoded JSON, in turns, in one process, and give the same kind of thing:

- `normalise-mastodon`: a status, known to be one, to our Mention and to granary's AS1 object.
- `normalise-mastodon-read`: what a channel's `read` gives, our Activity around the Mention, and
  granary's AS1 activity. Ours also finds out which of Mastodon's objects it was given.
- `normalise-mastodon-as2`: a status to a dict of AS2 ready for `json.dumps`, by way of the first.

A Mention holds what granary's object does not: plain text, where in it somebody is named, times
that were read. granary's AS1 has what a Mention leaves out: the preview card, pictures for emoji.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from granary import as2
from granary.mastodon import Mastodon
from measuring import alternate, tell

from answerback import Account, to_as2
from answerback.plugins import load_channel
from answerback_channels.mastodon.statuses import Reading, mention_of

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "golden" / "mastodon"
CORPUS = ROOT.parent / "shared" / "corpus" / "mastodon"
INSTANCE = "https://mastodon.example"
ROUNDS = 11
CALLS = 100

Status = dict[str, Any]
Translation = Callable[[Status], Any]


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


def translations() -> dict[str, tuple[Translation, Translation]]:
    """What is compared, by the name of its row: ours and granary's."""
    channel = load_channel("mastodon")(account=Account(id="bench", settings={"instance": INSTANCE}))
    mastodon = Mastodon(INSTANCE, access_token="none", user_id=1)

    def mention(status: Status) -> Any:
        return mention_of(status, Reading(origin=INSTANCE))

    return {
        "normalise-mastodon": (mention, mastodon.status_to_as1_object),
        "normalise-mastodon-read": (
            lambda status: next(channel.read(status)),
            mastodon.status_to_as1_activity,
        ),
        "normalise-mastodon-as2": (
            lambda status: to_as2(mention(status)),
            lambda status: as2.from_as1(mastodon.status_to_as1_object(status)),
        ),
    }


def main() -> None:
    """Measure and print."""
    found = list(payloads())
    for name, (ours, theirs) in translations().items():
        if name.endswith("as2"):
            for _, status in found:
                pair = [ours(status), theirs(status)]
                assert pair[0]["id"] == pair[1]["id"], "both translate the same post"
                json.dumps(pair)
        pairs = [(partial(ours, status), partial(theirs, status)) for _, status in found]
        measured = alternate(pairs, rounds=ROUNDS, calls=CALLS)
        for (label, _), rounds in zip(found, measured, strict=True):
            print(f"  {label:44} {rounds.ratio:6.2f} x", file=sys.stderr)
        together = sum(measured[1:], start=measured[0])
        note = f"reference: granary {version('granary')}; {len(found)} statuses"
        tell(together.rates(name, note, pieces=len(found)))


if __name__ == "__main__":
    main()
