"""What is wrong is found, told as an alarm while it lasts, and explained by the doctor."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from answering_post import AnsweringPost, open_answering_post, said
from commands import Ran, within

from answerback.plugins import load_channel
from answerback_server.config import SANDBOX_KEY
from answerback_server.engine import alarms as keeping
from answerback_server.engine import brakes, watch
from answerback_server.engine.alarms import Watchman
from answerback_server.engine.doctor import examine
from answerback_server.store import accounts, alarms, inbox
from answerback_server.store import tables as t
from answerback_server.store.vault import new_key

DAY = 86400.0


@pytest.fixture
def post(tmp_path: Path) -> Iterator[AnsweringPost]:
    with open_answering_post(tmp_path) as post:
        well(post)
        yield post


def well(post: AnsweringPost) -> None:
    """A worker beats, the listener hears, the desk asks."""
    with post.assembly.database.write() as tx:
        now = post.assembly.database.now(tx)
        alarms.beat(post.assembly.database, tx, "wrk_one")
        tx.execute(t.listeners.update().values(well_at=now))
        tx.execute(t.connections.update().values(asked_at=now))


def environment(post: AnsweringPost, **changed: str) -> dict[str, str]:
    url = post.assembly.database.url.render_as_string(hide_password=False)
    return {
        "ANSWERBACK_ENVIRONMENT": "sandbox",
        "ANSWERBACK_DATABASE_URL": url,
        "ANSWERBACK_SECRET_KEY": SANDBOX_KEY,
        "ANSWERBACK_PUBLIC_URL": "http://127.0.0.1:1",
        **changed,
    }


def ago(post: AnsweringPost, table: sa.Table, column: str, seconds: float) -> None:
    with post.assembly.database.write() as tx:
        then = post.assembly.database.now(tx) - seconds
        tx.execute(table.update().values({column: then}))


def found(post: AnsweringPost) -> list[str]:
    every = [*watch.now_wrong(post.assembly), *watch.seldom_wrong(post.assembly)]
    return sorted(one.kind for one in every)


def wrong(checks: list[Any]) -> list[str]:
    return [one.kind for one in checks if one.state == "wrong"]


def test_a_server_that_is_well_has_nothing_wrong(post: AnsweringPost) -> None:
    checks = examine(environment(post))
    assert wrong(checks) == []
    assert {one.kind for one in checks} == {"settings", "database", "set-up", "running"}


def test_a_worker_that_is_gone_is_found(post: AnsweringPost) -> None:
    ago(post, t.beats, "at", 61)
    assert found(post) == ["worker-gone"]
    with post.assembly.database.write() as tx:
        alarms.beat(post.assembly.database, tx, "wrk_two")
    assert found(post) == []
    with post.assembly.database.write() as tx:
        alarms.end(tx, "wrk_two")
    assert found(post) == ["worker-gone"]


def test_a_listener_that_fails_for_long_is_found_with_its_reason(post: AnsweringPost) -> None:
    ago(post, t.listeners, "well_at", 901)
    with post.assembly.database.write() as tx:
        tx.execute(t.listeners.update().values(failures=7, reason="The network is away."))
    [one] = watch.now_wrong(post.assembly)
    assert one.kind == "listener-unwell"
    assert "(7 failures). The network is away." in one.words


def test_a_listener_asked_seldom_has_five_of_its_intervals(post: AnsweringPost) -> None:
    with post.assembly.database.write() as tx:
        tx.execute(t.listeners.update().values(every=3600.0))
    ago(post, t.listeners, "well_at", 17000)
    assert found(post) == []
    ago(post, t.listeners, "well_at", 18100)
    assert found(post) == ["listener-unwell"]


def hearings(post: AnsweringPost, *, count: int, every: float, last: float) -> None:
    """So many posts were heard, one each `every` seconds, the last `last` seconds ago."""
    post.hear(*(said(number) for number in range(count)))
    with post.assembly.database.write() as tx:
        now = post.assembly.database.now(tx)
        rows = tx.execute(sa.select(t.hearings.c.mention).order_by(t.hearings.c.mention)).scalars()
        for place, mention in enumerate(reversed(list(rows))):
            tx.execute(
                t.hearings.update()
                .where(t.hearings.c.mention == mention)
                .values(seen_at=now - last - place * every)
            )


@pytest.mark.parametrize(
    ("every", "last", "silent"),
    [
        (4 * 3600.0, 7 * 3600.0, True),
        (4 * 3600.0, 5 * 3600.0, False),
        # Two days of posts make no rhythm yet.
        (2 * 3600.0, 30 * 3600.0, False),
        # Within an hour nobody is silent, however lively it was.
        (4 * 3600.0, 3000.0, False),
    ],
)
def test_a_listener_that_hears_nothing_against_its_rhythm_is_found(
    post: AnsweringPost, every: float, last: float, silent: bool
) -> None:
    hearings(post, count=24, every=every, last=last)
    assert found(post) == (["listener-silent"] if silent else [])


def test_a_desk_that_does_not_ask_is_found(post: AnsweringPost) -> None:
    ago(post, t.connections, "asked_at", 901)
    assert found(post) == ["desk-quiet"]
    post.heard.take()
    assert found(post) == []


def test_a_dead_token_is_found_and_a_pause_is_only_noticed(post: AnsweringPost) -> None:
    brakes.pause(post.assembly, post.row())
    assert wrong(examine(environment(post))) == []
    with post.assembly.database.write() as tx:
        accounts.stop(tx, post.row(), "dead")
    assert found(post) == ["paused", "reconnect"]
    assert wrong(examine(environment(post))) == ["reconnect"]


@pytest.mark.parametrize(("days", "told"), [(30, None), (3, "ends in 3 days"), (-1, "has ended")])
def test_access_that_ends_is_told_a_week_ahead(
    post: AnsweringPost, monkeypatch: pytest.MonkeyPatch, days: int, told: str | None
) -> None:
    ends = datetime.now(UTC) + timedelta(days=days, minutes=1)
    monkeypatch.setattr(load_channel("mastodon"), "access_ends", lambda _self: ends)
    seen = watch.seldom_wrong(post.assembly)
    assert [one.kind for one in seen] == (["access-ends"] if told else [])
    assert all(told in one.words for one in seen if told)


def test_what_is_parked_or_waits_too_long_is_found(post: AnsweringPost) -> None:
    post.hear(said(1), said(2))
    id = post.answer("On its way.", to=1)
    with post.assembly.database.write() as tx:
        tx.execute(t.filings.update().values(state="parked"))
        for state in ("parked", "open"):
            inbox.add(tx, account=post.account, listener=post.heard.listener, body="{}")
            tx.execute(
                t.inbox.update()
                .where(t.inbox.c.id == sa.select(sa.func.max(t.inbox.c.id)).scalar_subquery())
                .values(state=state, received_at=0.0)
            )
        tx.execute(t.deliveries.update().values(since=0.0))
    assert found(post) == ["answers-waiting", "filings-parked", "pages-parked", "pages-waiting"]
    with post.assembly.database.write() as tx:
        tx.execute(t.replies.update().where(t.replies.c.id == id).values(state="held"))
    assert "answers-held" in found(post)


def test_a_clock_that_was_set_back_is_found(post: AnsweringPost) -> None:
    ago(post, t.listeners, "well_at", -3600)
    assert found(post) == ["clock"]


def test_a_full_disk_is_found_before_it_is_full(
    post: AnsweringPost, monkeypatch: pytest.MonkeyPatch
) -> None:
    if post.assembly.database.file is None:
        pytest.skip("a database server's disk cannot be seen from here")
    monkeypatch.setattr(watch, "ROOM", 10**18)
    assert found(post) == ["disk"]


def open_alarms(post: AnsweringPost) -> list[str]:
    with post.assembly.database.read() as tx:
        return [row.kind for row in alarms.open_now(tx)]


def test_an_alarm_is_opened_once_told_without_content_and_closed(
    post: AnsweringPost, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ago(post, t.connections, "asked_at", 901)
    for _ in range(3):
        keeping.keep(post.assembly, watch.now_wrong(post.assembly))
    assert open_alarms(post) == ["desk-quiet"]
    post.heard.take()
    keeping.keep(post.assembly, watch.now_wrong(post.assembly))
    assert open_alarms(post) == []
    mine = [one for one in caplog.records if one.name.endswith("engine.alarms")]
    assert [(one.levelname, one.message) for one in mine] == [
        ("WARNING", "alarm opened"),
        ("INFO", "alarm closed"),
    ]
    assert "@brand" not in caplog.text
    subject = mine[0].subject  # type: ignore[attr-defined]
    assert [event for event, _ in post.events(subject)] == ["alarm opened", "alarm closed"]
    # The next time it is a new one.
    ago(post, t.connections, "asked_at", 901)
    keeping.keep(post.assembly, watch.now_wrong(post.assembly))
    assert open_alarms(post) == ["desk-quiet"]


def test_an_alarm_that_stays_open_is_told_again_once_a_day(
    post: AnsweringPost, caplog: pytest.LogCaptureFixture
) -> None:
    ago(post, t.connections, "asked_at", 901)
    keeping.keep(post.assembly, watch.now_wrong(post.assembly))
    ago(post, t.alarms, "told_at", DAY + 1)
    for _ in range(2):
        keeping.keep(post.assembly, watch.now_wrong(post.assembly))
    assert [one.message for one in caplog.records] == ["alarm opened", "alarm still open"]


def test_a_notice_opens_no_alarm(post: AnsweringPost) -> None:
    brakes.pause(post.assembly, post.row())
    keeping.keep(post.assembly, watch.now_wrong(post.assembly))
    assert open_alarms(post) == []


def test_after_a_start_everybody_has_time_to_come_back(
    post: AnsweringPost, monkeypatch: pytest.MonkeyPatch
) -> None:
    watchman = Watchman(post.assembly)
    assert not watchman.is_due()
    ago(post, t.connections, "asked_at", 5000)
    watchman.look()
    assert open_alarms(post) == []
    later = time.monotonic() + 901
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert watchman.is_due()
    assert not watchman.is_due()
    watchman.look()
    assert open_alarms(post) == ["desk-quiet"]
    # Another process that has just begun closes nothing it cannot judge yet.
    post.heard.take()
    Watchman(post.assembly).look()
    assert open_alarms(post) == ["desk-quiet"]
    watchman.look()
    assert open_alarms(post) == []


def test_a_watchman_whose_look_fails_ends_nothing(
    post: AnsweringPost, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumbles(_assembly: object) -> list[watch.Finding]:
        raise KeyError("lost")

    monkeypatch.setattr(watch, "now_wrong", stumbles)
    Watchman(post.assembly).look()
    assert [one.message for one in caplog.records] == ["not looked around"]


@pytest.mark.parametrize("ends", ["raises", "naive"])
def test_a_plugins_mistake_about_its_access_hides_no_other_alarm(
    post: AnsweringPost,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    ends: str,
) -> None:
    def stumbles(_self: object) -> datetime:
        if ends == "naive":
            return datetime.now(UTC).replace(tzinfo=None)
        raise KeyError("ends")

    monkeypatch.setattr(load_channel("mastodon"), "access_ends", stumbles)
    with post.assembly.database.write() as tx:
        inbox.add(tx, account=post.account, listener=post.heard.listener, body="{}")
        tx.execute(t.inbox.update().values(state="parked"))
    watch.seldom_wrong(post.assembly)
    assert [one.message for one in caplog.records] == ["end of access unknown"]
    Watchman(post.assembly).look()
    assert open_alarms(post) == ["pages-parked"]


def test_a_deeper_look_that_fails_hides_nothing_that_is_wrong_now(
    post: AnsweringPost, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumbles(_assembly: object) -> list[watch.Finding]:
        raise KeyError("lost")

    monkeypatch.setattr(watch, "seldom_wrong", stumbles)
    with post.assembly.database.write() as tx:
        accounts.stop(tx, post.row(), "dead")
    Watchman(post.assembly).look()
    assert open_alarms(post) == ["reconnect"]
    assert "not looked deeper" in [one.message for one in caplog.records]


# The command


def doctor(values: dict[str, str], *words: str) -> Ran:
    return within("doctor", *words, environment=values)


def test_the_doctor_says_all_is_well_with_status_zero(post: AnsweringPost) -> None:
    ran = doctor(environment(post))
    assert (ran.status, ran.complained) == (0, "")
    assert ran.said.splitlines()[-1] == "All is well."


def test_the_doctor_says_what_is_wrong_and_what_to_do_with_status_one(
    post: AnsweringPost,
) -> None:
    ago(post, t.beats, "at", 100)
    ran = doctor(environment(post))
    assert ran.status == 1
    assert "WRONG   worker-gone" in ran.said
    assert "→ Start it: answerback serve" in ran.said
    told = doctor(environment(post), "--json")
    assert told.status == 1
    answer = json.loads(told.said)
    assert answer["well"] is False
    [bad] = [one for one in answer["checks"] if one["state"] == "wrong"]
    assert set(bad) == {"kind", "subject", "state", "words", "mend"}


def test_the_doctor_tells_how_long_an_alarm_is_open(post: AnsweringPost) -> None:
    ago(post, t.connections, "asked_at", 7300)
    keeping.keep(post.assembly, watch.now_wrong(post.assembly))
    ago(post, t.alarms, "opened_at", 6400)
    assert "Alarm open for 107 minutes" in doctor(environment(post)).said


@pytest.mark.parametrize(
    ("changed", "kind", "words"),
    [
        ({"ANSWERBACK_SECRET_KEY": ""}, "settings", "ANSWERBACK_SECRET_KEY is missing"),
        ({"ANSWERBACK_SECRET_KEY": "no-key"}, "settings", "holds what is no key"),
        ({"ANSWERBACK_PORT": "many"}, "settings", "must be a number"),
        ({"ANSWERBACK_DATABASE_URL": "sqlite:////nowhere/x"}, "database", "does not exist"),
        ({"ANSWERBACK_DATABASE_URL": "mysql://h/x"}, "database", "SQLite or PostgreSQL"),
        ({"ANSWERBACK_SECRET_KEY": new_key()}, "database", "not the key this database"),
    ],
)
def test_the_doctor_names_what_keeps_a_server_from_starting(
    post: AnsweringPost, changed: dict[str, str], kind: str, words: str
) -> None:
    ran = doctor(environment(post, **changed))
    assert ran.status == 1
    [line] = [one for one in ran.said.splitlines() if one.startswith("WRONG")]
    assert line.split()[1] == kind
    assert words in line


def test_the_doctor_makes_no_database_and_changes_none(tmp_path: Path) -> None:
    file = tmp_path / "new.sqlite3"
    values = {
        "ANSWERBACK_ENVIRONMENT": "sandbox",
        "ANSWERBACK_DATABASE_URL": f"sqlite:///{file}",
        "ANSWERBACK_SECRET_KEY": SANDBOX_KEY,
    }
    ran = doctor(values)
    assert ran.status == 1
    assert "answerback migrate" in ran.said
    assert not file.exists()


def test_the_doctor_names_a_secret_that_no_key_opens(post: AnsweringPost) -> None:
    with post.assembly.database.write() as tx:
        tx.execute(t.accounts.update().values(secrets=b"sealed by nobody"))
    assert wrong(examine(environment(post))) == ["plugin"]


def test_the_doctor_names_a_plugin_that_is_missing(post: AnsweringPost) -> None:
    with post.assembly.database.write() as tx:
        tx.execute(t.accounts.update().values(channel="gone"))
    checks = examine(environment(post))
    assert wrong(checks) == ["plugin"]
    assert any("'gone'" in one.words for one in checks)
