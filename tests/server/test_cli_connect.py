"""`answerback connect`: a desk and accounts from a terminal, and no secret left lying about."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests
from commands import (
    Ran,
    answerback,
    connect_zendesk,
    running,
    sandbox,
    sandbox_settings,
    stored_bytes,
    within,
)
from town import until

WRONG = "wrong-token-wrong-token"


@pytest.fixture(scope="module")
def town() -> Iterator[dict[str, Any]]:
    with sandbox() as facts:
        yield facts


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return sandbox_settings(tmp_path)


@pytest.fixture
def installed(town: dict[str, Any], settings: dict[str, str]) -> dict[str, str]:
    """Settings of a server with one installation."""
    assert connect(settings, "zendesk", *desk_options(town)).status == 0
    return settings


def connect(settings: dict[str, str], *words: str, stdin: str = "") -> Ran:
    """`answerback connect`, in this process."""
    return within("connect", *words, environment=settings, stdin=stdin)


def desk_options(town: dict[str, Any]) -> list[str]:
    """Where the desk is."""
    desk = town["zendesk"]
    return ["--subdomain", desk["subdomain"], "--url", desk["url"]]


def token_of(town: dict[str, Any], name: str = "northwind") -> str:
    """An account's token on the square."""
    return str(town["square"]["accounts"][name]["token"])


def to_square(town: dict[str, Any]) -> list[str]:
    """A command line that reads the token of an account of the square from standard input."""
    return ["mastodon", "--instance", town["square"]["url"], "--access-token-file", "-"]


def stored(settings: dict[str, str], words: str) -> list[tuple[Any, ...]]:
    """The answer of the database to a question."""
    file = settings["ANSWERBACK_DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.execute(words))


def listeners(settings: dict[str, str]) -> list[tuple[str, str | None]]:
    """What is listened to: the kind, and the tag or words."""
    rows = stored(settings, "SELECT kind, settings FROM listeners ORDER BY kind, settings")
    told = [(kind, json.loads(given)) for kind, given in rows]
    return [(kind, given.get("tag", given.get("query"))) for kind, given in told]


def one_line(ran: Ran, status: int) -> str:
    """The one line of a refusal."""
    assert ran.status == status, ran
    assert ran.said == ""
    assert len(ran.complained.splitlines()) == 1, ran.complained
    return ran.complained


# A help desk


def test_connecting_zendesk_tells_installation_address_and_code_and_keeps_no_code(
    town: dict[str, Any], settings: dict[str, str], tmp_path: Path
) -> None:
    ran = connect_zendesk(town, settings)
    assert (ran.status, ran.complained) == (0, "")
    told = re.fullmatch(
        r"Installation: (ins_\S+)\n"
        r"Address to install in Zendesk: (\S+)/d/(\S{32})/manifest\.json\n"
        r"Set-up code, good once within 24 hours: ((?:[A-Z2-9]{4}-){2}[A-Z2-9]{4})\n",
        ran.said,
    )
    assert told, ran.said
    installation, public, path, code = told.groups()
    assert public == settings["ANSWERBACK_PUBLIC_URL"]
    content = stored_bytes(tmp_path)
    assert installation.encode() in content
    assert path.encode() in content
    for shape in (code, code.replace("-", ""), code.lower()):
        assert shape.encode() not in content


def test_an_installation_is_changed_in_place_and_gets_another_code(
    town: dict[str, Any], settings: dict[str, str]
) -> None:
    first = connect(settings, "zendesk", *desk_options(town)).said.splitlines()
    id = first[0].removeprefix("Installation: ")
    again = connect(settings, "zendesk", *desk_options(town), "--installation", id)
    second = again.said.splitlines()
    assert second[:2] == first[:2]
    assert second[2] != first[2]
    assert len(stored(settings, "SELECT id FROM installations")) == 1


def test_every_installation_has_an_address_of_its_own(
    town: dict[str, Any], settings: dict[str, str]
) -> None:
    told = [connect(settings, "zendesk", *desk_options(town)).said for _ in range(2)]
    assert len({one.splitlines()[1] for one in told}) == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["zendesk"], "'subdomain' is missing"),
        (["zendesk", "--subdomain", "x", "--installation", "ins_no"], "installation 'ins_no'"),
        (["zendesq"], "Did you mean 'zendesk'?"),
        (["mastodom"], "Did you mean 'mastodon'?"),
        (["q"], "Known: mastodon, zendesk."),
    ],
)
def test_what_cannot_be_connected_is_told_in_one_line(
    words: list[str], told: str, settings: dict[str, str]
) -> None:
    assert told in one_line(connect(settings, *words), 2)


