"""How much a Mastodon status costs to become a Mention, wire JSON and AS2.

The reference is the standard library's `json.loads` of the same status: what anybody pays before
translation begins. Rows: median of five interleaved runs.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from answerback import to_as2, to_wire
from answerback.model import Activity
from answerback.plugins import load_channel

STATUS = Path(__file__).parent.parent / "tests/golden/mastodon/mention.native.json"
CALLS = 2000
RUNS = 5


def per_second(call: Callable[[], object]) -> float:
    """Calls per second, one thread."""
    began = time.perf_counter()
    for _ in range(CALLS):
        call()
    return CALLS / (time.perf_counter() - began)


def main() -> None:
    """Measure and print."""
    text = STATUS.read_text("utf-8")
    native = json.loads(text)
    channel = load_channel("mastodon")()
    [activity] = channel.read(native)
    assert isinstance(activity, Activity)
    calls: dict[str, Callable[[], object]] = {
        "translate-mention": lambda: list(channel.read(native)),
        "translate-wire": lambda: to_wire(activity),
        "translate-as2": lambda: to_as2(activity),
    }
    for name, call in calls.items():
        pairs = [(per_second(call), per_second(lambda: json.loads(text))) for _ in range(RUNS)]
        ours = statistics.median(pair[0] for pair in pairs)
        reference = statistics.median(pair[1] for pair in pairs)
        ratio = statistics.median(pair[0] / pair[1] for pair in pairs)
        row = {
            "name": name,
            "ours": round(ours),
            "reference": round(reference),
            "ratio": round(ratio, 3),
            "unit": "1/s",
            "note": "reference: json.loads of the same payload",
        }
        print(json.dumps(row))
        print(f"{name:20} {ours:10.0f}/s  {ratio:6.3f} x json.loads", file=sys.stderr)


if __name__ == "__main__":
    main()
