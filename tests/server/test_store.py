"""The database: its schema, its mark, and who may use it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from answerback.errors import ConfigError
from answerback_server.store import drains, ledger
from answerback_server.store import tables as t
from answerback_server.store.database import Database
from answerback_server.store.start import OneServer, check_schema, mark, migrate


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    migrate(database)
    yield database
    database.close()


def test_the_migrations_make_exactly_the_tables_the_code_uses(database: Database) -> None:
    with database.read() as tx:
        assert compare_metadata(MigrationContext.configure(tx), t.metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    migrate(database)
    check_schema(database)


def test_a_database_without_schema_says_how_to_make_it(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    with pytest.raises(ConfigError, match="answerback migrate"):
        check_schema(database)
    database.close()


def test_a_schema_of_a_later_release_is_refused(database: Database) -> None:
    with database.write() as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError, match="newer than this release"):
        check_schema(database)


def test_a_later_schema_that_only_added_to_this_one_is_worked_with(database: Database) -> None:
    with database.write() as tx:
        before = tx.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        tx.execute(t.meta.insert().values(name="schema_serves", value=before))
    check_schema(database)
    migrate(database)
    with database.read() as tx:
        assert tx.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == "9999"


def test_a_sandbox_database_stays_one_for_ever(database: Database) -> None:
    mark(database, environment="sandbox", keys=["a"])
    with pytest.raises(ConfigError, match="marked as sandbox for ever"):
        mark(database, environment="production", keys=["a"])


def test_a_database_opens_only_with_the_key_it_was_made_with(database: Database) -> None:
    mark(database, environment="production", keys=["a"])
    mark(database, environment="production", keys=["b", "a"])
    with pytest.raises(ConfigError, match="not the key"):
        mark(database, environment="production", keys=["b"])


def test_a_second_server_on_the_same_file_is_refused_by_name(
    database: Database, tmp_path: Path
) -> None:
    first = OneServer(database)
    with pytest.raises(ConfigError, match=r"store\.sqlite3 already"):
        OneServer(database)
    first.close()
    OneServer(database).close()
    assert (tmp_path / "store.sqlite3.lock").exists()


def test_the_lock_lives_as_long_as_a_child_that_inherited_it(database: Database) -> None:
    lock = OneServer(database)
    assert lock.descriptor is not None
    child = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(lock.descriptor,)
    )
    lock.close()
    with pytest.raises(ConfigError):
        OneServer(database)
    child.communicate(b"\n")
    OneServer(database).close()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        Database(f"sqlite:///{tmp_path / 'nowhere' / 'x.sqlite3'}")


def test_memory_is_no_place_for_what_was_heard() -> None:
    with pytest.raises(ConfigError, match="must name a file"):
        Database("sqlite://")


def test_other_databases_are_refused_without_showing_the_password() -> None:
    with pytest.raises(ConfigError) as caught:
        Database("mysql://root:hunter2@localhost/x")
    assert "hunter2" not in str(caught.value)


def test_only_one_of_many_claims_a_drain(database: Database) -> None:
    claimed: list[bool] = []
    gate = threading.Barrier(8)

    def claim(owner: str) -> None:
        gate.wait()
        with database.write() as tx:
            claimed.append(drains.claim(database, tx, "hear", "acc", owner=owner, lease=5))

    threads = [threading.Thread(target=claim, args=(f"wrk{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == [False] * 7 + [True]


def test_a_drain_whose_holder_is_gone_can_be_claimed_after_its_lease(database: Database) -> None:
    with database.write() as tx:
        assert drains.claim(database, tx, "hear", "acc", owner="dead", lease=-1)
        assert drains.claim(database, tx, "hear", "acc", owner="alive", lease=5)
        drains.release(tx, "hear", "acc", owner="dead")
        assert not drains.claim(database, tx, "hear", "acc", owner="third", lease=5)


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write() as tx:  # noqa: PT012
        ledger.write(tx, "mention:1", "heard")
        raise RuntimeError("stop")
    with database.read() as tx:
        assert ledger.of(tx, "mention:1") == []


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    with database.write() as writing:
        ledger.write(writing, "mention:1", "heard")
        with database.read() as reading:
            assert ledger.of(reading, "mention:1") == []
