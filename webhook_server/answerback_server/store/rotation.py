"""Seals everything anew with the first key, so that an older one may be given up.

Rows are done a few at a time and only while they are as they were read: a token that is replaced
meanwhile was sealed with the first key already.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from answerback_server.store import tables as t
from answerback_server.store.database import Database, digest
from answerback_server.store.vault import Vault

CHUNK = 50

#: Every column that holds what the vault sealed.
SEALED = (
    t.installations.c.secrets,
    t.apps.c.secrets,
    t.accounts.c.secrets,
    t.connections.c.renewed,
    t.setup_sessions.c.facts,
)


def rotate(database: Database, vault: Vault, keys: Sequence[str]) -> int:
    """Seal everything with the first of `keys`; how many secrets there are.

    Raises ConfigError when none of the keys opens one of them; what was done stays done.
    """
    count = sum(_rotate(database, vault, column) for column in SEALED)
    with database.write() as tx:
        tx.execute(
            t.meta.update().where(t.meta.c.name == "key").values(value=digest("key", keys[0]))
        )
    return count


def _rotate(database: Database, vault: Vault, column: sa.Column[bytes]) -> int:
    [key] = column.table.primary_key.columns
    done, last = 0, ""
    while True:
        with database.write() as tx:
            rows = tx.execute(
                sa.select(key, column)
                .where(column.is_not(None), key > last)
                .order_by(key)
                .limit(CHUNK)
            ).all()
            for id, sealed in rows:
                tx.execute(
                    column.table.update()
                    .where(key == id, column == sealed)
                    .values({column.name: vault.reseal(sealed)})
                )
        done += len(rows)
        if len(rows) < CHUNK:
            return done
        last = rows[-1][0]
