"""What networks delivered, as it came: stored before anybody looks into it.

On SQLite in a file of its own beside the database, so that a call never waits for the worker's
transactions; those who wait together are committed together. On PostgreSQL in the database itself,
a plain insert each: there a commit of one does not keep the next one waiting.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL

from answerback_server.store import tables as t
from answerback_server.store.database import Database, StoreError, clock, sentence
from answerback_server.store.group_commit import GroupCommit, NotStored
from answerback_server.store.rows import CallRow, every

#: Seconds a network waits for its answer before it is told to come again.
PATIENCE = 2.0

_COLUMNS = "app, key, same, head, body, state, attempts, due_at, received_at"
_SQLITE = (
    f"INSERT INTO calls ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, 'open', 0, "  # noqa: S608 (constants)
    "(julianday('now') - 2440587.5) * 86400.0, (julianday('now') - 2440587.5) * 86400.0) "
    "ON CONFLICT DO NOTHING"
)
_POSTGRESQL = (
    f"INSERT INTO calls ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, 'open', 0, "  # noqa: S608
    "EXTRACT(EPOCH FROM clock_timestamp()), EXTRACT(EPOCH FROM clock_timestamp())) "
    "ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A call as it is stored. `key` is the same when it is repeated, as far as anybody can tell.

    `same` is that of a call without a number: as long as nobody has looked at the first, another
    one with the same words is the same news.
    """

    app: str
    key: str
    same: str | None
    head: str = field(repr=False)
    body: bytes = field(repr=False)


