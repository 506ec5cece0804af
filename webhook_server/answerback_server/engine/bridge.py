"""What a help desk's call may do: the engine's side of `answerback.helpdesk.Bridge`."""

from __future__ import annotations

import hmac
import re
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from answerback.errors import BadRequest
from answerback.helpdesk import (
    Accepted,
    AgentReply,
    Connection,
    FileResult,
    Installation,
    Offer,
    Setup,
)
from answerback.model import Receipt
from answerback.schema import loads
from answerback_server.engine import intake, offering, steps, tell
from answerback_server.engine.assembly import brand_of
from answerback_server.engine.setup import typed_code
from answerback_server.engine.threads import mention_of
from answerback_server.store import accounts, filings, installations, ledger, mentions, replies
from answerback_server.store.database import StoreError, digest, new_id

if TYPE_CHECKING:
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.database import Transaction
    from answerback_server.store.rows import ConnectionRow, InstallationRow

#: Seconds a set-up in the desk's admin UI may take.
SETUP_LIFETIME = 1800.0
#: Seconds after which a connection's secret is renewed: 90 days.
SECRET_LIFETIME = 90 * 86400.0
#: Calls that may wait for a post at the same time; one more is answered at once.
WAITING = threading.BoundedSemaphore(16)
#: Seconds between two looks at a reply's state while its agent waits.
LOOK = 0.05


_ID = re.compile(r"[\w-]{1,40}", re.ASCII)


