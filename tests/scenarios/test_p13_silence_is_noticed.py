"""Promise 13: what falls silent is noticed, told while it lasts, and explained by the doctor.

Each test takes its 10 to 20 seconds: real processes have to be silent for real time.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from commands import within
from town import Town, open_town, until

from answerback_server.store import tables as t

#: How much faster than in life silence counts as silence.
HASTE = "10"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as town:
        town.environment |= {"ANSWERBACK_TEST_HASTE": HASTE, "ANSWERBACK_QUIET_SECONDS": "3"}
        yield town


@contextmanager
def running(town: Town, role: str) -> Iterator[subprocess.Popen[str]]:
    """A part of the server as a process of its own, its log kept."""
    plain = {name: value for name, value in os.environ.items() if "ANSWERBACK" not in name}
    process = subprocess.Popen(
        [sys.executable, "-m", "answerback", role],
        env={**plain, **town.environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.communicate(timeout=30)
        assert process.stderr is not None
        process.stderr.close()


def alarms(town: Town, *, closed: bool = False) -> list[str]:
    over = t.alarms.c.closed_at.is_not(None) if closed else t.alarms.c.closed_at.is_(None)
    with town.assembly.database.read() as tx:
        return list(tx.execute(sa.select(t.alarms.c.kind).where(over)).scalars())


def hurry(town: Town) -> None:
    """Ask the network now, however long it was to be left alone."""
    with town.assembly.database.write() as tx:
        tx.execute(t.listeners.update().values(due_at=0.0))


def wrong(town: Town) -> list[str]:
    """What the doctor says is wrong; its status says whether anything is."""
    ran = within("doctor", "--json", environment=town.environment)
    told = json.loads(ran.said)
    kinds = [one["kind"] for one in told["checks"] if one["state"] == "wrong"]
    assert ran.status == (1 if kinds else 0)
    assert told["well"] is (not kinds)
    return kinds


def test_a_network_that_goes_silent_is_told_once_and_closed_when_it_is_back(town: Town) -> None:
    with running(town, "work") as worker:
        town.complaint()
        assert wrong(town) == []
        town.break_square(
            {"type": "status", "status": 503}, methods=["GET"], path="/api/v1/notifications*"
        )
        until(lambda: "listener-unwell" in alarms(town), seconds=40)
        assert wrong(town) == ["listener-unwell"]
        town.mend_square()
        hurry(town)
        until(lambda: "listener-unwell" in alarms(town, closed=True), seconds=40)
        assert wrong(town) == []
        worker.terminate()
        log = worker.communicate(timeout=30)[1]
    opened = [line for line in log.splitlines() if "alarm opened" in line]
    assert len(opened) == 1
    assert " WARNING " in opened[0]
    assert "alarm=listener-unwell subject=listener:lst_" in opened[0]
    assert "late" not in log
    assert "northwind" not in opened[0]


def test_a_worker_that_is_frozen_or_killed_is_noticed_by_others(town: Town) -> None:
    with running(town, "work") as worker:
        town.complaint()
        worker.send_signal(signal.SIGSTOP)
        until(lambda: "worker-gone" in wrong(town), seconds=20)
        worker.send_signal(signal.SIGCONT)
        until(lambda: "worker-gone" not in wrong(town), seconds=20)
        worker.kill()
        worker.wait(10)
    until(lambda: "worker-gone" in wrong(town), seconds=20)
    with running(town, "work"):
        until(lambda: wrong(town) == [], seconds=30)


def test_the_web_part_tells_of_a_worker_that_is_gone_when_the_desk_calls(town: Town) -> None:
    # The application of the town itself knows no haste: one of its own is asked.
    town.environment["ANSWERBACK_PORT"] = town.url.rpartition(":")[2]
    with running(town, "work") as worker:
        town.complaint()
        worker.kill()
        worker.wait(10)
    town.leave()
    with running(town, "web"):
        until(lambda: "worker-gone" in alarms(town), seconds=40)
        with running(town, "work"):
            until(lambda: "worker-gone" in alarms(town, closed=True), seconds=40)


def test_a_dead_token_and_a_desk_that_stays_away_are_alarms(town: Town) -> None:
    with running(town, "work"):
        town.complaint()
        town.desk_settings(pull_seconds=3600)
        town.break_square({"type": "status", "status": 401}, methods=["GET"], path="/api/v1/*")
        until(lambda: set(alarms(town)) == {"reconnect", "desk-quiet"}, seconds=40)
        assert sorted(wrong(town)) == ["desk-quiet", "reconnect"]
