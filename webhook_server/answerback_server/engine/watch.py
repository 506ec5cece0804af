"""What is wrong just now, read from the tables alone: the one truth behind alarms and doctor.

Nothing here asks a network or a desk. What is found carries ids, handles and reasons, never what
anybody said.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from answerback.errors import ConfigError
from answerback_server.store import accounts, alarms, apps, health, replies
from answerback_server.store.database import StoreError

if TYPE_CHECKING:
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.database import Transaction
    from answerback_server.store.rows import AccountRow

log = logging.getLogger(__name__)

#: Seconds without a sign of life after which no worker counts as running.
WORKER_QUIET = 60.0
#: Heard nothing for so long, and for this much longer than ever in two weeks: not its rhythm.
SILENT = 3600.0
MUCH_LONGER = 1.5
LOOKED_AT = 14 * 86400.0
#: … told only of a listener heard often enough, for long enough, to have a rhythm.
HEARD = 20
FOR_SO_LONG = 3 * 86400.0
#: Access that ends within a week is told ahead.
AHEAD = timedelta(days=7)
#: Bytes a database needs to breathe, and seconds clocks may differ.
ROOM = 500_000_000
APART = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it should be. `notice`: meant so by somebody; no alarm."""

    kind: str
    subject: str
    words: str
    mend: str
    installation: str | None = None
    notice: bool = False


def now_wrong(assembly: Assembly) -> list[Finding]:
    """All that is cheap to find: asked every half minute."""
    quiet = assembly.config.quiet_seconds
    with assembly.calls.reading() as calls:
        lying = health.stuck_calls(calls, quiet)
    with assembly.database.read() as tx:
        return [
            *_worker(assembly, tx),
            *_accounts(tx),
            *_listeners(tx, quiet, assembly.config.poll_seconds),
            *_desks(tx, quiet),
            *_stuck(tx, quiet),
            *_calls(tx, lying),
            *_clock(assembly, tx),
            *_disk(assembly),
        ]


def seldom_wrong(assembly: Assembly) -> list[Finding]:
    """What takes longer to find and changes slowly: silent listeners, and access that ends."""
    with assembly.database.read() as tx:
        silent = list(_silent(tx))
        every = [one for one in accounts.listing(tx) if one.status == "active"]
    return [*silent, *(found for one in every if (found := _ending(assembly, one)) is not None)]


def _worker(assembly: Assembly, tx: Transaction) -> Iterator[Finding]:
    last = alarms.last_beat(tx)
    now = assembly.database.now(tx)
    if last is None or now - last > WORKER_QUIET / assembly.config.haste:
        since = "within a day" if last is None else f"for {span(now - last)}"
        yield Finding(
            kind="worker-gone",
            subject="worker",
            words=f"No worker has given a sign of life {since}: nothing is heard or posted.",
            mend="Start it: answerback serve (or answerback work); its log says why it ended.",
        )


def _accounts(tx: Transaction) -> Iterator[Finding]:
    for one in accounts.listing(tx):
        if one.status == "reconnect":
            yield Finding(
                kind="reconnect",
                subject=f"account:{one.id}",
                installation=one.installation,
                words=f"{one.handle} lost its access; it hears and answers nothing.",
                mend=f"Connect it again: answerback connect {one.channel}",
            )
        if one.paused_at is not None:
            yield Finding(
                kind="paused",
                subject=f"account:{one.id}",
                installation=one.installation,
                words=f"{one.handle} is paused: its answers wait.",
                mend=f"Let it go again: answerback resume {one.id}",
                notice=True,
            )


def _listeners(tx: Transaction, quiet: float, interval: float | None) -> Iterator[Finding]:
    for one in health.unwell_listeners(tx, quiet, interval):
        why = one.reason or "It was not asked."
        yield Finding(
            kind="listener-unwell",
            subject=f"listener:{one.id}",
            installation=one.installation,
            words=(
                f"{one.handle} has not been able to listen to its {one.kind} for "
                f"{span(one.seconds)} ({one.failures} failures). {why}"
            ),
            mend="Is the network up, and the account still allowed to read? Missed posts are "
            "fetched once it answers again.",
        )


def _silent(tx: Transaction) -> Iterator[Finding]:
    for one in health.heard_listeners(tx, SILENT):
        heard, over, longest = health.rhythm(tx, one.id, LOOKED_AT)
        if heard >= HEARD and over >= FOR_SO_LONG and one.seconds > MUCH_LONGER * longest:
            yield Finding(
                kind="listener-silent",
                subject=f"listener:{one.id}",
                installation=one.installation,
                words=(
                    f"{one.handle} has heard no {one.kind} for {span(one.seconds)}; in two weeks "
                    f"the longest silence was {span(longest)}."
                ),
                mend="Look at the account on the network: are there posts we should have heard? "
                "A quiet day closes this by itself with the next post.",
            )


