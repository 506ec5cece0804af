"""`answerback serve`, `web` and `work` as processes: started, called, stopped, killed."""

from __future__ import annotations

import os
import re
import resource
import signal
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests
from commands import (
    Running,
    answerback,
    connect_mastodon,
    connect_zendesk,
    running,
    sandbox,
    sandbox_settings,
    serving,
    within,
)
from town import until

from answerback_sandbox.serving import serve
from answerback_server.app import create_app
from answerback_server.config import read_config
from answerback_server.engine.assembly import assemble

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="finds processes in /proc"
)

TIMEOUT = 15


@pytest.fixture(scope="module")
def town() -> Iterator[dict[str, Any]]:
    with sandbox() as facts:
        yield facts


class Served:
    """A running server with one installation, for tests that do not end it."""

    def __init__(self, command: Running, settings: dict[str, str], facts: dict[str, Any]) -> None:
        self.command = command
        self.settings = settings
        self.facts = facts
        self.root = settings["ANSWERBACK_PUBLIC_URL"]
        told = connect_zendesk(facts, settings)
        found = re.search(r"http\S+(?=/manifest\.json)", told.said)
        assert found, told
        self.installed = found[0]

    def opens_setup(self, at: str | None = None) -> requests.Response:
        """A desk's call that writes: the admin UI being opened."""
        desk = self.facts["zendesk"]
        form = {
            "subdomain": desk["subdomain"],
            "return_url": f"{desk['url']}/back",
            "locale": "en",
            "name": "",
            "metadata": "",
            "state": "",
        }
        return requests.post(f"{at or self.installed}/admin", data=form, timeout=TIMEOUT)


@pytest.fixture(scope="module")
def served(town: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    settings = sandbox_settings(tmp_path_factory.mktemp("served"))
    with serving(settings) as command:
        yield Served(command, settings, town)


def child(command: Running, words: str) -> int:
    """The number of the running child with these words."""
    return until(lambda: command.child(words)).pid


def heard(folder: Path) -> int:
    """How many posts the server in this folder has heard."""
    with closing(sqlite3.connect(folder / "answerback.sqlite3", timeout=10)) as connection:
        return int(connection.execute("SELECT count(*) FROM mentions").fetchone()[0])


def say(facts: dict[str, Any], words: str) -> None:
    """Have Rosa post on the square."""
    square = facts["square"]
    requests.post(
        f"{square['url']}/api/v1/statuses",
        json={"status": words},
        headers={"Authorization": f"Bearer {square['accounts']['rosa']['token']}"},
        timeout=TIMEOUT,
    ).raise_for_status()


# Called


def test_the_operators_checks_answer_and_the_two_roles_run(served: Served) -> None:
    for path, words in (("/healthz", "ok\n"), ("/readyz", "ready\n")):
        answer = requests.get(f"{served.root}{path}", timeout=TIMEOUT)
        assert (answer.status_code, answer.text) == (200, words)
    assert served.command.child("web")
    assert served.command.child("work")


def test_what_was_connected_while_it_runs_is_served_at_once(served: Served) -> None:
    manifest = requests.get(f"{served.installed}/manifest.json", timeout=TIMEOUT).json()
    assert manifest["id"].startswith("urn:answerback:zendesk:ins_")


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/d/unknown/manifest.json", 404),
        ("POST", "/d/unknown/pull", 404),
        ("GET", "{installed}/nothing", 404),
        ("GET", "{installed}/pull", 404),
        ("POST", "{installed}/manifest.json", 404),
        ("PUT", "{installed}/pull", 405),
        ("DELETE", "{installed}/manifest.json", 405),
        ("POST", "/healthz", 405),
    ],
)
def test_an_unknown_path_or_a_wrong_verb_finds_nothing(
    served: Served, verb: str, path: str, status: int
) -> None:
    installed = served.installed.removeprefix(served.root)
    url = served.root + path.format(installed=installed)
    assert requests.request(verb, url, timeout=TIMEOUT).status_code == status


def test_a_body_over_a_megabyte_is_refused_for_its_size_and_one_of_it_is_not(
    served: Served,
) -> None:
    def sent(size: int) -> int:
        body = b"x" * size
        return requests.post(f"{served.installed}/pull", data=body, timeout=TIMEOUT).status_code

    assert sent(1_000_001) == 413
    assert sent(10_000_000) == 413
    assert sent(1_000_000) == 401


