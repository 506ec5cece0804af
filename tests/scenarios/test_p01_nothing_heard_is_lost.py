"""Promise 1: what was answered with 200 is never lost, whoever is killed and whenever.

The Tavern here does what networks do: it delivers again until it is told 200. Nothing can be
polled unless a test says so, so that only the deliveries count.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa
from commands import free_port, serving
from fleet import HASTE, ON_POSTGRESQL, Kept
from tavern_town import TavernTown, open_tavern_town
from town import until

from answerback.calls import Request
from answerback_server.engine.steps import DELIVERED, STEPS

COMPLAINT = "@northwind my order is late"
OF_THE_WEB_PART = [step for step in DELIVERED if step.startswith("hook.")]
OF_SORTING = [step for step in DELIVERED if step.startswith("sort.")]
OF_FETCHING = [step for step in DELIVERED if step.startswith("fetch.")]
OF_HEARING = [step for step in STEPS if step.startswith("hear.")]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TavernTown]:
    with open_tavern_town(tmp_path) as town:
        prepare(town)
        yield town


def prepare(town: TavernTown) -> None:
    """Processes of the town's own find the port and do not wait long for leases."""
    port = free_port()
    town.environment |= {
        "ANSWERBACK_PORT": str(port),
        "ANSWERBACK_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ANSWERBACK_TEST_HASTE": str(HASTE),
    }


@contextmanager
def kept(town: TavernTown, role: str, halt: str) -> Iterator[Kept]:
    """A `web` or `work` that comes back when it dies, at first by its own hand."""
    process = Kept(role, town.environment, halt=halt)
    try:
        yield process
    finally:
        process.close()


def insist(town: TavernTown, call: Request, number: str, *, to: str) -> int:
    """Deliver until it is taken, as networks do; how often it was delivered."""
    headers = town.signed(call, number=number)
    for attempt in range(1, 400):
        try:
            if town.deliver(call, headers=headers, to=to).status_code == 200:
                return attempt
        except requests.ConnectionError:
            pass
        time.sleep(0.05)
    raise AssertionError("never taken")


@pytest.mark.parametrize("step", OF_THE_WEB_PART)
def test_the_web_part_may_be_killed_at_any_step(town: TavernTown, step: str) -> None:
    url = town.environment["ANSWERBACK_PUBLIC_URL"]
    said = []
    with kept(town, "web", f"{step}:kill:2") as web:
        for number in range(3):
            said.append(town.say(f"{COMPLAINT} {number}"))
            insist(town, town.delivery(), str(number), to=url)
        assert web.deaths == 1
    town.work()
    assert sorted(town.filed()) == sorted(said)
    assert len(town.calls()) == 3


@pytest.mark.parametrize("step", [*OF_SORTING, *OF_HEARING])
def test_the_worker_may_be_killed_at_any_step(town: TavernTown, step: str) -> None:
    said = [town.say(f"{COMPLAINT} {number}") for number in range(2)]
    assert town.deliver().status_code == 200
    with kept(town, "work", f"{step}:kill") as worker:
        until(lambda: worker.deaths == 1 and town.settled(), seconds=40)
        said.append(town.say(COMPLAINT))
        assert town.deliver().status_code == 200
        until(lambda: town.settled() and len(town.filed()) == 3, seconds=40)
        assert worker.deaths == 1
    assert sorted(town.filed()) == sorted(said)
    assert [call["state"] for call in town.calls()] == ["done", "done"]


@pytest.mark.parametrize("step", OF_FETCHING)
def test_the_worker_may_be_killed_while_it_asks_for_what_is_missing(
    tmp_path: Path, step: str
) -> None:
    with open_tavern_town(tmp_path, reached=True) as town:
        prepare(town)
        above = town.say("has anybody heard of my order?")
        town.network.deliveries()
        below = town.say("@northwind you", under=above)
        assert town.deliver().status_code == 200
        with kept(town, "work", f"{step}:kill") as worker:
            until(lambda: worker.deaths == 1 and town.settled(), seconds=40)
        assert town.filed() == [below]


@contextmanager
def locked(town: TavernTown) -> Iterator[None]:
    """Somebody holds the place where calls are stored, and does not let go."""
    if ON_POSTGRESQL:
        with town.assembly.database.write() as tx:
            tx.execute(sa.text("LOCK TABLE calls IN EXCLUSIVE MODE"))
            yield
        return
    file = next(town.folder.glob("*-inbox.sqlite3"))
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield
    engine.dispose()


def test_while_calls_cannot_be_stored_the_network_is_asked_to_come_again(
    town: TavernTown,
) -> None:
    town.say("the first")
    assert town.deliver().status_code == 200
    said = town.say(COMPLAINT)
    call = town.delivery()
    with locked(town):
        began = time.monotonic()
        answer = town.deliver(call, number="9")
        # No network waits longer than a few seconds for an answer.
        assert time.monotonic() - began < 4.0
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
    assert town.deliver(call, number="9").status_code == 200
    town.work()
    assert said in town.filed()
    assert len(town.calls()) == 2


@pytest.mark.skipif(ON_POSTGRESQL, reason="there calls lie in the main database")
def test_a_main_database_that_is_busy_keeps_no_network_waiting(town: TavernTown) -> None:
    town.say("the first")
    assert town.deliver().status_code == 200
    town.say(COMPLAINT)
    with town.assembly.database.write():
        began = time.monotonic()
        assert town.deliver().status_code == 200
        assert time.monotonic() - began < 1.0


@pytest.mark.skipif(ON_POSTGRESQL, reason="a full disk of PostgreSQL is PostgreSQL's")
def test_on_a_full_disk_the_network_is_asked_to_come_again(town: TavernTown) -> None:
    url = town.environment["ANSWERBACK_PUBLIC_URL"]
    with serving(town.environment, "web") as web:
        town.say("the first")
        assert town.deliver(to=url).status_code == 200
        said = town.say(COMPLAINT)
        call = town.delivery()
        limits = {one.pid: resource.prlimit(one.pid, resource.RLIMIT_FSIZE) for one in web.family()}
        for pid, (_soft, hard) in limits.items():
            # Its files cannot grow any more.
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
        answers = [town.deliver(call, number="9", to=url) for _ in range(3)]
        for pid, limit in limits.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)
        assert [one.status_code for one in answers] == [503] * 3
        assert all(int(one.headers["Retry-After"]) > 0 for one in answers)
        assert town.deliver(call, number="9", to=url).status_code == 200
    town.work()
    assert said in town.filed()
    assert len(town.calls()) == 2


def test_what_was_taken_without_a_worker_is_there_when_one_comes(town: TavernTown) -> None:
    said = []
    for number in range(120):
        said.append(town.say(f"{COMPLAINT} {number}"))
        assert town.deliver().status_code == 200
    town.work()
    assert sorted(town.filed()) == sorted(said)
