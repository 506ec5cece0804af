"""Puts plugins together with what they need: settings, secrets, state, and a way out."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

from answerback.budget import Budget
from answerback.channel import Account, App, Channel, Listener
from answerback.errors import ConfigError
from answerback.helpdesk import Brand, HelpDesk, Installation
from answerback.http import Http, Pacer, Transport
from answerback.model import Actor
from answerback.plugins import load_channel, load_help_desk
from answerback.schema import loads
from answerback.settings import secret_values
from answerback_server.config import Config
from answerback_server.engine import steps
from answerback_server.store import apps
from answerback_server.store.calls import Calls
from answerback_server.store.database import Database, Transaction
from answerback_server.store.rows import AccountRow, AppRow, InstallationRow, ListenerRow
from answerback_server.store.vault import Vault

#: Among an app's secrets, those of before the last change; no setting can have this name.
FORMER = " former"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """Everything a part of the engine works with, made once per process."""

    config: Config
    database: Database
    calls: Calls
    vault: Vault
    transport: Transport
    pacers: Pacers

    def channel(self, account: AccountRow, tx: Transaction | None = None) -> Channel:
        """The channel of an account, with its way out.

        Whoever is in a transaction gives it: a second connection meanwhile could be one too many.
        """
        cls = load_channel(account.channel)
        settings = self._settings(account.settings, account.secrets)
        app = None
        if account.app is not None:
            with nullcontext(tx) if tx is not None else self.database.read() as reading:
                row = apps.get(reading, account.app)
            app = None if row is None else self.app(row)
        known = {**({} if app is None else app.settings), **settings}
        http = Http(
            plugin=account.channel,
            account=account.handle,
            app=account.app,
            transport=self.transport,
            secrets=secret_values(cls.settings, known),
            classify=cls.classify,
            pacer=self.pacers.of(cls.name, cls.budgets),
        )
        return cls(app, _account(account, settings), http, json.loads(account.state))

    def app(self, row: AppRow) -> App:
        """An app with its settings, secrets among them."""
        settings = self._settings(row.settings, row.secrets)
        settings.pop(FORMER, None)
        return App(id=row.id, settings=settings)

    def signing_secrets(self, row: AppRow) -> list[str]:
        """What an app's deliveries may be signed with: the secret, and the one before it.

        Where a channel does not say which of its app's secrets that is, it must have one only.
        """
        cls = load_channel(row.channel)
        settings = self._settings(row.settings, row.secrets)
        former = settings.pop(FORMER, {})
        secret = [one.name for one in cls.settings if one.scope == "app" and one.secret]
        names = cls.signed_with or (secret if len(secret) == 1 else ())
        return [
            str(value)
            for name in names
            for value in (settings.get(name), former.get(name))
            if value
        ]

    def help_desk(self, installation: InstallationRow) -> HelpDesk:
        """The help desk of an installation."""
        cls = load_help_desk(installation.help_desk)
        settings = self._settings(installation.settings, installation.secrets)
        http = Http(
            plugin=installation.help_desk,
            account=installation.id,
            transport=self.transport,
            secrets=secret_values(cls.settings, settings),
            classify=cls.classify,
            pacer=self.pacers.of(cls.name, ()),
        )
        return cls(Installation(id=installation.id, settings=settings), http)

    def _settings(self, plain: str, sealed: bytes | None) -> dict[str, Any]:
        return {**json.loads(plain), **self.vault.open(sealed)}


class Pacers:
    """One pacer for each plugin, shared by the threads of this process.

    A pacer itself tells accounts, apps and addresses apart.
    """

    #: How much faster a sandbox may be asked than a real network; its square allows as much.
    GENEROUS = 100

    def __init__(self, *, generous: bool = False) -> None:
        self._factor = self.GENEROUS if generous else 1
        self._lock = threading.Lock()
        self._of: dict[str, Pacer] = {}

    def of(self, plugin: str, budgets: Sequence[Budget]) -> Pacer:
        """The pacer of a plugin."""
        with self._lock:
            if plugin not in self._of:
                self._of[plugin] = Pacer(
                    [replace(one, units=one.units * self._factor) for one in budgets]
                )
            return self._of[plugin]


def assemble(config: Config) -> Assembly:
    """An assembly for this process. Opens the database, nothing else."""
    steps.arm(config.halt)
    database = Database(config.database_url, haste=config.haste)
    return Assembly(
        config=config,
        database=database,
        calls=Calls(database),
        vault=Vault(config.keys),
        transport=Transport(private_hosts=config.private_hosts, pool=config.threads),
        pacers=Pacers(generous=config.environment == "sandbox"),
    )


def _account(row: AccountRow, settings: Mapping[str, Any]) -> Account:
    return Account(id=row.id, settings=settings, actor=loads(row.actor, Actor))


def listener_of(row: ListenerRow) -> Listener:
    """A listener row as the plugin knows it."""
    return Listener(id=row.id, kind=row.kind, settings=json.loads(row.settings))  # type: ignore[arg-type]


def brand_of(account: AccountRow) -> Brand:
    """An account as a help desk may know it."""
    try:
        title = load_channel(account.channel).title
    except ConfigError:
        title = account.channel
    return Brand(
        id=account.id,
        channel=account.channel,
        channel_title=title,
        handle=account.handle,
        needs_reconnect=account.status == "reconnect",
    )
