"""How long `import answerback` takes in a fresh interpreter, beside `import requests`.

`import-answerback` is the bare import, which loads nothing; `import-plugin` brings a whole channel
with all of the SDK it uses.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

from measuring import Rounds, Row, tell

ROUNDS = 15
PROGRAM = """
import time
began = time.perf_counter()
{statement}
print(time.perf_counter() - began)
"""


def seconds(statement: str) -> float:
    """How long a statement takes in an interpreter that has loaded nothing yet."""
    program = PROGRAM.format(statement=statement)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def main() -> None:
    """Measure and print."""
    statements = {
        "import-answerback": "import answerback",
        "import-plugin": "from answerback_channels.mastodon import Mastodon",
    }
    for name, statement in statements.items():
        seconds(statement), seconds("import requests")  # compiled and in the disk's cache by now
        times = [(seconds(statement), seconds("import requests")) for _ in range(ROUNDS)]
        rounds = Rounds(ours=[ours for ours, _ in times], reference=[other for _, other in times])
        row = Row(
            name=name,
            ours=round(statistics.median(rounds.ours) * 1000, 2),
            reference=round(statistics.median(rounds.reference) * 1000, 2),
            ratio=round(rounds.ratio, 2),
            unit="ms",
            note=f"reference: import requests; longest of ours: {max(rounds.ours) * 1000:.2f} ms",
        )
        tell(row)


if __name__ == "__main__":
    main()