class EngineBridge:
    """One installation's door into the engine."""

    def __init__(self, assembly: Assembly, row: InstallationRow) -> None:
        self._assembly = assembly
        self._database = assembly.database
        self._vault = assembly.vault
        self._row = row

    @property
    def installation(self) -> Installation:
        """The installation called."""
        return self._assembly.help_desk(self._row).installation

    def begin_setup(self, facts: Mapping[str, str], *, connection: str | None = None) -> str:
        """Start a set-up; see `Bridge.begin_setup`."""
        session = new_id("set")
        with self._database.write() as tx:
            installations.begin_session(
                tx,
                session=session,
                installation=self._row.id,
                facts=self._vault.seal(facts),
                connection=connection,
                lifetime=SETUP_LIFETIME,
            )
        return session

    def setup(self, session: str) -> Setup | None:
        """The set-up under way, or None."""
        with self._database.read() as tx:
            found = installations.session(tx, self._row.id, session)
            if found is None:
                return None
            facts, connection, unlocked = found
            brands = accounts.of_installation(tx, self._row.id) if unlocked else []
        return Setup(
            facts=self._vault.open(facts),
            unlocked=unlocked,
            brands=tuple(brand_of(account) for account in brands),
            connection=connection,
        )

    def unlock(self, session: str, code: str) -> bool:
        """Spend the set-up code; see `Bridge.unlock`."""
        with self._database.write() as tx:
            if installations.session(tx, self._row.id, session) is None:
                return False
            right = installations.spend_code(tx, self._row.id, typed_code(code))
            if right:
                installations.unlock_session(tx, session)
            ledger.write(
                tx,
                f"installation:{self._row.id}",
                "set-up unlocked" if right else "set-up code refused",
                installation=self._row.id,
            )
        return right

    def connect(self, session: str, brand: str) -> tuple[str, str]:
        """Join a brand to the desk; see `Bridge.connect`."""
        secret = new_id("sec")
        with self._database.write() as tx:
            found = installations.session(tx, self._row.id, session)
            if found is None or not found[2]:
                raise BadRequest("This set-up is not unlocked or has run out. Open it again.")
            account = accounts.get(tx, brand)
            if account is None or account.installation != self._row.id:
                raise BadRequest("There is no such account here. Open the set-up again.")
            id = found[1] or new_id("con")
            if found[1] is None:
                installations.connect(
                    tx, id=id, installation=self._row.id, account=account.id, secret=secret
                )
            else:
                # The old secret lives until the desk has used the new one.
                installations.reconnect(tx, id, account=account.id)
                self._renew(tx, id, secret)
            installations.end_session(tx, session)
            ledger.write(
                tx,
                f"installation:{self._row.id}",
                "connected",
                installation=self._row.id,
                account=account.id,
                connection=id,
            )
        return id, secret

    def connection(self, id: str, secret: str) -> Connection | None:
        """The connection this secret opens, or None."""
        if not _ID.fullmatch(id):
            return None
        offered = digest("connection", secret)
        with self._database.read() as tx:
            row = installations.connection(tx, self._row.id, id)
            # Compare also when there is none, so that timing tells nothing.
            current = hmac.compare_digest(offered, row.secret_hash if row else digest(""))
            next_one = hmac.compare_digest(offered, (row and row.renewed_hash) or digest(""))
            if row is None or not (current or next_one):
                return None
            account = accounts.get(tx, row.account)
            now = self._database.now(tx)
        assert account is not None
        return Connection(
            id=row.id, brand=brand_of(account), renewed=self._renewed(row, next_one, now)
        )

    def _renewed(self, row: ConnectionRow, next_one: bool, now: float) -> str | None:
        """The secret to hand over, while the desk still uses one that is too old."""
        if next_one:
            with self._database.write() as tx:
                installations.renewed_used(tx, row.id, row.renewed_hash or "")
            return None
        if row.renewed is None and row.issued_at + SECRET_LIFETIME <= now:
            with self._database.write() as tx:
                self._renew(tx, row.id, new_id("sec"))
                fresh = installations.connection(tx, self._row.id, row.id)
            assert fresh is not None
            row = fresh
        return None if row.renewed is None else str(self._vault.open(row.renewed)["secret"])

    def _renew(self, tx: Transaction, id: str, secret: str) -> None:
        installations.renew(
            tx,
            id,
            renewed_hash=digest("connection", secret),
            renewed=self._vault.seal({"secret": secret}),
        )

    def take(self, connection: Connection, *, acknowledged: int, limit: int) -> Offer:
        """What waits for this connection; see `Bridge.take`."""
        return offering.take(self._assembly, connection, acknowledged=acknowledged, limit=limit)

    def confirm(self, results: Sequence[FileResult]) -> None:
        """Take note of what the desk reports; see `Bridge.confirm`."""
        offering.confirm(self._assembly, self._row, results)

    def accept(self, connection: Connection, reply: AgentReply, *, wait: float) -> Accepted:
        """Store the reply, then wait for it; see `Bridge.accept`."""
        id = intake.store(self._assembly, self._row, connection, reply)
        try:
            return self._wait(id, wait)
        except StoreError:
            # It is stored, and will be posted; only how it stands cannot be told now.
            return Accepted(id=f"{intake.REPLY}{id}", state="queued")

    def _wait(self, id: str, wait: float) -> Accepted:
        deadline = time.monotonic() + wait
        waiting = WAITING.acquire(blocking=False)
        try:
            while True:
                accepted, settled = self._standing(id)
                if settled or not waiting or time.monotonic() >= deadline:
                    break
                time.sleep(LOOK)
        finally:
            if waiting:
                WAITING.release()
        steps.reached("intake.waited")
        with self._database.write() as tx:
            row = replies.get(tx, id, lock=True)
            assert row is not None
            if accepted.state != "failed":
                replies.name(tx, id, f"{intake.REPLY}{id}")
            if not settled and row.told is None and row.state != "posted":
                tell.waits(self._assembly, tx, row)
        steps.reached("intake.named")
        return self._standing(id)[0]

    def _standing(self, id: str) -> tuple[Accepted, bool]:
        """Where a reply stands, and whether waiting longer would change nothing."""
        with self._database.read() as tx:
            row = replies.get(tx, id)
            assert row is not None
            parts = replies.deliveries(tx, id)
        name = row.desk_name or f"{intake.REPLY}{id}"
        if row.state == "posted":
            receipt = loads(parts[0].receipt, Receipt) if parts[0].receipt else None
            return Accepted(id=name, state="posted", url=receipt.url if receipt else None), True
        to_people = any(part.looks >= replies.LOOKS for part in parts)
        settled = (
            row.state in ("failed", "held", "withdrawn")
            or (row.state == "unsure" and to_people)
            or row.told == tell.PAUSED_WORD
        )
        state = {"new": "queued", "withdrawn": "failed"}.get(row.state, row.state)
        reason = None if row.reason is None else f"{row.reason}{tell.already(parts)}"
        return Accepted(id=name, state=state, reason=reason), settled  # type: ignore[arg-type]

    def original(self, external_id: str) -> str | None:
        """The permalink of something filed or posted here."""
        with self._database.read() as tx:
            filing = filings.get(tx, self._row.id, external_id)
            if filing is not None and filing.mention is not None:
                row = mentions.by_id(tx, filing.mention)
                mention = mention_of(row) if row is not None else None
                return None if mention is None else mention.url or mention.id
            return intake.reply_url(tx, self._row.id, external_id)

    def record(self, event: str, facts: Mapping[str, str]) -> None:
        """Write an event of the desk into the ledger."""
        with self._database.write() as tx:
            ledger.write(
                tx,
                f"installation:{self._row.id}",
                event[:64],
                installation=self._row.id,
                **{f"desk_{name}": value[:500] for name, value in facts.items()},
            )
