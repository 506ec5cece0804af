"""`answerback app`: an app is registered, changed and forgotten, and its secret never shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import Ran, answerback, stored_bytes, within
from tavern_town import SECRET, TavernTown, open_tavern_town

from answerback.errors import ConfigError
from answerback_server.engine import registering
from answerback_server.store import accounts
from answerback_server.store import tables as t

MINE = "a-secret-of-mine"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TavernTown]:
    with open_tavern_town(tmp_path) as town:
        yield town


def app(town: TavernTown, *words: str, stdin: str = "") -> Ran:
    """`answerback app`, in this process."""
    return within("app", *words, environment=town.environment, stdin=stdin)


def add(town: TavernTown, *words: str, secret: str = MINE) -> str:
    """Add an app with a secret from standard input; its id."""
    ran = app(town, "add", "tavern", "--signing-secret-file", "-", *words, stdin=secret)
    assert ran.status == 0, ran
    return ran.said.split()[1].rstrip(",")


def test_an_app_is_added_with_its_secret_from_a_file_and_takes_calls_at_once(
    town: TavernTown, tmp_path: Path
) -> None:
    file = tmp_path / "secret.txt"
    file.write_text(f"{MINE}\n")
    ran = answerback(
        *("app", "add", "tavern", "--signing-secret-file", str(file)),
        environment=town.environment,
    )
    assert (ran.status, ran.complained) == (0, "")
    address = ran.said.split()[-1]
    assert address.startswith(f"{town.environment['ANSWERBACK_PUBLIC_URL']}/h/")
    assert MINE not in ran.said
    town.path = address.rpartition("/")[2]
    town.say("@northwind my order is late")
    assert town.deliver(secret=MINE).status_code == 200
    assert MINE.encode() not in stored_bytes(tmp_path)


def test_the_list_shows_addresses_and_no_secret(town: TavernTown) -> None:
    other = add(town, "--operator")
    listed = app(town, "list").said
    assert [line.split()[0] for line in listed.splitlines()] == [town.app, other]
    assert town.path in listed
    assert "operator" in listed
    assert MINE not in listed
    assert SECRET not in listed


def test_accounts_join_the_first_app_and_are_left_without_one_when_it_goes(
    town: TavernTown,
) -> None:
    def joined() -> str | None:
        with town.assembly.database.read() as tx:
            row = accounts.get(tx, town.account)
        assert row is not None
        return row.app

    add(town)
    assert joined() == town.app
    assert app(town, "remove", town.app).said.startswith("Removed. 1 accounts")
    assert joined() is None
    assert app(town, "remove", town.app).status == 2


def test_a_changed_secret_counts_and_the_one_before_until_it_is_forgotten(
    town: TavernTown,
) -> None:
    def secrets() -> list[str]:
        with town.assembly.database.read() as tx:
            [row] = tx.execute(t.apps.select()).mappings()
        found = registering.listing(town.assembly)[0][0]
        assert found.id == row["id"]
        return town.assembly.signing_secrets(found)

    assert secrets() == [SECRET]
    assert add(town, "--app", town.app) == town.app
    assert secrets() == [MINE, SECRET]
    assert app(town, "add", "tavern", "--app", town.app, "--forget-former").status == 0
    assert secrets() == [MINE]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("add", "mastodon"), "delivers nothing"),
        (("add", "nosuch"), "no channel 'nosuch'"),
        (("add", "unsigned", "--app", "app_x"), "no app 'app_x'"),
        (("remove", "app_x"), "no app 'app_x'"),
    ],
)
def test_what_cannot_be_done_is_said(
    town: TavernTown, words: tuple[str, ...], complaint: str
) -> None:
    ran = app(town, *words)
    assert ran.status == 2
    assert complaint in ran.complained


def test_an_account_chooses_its_installations_app_before_the_operators(town: TavernTown) -> None:
    operators = add(town, "--operator")
    with town.assembly.database.read() as tx:
        chosen = registering.choose(tx, "tavern", town.installation, None)
        assert chosen is not None
        assert chosen.id == town.app
        named = registering.choose(tx, "tavern", town.installation, operators)
        assert named is not None
        assert named.id == operators
    add(town)
    with (
        town.assembly.database.read() as tx,
        pytest.raises(ConfigError, match="several apps of tavern"),
    ):
        registering.choose(tx, "tavern", town.installation, None)


def test_another_installations_app_is_no_accounts_choice(town: TavernTown) -> None:
    other = town.desk()
    with (
        town.assembly.database.read() as tx,
        pytest.raises(ConfigError, match="another installation"),
    ):
        registering.choose(tx, "tavern", other, town.app)


def test_what_signs_nothing_is_added_with_a_warning(town: TavernTown) -> None:
    ran = app(town, "add", "unsigned")
    assert ran.status == 0
    assert "keep the address secret" in ran.complained
