"""Calls stay inside what is declared and what a platform reports."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_server import answer, replying, scripted

from answerback.budget import Budget
from answerback.errors import ConfigError, TryLater
from answerback.http import Http, Pacer, Transport
from answerback.http.pacing import Draw, Paced
from answerback.http.rates import LONGEST_WAIT, rate_of, retry_after_of, wait_of

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Clock:
    """A time of day that moves only when told to, or when slept."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


def draw(
    account: str = "ford",
    cost: float | Mapping[str, float] = 1.0,
    *,
    app: str = "app",
    address: str = "square.example",
    bucket: str = "read",
) -> Draw:
    return Draw(
        plugin="square", app=app, account=account, address=address, bucket=bucket, cost=cost
    )


def taken(pacer: Pacer, what: Draw, at_most: int = 100) -> int:
    """How many calls go through before one is held back."""
    for count in range(at_most):
        try:
            pacer.take(what)
        except Paced:
            return count
        pacer.give(what)
    return at_most


def wait(pacer: Pacer, what: Draw) -> float:
    with pytest.raises(Paced) as caught:
        pacer.take(what)
    return caught.value.seconds


def test_a_budget_lets_through_what_it_declares_and_no_more() -> None:
    clock = Clock()
    pacer = Pacer([Budget(name="calls", units=5, per=MINUTE)], clock=clock)
    assert taken(pacer, draw()) == 5
    assert 59 <= wait(pacer, draw()) <= 61
    clock.now += timedelta(seconds=61)
    assert taken(pacer, draw()) == 5


def test_a_rolling_budget_holds_in_every_stretch_of_its_time() -> None:
    clock = Clock()
    pacer = Pacer([Budget(name="calls", units=10, per=MINUTE)], clock=clock, sleep=clock.sleep)
    sent: list[datetime] = []
    for _ in range(400):
        if taken(pacer, draw(), 1):
            sent.append(clock.now)
        clock.now += timedelta(seconds=0.7)
    assert len(sent) > 30
    assert all(later - first >= MINUTE for first, later in zip(sent, sent[10:], strict=False))


@pytest.mark.parametrize(
    ("scope", "other"),
    [
        ("account", draw("opel")),
        ("app", draw(app="other")),
        ("address", draw(address="other.example")),
    ],
)
def test_a_budget_is_shared_by_its_scope_only(scope: str, other: Draw) -> None:
    budget = Budget(name="calls", units=3, per=MINUTE, scope=scope)  # type: ignore[arg-type]
    pacer = Pacer([budget], clock=Clock())
    everything_else = draw(
        account=other.account if scope != "account" else "ford",  # type: ignore[arg-type]
        bucket="write",
    )
    assert taken(pacer, draw()) == 3
    assert taken(pacer, everything_else) == 0
    assert taken(pacer, other) == 3


def test_a_cost_is_drawn_from_the_first_budget_or_from_those_it_names() -> None:
    budgets = [
        Budget(name="calls", units=100, per=MINUTE),
        Budget(name="posts", units=3, per=timedelta(hours=3)),
    ]
    pacer = Pacer(budgets, clock=Clock())
    assert taken(pacer, draw(cost=20)) == 5
    pacer = Pacer(budgets, clock=Clock())
    assert taken(pacer, draw(cost={"calls": 1, "posts": 1})) == 3
    assert taken(pacer, draw()) == 97
    with pytest.raises(ValueError, match="no budget named 'likes'"):
        pacer.take(draw(cost={"likes": 1}))


def test_a_call_held_back_by_one_budget_draws_nothing_from_another() -> None:
    budgets = [
        Budget(name="calls", units=2, per=MINUTE),
        Budget(name="posts", units=1, per=MINUTE),
    ]
    pacer = Pacer(budgets, clock=Clock())
    assert taken(pacer, draw(cost={"calls": 1, "posts": 1})) == 1
    assert taken(pacer, draw()) == 1


def test_a_call_dearer_than_its_whole_budget_goes_when_nothing_else_is_used() -> None:
    for timezone in (None, "UTC"):
        budget = Budget(name="calls", units=3, per=MINUTE, timezone=timezone)
        pacer = Pacer([budget], clock=Clock())
        assert taken(pacer, draw(cost=5)) == 1


