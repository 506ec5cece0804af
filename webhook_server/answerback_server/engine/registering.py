"""Apps: what is registered at a network, so that it delivers to us."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from answerback.contract import capabilities
from answerback.errors import ConfigError
from answerback.plugins import load_channel
from answerback.settings import read_settings
from answerback_server.engine.assembly import FORMER
from answerback_server.store import apps, ledger
from answerback_server.store.database import new_id

if TYPE_CHECKING:
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.database import Transaction
    from answerback_server.store.rows import AppRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """An app, the address to register for it, and how many accounts its news are for.

    `checked` says whether its deliveries can be checked at all.
    """

    app: str
    address: str
    accounts: int
    checked: bool


def add(
    assembly: Assembly, channel: str, values: Mapping[str, object], *, installation: str | None
) -> Registered:
    """Make an app; accounts of its channel that have none join it. Raises ConfigError."""
    if "parse" not in capabilities(load_channel(channel)):
        raise ConfigError(f"{channel} delivers nothing; its accounts are polled without an app.")
    plain, sealed = _split(channel, values)
    id, path = new_id("app"), secrets.token_urlsafe(24)
    with assembly.database.write() as tx:
        apps.add(
            tx,
            id=id,
            channel=channel,
            installation=installation,
            path=path,
            settings=plain,
            secrets=assembly.vault.seal(sealed),
        )
        ledger.write(tx, f"app:{id}", "added", installation=installation, channel=channel)
        row = _found(tx, id)
    return registered(assembly, row)


def change(
    assembly: Assembly, channel: str, id: str, values: Mapping[str, object], *, forget: bool
) -> Registered:
    """Change what is told of an app. A secret that is replaced counts beside the new one, until
    the next change or until one with `forget`. Raises ConfigError."""
    with assembly.database.write() as tx:
        row = _found(tx, id)
        if row.channel != channel:
            raise ConfigError(f"App '{id}' is one of {row.channel}, not of {channel}.")
        known = dict(assembly.app(row).settings)
        plain, sealed = _split(channel, {**known, **values})
        replaced = {
            name: known[name] for name in sealed if known.get(name) not in (None, sealed[name])
        }
        former = assembly.vault.open(row.secrets).get(FORMER, {})
        kept: dict[str, Any] = {} if forget else {**former, **replaced}
        apps.change(tx, id, settings=plain, secrets=assembly.vault.seal({**sealed, FORMER: kept}))
        ledger.write(tx, f"app:{id}", "changed", installation=row.installation)
    return registered(assembly, row)


def listing(assembly: Assembly) -> list[tuple[AppRow, Registered]]:
    """All apps, oldest first."""
    with assembly.database.read() as tx:
        rows = apps.listing(tx)
    return [(row, registered(assembly, row)) for row in rows]


def remove(assembly: Assembly, id: str) -> int:
    """Forget an app; how many accounts it leaves without one. Raises ConfigError."""
    with assembly.database.write() as tx:
        row = _found(tx, id)
        left = apps.remove(tx, id)
        ledger.write(tx, f"app:{id}", "removed", installation=row.installation)
    return left


def registered(assembly: Assembly, row: AppRow) -> Registered:
    """An app as an administrator sees it."""
    with assembly.database.read() as tx:
        accounts = len(apps.accounts_of(tx, row.id))
    return Registered(
        app=row.id,
        address=f"{assembly.config.public_url}/h/{row.path}",
        accounts=accounts,
        checked=load_channel(row.channel).signature is not None,
    )


def choose(tx: Transaction, channel: str, installation: str, app: str | None) -> AppRow | None:
    """The app a new account's news come by: the named one, or the only one there is.

    Raises ConfigError for one that is none of its, or where several could be meant.
    """
    fitting = apps.fitting(tx, channel, installation)
    if app is not None:
        named = apps.get(tx, app)
        if named is None or named.channel != channel:
            raise ConfigError(f"There is no app '{app}' of {channel}; see: answerback app list")
        if named.installation not in (None, installation):
            raise ConfigError(f"App '{app}' belongs to another installation.")
        return named
    if len(fitting) > 1:
        known = ", ".join(one.id for one in fitting)
        raise ConfigError(f"There are several apps of {channel}; name one with --app: {known}")
    return fitting[0] if fitting else None


def _found(tx: Transaction, id: str) -> AppRow:
    row = apps.get(tx, id)
    if row is None:
        raise ConfigError(f"There is no app '{id}' here; see: answerback app list")
    return row


def _split(channel: str, values: Mapping[str, object]) -> tuple[str, dict[str, Any]]:
    """Settings as they are stored: the plain ones as JSON, and those to be sealed."""
    declared = load_channel(channel).settings
    typed = read_settings(declared, values, scope="app", where=f"app of {channel}")
    hidden = {one.name for one in declared if one.secret}
    plain = {name: value for name, value in typed.items() if name not in hidden}
    sealed = {name: value for name, value in typed.items() if name in hidden and value}
    return json.dumps(plain), sealed
