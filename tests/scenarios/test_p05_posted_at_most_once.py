"""Promise 5: a reply is posted at most once, whatever happens while it is being posted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from town import Town, open_town, until

from answerback_server.store import tables as t

WRITE = {"methods": ["POST"], "path": "/api/v1/statuses"}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as town:
        yield town


@contextmanager
def worker(town: Town) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process of its own, killed at the end if it still runs."""
    ours = {name: value for name, value in os.environ.items() if "ANSWERBACK_" not in name}
    process = subprocess.Popen(
        [sys.executable, "-m", "answerback", "work"], env={**ours, **town.environment}
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


def deliveries(town: Town) -> list[Any]:
    with town.assembly.database.read() as tx:
        return list(tx.execute(sa.select(t.deliveries)).mappings())


def states(town: Town) -> list[str]:
    return [one["state"] for one in deliveries(town)]


def test_killed_while_posting_the_reply_is_found_and_not_posted_again(town: Town) -> None:
    with worker(town) as first:
        post, ticket = town.complaint()
        town.break_square({"type": "latency", "delay_ms": 1500}, **WRITE, count=1)
        town.answer(ticket, "On its way.")
        until(lambda: any(one["intent_at"] for one in deliveries(town)))
        first.send_signal(signal.SIGKILL)
        first.wait(10)
        assert states(town) == ["posting"]
    until(lambda: town.brand_answers(post["id"]))
    with worker(town):
        until(lambda: states(town) == ["posted"], seconds=60)
    assert len(town.brand_answers(post["id"])) == 1


def test_killed_before_the_write_the_reply_is_posted_once_after_all(town: Town) -> None:
    with worker(town) as first:
        post, ticket = town.complaint()
        # The request arrives and is dropped: nothing is posted, and nobody is told.
        town.break_square({"type": "latency", "delay_ms": 1500}, **WRITE, count=1)
        town.break_square({"type": "cut_before"}, **WRITE, count=1)
        town.answer(ticket, "On its way.")
        until(lambda: any(one["intent_at"] for one in deliveries(town)))
        first.send_signal(signal.SIGKILL)
        first.wait(10)
    time.sleep(2.0)
    assert town.brand_answers(post["id"]) == []
    with worker(town):
        until(lambda: states(town) == ["posted"], seconds=60)
    assert len(town.brand_answers(post["id"])) == 1


def test_stopped_in_an_orderly_way_a_worker_finishes_what_it_is_posting(town: Town) -> None:
    with worker(town) as first:
        post, ticket = town.complaint()
        town.break_square({"type": "latency", "delay_ms": 1000}, **WRITE, count=1)
        town.answer(ticket, "On its way.")
        until(lambda: any(one["intent_at"] for one in deliveries(town)))
        first.terminate()
        assert first.wait(30) == 0
    assert states(town) == ["posted"]
    assert len(town.brand_answers(post["id"])) == 1


def test_the_desks_repeated_requests_are_one_reply(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        town.desk_settings(repeat_channelbacks=True)
        town.answer(ticket, "On its way.")
        until(lambda: [one for one in town.replies(ticket) if one["state"] == "sent"])
        time.sleep(1.0)
    assert states(town) == ["posted"]
    assert len(town.brand_answers(post["id"])) == 1