def test_a_clock_aligned_budget_is_whole_again_at_midnight_there() -> None:
    clock = Clock(datetime(2026, 11, 21, 7, 30, tzinfo=UTC))
    budget = Budget(name="units", units=2, per=timedelta(days=1), timezone="America/Los_Angeles")
    pacer = Pacer([budget], clock=clock)
    assert taken(pacer, draw()) == 2
    assert wait(pacer, draw()) == 30 * 60
    clock.now += timedelta(minutes=30)
    assert taken(pacer, draw()) == 2
    assert wait(pacer, draw()) == 24 * 3600


def test_a_clock_aligned_day_has_25_hours_when_summer_time_ends() -> None:
    clock = Clock(datetime(2026, 10, 24, 22, 0, tzinfo=UTC))
    budget = Budget(name="units", units=1, per=timedelta(days=1), timezone="Europe/Berlin")
    pacer = Pacer([budget], clock=clock)
    assert taken(pacer, draw()) == 1
    assert wait(pacer, draw()) == 25 * 3600


def test_a_window_in_the_repeated_hour_ends_after_now() -> None:
    budget = Budget(name="calls", units=1, per=timedelta(minutes=30), timezone="Europe/Berlin")
    clock = Clock(datetime(2026, 10, 25, 0, 0, tzinfo=UTC))
    pacer = Pacer([budget], clock=clock)
    for _ in range(30):
        taken(pacer, draw())
        assert 0 < wait(pacer, draw()) <= 90 * 60
        clock.now += timedelta(minutes=7)


def test_a_time_zone_nobody_knows_is_a_setting_to_fix() -> None:
    for name in ("Mars/Olympus", "../etc/passwd"):
        pacer = Pacer([Budget(name="calls", units=1, per=MINUTE, timezone=name)], clock=Clock())
        with pytest.raises(ConfigError, match="time zone"):
            pacer.take(draw())


def test_a_short_wait_is_slept_through_but_not_beyond_the_callers_time() -> None:
    clock = Clock()
    second = timedelta(seconds=0.5)
    pacer = Pacer([Budget(name="calls", units=1, per=second)], clock=clock, sleep=clock.sleep)
    assert taken(pacer, draw(), 3) == 3
    assert len(clock.slept) == 2
    assert 1 <= sum(clock.slept) < 1.1
    with pytest.raises(Paced):
        pacer.take(draw(), patience=0.1)


def test_what_the_platform_reports_stops_calls_until_its_reset() -> None:
    clock = Clock()
    pacer = Pacer(clock=clock)
    reset = "2026-11-21T12:05:00.000000Z"
    pacer.take(draw())
    pacer.give(
        draw(), status=200, headers={"X-RateLimit-Remaining": "2", "X-RateLimit-Reset": reset}
    )
    assert taken(pacer, draw()) == 2
    assert wait(pacer, draw()) == 300
    assert taken(pacer, draw(bucket="write"), 5) == 5
    assert taken(pacer, draw("opel"), 5) == 5
    clock.now += timedelta(minutes=5)
    assert taken(pacer, draw(), 5) == 5


def test_calls_under_way_count_before_the_platform_has_counted_them() -> None:
    pacer = Pacer(clock=Clock())
    pacer.take(draw())
    pacer.give(draw(), status=200, headers={"RateLimit-Remaining": "2", "RateLimit-Reset": "60"})
    pacer.take(draw())
    pacer.take(draw())
    with pytest.raises(Paced):
        pacer.take(draw())


def test_a_refusal_for_speed_stops_calls_until_its_time_is_over() -> None:
    pacer = Pacer(clock=Clock())
    pacer.take(draw())
    pacer.give(draw(), status=429, headers={"Retry-After": "17"})
    assert wait(pacer, draw()) == 17


def test_a_pacer_forgets_accounts_that_have_gone_quiet() -> None:
    clock = Clock()
    pacer = Pacer([Budget(name="calls", units=5, per=MINUTE)], clock=clock)
    for number in range(3000):
        taken(pacer, draw(f"account {number}"), 1)
        clock.now += timedelta(seconds=1)
    assert len(pacer._windows) <= 1001
    assert len(pacer._reported) <= 1001


def test_threads_together_draw_no_more_than_the_budget() -> None:
    pacer = Pacer([Budget(name="calls", units=50, per=MINUTE)], clock=Clock())
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda: counts.append(taken(pacer, draw()))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 50


