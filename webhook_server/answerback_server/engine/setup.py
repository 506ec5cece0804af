"""Sets up what an installation consists of: a help desk, accounts, and what they listen to."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from answerback.channel import Account, App, Channel, Listening
from answerback.contract import capabilities
from answerback.errors import ConfigError
from answerback.http import Http
from answerback.plugins import load_channel, load_help_desk
from answerback.schema import dumps as wire_text
from answerback.settings import Scope, Setting, read_settings, secret_values
from answerback_server.engine import registering
from answerback_server.engine.catch_up import Scout
from answerback_server.store import accounts, apps, installations, ledger
from answerback_server.store.database import new_id

if TYPE_CHECKING:
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.rows import InstallationRow

#: Seconds a set-up code opens the desk's admin UI for: a day.
CODE_LIFETIME = 86400.0
#: Without 0, O, 1, I and L, since people read it from one screen and type it into another.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """How an administrator joins the desk: the address to install, and a code used once."""

    installation: str
    address: str
    code: str = field(repr=False)


def typed_code(code: str) -> str:
    """A set-up code however it was typed: in lower case, with spaces, without dashes."""
    return "".join(letter for letter in code.upper() if letter.isalnum())


def connect_help_desk(
    assembly: Assembly, name: str, values: Mapping[str, object], *, installation: str | None = None
) -> Invitation:
    """Make an installation, or change one and give it a fresh set-up code.

    What is not told of an installation that exists stays as it is. Raises ConfigError for wrong
    settings or an unknown installation.
    """
    cls = load_help_desk(name)
    known = {} if installation is None else _known(assembly, name, installation)
    plain, sealed = _split(
        assembly,
        cls.settings,
        {**known, **values},
        scope="installation",
        where=f"help desk {name}",
    )
    code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
    with assembly.database.write() as tx:
        if installation is None:
            id, path = new_id("ins"), secrets.token_urlsafe(24)
            installations.add(tx, id=id, help_desk=name, path=path, settings=plain, secrets=sealed)
        else:
            row = installations.get(tx, installation)
            assert row is not None
            id, path = row.id, row.path
            installations.change(tx, id, settings=plain, secrets=sealed)
        installations.set_code(assembly.database, tx, id, typed_code(code), CODE_LIFETIME)
        ledger.write(tx, f"installation:{id}", "set-up code issued", installation=id)
    first = cls.calls[0].path if cls.calls else ""
    return Invitation(
        installation=id, address=f"{assembly.config.public_url}/d/{path}{first}", code=code
    )


def _known(assembly: Assembly, name: str, installation: str) -> dict[str, Any]:
    """The settings an installation has."""
    row = _installation(assembly, installation)
    if row.help_desk != name:
        raise ConfigError(f"Installation '{installation}' is a {row.help_desk}, no {name}.")
    return dict(assembly.help_desk(row).installation.settings)


def connect_account(
    assembly: Assembly,
    name: str,
    values: Mapping[str, object],
    *,
    installation: str,
    listeners: Mapping[str, list[Mapping[str, object]]],
    unwanted: Collection[str] = (),
    app: str | None = None,
) -> tuple[str, str]:
    """Connect an account with credentials given as settings; its id and handle.

    Asks the network who the credentials belong to, and each listener once, so that nothing said
    from now on is missed. Connecting the same identity again replaces its credentials in place;
    listeners it has go on, except those of an `unwanted` kind.
    Raises ConfigError, or RemoteError when the network refuses.
    """
    cls = load_channel(name)
    if "accounts" not in capabilities(cls):
        raise ConfigError(f"{name} accounts are not connected with settings alone.")
    settings = read_settings(cls.settings, values, scope="account", where=f"channel {name}")
    where = _installation(assembly, installation)
    with assembly.database.read() as tx:
        chosen = registering.choose(tx, name, where.id, app)
    found = _identify(assembly, cls, settings, None if chosen is None else assembly.app(chosen))
    assert found.actor is not None
    with assembly.database.read() as tx:
        known = accounts.of_actor(tx, where.id, name, found.actor.id)
    # What is not told of an account that is known stays as it is.
    kept = {} if known is None else json.loads(known.settings)
    told = {one: value for one, value in found.settings.items() if one in values}
    plain, sealed = _split(
        assembly,
        cls.settings,
        {**found.settings, **kept, **told},
        scope="account",
        where=f"channel {name}",
    )
    handle = found.actor.preferred_username or found.actor.id
    wanted = _wanted(cls, listeners)
    with assembly.database.write() as tx:
        id = accounts.add(
            tx,
            id=new_id("acc"),
            installation=where.id,
            channel=name,
            actor_id=found.actor.id,
            actor=wire_text(found.actor),
            handle=f"@{handle}",
            settings=plain,
            secrets=sealed,
            state="{}",
        )
        if chosen is not None:
            apps.join(tx, id, chosen.id)
        for listening, given in wanted:
            accounts.listen(
                assembly.database,
                tx,
                account=id,
                kind=listening.kind,
                settings=json.dumps(given, sort_keys=True),
                identity=_identity(listening, given),
                every=listening.every.total_seconds(),
            )
        for row in accounts.listeners_of(tx, id):
            if row.kind in unwanted:
                accounts.stop_listening(tx, row.id, "no longer wanted")
        ledger.write(tx, f"account:{id}", "connected", installation=where.id, channel=name)
        connected = accounts.get(tx, id)
    assert connected is not None
    Scout(assembly, connected).drain(lambda: False)
    return id, f"@{handle}"


def not_heard(assembly: Assembly, account: str) -> list[tuple[str, str]]:
    """The account's listeners that do not hear now: their kind, and why."""
    with assembly.database.read() as tx:
        rows = accounts.listeners_of(tx, account)
    return [(row.kind, row.reason) for row in rows if row.active and row.reason is not None]