@pytest.mark.parametrize("call", ["pull", "channelback", "events", "admin", "admin/code"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/json"])
def test_a_body_that_is_nonsense_is_refused_as_that(served: Served, call: str, kind: str) -> None:
    answer = requests.post(
        f"{served.installed}/{call}",
        data=b"\xff\xfe{{{[",
        headers={"Content-Type": kind},
        timeout=TIMEOUT,
    )
    assert answer.status_code == 400


def test_while_nothing_can_be_stored_a_desk_is_asked_to_come_again(served: Served) -> None:
    web = child(served.command, "web")
    worker = next(one.pid for one in served.command.family() if one.parent == web)
    soft, hard = resource.prlimit(worker, resource.RLIMIT_FSIZE)
    assert served.opens_setup().status_code == 200
    # Its files cannot grow any more, as on a full disk.
    resource.prlimit(worker, resource.RLIMIT_FSIZE, (0, hard))
    try:
        answer = served.opens_setup()
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert requests.get(f"{served.root}/healthz", timeout=TIMEOUT).status_code == 200
    finally:
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (soft, hard))
    assert served.opens_setup().status_code == 200


def test_while_another_holds_the_database_a_desk_is_asked_to_come_again(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In this process, where the patience of ten seconds can be made shorter.
    monkeypatch.setattr("answerback_server.store.database.BUSY_SECONDS", 0.2)
    assembly = assemble(read_config(served.settings))
    with (
        closing(assembly.database),
        serve(create_app(assembly)) as impatient,
        closing(sqlite3.connect(str(assembly.database.file), isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        url = served.installed.replace(served.root, impatient.url)
        answer = served.opens_setup(url)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        # Reading needs no lock.
        assert requests.get(f"{url}/manifest.json", timeout=TIMEOUT).status_code == 200
        other.execute("ROLLBACK")
        assert served.opens_setup(url).status_code == 200


# A second one


@pytest.mark.parametrize("command", ["serve", "work"])
def test_a_second_server_on_the_same_database_is_refused_by_name(
    served: Served, command: str
) -> None:
    ran = within(command, environment=served.settings)
    assert ran.status == 2
    assert len(ran.complained.splitlines()) == 1
    assert "Another answerback server uses" in ran.complained
    assert "answerback.sqlite3" in ran.complained
    assert requests.get(f"{served.root}/readyz", timeout=TIMEOUT).status_code == 200


def test_a_taken_port_is_refused_by_its_number(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for run, command in ((answerback, "serve"), (within, "web")):
            ran = run(command, environment=sandbox_settings(tmp_path, port=port))
            assert ran.status == 2
            assert len(ran.complained.splitlines()) == 1
            assert f"port {port}" in ran.complained


# Killed in part, while the rest goes on


def test_a_killed_worker_is_started_again_and_goes_on(served: Served) -> None:
    folder = Path(served.settings["ANSWERBACK_DATABASE_URL"].removeprefix("sqlite:///")).parent
    assert connect_mastodon(served.facts, served.settings).status == 0
    say(served.facts, "@northwind my order is late")
    until(lambda: heard(folder) == 1)
    first = child(served.command, "work")
    os.kill(first, signal.SIGKILL)
    until(lambda: (second := served.command.child("work")) and second.pid != first)
    say(served.facts, "@northwind and cold")
    until(lambda: heard(folder) == 2)
    assert requests.get(f"{served.root}/readyz", timeout=TIMEOUT).ok


@pytest.mark.parametrize("whom", ["the role", "its server"])
def test_a_killed_web_server_is_started_again_and_nothing_of_the_old_one_stays(
    served: Served, whom: str
) -> None:
    web = child(served.command, "web")
    inner = next(one.pid for one in served.command.family() if one.parent == web)
    os.kill(web if whom == "the role" else inner, signal.SIGKILL)
    until(lambda: not {web, inner} & {one.pid for one in served.command.family()})
    served.command.answers(f"{served.root}/readyz")
    assert len(served.command.family()) == 4


# Stopped and killed


@pytest.mark.parametrize(("when", "by"), [("starting", signal.SIGINT), ("running", signal.SIGTERM)])
def test_killed_it_leaves_no_orphan_and_the_next_one_starts_and_stops_in_good_order(
    when: str, by: signal.Signals, tmp_path: Path
) -> None:
    settings = sandbox_settings(tmp_path)
    with running("serve", environment=settings) as command:
        if when == "running":
            command.answers(f"{settings['ANSWERBACK_PUBLIC_URL']}/readyz")
        else:
            child(command, "web")
            child(command, "work")
        assert command.stop(signal.SIGKILL) == -signal.SIGKILL
        command.all_gone()
    with serving(settings) as command:
        assert len(command.family()) == 4
        assert command.stop(by) == 0
        assert command.family() == []
        assert command.complained == []
    with closing(sqlite3.connect(tmp_path / "answerback.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


# Alone


def test_web_and_work_run_alone_side_by_side(town: dict[str, Any], tmp_path: Path) -> None:
    settings = sandbox_settings(tmp_path)
    assert connect_zendesk(town, settings).status == 0
    assert connect_mastodon(town, settings, "--no-direct").status == 0
    with serving(settings, "web") as web, running("work", environment=settings) as work:
        say(town, "@northwind hello from two processes")
        until(lambda: heard(tmp_path))
        assert heard(tmp_path) == 1, (web.complained, work.complained)
        assert len(web.family()) == 2
        assert len(work.family()) == 1
        assert (web.stop(), work.stop()) == (0, 0)
        web.all_gone(seconds=1)
        work.all_gone(seconds=1)


def test_a_web_server_killed_alone_gives_its_port_back(tmp_path: Path) -> None:
    settings = sandbox_settings(tmp_path)
    with serving(settings, "web") as web:
        web.stop(signal.SIGKILL)
        web.all_gone()
    with socket.socket() as visitor:
        assert visitor.connect_ex(("127.0.0.1", int(settings["ANSWERBACK_PORT"]))) != 0
