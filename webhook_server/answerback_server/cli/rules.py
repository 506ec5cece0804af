"""`answerback rules`: what an installation files, how urgently, and what it only keeps."""

from __future__ import annotations

import json
from pathlib import Path

import click

from answerback.errors import ConfigError
from answerback_server.cli.opened import opened
from answerback_server.engine import setup
from answerback_server.engine.triage import Rules, read_rules
from answerback_server.engine.triage.rules_file import LARGEST, accounts_named
from answerback_server.store import accounts, ledger, triage

_installation = click.option("--installation", help="Which installation; needed if several.")
_file = click.argument("file", type=click.Path(allow_dash=False))


@click.group()
def rules() -> None:
    """See, check and set the rules by which posts are filed."""


@rules.command()
@_installation
def show(installation: str | None) -> None:
    """Print the rules that hold now."""
    with opened() as assembly:
        chosen = setup.choose_installation(assembly, installation)
        with assembly.database.read() as tx:
            text = triage.rules_of(tx, chosen)
    if text is None:
        click.echo('{"rules": []}')
        return
    click.echo(json.dumps(json.loads(text), ensure_ascii=False, indent=2))


@rules.command()
@_file
def check(file: str) -> None:
    """Say whether FILE could be set, without changing anything."""
    found, _text = _read(file)
    click.echo(f"{_number(found)}, in order. Nothing was changed.")


@rules.command("set")
@_file
@_installation
def set_rules(file: str, installation: str | None) -> None:
    """Let the rules in FILE hold from the next post on."""
    found, text = _read(file)
    with opened() as assembly:
        chosen = setup.choose_installation(assembly, installation)
        with assembly.database.write() as tx:
            rows = accounts.of_installation(tx, chosen)
            known = {name.lower() for row in rows for name in (row.id, row.handle)}
            for wanted in sorted(accounts_named(found)):
                if wanted.lower() not in known:
                    handles = ", ".join(sorted(row.handle for row in rows)) or "none"
                    raise ConfigError(
                        f"No account '{wanted}' is connected here. Connected: {handles}."
                    )
            triage.set_rules(tx, chosen, text)
            ledger.write(
                tx,
                f"installation:{chosen}",
                "rules set",
                installation=chosen,
                rules=len(found.rules),
            )
    click.echo(f"From the next post on: {_number(found)}.")


def _read(file: str) -> tuple[Rules, str]:
    """The rules of a file, and its text as it is stored."""
    try:
        with Path(file).open(encoding="utf-8-sig") as opened_file:
            text = opened_file.read(LARGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read ({type(error).__name__}).") from None
    read_rules(text)
    stored = json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))
    # What is stored is read again for every post, so it is what has to hold.
    return read_rules(stored), stored


def _number(found: Rules) -> str:
    number = len(found.rules)
    return "1 rule" if number == 1 else f"{number} rules"