def _identify(
    assembly: Assembly, cls: type[Channel], settings: dict[str, Any], app: App | None
) -> Account:
    known = [settings] if app is None else [settings, app.settings]
    http = Http(
        plugin=cls.name,
        transport=assembly.transport,
        secrets=[one for values in known for one in secret_values(cls.settings, values)],
        classify=cls.classify,
    )
    found = cls(app, Account(id="", settings=settings), http).accounts(settings)
    if len(found) != 1 or found[0].actor is None:
        raise ConfigError(
            f"{cls.name}: these credentials open {len(found)} accounts; exactly one is needed."
        )
    return found[0]


def _wanted(
    cls: type[Channel], listeners: Mapping[str, list[Mapping[str, object]]]
) -> list[tuple[Listening, dict[str, Any]]]:
    """The listeners asked for, checked against what the channel offers."""
    offered = {listening.kind: listening for listening in cls.listeners}
    wanted: list[tuple[Listening, dict[str, Any]]] = []
    for kind, several in listeners.items():
        if kind not in offered:
            raise ConfigError(
                f"{cls.name} cannot listen to '{kind}'; it offers: {', '.join(offered)}."
            )
        listening = offered[kind]
        for values in several:
            where = f"{cls.name} {kind}"
            given = read_settings(listening.settings, values, scope="listener", where=where)
            wanted.append((listening, given))
    return wanted


def _identity(listening: Listening, given: Mapping[str, Any]) -> str:
    """What is listened to: the settings that have no default; the others say only how."""
    needed = {one.name for one in listening.settings if one.required and one.default is None}
    return json.dumps({name: given[name] for name in sorted(needed)})


def _installation(assembly: Assembly, id: str) -> InstallationRow:
    with assembly.database.read() as tx:
        row = installations.get(tx, id)
    if row is None:
        raise ConfigError(f"There is no installation '{id}' here.")
    return row


def choose_installation(assembly: Assembly, id: str | None) -> str:
    """The installation meant: the named one, or the only one. Raises ConfigError."""
    with assembly.database.read() as tx:
        rows = installations.listing(tx)
    if id is not None:
        if id not in {row.id for row in rows}:
            raise ConfigError(f"There is no installation '{id}' here.")
        return id
    if not rows:
        raise ConfigError("Connect a help desk first: answerback connect zendesk")
    if len(rows) > 1:
        known = ", ".join(f"{row.id} ({row.help_desk})" for row in rows)
        raise ConfigError(f"There are several installations; name one with --installation: {known}")
    return rows[0].id


def _split(
    assembly: Assembly,
    declared: tuple[Setting, ...],
    values: Mapping[str, object],
    *,
    scope: Scope,
    where: str,
) -> tuple[str, bytes]:
    """Settings as they are stored: the plain ones as JSON, the secret ones sealed."""
    typed = read_settings(declared, values, scope=scope, where=where)
    hidden = {setting.name for setting in declared if setting.secret}
    plain = {name: value for name, value in typed.items() if name not in hidden}
    sealed = {name: value for name, value in typed.items() if name in hidden and value}
    return json.dumps(plain), assembly.vault.seal(sealed)