def test_a_paced_call_is_not_sent_and_says_when_to_come_back() -> None:
    left = iter((1, 0, 5))

    def reply() -> bytes:
        return answer(headers={"X-RateLimit-Remaining": str(next(left)), "X-RateLimit-Reset": "90"})

    with scripted(lambda peer: peer.serve(lambda _: reply())) as server:
        way = Http(
            plugin="square",
            account="ford",
            transport=Transport(private_hosts=["127.0.0.1"]),
            pacer=Pacer(clock=Clock()),
        )
        way.get(server.url)
        way.get(server.url)
        with pytest.raises(TryLater) as caught:
            way.get(server.url)
        assert (caught.value.code, caught.value.retry_after) == ("paced", 90)
        assert caught.value.account == "ford"
        assert len(server.received) == 2
        assert way.write("POST", server.url, repeats=False).status == 200


def test_after_a_refusal_for_speed_the_next_call_waits_at_home() -> None:
    with replying(status=429, headers={"Retry-After": "60"}) as server:
        way = Http(plugin="square", transport=Transport(private_hosts=["127.0.0.1"]))
        with pytest.raises(TryLater) as first:
            way.get(server.url)
        with pytest.raises(TryLater) as second:
            way.get(server.url)
        assert (first.value.code, second.value.code) == (None, "paced")
        assert len(server.received) == 1


def test_a_call_that_failed_still_counts() -> None:
    pacer = Pacer(clock=Clock())
    pacer.take(draw())
    pacer.give(draw(), status=200, headers={"RateLimit-Remaining": "1", "RateLimit-Reset": "60"})
    pacer.take(draw())
    pacer.give(draw())
    assert wait(pacer, draw()) == 60


@pytest.mark.parametrize(
    ("headers", "remaining", "seconds"),
    [
        ({"x-rate-limit-remaining": "3", "x-rate-limit-reset": "1795262460"}, 3, 60),
        ({"X-RateLimit-Remaining": "235", "X-RateLimit-Reset": "2026-11-21T12:01:00Z"}, 235, 60),
        ({"RateLimit-Remaining": "998.0", "RateLimit-Reset": "572"}, 998, 572),
        ({"RateLimit-Remaining": "1", "RateLimit-Reset": "1795262460000"}, 1, 60),
        ({"RateLimit-Remaining": "1", "RateLimit-Reset": "2026-11-21T11:00:00"}, 1, 0),
    ],
)
def test_every_spelling_of_a_rate_limit_is_read(
    headers: dict[str, str], remaining: float, seconds: float
) -> None:
    rate = rate_of(headers, NOON)
    assert rate is not None
    assert (rate.remaining, rate.seconds) == (remaining, seconds)


def test_moments_count_from_the_servers_own_clock() -> None:
    headers = {
        "Date": "Sat, 21 Nov 2026 11:00:00 GMT",
        "Retry-After": "Sat, 21 Nov 2026 11:00:20 GMT",
    }
    assert retry_after_of(headers, NOON) == 20


@pytest.mark.parametrize("remaining", ["", "many", "-1", "nan"])
def test_a_count_that_cannot_be_read_is_as_none(remaining: str) -> None:
    assert rate_of({"RateLimit-Remaining": remaining, "RateLimit-Reset": "60"}, NOON) is None


MESSY = st.text() | st.floats().map(str) | st.integers().map(str) | st.datetimes().map(str)


@given(retry_after=MESSY, reset=MESSY, remaining=MESSY, date=MESSY)
def test_any_header_gives_a_wait_within_a_day_or_none(
    retry_after: str, reset: str, remaining: str, date: str
) -> None:
    headers = {
        "Retry-After": retry_after,
        "RateLimit-Reset": reset,
        "RateLimit-Remaining": remaining,
        "Date": date,
    }
    seconds = wait_of(headers, NOON)
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT
    rate = rate_of(headers, NOON)
    assert rate is None or 0 <= rate.seconds <= LONGEST_WAIT


@given(st.integers(min_value=0, max_value=10**30))
def test_seconds_to_wait_are_taken_as_said_up_to_a_day(seconds: int) -> None:
    assert retry_after_of({"Retry-After": str(seconds)}, NOON) == min(seconds, 86400)
