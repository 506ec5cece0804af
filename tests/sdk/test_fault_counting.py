"""Whom a fault meets and how often, and what the proxy tells of it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import urllib3
from proxied_upstream import Upstream, call, proxy, upstream
from urllib3.exceptions import ProtocolError

from answerback.testing.pretend.faults import Fault, FaultProxy, Passed

__all__ = ["proxy", "upstream"]


# Whom it meets, and how often


def statuses(proxy: FaultProxy, *calls: str) -> list[int]:
    """The statuses of several calls, each as "GET /path"."""
    return [call(proxy, *each.split(" ")).status for each in calls]


def test_a_fault_happens_once_unless_told_otherwise(proxy: FaultProxy) -> None:
    proxy.add(Fault(effect="answer"))
    assert statuses(proxy, *["GET /"] * 3) == [503, 200, 200]


def test_the_first_are_let_through_and_the_next_suffer(proxy: FaultProxy) -> None:
    proxy.add(Fault(effect="answer", skip=2, count=3))
    assert statuses(proxy, *["GET /"] * 7) == [200, 200, 503, 503, 503, 200, 200]


def test_a_fault_without_a_count_stays_until_cleared(proxy: FaultProxy) -> None:
    proxy.add(Fault(effect="answer", count=None), Fault(effect="answer", status=500))
    assert statuses(proxy, *["GET /"] * 5) == [503] * 5
    proxy.clear()
    assert statuses(proxy, "GET /", "GET /") == [200, 200]


def test_several_faults_happen_one_after_the_other(proxy: FaultProxy) -> None:
    proxy.add(Fault(effect="answer", status=429, count=2), Fault(effect="answer", status=500))
    proxy.add(Fault(effect="answer", status=401, skip=1))
    assert statuses(proxy, *["GET /"] * 6) == [429, 429, 500, 200, 401, 200]


def test_a_fault_meets_its_methods_and_its_paths_alone(proxy: FaultProxy) -> None:
    proxy.add(Fault(effect="answer", methods=("post", "PUT"), path="/api/*/c é", skip=1, count=2))
    met, others = "POST /api/x/c%20%C3%A9", ["GET /api/x/c%20%C3%A9", "POST /api/x", "PUT /c"]
    given = statuses(proxy, *others, met, *others, f"{met}?x=1", *others, met.replace("OS", "U"))
    assert given == [200] * 7 + [503] + [200] * 3 + [503]


@pytest.mark.parametrize(
    "wrong",
    [
        {"effect": "explode"},
        {"effect": "answer", "methods": "POST"},
        {"effect": "answer", "skip": -1},
        {"effect": "answer", "count": 0},
        {"effect": "slow", "seconds": 0},
    ],
)
def test_a_fault_that_can_never_happen_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=list(wrong)[-1]):
        Fault(**wrong)


@pytest.mark.parametrize("upstream", ["https://tavern.example", "127.0.0.1:80", "http://"])
def test_an_upstream_that_is_no_plain_address_is_refused(upstream: str) -> None:
    with pytest.raises(ValueError, match="http://"):
        FaultProxy(upstream)


# What is told


def test_every_request_is_recorded_with_what_its_client_got(proxy: FaultProxy) -> None:
    call(proxy, "GET", "/a%20b?token=secret")
    effects: list[Any] = ["answer", "cut_before", "cut_after", "cut_within"]
    for effect in effects:
        proxy.add(Fault(effect=effect, status=500))
        try:
            call(proxy, "POST", "/", body=b"{}")
        except ProtocolError:
            assert effect != "answer"
    proxy.add(Fault(effect="slow", seconds=0.0001), Fault(effect="answer", served=True))
    call(proxy, "PUT")
    call(proxy, "DELETE")
    assert proxy.passed == [
        Passed(number=1, method="GET", path="/a b", status=200),
        Passed(number=2, method="POST", path="/", status=500),
        Passed(number=3, method="POST", path="/", status=None),
        Passed(number=4, method="POST", path="/", status=None),
        Passed(number=5, method="POST", path="/", status=None),
        Passed(number=6, method="PUT", path="/", status=200),
        Passed(number=7, method="DELETE", path="/", status=503),
    ]


def test_after_is_called_between_the_service_and_the_answer(upstream: Upstream) -> None:
    told_of: list[tuple[int, int | None, int]] = []
    answered = threading.Event()

    def after(passed: Passed) -> None:
        assert not answered.wait(0.05)
        assert between.passed[-1] == passed
        told_of.append((passed.number, passed.status, len(upstream.heard)))

    with FaultProxy(upstream.url, after=after) as between:
        call(between)
        answered.set()
        between.add(Fault(effect="cut_before"), Fault(effect="answer"))
        with pytest.raises(ProtocolError):
            call(between)
        call(between)
        answered.clear()
        between.add(Fault(effect="cut_after"), Fault(effect="answer", served=True))
        with pytest.raises(ProtocolError):
            call(between)
        call(between)
    assert told_of == [(1, 200, 1), (4, None, 2), (5, 503, 3)]


def test_what_after_raises_is_raised_at_the_end(upstream: Upstream) -> None:
    def after(passed: Passed) -> None:
        raise LookupError("nothing was posted")

    given: list[int] = []
    with (
        pytest.raises(LookupError, match="nothing was posted"),
        FaultProxy(upstream.url, after=after) as proxy,
    ):
        given += statuses(proxy, "GET /")
    assert given == [500]


def test_many_threads_pass_at_once_and_each_is_counted(proxy: FaultProxy) -> None:
    proxy.add(Fault(effect="answer", skip=20, count=30), Fault(effect="cut_after", skip=5))

    def several(_: int) -> list[int | None]:
        given: list[int | None] = []
        with urllib3.PoolManager(retries=False, timeout=5) as pool:
            for _ in range(25):
                try:
                    given.append(pool.request("GET", proxy.url).status)
                except ProtocolError:
                    given.append(None)
        return given

    with ThreadPoolExecutor(8) as pool:
        given = [status for each in pool.map(several, range(8)) for status in each]
    assert [given.count(status) for status in (200, 503, None)] == [169, 30, 1]
    assert [each.number for each in proxy.passed] == list(range(1, 201))
    assert sorted(str(each.status) for each in proxy.passed) == sorted(map(str, given))