# An account


def test_a_token_in_a_file_connects_the_account_it_belongs_to(
    town: dict[str, Any], installed: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(f"{token_of(town)}\n")
    square = town["square"]["url"]
    ran = answerback(
        *("connect", "mastodon", "--instance", square, "--access-token-file", str(file)),
        environment=installed,
    )
    assert (ran.status, ran.complained) == (0, "")
    assert re.fullmatch(r"Connected @northwind\S* as acc_\S+\.\n", ran.said)
    assert listeners(installed) == [("direct", None), ("mentions", None)]
    assert token_of(town).encode() not in stored_bytes(tmp_path)


def test_a_token_in_a_file_stands_in_no_list_of_processes(
    town: dict[str, Any], installed: dict[str, str], tmp_path: Path
) -> None:
    square, token = town["square"]["url"], token_of(town)
    fault = {"match": {"methods": ["GET"]}, "effect": {"type": "latency", "delay_ms": 1000}}
    file = tmp_path / "token"
    file.write_text(token)
    words = ("connect", "mastodon", "--instance", square, "--access-token-file", str(file))
    requests.post(f"{square}/_sandbox/faults", json=fault, timeout=15).raise_for_status()
    try:
        with running(*words, environment=installed) as command:
            until(lambda: (tmp_path / "answerback.sqlite3-wal").exists())
            shown = [
                Path(f"/proc/{one.pid}/{what}").read_bytes()
                for one in command.family()
                for what in ("cmdline", "environ")
            ]
    finally:
        requests.delete(f"{square}/_sandbox/faults", timeout=15).raise_for_status()
    assert shown
    assert not [one for one in shown if token.encode() in one]


def test_a_token_on_standard_input_is_stored_sealed(
    town: dict[str, Any], installed: dict[str, str], tmp_path: Path
) -> None:
    ran = connect(installed, *to_square(town), stdin=token_of(town))
    assert (ran.status, ran.complained) == (0, "")
    content = stored_bytes(tmp_path)
    assert b"@northwind" in content
    assert token_of(town).encode() not in content


def test_without_a_file_the_token_is_asked_for_and_not_echoed(
    town: dict[str, Any], installed: dict[str, str], tmp_path: Path
) -> None:
    token = token_of(town)
    words = ("mastodon", "--instance", town["square"]["url"])
    ran = connect(installed, *words, stdin=f"{token}\n")
    assert ran.status == 0
    assert "Token with the scopes" in ran.complained
    assert ran.said.startswith("Connected @northwind")
    assert token not in ran.said + ran.complained
    assert token.encode() not in stored_bytes(tmp_path)


def test_no_option_takes_a_token_on_the_command_line(
    town: dict[str, Any], installed: dict[str, str]
) -> None:
    words = ("mastodon", "--instance", town["square"]["url"], "--access-token", WRONG)
    ran = connect(installed, *words)
    assert ran.status == 2
    assert "--access-token-file" in ran.complained
    assert WRONG not in ran.complained


def test_the_same_account_connected_again_stays_one_account(
    town: dict[str, Any], installed: dict[str, str]
) -> None:
    token = token_of(town)
    told = [connect(installed, *to_square(town), stdin=token).said for _ in range(2)]
    assert told[0] == told[1]
    assert len(stored(installed, "SELECT id FROM accounts")) == 1
    assert len(listeners(installed)) == 2
    other = connect(installed, *to_square(town), stdin=token_of(town, "amina"))
    assert "@amina" in other.said
    assert len(stored(installed, "SELECT id FROM accounts")) == 2


def test_listeners_are_chosen_by_their_own_options(
    town: dict[str, Any], installed: dict[str, str]
) -> None:
    options = ["--no-mentions", "--hashtag", "late", "--hashtag", "#cold", "--keyword", "northwind"]
    ran = connect(installed, *to_square(town), *options, stdin=token_of(town))
    assert ran.status == 0
    kinds = [(kind, (word or "").lstrip("#")) for kind, word in listeners(installed)]
    assert sorted(kinds) == [
        ("direct", ""),
        ("hashtag", "cold"),
        ("hashtag", "late"),
        ("keyword", "northwind"),
    ]


# What goes wrong


def test_a_wrong_token_is_told_with_the_name_of_the_server_and_not_shown(
    town: dict[str, Any], installed: dict[str, str], tmp_path: Path
) -> None:
    words = ("connect", *to_square(town))
    ran = answerback(*words, environment=installed, stdin=WRONG)
    told = one_line(ran, 1)
    assert town["square"]["url"].removeprefix("http://") in told
    assert "login" in told
    assert WRONG not in told
    assert stored(installed, "SELECT id FROM accounts") == []
    assert WRONG.encode() not in stored_bytes(tmp_path)


def test_a_server_that_does_not_answer_is_named(installed: dict[str, str]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        server = f"127.0.0.1:{closed.getsockname()[1]}"
        words = ("mastodon", "--instance", f"http://{server}", "--access-token-file", "-")
        told = one_line(connect(installed, *words, stdin=WRONG), 1)
    assert f"{server} could not be reached" in told
    assert WRONG not in told


def test_a_server_that_is_no_mastodon_is_named(
    town: dict[str, Any], installed: dict[str, str]
) -> None:
    desk = town["zendesk"]["url"]
    words = ("mastodon", "--instance", desk, "--access-token-file", "-")
    told = one_line(connect(installed, *words, stdin=WRONG), 1)
    assert desk.removeprefix("http://") in told
    assert WRONG not in told


def test_a_private_host_is_called_only_where_the_settings_list_it(
    town: dict[str, Any], installed: dict[str, str]
) -> None:
    careful = {**installed, "ANSWERBACK_PRIVATE_HOSTS": ""}
    told = one_line(connect(careful, *to_square(town), stdin=token_of(town)), 1)
    assert "private host" in told


@pytest.mark.parametrize(
    ("options", "given", "told"),
    [
        (["--access-token-file", "-"], "", "'access_token' is missing"),
        (["--access-token-file", "nowhere"], "", "nowhere cannot be read"),
        (["--access-token-file", os.devnull], "", "'access_token' is missing"),
        (["--access-token-file", "-", "--public-replies", "loud"], WRONG, "public, unlisted"),
        (["--access-token-file", "-", "--installation", "ins_no"], WRONG, "installation 'ins_no'"),
    ],
)
def test_a_setting_that_cannot_be_is_told_in_one_line(
    options: list[str], given: str, told: str, town: dict[str, Any], installed: dict[str, str]
) -> None:
    words = ("mastodon", "--instance", town["square"]["url"], *options)
    shown = one_line(connect(installed, *words, stdin=given), 2)
    assert told in shown
    assert WRONG not in shown


def test_an_unknown_option_is_refused_with_those_that_are_near(installed: dict[str, str]) -> None:
    ran = connect(installed, "mastodon", "--instanze", "https://square.example")
    assert ran.status == 2
    assert "--instanze" in ran.complained
    assert "--instance" in ran.complained


def test_an_account_needs_a_help_desk_first(town: dict[str, Any], settings: dict[str, str]) -> None:
    told = one_line(connect(settings, *to_square(town), stdin=token_of(town)), 2)
    assert "answerback connect zendesk" in told


def test_where_there_are_several_installations_one_has_to_be_named(
    town: dict[str, Any], installed: dict[str, str]
) -> None:
    assert connect(installed, "zendesk", *desk_options(town)).status == 0
    ids = [id for (id,) in stored(installed, "SELECT id FROM installations")]
    told = one_line(connect(installed, *to_square(town), stdin=token_of(town)), 2)
    assert len(ids) == 2
    assert all(id in told for id in ids)
    named = connect(installed, *to_square(town), "--installation", ids[1], stdin=token_of(town))
    assert named.status == 0
    assert stored(installed, "SELECT installation FROM accounts") == [(ids[1],)]


def test_all_that_can_be_connected_is_listed(settings: dict[str, str]) -> None:
    shown = within("connect", "--help", environment=settings).said
    assert {"mastodon", "zendesk"} <= set(shown.split())
