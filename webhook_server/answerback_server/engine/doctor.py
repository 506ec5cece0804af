"""Looks a whole server over and says what is wrong and what to do. Changes nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from answerback.errors import ConfigError
from answerback.plugins import load_channel, load_help_desk
from answerback_server.config import Config, read_config
from answerback_server.engine import watch
from answerback_server.engine.assembly import Assembly, assemble
from answerback_server.store import accounts, alarms, installations
from answerback_server.store.database import StoreError
from answerback_server.store.start import check_mark, check_schema
from answerback_server.store.vault import Vault

if TYPE_CHECKING:
    from answerback_server.engine.watch import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at. `mend` says what to do where it is not well."""

    kind: str
    subject: str
    state: Literal["well", "notice", "wrong"]
    words: str
    mend: str = ""


def examine(environ: Mapping[str, str] | None = None) -> list[Check]:
    """Everything, from the settings inwards; what rests on something wrong is left out."""
    try:
        config = read_config(os.environ if environ is None else environ)
        Vault(config.keys)
    except ConfigError as error:
        return [_wrong("settings", "environment", str(error), "Mend the settings it names.")]
    checks = [_well("settings", "environment", f"They can be used ({config.environment}).")]
    try:
        assembly = assemble(config)
    except ConfigError as error:
        return [*checks, _wrong("database", "database", str(error), "Mend the address.")]
    with closing(assembly.database):
        checks.append(_database(config, assembly))
        if checks[-1].state == "well":
            checks += [*_set_up(assembly), *_found(assembly)]
    return checks


def _database(config: Config, assembly: Assembly) -> Check:
    file = assembly.database.file
    if file is not None and not file.exists():
        # Looking would make an empty one.
        return _wrong("database", "database", "It does not exist yet.", "answerback migrate")
    try:
        check_schema(assembly.database)
        check_mark(assembly.database, environment=config.environment, keys=config.keys)
    except ConfigError as error:
        return _wrong("database", "database", str(error), "Do what it says.")
    except StoreError as error:
        return _wrong(
            "database",
            "database",
            f"It does not answer as it should ({type(error).__name__}).",
            "Is the address in ANSWERBACK_DATABASE_URL right, and is it running?",
        )
    words = f"It answers ({assembly.database.dialect}), with this release's schema."
    return _well("database", "database", words)


def _set_up(assembly: Assembly) -> list[Check]:
    """Whether every plugin that is used can be loaded, and every secret opened."""
    with assembly.database.read() as tx:
        desks, brands = installations.listing(tx), accounts.listing(tx)
    checks: list[Check] = []
    for desk in desks:
        try:
            load_help_desk(desk.help_desk)
            assembly.vault.open(desk.secrets)
        except ConfigError as error:
            checks.append(_wrong("plugin", f"installation:{desk.id}", str(error), _LOAD))
    for brand in brands:
        try:
            load_channel(brand.channel)
            assembly.vault.open(brand.secrets)
        except ConfigError as error:
            checks.append(_wrong("plugin", f"account:{brand.id}", str(error), _LOAD))
    if not desks or not brands:
        missing = "help desk" if not desks else "account"
        mend = f"answerback connect {'zendesk' if not desks else 'mastodon'}"
        checks.append(
            Check(
                kind="set-up",
                subject="server",
                state="notice",
                words=f"No {missing} is connected.",
                mend=mend,
            )
        )
    if not checks:
        words = f"{len(desks)} help desks and {len(brands)} accounts can be used."
        checks.append(_well("set-up", "server", words))
    return checks


_LOAD = "Install what is missing, allow it in ANSWERBACK_PLUGINS, or give the right key."


def _found(assembly: Assembly) -> list[Check]:
    with assembly.database.read() as tx:
        since = {(row.kind, row.subject): row.opened_at for row in alarms.open_now(tx)}
        now = assembly.database.now(tx)
    found = [*watch.now_wrong(assembly), *watch.seldom_wrong(assembly)]
    checks = [_check(one, since.get((one.kind, one.subject)), now) for one in found]
    if not any(one.state == "wrong" for one in checks):
        checks.append(_well("running", "server", "Workers, listeners and desks are in touch."))
    return checks


def _check(one: Finding, since: float | None, now: float) -> Check:
    words = one.words
    if since is not None:
        words += f" Alarm open for {watch.span(now - since)}."
    state: Literal["notice", "wrong"] = "notice" if one.notice else "wrong"
    return Check(kind=one.kind, subject=one.subject, state=state, words=words, mend=one.mend)


def _well(kind: str, subject: str, words: str) -> Check:
    return Check(kind=kind, subject=subject, state="well", words=words)


def _wrong(kind: str, subject: str, words: str, mend: str) -> Check:
    return Check(kind=kind, subject=subject, state="wrong", words=words, mend=mend)
