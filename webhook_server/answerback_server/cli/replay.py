"""`answerback replay`: what waits for a person, and a real new attempt for one of it, or many."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import click

from answerback.errors import ConfigError
from answerback_server.cli.opened import opened
from answerback_server.engine import parking
from answerback_server.engine.parking import KINDS, Filter, Kind, Waiting
from answerback_server.engine.reopen import reopen

_SPAN = re.compile(r"(\d{1,6})([mhd])")
_SECONDS = {"m": 60, "h": 3600, "d": 86400}


@click.command()
@click.argument("id", required=False)
@click.option("--posted", is_flag=True, help="It is there already; only note that.")
@click.option("--all", "every", is_flag=True, help="A new attempt for all that is listed.")
@click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, help="Only of this kind.")
@click.option("--installation", help="Only of this installation.")
@click.option("--account", help="Only of the account with this id.")
@click.option("--state", help="Only in this state: held, failed, unsure, parked.")
@click.option("--reason", help="Only where the reason holds these words.")
@click.option("--since", help="Only from this time on: 90m, 12h, 7d or 2026-11-21.")
def replay(
    id: str | None,
    posted: bool,
    every: bool,
    kinds: tuple[Kind, ...],
    installation: str | None,
    account: str | None,
    state: str | None,
    reason: str | None,
    since: str | None,
) -> None:
    """List what waits for a person, or make a real new attempt: for ID, or with --all for many.

    Answers (rep_…) that are held, failed or unsure; posts that could not be filed (filing:N);
    pages of a network that could not be applied (page:N) and deliveries that could not be read
    (call:N). With --all, answers in doubt are left
    out unless --state unsure is given, since they may be there already.
    """
    wanted = Filter(
        kinds=kinds or KINDS,
        installation=installation,
        account=account,
        state=state,
        reason=reason,
        since=None if since is None else _moment(since),
    )
    if id is not None and (every or wanted != Filter()):
        raise ConfigError("Give an id, or --all with filters, not both.")
    if posted and (id is None or not id.startswith("rep_")):
        raise ConfigError("--posted is for one answer: give its id (rep_…).")
    with opened() as assembly:
        if id is None:
            found = parking.waiting(assembly, wanted)
            if not every:
                _list(found)
                return
            chosen = [one for one in found if one.state != "unsure" or state == "unsure"]
        elif id.startswith("rep_"):
            refused = reopen(assembly, id, posted=posted)
            if refused is not None:
                raise ConfigError(refused)
            click.echo("Noted as posted." if posted else "It will be tried again.")
            return
        else:
            named = parking.named(assembly, id)
            if named is None:
                raise ConfigError(f"No '{id}' waits for a person; those that do: answerback replay")
            why = parking.again(assembly, named)
            if why is not None:
                raise ConfigError(why)
            click.echo("It will be tried again.")
            return
        left = [(one, why) for one in chosen if (why := parking.again(assembly, one)) is not None]
    for one, why in left:
        click.echo(f"{one.id}  {why}", err=True)
    click.echo(f"{len(chosen) - len(left)} will be tried again.")


def _list(found: list[Waiting]) -> None:
    for one in found:
        click.echo(f"{one.id}  {one.state:8}  {one.reason}")
    if not found:
        click.echo("Nothing waits for a person.")


def _moment(since: str) -> float:
    """A time in seconds since 1970. Raises ConfigError."""
    span = _SPAN.fullmatch(since)
    if span is not None:
        return datetime.now(UTC).timestamp() - int(span[1]) * _SECONDS[span[2]]
    try:
        told = datetime.fromisoformat(since)
    except ValueError:
        raise ConfigError(
            "--since takes a span such as 90m, 12h or 7d, or a date such as 2026-11-21."
        ) from None
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
