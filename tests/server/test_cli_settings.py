"""`answerback key` and `migrate`, and what every command says to settings it cannot run with."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from commands import Ran, answerback, sandbox_settings, within

from answerback_server.store.vault import new_key

PASSWORD = "hunter2-hunter2"


def production(folder: Path, key: str, **changed: str) -> dict[str, str]:
    """Safe settings with a database in this folder."""
    return {
        "ANSWERBACK_SECRET_KEY": key,
        "ANSWERBACK_PUBLIC_URL": "https://answerback.northwind.example",
        "ANSWERBACK_DATABASE_URL": f"sqlite:///{folder / 'answerback.sqlite3'}",
        **{f"ANSWERBACK_{name.upper()}": value for name, value in changed.items()},
    }


def assert_refused(ran: Ran, *words: str, secrets: tuple[str, ...] = ()) -> None:
    """Settings were refused: status 2, one line that holds these words, and no secret."""
    assert ran.status == 2, ran
    assert ran.said == ""
    assert len(ran.complained.splitlines()) == 1, ran.complained
    assert ran.complained.startswith("Error: ")
    for word in words:
        assert word in ran.complained
    for secret in secrets:
        assert secret not in ran.complained


@pytest.fixture(scope="module")
def key() -> str:
    """A key as `answerback key` prints it, which is different every time."""
    first, second = (answerback("key", environment={}) for _ in range(2))
    assert (first.status, first.complained) == (0, "")
    assert first.said != second.said
    return first.said.strip()


@pytest.fixture(scope="module")
def migrated(key: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a production database made by `answerback migrate`."""
    folder = tmp_path_factory.mktemp("migrated")
    ran = answerback("migrate", environment=production(folder, key))
    assert (ran.status, ran.complained) == (0, "")
    assert ran.said == "The database has this release's schema.\n"
    return folder


def schema(folder: Path) -> list[tuple[str, str]]:
    """The tables and indexes of a database, in full."""
    with sqlite3.connect(folder / "answerback.sqlite3") as connection:
        rows = list(connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name"))
    connection.close()
    return rows


def test_a_printed_key_makes_a_database_with_the_whole_schema(migrated: Path) -> None:
    assert {"accounts", "deliveries", "listeners", "replies"} <= {
        name for name, _ in schema(migrated)
    }


def test_migrating_again_changes_nothing(migrated: Path, key: str) -> None:
    before = schema(migrated)
    ran = answerback("migrate", environment=production(migrated, key))
    assert (ran.status, ran.complained) == (0, "")
    assert schema(migrated) == before


def test_a_new_key_in_front_of_the_old_one_opens_the_database(migrated: Path, key: str) -> None:
    ran = within("migrate", environment=production(migrated, f"{new_key()},{key}"))
    assert (ran.status, ran.complained) == (0, "")


def test_another_key_than_the_databases_is_refused_and_not_shown(migrated: Path, key: str) -> None:
    other = new_key()
    ran = within("migrate", environment=production(migrated, other))
    assert_refused(ran, "ANSWERBACK_SECRET_KEY", "not the key", secrets=(key, other))


def test_a_production_database_never_becomes_the_sandboxs(migrated: Path) -> None:
    ran = within("migrate", environment=sandbox_settings(migrated))
    assert_refused(ran, "marked as production")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("sqlite:///{folder}/nowhere/a.sqlite3", ("nowhere does not exist",)),
        ("sqlite:////proc/answerback.sqlite3", ("may this user write",)),
        ("sqlite:///{folder}/noise", ("does not answer as it should",)),
        ("sqlite://", ("must name a file",)),
        (PASSWORD, ("not a database address",)),
        (f"mysql://root:{PASSWORD}@db.invalid/x", ("names mysql",)),
        (f"postgresql://root:{PASSWORD}@127.0.0.1:1/x", ("is it running",)),
    ],
    ids=["no folder", "read-only", "noise", "memory", "no address", "foreign", "not running"],
)
def test_a_database_that_cannot_be_used_is_named_without_its_password(
    address: str, words: tuple[str, ...], key: str, tmp_path: Path
) -> None:
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 16)
    settings = production(tmp_path, key, database_url=address.format(folder=tmp_path))
    ran = within("migrate", environment=settings)
    assert_refused(ran, "ANSWERBACK_DATABASE_URL" if address else "", *words, secrets=(PASSWORD,))


def test_a_database_of_a_newer_release_is_refused_by_name(key: str, tmp_path: Path) -> None:
    settings = production(tmp_path, key)
    assert within("migrate", environment=settings).status == 0
    with sqlite3.connect(tmp_path / "answerback.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = schema(tmp_path)
    assert_refused(within("migrate", environment=settings), "9999", "newer than this release")
    assert schema(tmp_path) == before


@pytest.mark.parametrize("command", ["serve", "web", "work", "migrate", "replay"])
def test_every_unsafe_setting_is_named_in_one_line(command: str, tmp_path: Path) -> None:
    settings = production(
        tmp_path, PASSWORD, port="x", public_url=f"http://me:{PASSWORD}@northwind.example",
        secret_kay=PASSWORD,
    )  # fmt: skip
    # Once as a person does it, with all that an interpreter might add to what is said.
    ran = (answerback if command == "serve" else within)(command, environment=settings)
    names = ("ANSWERBACK_PORT", "ANSWERBACK_PUBLIC_URL", "ANSWERBACK_SECRET_KAY")
    assert_refused(ran, "Not started.", *names, secrets=(PASSWORD,))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["serve", "web", "work"])
def test_a_key_that_is_none_is_refused_without_being_shown(command: str, tmp_path: Path) -> None:
    ran = within(command, environment=production(tmp_path, PASSWORD))
    assert_refused(ran, "ANSWERBACK_SECRET_KEY", "answerback key", secrets=(PASSWORD,))


def test_without_a_key_nothing_starts_and_the_way_to_one_is_told(tmp_path: Path) -> None:
    ran = within("serve", environment=production(tmp_path, ""))
    assert_refused(ran, "ANSWERBACK_SECRET_KEY is missing", "answerback key")


def test_a_web_server_needs_to_know_its_public_address(key: str, tmp_path: Path) -> None:
    settings = production(tmp_path, key, public_url="")
    assert_refused(within("web", environment=settings), "ANSWERBACK_PUBLIC_URL is missing")
