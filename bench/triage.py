"""How long triage takes for one mention, beside `json.loads` of the payload it came from.

The reference is what anybody pays before a payload is looked at. `triage` is all of it but the
models: words, noise, reach, priority, and ten rules. `triage-models` is the same with the language
and the mood read by the libraries of the extra `triage`, where they are installed.
"""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from pathlib import Path

from measuring import alternate, tell

from answerback import Activity, Mention
from answerback.plugins import load_channel
from answerback_server.engine.triage import Heard, Readers, installed, judge, read_rules

STATUS = Path(__file__).parent.parent / "tests/golden/mastodon/mention.native.json"
ROUNDS = 11
CALLS = 2000
#: All but the last are looked at in vain.
RULES = [
    *(
        {"if": {"words": [f"word {number}", "gift card"]}, "then": {"tags": [f"tag{number}"]}}
        for number in range(6)
    ),
    {"if": {"author": "@nobody@square.example"}, "then": {"author": "muted"}},
    {"if": {"hashtag": "praise", "sentiment": "praise"}, "then": {"file": False}},
    {"if": {"language": ["fr", "it"]}, "then": {"group": "South"}},
    {"if": {"channel": "mastodon"}, "then": {"tags": ["social"], "priority": "high"}},
]


def main() -> None:
    """Measure and print."""
    text = STATUS.read_text("utf-8")
    [activity] = load_channel("mastodon")().read(json.loads(text))
    assert isinstance(activity, Activity)
    assert isinstance(activity.object, Mention)
    heard = Heard(
        mention=activity.object,
        kind="mention",
        channel="mastodon",
        account="acc_brand",
        handle="@brand",
        listener="mentions",
        waits=timedelta(hours=3),
    )
    rules = read_rules(json.dumps({"rules": RULES}))
    reference = partial(json.loads, text)
    rows = {"triage": Readers()}
    if installed().language and installed().moods:
        rows["triage-models"] = installed()
    for name, readers in rows.items():
        ours = partial(judge, heard, rules, readers)
        ours()  # what is loaded when first needed is loaded now
        [rounds] = alternate([(ours, reference)], rounds=ROUNDS, calls=CALLS)
        took = sorted(rounds.ours)[ROUNDS // 2] * 1000
        tell(rounds.rates(name, f"reference: json.loads of its payload; {took:.3f} ms a mention"))


if __name__ == "__main__":
    main()
