"""Writes that are committed together: nobody is told of success before it, or kept in the dark."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from answerback_server.store.group_commit import MOST, GroupCommit, NotStored


def test_those_who_wait_together_are_written_together_and_told_afterwards() -> None:
    gate, began = threading.Event(), threading.Event()
    written: list[int] = []

    def write(rows: Sequence[int]) -> None:
        began.set()
        assert gate.wait(5)
        written.append(len(rows))

    group = GroupCommit(write)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(group.put, 0, seconds=5)
        assert began.wait(5)
        others = [pool.submit(group.put, number, seconds=5) for number in range(8)]
        _until(lambda: len(group._queue) == 8)
        assert not any(one.done() for one in (first, *others))
        gate.set()
        for one in (first, *others):
            one.result(5)
    group.close()
    assert written == [1, 8]


def test_a_write_that_fails_is_told_to_everybody_in_it_and_the_next_one_counts() -> None:
    fails = [True]

    def write(rows: Sequence[int]) -> None:
        if fails.pop():
            fails.append(False)
            raise OSError("the disk is full")
        fails.append(False)

    group = GroupCommit(write)
    with pytest.raises(NotStored, match="OSError"):
        group.put(1, seconds=5)
    group.put(2, seconds=5)
    group.close()


def test_who_waits_too_long_is_told_so_and_not_written_later() -> None:
    writing, gate, written = threading.Event(), threading.Event(), []

    def write(rows: Sequence[int]) -> None:
        writing.set()
        assert gate.wait(5)
        written.extend(rows)

    group = GroupCommit(write)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(group.put, 1, seconds=5)
        assert writing.wait(5)
        with pytest.raises(NotStored, match=r"0\.05 s"):
            group.put(2, seconds=0.05)
        gate.set()
        first.result(5)
    group.close()
    assert written == [1]


def test_closing_writes_what_waits_and_takes_nothing_more() -> None:
    written: list[int] = []
    group = GroupCommit(written.extend)
    group.put(1, seconds=5)
    group.close()
    with pytest.raises(NotStored, match="closing"):
        group.put(2, seconds=5)
    assert written == [1]


def test_one_commit_takes_a_bounded_number_of_rows() -> None:
    writing, gate, sizes = threading.Event(), threading.Event(), []

    def write(rows: Sequence[int]) -> None:
        writing.set()
        assert gate.wait(20)
        sizes.append(len(rows))

    group = GroupCommit(write)
    with ThreadPoolExecutor(MOST + 20) as pool:
        all_of_them = [pool.submit(group.put, 1, seconds=30)]
        assert writing.wait(5)
        all_of_them += [pool.submit(group.put, 1, seconds=30) for _ in range(MOST + 19)]
        _until(lambda: len(group._queue) >= MOST + 19)
        gate.set()
        for one in all_of_them:
            one.result(30)
    group.close()
    assert max(sizes) <= MOST
    assert sum(sizes) == MOST + 20


def _until(look: object) -> None:
    end = time.monotonic() + 15
    while not look():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.005)
