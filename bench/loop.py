"""How fast what people say becomes comments in tickets: network → answerback → batch desk.

Everything is real but the two ends: a web and a worker process, a SQLite file that is synced at
every commit, HTTP on both sides. The network and the desk are stubs in a process of their own on
the same machine. `loop-batch` is the rate at which a heap of posts is worked off.

The reference is a number of others' making, not measured here: 40 a second is what a general
automation tool reached, tuned, on a machine of two cores.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from measuring import Row, tell

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

REFERENCE = 40
ROUNDS = 5
HEAP = 2000
TICK = os.sysconf("SC_CLK_TCK")


class Loop:
    """A server between the two stubs."""

    def __init__(self, folder: Path, stack: ExitStack, *, pause: float = 0.1) -> None:
        from commands import free_port
        from ready_database import fresh_database

        from answerback_server.config import SANDBOX_KEY, read_config
        from answerback_server.engine import setup
        from answerback_server.engine.assembly import assemble
        from answerback_server.engine.bridge import EngineBridge
        from answerback_server.store import installations

        self._stub = subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / "measuring" / "stubs.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        stack.callback(self._stub.kill)
        network = self._heard()["network"]
        port = free_port()
        self.environment = {
            "ANSWERBACK_ENVIRONMENT": "sandbox",
            "ANSWERBACK_DATABASE_URL": fresh_database(folder),
            "ANSWERBACK_SECRET_KEY": SANDBOX_KEY,
            "ANSWERBACK_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "ANSWERBACK_PORT": str(port),
            "ANSWERBACK_PRIVATE_HOSTS": "127.0.0.1",
            "ANSWERBACK_POLL_SECONDS": "0.2",
            "ANSWERBACK_REREAD_SECONDS": "86400",
            "ANSWERBACK_LOG_LEVEL": "WARNING",
            "ANSWERBACK_FILINGS_PER_HOUR": "1000000",
        }
        self.assembly = assemble(read_config(self.environment, web=True))
        invitation = setup.connect_help_desk(self.assembly, "zendesk", {"subdomain": "acme"})
        self.account, _ = setup.connect_account(
            self.assembly,
            "mastodon",
            {"instance": network, "access_token": "t"},
            installation=invitation.installation,
            listeners={"mentions": [{}]},
        )
        with self.assembly.database.write() as tx:
            row = installations.get(tx, invitation.installation)
            assert row is not None
            installations.set_code(self.assembly.database, tx, row.id, "CODE", 60)
        bridge = EngineBridge(self.assembly, row)
        session = bridge.begin_setup({})
        assert bridge.unlock(session, "code")
        id, secret = bridge.connect(session, self.account)
        self.processes = [stack.enter_context(self._process(role)) for role in ("web", "work")]
        base = invitation.address.removesuffix("/manifest.json")
        self._wait_for(f"http://127.0.0.1:{port}/readyz")
        self._tell(
            {
                "base": base,
                "metadata": json.dumps({"v": 1, "connection": id, "secret": secret}),
                "integration": f"urn:answerback:zendesk:{row.id}",
                "subdomain": "acme",
                "pause": pause,
            }
        )

    @contextmanager
    def _process(self, role: str) -> Iterator[subprocess.Popen[bytes]]:
        plain = {n: v for n, v in os.environ.items() if not n.startswith("ANSWERBACK")}
        process = subprocess.Popen(
            [sys.executable, "-m", "answerback", role], env={**plain, **self.environment}
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)

    @staticmethod
    def _wait_for(url: str) -> None:
        import requests
        from town import until

        def ready() -> bool:
            try:
                return requests.get(url, timeout=5).ok
            except requests.RequestException:
                return False

        until(ready, seconds=30)

    def _heard(self) -> dict[str, Any]:
        assert self._stub.stdout is not None
        line = self._stub.stdout.readline()
        if not line:
            raise RuntimeError("the stubs ended")
        return dict(json.loads(line))

    def _tell(self, order: dict[str, Any]) -> None:
        assert self._stub.stdin is not None
        self._stub.stdin.write(json.dumps(order) + "\n")
        self._stub.stdin.flush()

    def say(self, **order: Any) -> dict[str, Any]:
        """Have things said; what it took until all of them were in tickets."""
        self._tell(order)
        return self._heard()

    def spent(self) -> float:
        """Seconds of processor time the server has used until now, its children included."""
        return sum(map(_spent, _family([one.pid for one in self.processes])))


def _family(pids: list[int]) -> list[int]:
    found = list(pids)
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent in pids:
            found.append(int(path.name))
    return found


def _spent(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def slow(waits: list[float]) -> str:
    """The middle and the worst but one in a hundred, in milliseconds."""
    ordered = sorted(waits)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"p50 {statistics.median(ordered) * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms"


@contextmanager
def loop(**more: Any) -> Iterator[Loop]:
    """A server between two stubs, while inside."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        yield Loop(Path(folder), stack, **more)


def main() -> None:
    """Measure and print."""
    with loop() as running:
        running.say(say=200)  # everything is loaded and compiled by now
        spent = running.spent()
        rates = [HEAP / running.say(say=HEAP)["seconds"] for _ in range(ROUNDS)]
        cost = (running.spent() - spent) / (ROUNDS * HEAP)
        few = slow(running.say(say=1, every=0.2, times=40)["waits"])
        began, spent = time.monotonic(), running.spent()
        many = slow(running.say(say=1, every=0.01, times=1500)["waits"])
        busy = (running.spent() - spent) / (time.monotonic() - began)
    rate = statistics.median(rates)
    tell(
        Row(
            name="loop-batch",
            ours=round(rate),
            reference=REFERENCE,
            ratio=round(rate / REFERENCE, 1),
            unit="1/s",
            note=f"{cost * 1000:.2f} ms of processor a post; slowest round {min(rates):.0f}/s; "
            f"at 5/s {few}; at 100/s {many}, {busy:.0%} of a core; polled every 0.2 s",
        )
    )


if __name__ == "__main__":
    main()