def _desks(tx: Transaction, quiet: float) -> Iterator[Finding]:
    for one in health.quiet_desks(tx, quiet):
        yield Finding(
            kind="desk-quiet",
            subject=f"connection:{one.id}",
            installation=one.installation,
            words=f"{one.kind} has not asked for news of {one.handle} for {span(one.seconds)}.",
            mend="Is ANSWERBACK_PUBLIC_URL reachable from outside, and the channel active in the "
            "help desk? Nothing is lost; it waits.",
        )


def _stuck(tx: Transaction, quiet: float) -> Iterator[Finding]:
    told = (
        ("filings-parked", health.parked_filings(tx), "could not be filed and lie aside",
         "Look and try again: answerback replay --kind filing", False),
        ("pages-parked", health.parked_pages(tx), "stored pages could not be applied",
         "Look and try again: answerback replay --kind page", False),
        ("pages-waiting", health.waiting_pages(tx, quiet), "stored pages wait to be applied",
         "Is a worker running? Its log names what fails.", False),
        ("answers-waiting", health.waiting_answers(tx, quiet), "posts of answers wait",
         "The network may be away or its limit reached; they are tried for a day.", False),
        ("answers-held", health.held_answers(tx, replies.LOOKS), "answers wait for a person",
         "Look and decide: answerback replay --kind reply", True),
    )  # fmt: skip
    for kind, found, words, mend, notice in told:
        for one in found:
            yield Finding(
                kind=kind,
                subject=f"account:{one.account}",
                installation=one.installation,
                words=f"{one.handle}: {one.count} {words}, the oldest for {span(one.seconds)}.",
                mend=mend,
                notice=notice,
            )


def _calls(tx: Transaction, lying: list[health.Lying]) -> Iterator[Finding]:
    # Those of an app that was removed are nobody's any more.
    known = {row.id: row for row in apps.listing(tx)}
    for one in lying:
        if one.app not in known:
            continue
        app = known[one.app]
        parked = one.state == "parked"
        words = "could not be read and lie aside" if parked else "wait to be looked into"
        yield Finding(
            kind="calls-parked" if parked else "calls-waiting",
            subject=f"app:{app.id}",
            installation=app.installation,
            words=f"{app.channel}: {one.count} deliveries {words}, the oldest for "
            f"{span(one.seconds)}.",
            mend="Look and try again: answerback replay --kind call"
            if parked
            else "Is a worker running? Its log names what fails.",
        )


def _clock(assembly: Assembly, tx: Transaction) -> Iterator[Finding]:
    now = assembly.database.now(tx)
    apart = abs(now - datetime.now(UTC).timestamp())
    if apart > APART:
        yield Finding(
            kind="clock",
            subject="database",
            words=f"This machine's clock and the database's are {span(apart)} apart.",
            mend="Have both kept by NTP.",
        )
    ahead = health.newest_time(tx) - now
    if ahead > APART:
        yield Finding(
            kind="clock",
            subject="past",
            words=f"The tables hold times {span(ahead)} in the future: a clock was set back.",
            mend="Have it kept by NTP; what waits for a time may come late until then.",
        )


def _disk(assembly: Assembly) -> Iterator[Finding]:
    file = assembly.database.file
    if file is None:
        return
    free = shutil.disk_usage(file.resolve().parent).free
    if free < ROOM:
        yield Finding(
            kind="disk",
            subject="disk",
            words=f"The disk under the database has {free // 1_000_000} MB left.",
            mend="Make room: without it nothing is taken in any more.",
        )


def _ending(assembly: Assembly, account: AccountRow) -> Finding | None:
    try:
        ends = assembly.channel(account).access_ends()
        if ends is None or (ahead := ends - datetime.now(UTC)) > AHEAD:
            return None
    except ConfigError:
        # A plugin or key that is missing is doctor's to name.
        return None
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 (a plugin's own mistake: this account's only)
        told = {"account": account.id, "error": type(error).__name__}
        log.error("end of access unknown", extra=told)
        return None
    left = ahead.total_seconds()
    when = f"ends in {span(left)}" if left > 0 else "has ended"
    return Finding(
        kind="access-ends",
        subject=f"account:{account.id}",
        installation=account.installation,
        words=f"The access of {account.handle} {when}.",
        mend=f"Connect it again before that: answerback connect {account.channel}",
    )


def span(seconds: float) -> str:
    """So many seconds as people say it."""
    for size, name in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} seconds"