class Calls:
    """The inbox of raw calls. Opens nothing until it is used."""

    def __init__(self, database: Database) -> None:
        self._own_file = database.dialect == "sqlite"
        self._made = not self._own_file
        self._making = threading.Lock()
        if self._own_file:
            url = database.url.set(database=str(beside(Path(str(database.url.database)))))
            self._file = Database(url, busy=PATIENCE)
            self._front = self._file.driver
            # What is noted here may be noted again after a loss of power: only calls must last.
            self._rest = Database(url, synchronous="NORMAL")
        else:
            self._front = _quick(database.url)
            self._rest = database
        self._group: GroupCommit[tuple[object, ...]] = GroupCommit(self._write)
        database.close_with(self.close)

    def put(self, call: Delivered) -> None:
        """Store a call unless it is there; durable on return. Raises StoreError: not stored."""
        values = (call.app, call.key, call.same, call.head, call.body)
        if self._own_file:
            self._group.put(values, seconds=PATIENCE)
        else:
            with self._plainly() as cursor:
                cursor.execute(_POSTGRESQL, values)

    def _write(self, rows: Sequence[tuple[object, ...]]) -> None:
        self._make()
        with self._plainly() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany(_SQLITE, rows)
            cursor.execute("COMMIT")

    @contextmanager
    def _plainly(self) -> Iterator[Any]:
        """The driver's own cursor: half the work of each call would be what lies above it.

        Raises NotStored; the connection is then thrown away, and with it what it had begun.
        """
        errors = self._front.dialect.loaded_dbapi.Error
        try:
            connection = self._front.raw_connection()
        except errors as error:
            raise NotStored(type(error).__name__) from error
        try:
            cursor = connection.cursor()
            yield cursor
            cursor.close()
        except errors as error:
            connection.invalidate()
            raise NotStored(type(error).__name__) from error
        finally:
            connection.close()

    def open_apps(self) -> list[str]:
        """The apps that have calls to look into now."""
        with self.reading() as tx:
            return list(tx.execute(_OPEN_APPS).scalars())

    def take(self, app: str, limit: int) -> list[CallRow]:
        """Calls of one app in the order they came. The same words coming again are news again."""
        with self.reading() as tx:
            rows = every(
                CallRow,
                tx.execute(
                    sa.select(t.calls)
                    .where(t.calls.c.app == app, _due())
                    .order_by(t.calls.c.id)
                    .limit(limit)
                ),
            )
        if rows:
            self._change([row.id for row in rows], same=None)
        return rows

    def done(self, ids: Sequence[int]) -> None:
        """Mark calls as handed on; doing so twice changes nothing."""
        if ids:
            self._change(ids, state="done", reason=None)

    def park(self, reasons: Mapping[int, str]) -> None:
        """Set calls aside, each with its reason."""
        for id, reason in reasons.items():
            self._change([id], state="parked", reason=sentence(reason))

    def parked(self, limit: int, id: int | None = None) -> list[CallRow]:
        """Calls that were set aside, oldest first; with `id` at most that one."""
        named = sa.true() if id is None else t.calls.c.id == id
        with self.reading() as tx:
            return every(
                CallRow,
                tx.execute(
                    sa.select(t.calls)
                    .where(t.calls.c.state == "parked", named)
                    .order_by(t.calls.c.id)
                    .limit(limit)
                ),
            )

    def reopen(self, id: int) -> bool:
        """Let a call that was set aside be looked into once more, as another attempt."""
        with self._changing() as tx:
            changed = tx.execute(
                t.calls.update()
                .where(t.calls.c.id == id, t.calls.c.state == "parked")
                .values(state="open", due_at=clock(), attempts=t.calls.c.attempts + 1, reason=None)
            )
        return bool(changed.rowcount)

    def waiting(self, app: str, most: int) -> int:
        """How many calls of an app nobody has looked into, counted up to `most`."""
        some = (
            sa.select(t.calls.c.id)
            .where(t.calls.c.state == "open", t.calls.c.app == app)
            .limit(most)
            .subquery()
        )
        with self.reading() as tx:
            return int(tx.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())

    def prune(self, older_than: float, limit: int) -> int:
        """Drop calls that were handed on so many seconds ago, a few at a time; how many went."""
        old = (
            sa.select(t.calls.c.id)
            .where(
                t.calls.c.state == "done",
                t.calls.c.received_at < clock() - sa.literal(older_than),
            )
            .limit(limit)
        )
        with self._changing() as tx:
            return int(tx.execute(t.calls.delete().where(t.calls.c.id.in_(old))).rowcount)

    def close(self) -> None:
        """Give back every connection of its own."""
        self._group.close()
        self._front.dispose()
        if self._own_file:
            self._file.close()
            self._rest.close()

    def _change(self, ids: Sequence[int], **values: object) -> None:
        with self._changing() as tx:
            tx.execute(
                t.calls.update()
                .where(t.calls.c.id.in_(ids), t.calls.c.state == "open")
                .values(**values)
            )

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A consistent look at the calls, wherever they lie."""
        self._make()
        with self._rest.read() as tx:
            yield tx

    @contextmanager
    def _changing(self) -> Iterator[sa.Connection]:
        self._make()
        with self._rest.write() as tx:
            yield tx

    def _make(self) -> None:
        """The file's one table, before its first use."""
        if self._made:
            return
        with self._making:
            with self._file.write() as tx:
                t.calls.create(tx, checkfirst=True)
            self._made = True


def beside(file: Path) -> Path:
    """The file of calls that belongs to a SQLite database."""
    return file.with_name(f"{file.stem}-inbox{file.suffix or '.sqlite3'}")


def _due() -> sa.ColumnElement[bool]:
    return sa.and_(t.calls.c.state == "open", t.calls.c.due_at <= clock())


_OPEN_APPS = sa.select(t.calls.c.app).where(_due()).distinct()


def _quick(url: URL) -> sa.Engine:
    """Connections for single inserts that would rather fail than keep a network waiting."""
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        isolation_level="AUTOCOMMIT",
        pool_size=8,
        max_overflow=24,
        pool_timeout=PATIENCE,
        # One that the server has closed meanwhile is found out when its turn comes.
        pool_recycle=600,
        pool_reset_on_return=None,
        hide_parameters=True,
        connect_args={
            "connect_timeout": round(PATIENCE),
            "options": f"-c statement_timeout={round(PATIENCE * 1000)}",
        },
    )


__all__ = ["PATIENCE", "Calls", "Delivered", "NotStored", "StoreError", "beside"]
