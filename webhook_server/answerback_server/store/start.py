"""Making a database ready: its schema, what it is for, and the one server that may use it."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from answerback.errors import ConfigError
from answerback_server.store import tables as t
from answerback_server.store.database import Database, digest

#: PostgreSQL's advisory lock that lets one process at a time change the schema.
MIGRATION_LOCK = 0x616E7377
#: Under this name a later release's migration leaves the oldest revision whose release may go on
#: beside it; one that contracts the schema leaves its own.
SERVES = "schema_serves"

log = logging.getLogger(__name__)


def migrate(database: Database) -> None:
    """Bring the schema to this release, one process at a time.

    Raises ConfigError when it is a later release's.
    """
    with database.write() as tx:
        if database.dialect == "postgresql":
            tx.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        found = _found(tx)
        if found is not None and found not in _known():
            return
        config = _alembic()
        config.attributes["connection"] = tx
        command.upgrade(config, "head")


def check_schema(database: Database) -> None:
    """Raise ConfigError unless this release can work with the schema that is there.

    That of a later release counts as well, as long as it only added to this one's: releases
    expand first and contract later, and a schema names the oldest one it still serves.
    """
    with database.read() as tx:
        found = _found(tx)
    head = ScriptDirectory.from_config(_alembic()).get_current_head()
    if found is None:
        raise ConfigError("The database has no schema yet. Make it with: answerback migrate")
    if found != head and found in _known():
        raise ConfigError(
            f"The database's schema ({found}) is older than this release ({head}); "
            "bring it up with: answerback migrate"
        )


def _known() -> set[str]:
    return {one.revision for one in ScriptDirectory.from_config(_alembic()).walk_revisions()}


def _found(tx: sa.Connection) -> str | None:
    """The schema's revision. Raises ConfigError for one this release cannot work with."""
    found = MigrationContext.configure(tx).get_current_revision()
    known = _known()
    if found is None or found in known:
        return found
    serves = tx.execute(sa.select(t.meta.c.value).where(t.meta.c.name == SERVES)).scalar()
    if serves not in known:
        head = ScriptDirectory.from_config(_alembic()).get_current_head()
        raise ConfigError(
            f"The database's schema ({found}) is newer than this release ({head}); start the newer "
            "release."
        )
    log.warning("newer schema", extra={"found": found, "serves": serves})
    return found


def check_mark(database: Database, *, environment: str, keys: Sequence[str]) -> None:
    """Raise ConfigError unless the database is for this environment and opened by these keys."""
    with database.read() as tx:
        rows = tx.execute(sa.select(t.meta.c.name, t.meta.c.value))
        found = {row.name: row.value for row in rows}
    if found.get("environment", environment) != environment:
        raise ConfigError(
            f"This database is marked as {found['environment']} for ever and this server runs as "
            f"{environment}; give it a database of its own (ANSWERBACK_DATABASE_URL)."
        )
    if "key" in found and found["key"] not in {digest("key", key) for key in keys}:
        raise ConfigError(
            "ANSWERBACK_SECRET_KEY is not the key this database was made with. Start with that "
            "one; several keys may be given, separated by commas, the newest first."
        )


def mark(database: Database, *, environment: str, keys: Sequence[str]) -> None:
    """Say what this database is for, once and for ever, and which key opens it.

    Raises ConfigError when it is marked for the other environment, or when none of `keys` is
    the one it was made with.
    """
    with database.write() as tx:
        for name, value in (("environment", environment), ("key", digest("key", keys[0]))):
            database.insert_absent(tx, t.meta, {"name": name, "value": value})
    check_mark(database, environment=environment, keys=keys)


class OneServer:
    """The lock that keeps a second server off a SQLite file. PostgreSQL needs none.

    Held by the process that opened it and by the children that inherit it.
    """

    def __init__(self, database: Database) -> None:
        self._file: IO[str] | None = None
        if database.file is None:
            return
        path = Path(f"{database.file}.lock")
        self._file = path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise ConfigError(
                f"Another answerback server uses {database.file} already. Stop it first, or give "
                "this one its own ANSWERBACK_DATABASE_URL; several servers share PostgreSQL."
            ) from None
        os.set_inheritable(self._file.fileno(), True)

    @property
    def descriptor(self) -> int | None:
        """The descriptor children inherit, so that the lock lives as long as they do."""
        return None if self._file is None else self._file.fileno()

    def close(self) -> None:
        """Let another server have it."""
        if self._file is not None:
            self._file.close()


def _alembic() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", "answerback_server.store:migrations")
    config.set_main_option("path_separator", "os")
    return config
