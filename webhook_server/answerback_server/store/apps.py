"""Apps registered at networks, and the accounts whose news come by them."""

from __future__ import annotations

import sqlalchemy as sa

from answerback_server.store import tables as t
from answerback_server.store.database import clock
from answerback_server.store.rows import AccountRow, AppRow, every, one


def add(
    tx: sa.Connection,
    *,
    id: str,
    channel: str,
    installation: str | None,
    path: str,
    settings: str,
    secrets: bytes,
) -> int:
    """Store an app; accounts of its channel that have none join it. How many did."""
    tx.execute(
        t.apps.insert().values(
            id=id,
            channel=channel,
            installation=installation,
            path=path,
            settings=settings,
            secrets=secrets,
            created_at=clock(),
        )
    )
    mine = [t.accounts.c.channel == channel, t.accounts.c.app.is_(None)]
    if installation is not None:
        mine.append(t.accounts.c.installation == installation)
    joined = tx.execute(t.accounts.update().where(*mine).values(app=id))
    return int(joined.rowcount)


def change(tx: sa.Connection, id: str, *, settings: str, secrets: bytes) -> None:
    """Replace an app's settings."""
    tx.execute(t.apps.update().where(t.apps.c.id == id).values(settings=settings, secrets=secrets))


def get(tx: sa.Connection, id: str) -> AppRow | None:
    """The app with this id."""
    return one(AppRow, tx.execute(sa.select(t.apps).where(t.apps.c.id == id)))


def at_path(tx: sa.Connection, path: str) -> AppRow | None:
    """The app whose network delivers to this unguessable path."""
    return one(AppRow, tx.execute(sa.select(t.apps).where(t.apps.c.path == path)))


def listing(tx: sa.Connection) -> list[AppRow]:
    """All apps, oldest first."""
    return every(AppRow, tx.execute(sa.select(t.apps).order_by(t.apps.c.created_at)))


def fitting(tx: sa.Connection, channel: str, installation: str) -> list[AppRow]:
    """The apps an account of this channel may use: its installation's own, else the operator's."""
    found = every(
        AppRow,
        tx.execute(
            sa.select(t.apps)
            .where(
                t.apps.c.channel == channel,
                sa.or_(t.apps.c.installation == installation, t.apps.c.installation.is_(None)),
            )
            .order_by(t.apps.c.created_at)
        ),
    )
    own = [app for app in found if app.installation is not None]
    return own or found


def join(tx: sa.Connection, account: str, app: str) -> None:
    """Have an account's news come by this app."""
    tx.execute(t.accounts.update().where(t.accounts.c.id == account).values(app=app))


def remove(tx: sa.Connection, id: str) -> int:
    """Forget an app; its accounts go on without one. How many they are."""
    left = tx.execute(t.accounts.update().where(t.accounts.c.app == id).values(app=None))
    tx.execute(t.apps.delete().where(t.apps.c.id == id))
    return int(left.rowcount)


def accounts_of(tx: sa.Connection, id: str) -> list[AccountRow]:
    """The accounts of an app, oldest first."""
    return every(
        AccountRow,
        tx.execute(
            sa.select(t.accounts).where(t.accounts.c.app == id).order_by(t.accounts.c.created_at)
        ),
    )
