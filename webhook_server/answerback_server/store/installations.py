"""Installations, their one-time set-up codes, set-ups under way, and connections to accounts."""

from __future__ import annotations

import sqlalchemy as sa

from answerback_server.store import tables as t
from answerback_server.store.database import Database, clock, digest
from answerback_server.store.rows import ConnectionRow, InstallationRow, every, one

CODE_TRIES = 5


def add(
    tx: sa.Connection, *, id: str, help_desk: str, path: str, settings: str, secrets: bytes | None
) -> None:
    """Store a new installation."""
    tx.execute(
        t.installations.insert().values(
            id=id,
            help_desk=help_desk,
            path=path,
            settings=settings,
            secrets=secrets,
            created_at=clock(),
        )
    )


def change(tx: sa.Connection, id: str, *, settings: str, secrets: bytes | None) -> None:
    """Replace an installation's settings."""
    tx.execute(
        t.installations.update()
        .where(t.installations.c.id == id)
        .values(settings=settings, secrets=secrets)
    )


def get(tx: sa.Connection, id: str) -> InstallationRow | None:
    """The installation with this id."""
    return one(
        InstallationRow, tx.execute(sa.select(t.installations).where(t.installations.c.id == id))
    )


def at_path(tx: sa.Connection, path: str) -> InstallationRow | None:
    """The installation mounted at this unguessable path."""
    return one(
        InstallationRow,
        tx.execute(sa.select(t.installations).where(t.installations.c.path == path)),
    )


def listing(tx: sa.Connection) -> list[InstallationRow]:
    """All installations, oldest first."""
    return every(
        InstallationRow,
        tx.execute(sa.select(t.installations).order_by(t.installations.c.created_at)),
    )


def set_code(
    database: Database, tx: sa.Connection, installation: str, code: str, lifetime: float
) -> None:
    """Let this code open one set-up within `lifetime` seconds; older codes die."""
    tx.execute(t.setup_codes.delete().where(t.setup_codes.c.installation == installation))
    database.insert_absent(
        tx,
        t.setup_codes,
        {
            "installation": installation,
            "code_hash": digest("code", installation, code),
            "expires_at": database.now(tx) + lifetime,
            "tries": 0,
            "spent": False,
        },
    )


def spend_code(tx: sa.Connection, installation: str, code: str) -> bool:
    """Whether the code was right, fresh and unspent; it is spent now. A wrong one is counted."""
    codes = t.setup_codes
    usable = (
        (codes.c.installation == installation)
        & sa.not_(codes.c.spent)
        & (codes.c.expires_at > clock())
        & (codes.c.tries < CODE_TRIES)
    )
    spent = tx.execute(
        codes.update()
        .where(usable, codes.c.code_hash == digest("code", installation, code))
        .values(spent=True)
    )
    if spent.rowcount:
        return True
    tx.execute(codes.update().where(usable).values(tries=codes.c.tries + 1))
    return False


def begin_session(
    tx: sa.Connection,
    *,
    session: str,
    installation: str,
    facts: bytes,
    connection: str | None,
    lifetime: float,
) -> None:
    """Store a set-up; with a proved `connection` it is unlocked at once. Expired ones go."""
    tx.execute(t.setup_sessions.delete().where(t.setup_sessions.c.expires_at < clock()))
    tx.execute(
        t.setup_sessions.insert().values(
            id_hash=digest("session", session),
            installation=installation,
            facts=facts,
            connection=connection,
            unlocked=connection is not None,
            expires_at=clock() + sa.literal(lifetime),
        )
    )


def session(
    tx: sa.Connection, installation: str, session: str
) -> tuple[bytes, str | None, bool] | None:
    """Facts, connection and whether unlocked, of a set-up that has not expired."""
    sessions = t.setup_sessions
    row = tx.execute(
        sa.select(sessions.c.facts, sessions.c.connection, sessions.c.unlocked).where(
            sessions.c.id_hash == digest("session", session),
            sessions.c.installation == installation,
            sessions.c.expires_at > clock(),
        )
    ).first()
    return None if row is None else (row[0], row[1], bool(row[2]))


def unlock_session(tx: sa.Connection, session: str) -> None:
    """The set-up code was right."""
    tx.execute(
        t.setup_sessions.update()
        .where(t.setup_sessions.c.id_hash == digest("session", session))
        .values(unlocked=True)
    )


def end_session(tx: sa.Connection, session: str) -> None:
    """The set-up is finished and cannot be used again."""
    tx.execute(
        t.setup_sessions.delete().where(t.setup_sessions.c.id_hash == digest("session", session))
    )


def connect(tx: sa.Connection, *, id: str, installation: str, account: str, secret: str) -> None:
    """Join an account to the desk."""
    tx.execute(
        t.connections.insert().values(
            id=id,
            installation=installation,
            account=account,
            secret_hash=digest("connection", secret),
            issued_at=clock(),
            offers=0,
        )
    )


def reconnect(tx: sa.Connection, id: str, *, account: str) -> None:
    """Give a connection another account, and make way for another secret."""
    tx.execute(
        t.connections.update()
        .where(t.connections.c.id == id)
        .values(account=account, renewed_hash=None, renewed=None)
    )


def connection(tx: sa.Connection, installation: str, id: str) -> ConnectionRow | None:
    """The connection with this id."""
    return one(
        ConnectionRow,
        tx.execute(
            sa.select(t.connections).where(
                t.connections.c.id == id, t.connections.c.installation == installation
            )
        ),
    )


def renew(tx: sa.Connection, id: str, *, renewed_hash: str, renewed: bytes) -> None:
    """Have a second secret ready, unless one is; both count until the new one is first used."""
    tx.execute(
        t.connections.update()
        .where(t.connections.c.id == id, t.connections.c.renewed_hash.is_(None))
        .values(renewed_hash=renewed_hash, renewed=renewed)
    )


def renewed_used(tx: sa.Connection, id: str, renewed_hash: str) -> None:
    """The desk has the new secret: the old one dies."""
    tx.execute(
        t.connections.update()
        .where(t.connections.c.id == id, t.connections.c.renewed_hash == renewed_hash)
        .values(secret_hash=renewed_hash, renewed_hash=None, renewed=None, issued_at=clock())
    )


def asked(tx: sa.Connection, id: str) -> int:
    """The desk pulled; the doctor wants to know when. The last offer's number."""
    tx.execute(t.connections.update().where(t.connections.c.id == id).values(asked_at=clock()))
    return int(
        tx.execute(sa.select(t.connections.c.offers).where(t.connections.c.id == id)).scalar_one()
    )


def next_offer(tx: sa.Connection, id: str) -> int:
    """A number no earlier offer of this connection had."""
    tx.execute(
        t.connections.update()
        .where(t.connections.c.id == id)
        .values(offers=t.connections.c.offers + 1)
    )
    return int(
        tx.execute(sa.select(t.connections.c.offers).where(t.connections.c.id == id)).scalar_one()
    )
