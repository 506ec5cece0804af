"""The brakes of an account: a switch that stops all its answers, and limits that ask a person.

A pause keeps what agents answer: it waits as queued, the ticket says so, and it goes its way when
the pause ends. What is in the very moment of its public write when the switch is thrown may still
appear. Taking an answer back goes on in a pause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from answerback.errors import ConfigError
from answerback_server.engine import tell
from answerback_server.store import accounts, ledger, replies

if TYPE_CHECKING:
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.database import Transaction
    from answerback_server.store.rows import AccountRow, ReplyRow

#: Seconds the two limits look back.
BURST_WINDOW = 60.0
SAME_WORDS_WINDOW = 3600.0


def surplus(assembly: Assembly, tx: Transaction, reply: ReplyRow) -> str | None:
    """Why this answer is one too many, or None. What is held itself does not count."""
    config = assembly.config
    if replies.let_through(tx, reply, BURST_WINDOW) >= config.burst:
        return (
            f"The account has given {config.burst} answers within a minute, and more may be a "
            "mistake. Confirm it if it is none."
        )
    same = replies.let_through(tx, reply, SAME_WORDS_WINDOW, same_words=True)
    if same >= config.same_words:
        return (
            f"The same words went to {same} others within an hour, and networks take that for "
            "spam. Change them, or confirm it."
        )
    return None


def choose(assembly: Assembly, name: str | None, *, every: bool) -> list[AccountRow]:
    """The accounts meant: all, or the one with this id or handle. Raises ConfigError."""
    with assembly.database.read() as tx:
        known = accounts.listing(tx)
    if every:
        return known
    found = [row for row in known if name in (row.id, row.handle)]
    if len(found) == 1:
        return found
    if found:
        ids = ", ".join(row.id for row in found)
        raise ConfigError(f"There are several accounts '{name}'; name one by its id: {ids}")
    handles = ", ".join(f"{row.id} ({row.handle})" for row in known) or "none"
    raise ConfigError(f"There is no account '{name}' here. Known: {handles}")


def pause(assembly: Assembly, account: AccountRow) -> bool:
    """Stop every answer of an account; the tickets of those on their way say so. False: it is."""
    with assembly.database.write() as tx:
        if not accounts.pause(tx, account.id):
            return False
        ledger.write(tx, f"account:{account.id}", "paused", installation=account.installation)
        _tell(assembly, tx, account.id)
    return True


def resume(assembly: Assembly, account: AccountRow) -> bool:
    """Let an account answer again; what waited has its full time. False: it was not paused."""
    with assembly.database.write() as tx:
        if not accounts.resume(tx, account.id):
            return False
        replies.start_over(tx, account.id)
        ledger.write(tx, f"account:{account.id}", "resumed", installation=account.installation)
    return True


def tell_paused(assembly: Assembly, account: AccountRow) -> None:
    """The tickets of what came in during a pause say that it waits."""
    if account.paused_at is not None:
        with assembly.database.write() as tx:
            _tell(assembly, tx, account.id)


def _tell(assembly: Assembly, tx: Transaction, account: str) -> None:
    for reply in replies.untold(tx, account, tell.PAUSED_WORD):
        tell.paused(assembly, tx, reply)
