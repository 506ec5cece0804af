"""One way to the database for both stores: short write transactions, separate reads, one clock.

SQLite: WAL, synchronous=FULL, and BEGIN IMMEDIATE for every write, since the driver's own
isolation begins a transaction only at the first write and then cannot always upgrade it.
PostgreSQL: ordinary transactions; rows are claimed with SKIP LOCKED where it matters.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from answerback.errors import ConfigError

BUSY_SECONDS = 10
#: How often a writer looks whether SQLite's lock is free.
TURN_SECONDS = 0.002
#: Seconds after which PostgreSQL ends a transaction whose process stands still, so that a frozen
#: worker or a machine that is gone holds up nobody.
STILL_SECONDS = 8.0

#: What the engine hands around; only the store knows what is behind it.
Transaction = sa.Connection

#: The database is away, full or locked for too long: whoever asked must try again.
StoreError = sa.exc.SQLAlchemyError

#: A value no column of this database takes; asking again would not help.
BadValue = sa.exc.DataError


class clock(FunctionElement[float]):  # noqa: N801 (an SQL function)
    """The database's time in seconds since 1970, also within a running transaction."""

    type = sa.Double()
    inherit_cache = True


@compiles(clock, "sqlite")
def _clock_sqlite(element: clock, compiler: Any, **kw: Any) -> str:  # noqa: ARG001
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(clock, "postgresql")
def _clock_postgresql(element: clock, compiler: Any, **kw: Any) -> str:  # noqa: ARG001
    return "EXTRACT(EPOCH FROM clock_timestamp())::double precision"


_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def sentence(reason: str) -> str:
    """A reason as it is stored: on one line, of bounded length, without what no column takes."""
    return _CONTROL.sub(" ", reason)[:500]


def new_id(prefix: str) -> str:
    """An unguessable id that says what it names."""
    return f"{prefix}_{secrets.token_urlsafe(15)}"


def digest(*parts: str) -> str:
    """The SHA-256 under which long or secret values are stored and found."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


_NOW = sa.select(clock())


# Building a statement costs several times what running it does, so the frequent ones are kept.
@cache
def _insert_absent(dialect: str, table: sa.Table, timed: tuple[str, ...]) -> Any:
    """The insert of a row; the columns in `timed` get the database's time."""
    insert: Any = sqlite_insert if dialect == "sqlite" else postgresql_insert
    statement = insert(table)
    if timed:
        statement = statement.values(**{name: clock() for name in timed})
    # The drivers do not agree on rowcount after a conflict; what is returned was inserted.
    return statement.on_conflict_do_nothing().returning(*table.primary_key.columns)


class Database:
    """A SQLite file or a PostgreSQL database.

    `write()` and `read()` give a connection in a transaction. No transaction may span a
    network call.
    """

    def __init__(
        self,
        url: str | URL,
        *,
        busy: float | None = None,
        synchronous: Literal["FULL", "NORMAL"] = "FULL",
        haste: float = 1.0,
    ) -> None:
        self._beside: list[Callable[[], None]] = []
        try:
            parsed = make_url(url)
        except sa.exc.ArgumentError:
            raise ConfigError(
                "ANSWERBACK_DATABASE_URL is not a database address; use sqlite:///FILE or "
                "postgresql://USER:PASSWORD@HOST/NAME."
            ) from None
        self.dialect = parsed.get_backend_name()
        if self.dialect == "sqlite":
            patience = BUSY_SECONDS if busy is None else busy
            self._writer, self._reader = _sqlite(parsed, patience, synchronous)
        elif self.dialect == "postgresql":
            self._writer = self._reader = sa.create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                pool_size=20,
                pool_pre_ping=True,
                hide_parameters=True,
                connect_args=_postgresql(haste),
            )
        else:
            raise ConfigError(
                f"ANSWERBACK_DATABASE_URL names {self.dialect}; answerback stores in SQLite or "
                "PostgreSQL."
            )
        self.url = parsed

    @property
    def file(self) -> Path | None:
        """The SQLite file, or None for PostgreSQL."""
        if self.dialect != "sqlite" or not self.url.database:
            return None
        return Path(self.url.database)

    @property
    def driver(self) -> sa.Engine:
        """For the one writer so quick that it speaks to the driver itself."""
        return self._writer

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A write transaction; on SQLite it holds the only write lock from its beginning."""
        with self._writer.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A consistent look that never waits for writers."""
        with self._reader.connect() as connection:
            yield connection

    def insert_absent(
        self, connection: sa.Connection, table: sa.Table, values: Mapping[str, Any]
    ) -> bool:
        """Insert unless a unique key is taken already; whether it was inserted."""
        plain = {name: value for name, value in values.items() if not isinstance(value, clock)}
        timed = tuple(sorted(values.keys() - plain.keys()))
        result = connection.execute(_insert_absent(self.dialect, table, timed), plain)
        return result.first() is not None

    def now(self, connection: sa.Connection) -> float:
        """The database's time."""
        return float(connection.execute(_NOW).scalar_one())

    def close_with(self, close: Callable[[], None]) -> None:
        """Have this called when the database is closed: for what lies beside it."""
        self._beside.append(close)

    def close(self) -> None:
        """Give back every connection."""
        for close in self._beside:
            close()
        self._writer.dispose()
        self._reader.dispose()


def _postgresql(haste: float) -> dict[str, Any]:
    still = round(1000 * STILL_SECONDS / haste)
    return {
        "options": f"-c idle_in_transaction_session_timeout={still}",
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
    }


def _sqlite(url: URL, busy: float, synchronous: str) -> tuple[sa.Engine, sa.Engine]:
    if not url.database or url.database == ":memory:":
        raise ConfigError("ANSWERBACK_DATABASE_URL must name a file: nothing heard may be lost.")
    folder = Path(url.database).resolve().parent
    if not folder.is_dir():
        raise ConfigError(f"ANSWERBACK_DATABASE_URL: the folder {folder} does not exist.")
    writer = sa.create_engine(url, pool_size=8, max_overflow=24, hide_parameters=True)
    reader = sa.create_engine(url, pool_size=8, max_overflow=24, hide_parameters=True)

    def connected(raw: Any, _record: Any) -> None:
        raw.isolation_level = None
        cursor = raw.cursor()
        cursor.execute(f"PRAGMA busy_timeout={round(busy * 1000)}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    def write_begun(connection: sa.Connection) -> None:
        _take_turn(connection, busy)

    def read_begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    for engine, begun in ((writer, write_begun), (reader, read_begun)):
        sa.event.listen(engine, "connect", connected)
        sa.event.listen(engine, "begin", begun)
    return writer, reader


def _take_turn(connection: sa.Connection, busy: float) -> None:
    """Get SQLite's only write lock. Its own waiting looks ten times a second at last, and then
    whoever writes without a pause leaves the others nothing."""
    deadline = time.monotonic() + busy
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < deadline:
            try:
                cursor.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
                time.sleep(TURN_SECONDS)
            else:
                return
        # Fails as it did, in words the rest of the server knows.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        cursor.execute(f"PRAGMA busy_timeout={round(busy * 1000)}")
        cursor.close()
