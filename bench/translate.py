"""How much each way of writing a Mention costs, beside `json.loads` of the status it came from.

The reference is what anybody pays before translation begins. Here wire JSON and AS2 are made of
a Mention that is there already; the whole way is in normalise.py.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from measuring import Work, alternate, tell

from answerback import Activity, to_as2, to_wire
from answerback.plugins import load_channel

STATUS = Path(__file__).parent.parent / "tests/golden/mastodon/mention.native.json"
ROUNDS = 11
CALLS = 1000


def main() -> None:
    """Measure and print."""
    text = STATUS.read_text("utf-8")
    native = json.loads(text)
    channel = load_channel("mastodon")()
    [activity] = channel.read(native)
    assert isinstance(activity, Activity)
    ways: dict[str, Work] = {
        "translate-mention": lambda: list(channel.read(native)),
        "translate-wire": partial(to_wire, activity),
        "translate-as2": partial(to_as2, activity),
    }
    for name, way in ways.items():
        [rounds] = alternate([(way, partial(json.loads, text))], rounds=ROUNDS, calls=CALLS)
        tell(rounds.rates(name, "reference: json.loads of the same payload"))


if __name__ == "__main__":
    main()
