"""Puts plugins together with what they need: settings, secrets, state, and a way out."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from answerback.budget import Budget
from answerback.channel import Account, Channel, Listener
from answerback.errors import ConfigError
from answerback.helpdesk import Brand, HelpDesk, Installation
from answerback.http import Http, Pacer, Transport
from answerback.model import Actor
from answerback.plugins import load_channel, load_help_desk
from answerback.schema import loads
from answerback.settings import secret_values
from answerback_server.config import Config
from answerback_server.store.database import Database
from answerback_server.store.rows import AccountRow, InstallationRow, ListenerRow
from answerback_server.store.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """Everything a part of the engine works with, made once per process."""

    config: Config
    database: Database
    vault: Vault
    transport: Transport
    pacers: Pacers

    def channel(self, account: AccountRow) -> Channel:
        """The channel of an account, with its way out."""
        cls = load_channel(account.channel)
        settings = self._settings(account.settings, account.secrets)
        http = Http(
            plugin=account.channel,
            account=account.handle,
            transport=self.transport,
            secrets=secret_values(cls.settings, settings),
            classify=cls.classify,
            pacer=self.pacers.of(cls.name, cls.budgets),
        )
        return cls(None, _account(account, settings), http, json.loads(account.state))

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
    return Assembly(
        config=config,
        database=Database(config.database_url),
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
