"""How many deliveries a second are acknowledged, beside a Flask handler that only takes them.

Ours checks the signature, strips credentials, stores the call durably unless it is there, and
answers; the reference reads the body and answers. Both run on granian with the same threads and get
the same calls, 16 at a time, in turns. In the rows `ack-busy-…` a worker sorts, hears and files a
backlog all the while, beside ours and beside the reference.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from measuring import Row, tell
from measuring.load import Load, load, post

SUPPORT = Path(__file__).parent.parent / "tests" / "support"
sys.path.insert(0, str(SUPPORT))
ROUNDS = 5
CALLS = int(os.environ.get("BENCH_CALLS", "4000"))
BACKLOG = int(os.environ.get("BENCH_BACKLOG", "12000"))
CONNECTIONS = 16
BARE = """
import flask

app = flask.Flask("bare")


@app.post("/h/<path>")
def take(path):
    flask.request.get_data()
    return flask.Response()
"""
_numbers = count(1)


def calls(town: object, how_many: int) -> list[bytes]:
    """Deliveries of one comment each, all different, signed now."""
    from grand_tavern import BRAND, ROSA
    from tavern_town import TavernTown

    from answerback.calls import Request

    assert isinstance(town, TavernTown)
    made = []
    now = datetime.now(UTC)
    for _ in range(how_many):
        number = next(_numbers)
        comment = {
            "id": str(number),
            "url": f"https://tavern.example/c/{number}",
            "text": f"@northwind my order {number} is late, and nobody answers the telephone.",
            "author": ROSA,
            "parent": None,
            "thread": f"https://tavern.example/threads/{number}",
            "direct": False,
            "closed": False,
            "created_at": now.isoformat(),
            "edited_at": None,
            "tags": [{"name": "@northwind", "url": BRAND["url"]}],
            "files": [],
        }
        events = [{"type": "created", "comment": comment}]
        body = json.dumps({"account": BRAND["url"], "events": events}).encode()
        request = Request(method="POST", path="/", body=body)
        headers = town.signed(request, now=now, number=f"bench-{number}")
        made.append(post(f"/h/{town.path}", headers, body))
    return made


@contextmanager
def process(*words: str, environment: dict[str, str]) -> Iterator[None]:
    """A process of its own while inside."""
    plain = {name: value for name, value in os.environ.items() if "ANSWERBACK" not in name}
    started = subprocess.Popen([sys.executable, "-m", *words], env={**plain, **environment})
    try:
        yield
    finally:
        started.terminate()
        started.wait(60)


def ready(port: int, call: bytes) -> None:
    """Wait until a server takes a call."""
    for _ in range(300):
        try:
            if not load(port, [call], connections=1).refused:
                return
        except (OSError, AssertionError):
            time.sleep(0.1)
    raise SystemExit("The server does not start.")


def measure(store: str, *, busy: bool) -> Row:
    """The five rounds of one row."""
    from commands import free_port
    from tavern_town import open_tavern_town

    os.environ["ANSWERBACK_TEST_STORE"] = store
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bare.py").write_text(BARE)
        with open_tavern_town(folder, backlog_webhooks=10**9) as town:
            ours, bare = free_port(), free_port()
            town.environment |= {
                "ANSWERBACK_PORT": str(ours),
                "ANSWERBACK_PUBLIC_URL": f"http://127.0.0.1:{ours}",
                "ANSWERBACK_BACKLOG_WEBHOOKS": str(10**9),
                "ANSWERBACK_THREADS": "16",
            }
            server = ["granian", "--interface", "wsgi", "--port", str(bare)]
            options = ["--blocking-threads", "32", "--no-log", "bare:app"]
            with (
                process("answerback", "web", environment=town.environment),
                process(*server, *options, environment={"PYTHONPATH": name}),
            ):
                for port in (ours, bare):
                    ready(port, calls(town, 1)[0])
                    load(port, calls(town, 500), connections=CONNECTIONS)
                if not busy:
                    return row(f"ack-{store_name(store)}", rounds(town, ours, bare))
                load(ours, calls(town, BACKLOG), connections=CONNECTIONS)
                with process("answerback", "work", environment=town.environment):
                    time.sleep(3)
                    found = rounds(town, ours, bare)
                    left = town.assembly.calls.waiting(town.app, 10**6)
                assert left, "the worker was done before the measurement was"
                return row(f"ack-busy-{store_name(store)}", found)


def rounds(town: object, ours: int, bare: int) -> list[tuple[Load, Load]]:
    """Ours and the reference in turns."""
    found = []
    for number in range(ROUNDS):
        pair = {}
        for port in (ours, bare) if number % 2 else (bare, ours):
            pair[port] = load(port, calls(town, CALLS), connections=CONNECTIONS)
        assert not pair[ours].refused, f"{pair[ours].refused} calls were refused"
        found.append((pair[ours], pair[bare]))
    return found


def store_name(store: str) -> str:
    return {"postgresql": "postgres"}.get(store, store)


def row(name: str, found: list[tuple[Load, Load]]) -> Row:
    """The median round, with the times of the slowest calls in the note."""
    ratios = [ours.rate / bare.rate for ours, bare in found]
    slow = [
        statistics.median(one.at(0.99) * 1000 for one in each) for each in zip(*found, strict=True)
    ]
    middle = [
        statistics.median(one.at(0.5) * 1000 for one in each) for each in zip(*found, strict=True)
    ]
    return Row(
        name=name,
        ours=round(statistics.median(ours.rate for ours, _ in found)),
        reference=round(statistics.median(bare.rate for _, bare in found)),
        ratio=round(statistics.median(ratios), 2),
        unit="1/s",
        note=(
            f"reference: a bare Flask handler on granian; {CONNECTIONS} connections; "
            f"p50 {middle[0]:.1f} against {middle[1]:.1f} ms, "
            f"p99 {slow[0]:.1f} against {slow[1]:.1f} ms; "
            f"smallest ratio of {len(found)} rounds: {min(ratios):.2f}"
        ),
    )


def main() -> None:
    """Measure and print."""
    chosen = sys.argv[1:]
    for store in ("sqlite", "postgresql"):
        for busy in (False, True):
            name = f"ack-{'busy-' if busy else ''}{store_name(store)}"
            if not chosen or name in chosen:
                tell(measure(store, busy=busy))


if __name__ == "__main__":
    main()
