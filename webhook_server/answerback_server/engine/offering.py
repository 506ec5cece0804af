"""Hands what waits to a desk that pulls, and takes note of what the desk says became of it.

pending → offered(n) → accepted → filed. What a desk is given is frozen at its first offer. A
report alone files nothing: the desk must also have acknowledged the offer through its secret.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from answerback.helpdesk import Connection, FileResult, Filing, Offer
from answerback.model import Mention
from answerback.schema import from_wire, loads
from answerback_server.engine import file, steps
from answerback_server.engine.assembly import brand_of
from answerback_server.store import accounts, filings, installations, ledger, mentions
from answerback_server.store.database import StoreError

if TYPE_CHECKING:
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.database import Transaction
    from answerback_server.store.rows import FilingRow, InstallationRow, MentionRow

#: Filings made ready in one write transaction, so that other writers get their turn.
CHUNK = 50


def take(
    assembly: Assembly,
    connection: Connection,
    *,
    acknowledged: int,
    limit: int,
) -> Offer:
    """What waits for this connection; see `Bridge.take`."""
    with assembly.database.write() as tx:
        issued = installations.asked(tx, connection.id)
        # A number we never gave acknowledges nothing it could not have seen.
        acknowledged = min(acknowledged, issued)
        filings.acknowledge(tx, connection.id, acknowledged)
        if not filings.waiting(tx, connection, limit=1, number=0):
            return Offer(number=acknowledged, filings=())
        number = installations.next_offer(tx, connection.id)
    steps.reached("offer.numbered")
    offered: list[Filing] = []
    maker = _Maker(assembly, connection, number)
    while len(offered) < limit:
        with assembly.database.write() as tx:
            room = min(CHUNK, limit - len(offered))
            waiting = filings.waiting(tx, connection, limit=room, number=number)
            offered += [one for row in waiting if (one := maker.offer(tx, row)) is not None]
            steps.reached("offer.offering")
        if len(waiting) < room:
            break
    steps.reached("offer.offered")
    return Offer(number=number, filings=tuple(offered))


class _Maker:
    """Makes filings ready, with what they have in common read once."""

    def __init__(
        self,
        assembly: Assembly,
        connection: Connection,
        number: int,
    ) -> None:
        with assembly.database.read() as tx:
            account = accounts.get(tx, connection.brand.id)
        assert account is not None
        self._assembly = assembly
        self._connection = connection.id
        self._number = number
        self._channel = assembly.channel(account)
        self._brand = brand_of(account)

    def offer(self, tx: Transaction, row: FilingRow) -> Filing | None:
        """A filing as part of the offer. One that cannot be read costs the others nothing."""
        if row.payload is None and row.kind in ("post", "edit") and _deleted(tx, row):
            filings.change(tx, row, state="withdrawn", reason="deleted by its author")
            return None
        try:
            frozen = json.loads(row.payload) if row.payload is not None else self._freeze(tx, row)
            ready = self._ready(tx, row, frozen)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 (parked with its kind, and the ledger says so)
            reason = f"{type(error).__name__} while it was made ready"
            file.park(self._assembly, tx, row, reason)
            return None
        filings.offer(
            tx,
            row,
            connection=self._connection,
            number=self._number,
            payload=row.payload or json.dumps(frozen),
        )
        return ready

    def _freeze(self, tx: Transaction, row: FilingRow) -> dict[str, Any]:
        said = mentions.by_id(tx, row.mention) if row.mention is not None else None
        parent = _quoted(tx, said) if said is not None and row.kind == "post" else None
        allow = said is None or said.wire is None
        if said is not None and said.wire is not None and row.kind == "post":
            mention = loads(said.wire, Mention)
            refusal = self._channel.refusal("reply", mention, self._channel.account)
            allow = refusal is None
        return {
            "mention": None if said is None or said.wire is None else json.loads(said.wire),
            "parent": None if parent is None or parent.wire is None else json.loads(parent.wire),
            "note": row.note,
            "priority": row.priority,
            "tags": json.loads(row.tags or "[]"),
            "reasons": json.loads(row.reasons or "[]"),
            "allow_reply": allow and row.kind == "post",
        }

    def _ready(self, tx: Transaction, row: FilingRow, frozen: dict[str, Any]) -> Filing:
        conversation = mentions.conversation(tx, row.conversation)
        assert conversation is not None
        mention, parent = (
            None if wire is None else from_wire(wire, Mention)
            for wire in (frozen["mention"], frozen["parent"])
        )
        published = mention.published if mention is not None and row.kind == "post" else None
        return Filing(
            external_id=row.external_id,
            conversation=conversation.thread,
            kind=row.kind,  # type: ignore[arg-type]
            brand=self._brand,
            created=published or datetime.fromtimestamp(row.created_at, UTC),
            heard=row.heard,  # type: ignore[arg-type]
            mention=mention,
            parent=parent,
            note=frozen["note"],
            allow_reply=frozen["allow_reply"],
            priority=frozen.get("priority"),
            tags=("answerback", self._brand.channel, *frozen.get("tags", ())),
            reasons=tuple(frozen.get("reasons", ())),
        )


def _deleted(tx: Transaction, row: FilingRow) -> bool:
    said = mentions.by_id(tx, row.mention) if row.mention is not None else None
    return said is not None and said.status == "deleted"


def _quoted(tx: Transaction, row: MentionRow) -> MentionRow | None:
    """The parent, where the ticket would not show it anyway."""
    if row.parent_key is None:
        return None
    parent = mentions.get(tx, row.installation, row.parent_key)
    if parent is None or parent.private != row.private:
        return None
    filed = any(one.kind == "post" for one in filings.of_mention(tx, parent.id))
    if filed or (parent.own and parent.conversation is not None):
        return None
    return parent


def confirm(
    assembly: Assembly, installation: InstallationRow, results: Sequence[FileResult]
) -> None:
    """Take note of what the desk reports. A known ticket is never replaced."""
    with assembly.database.write() as tx:
        for result in results:
            row = filings.get(tx, installation.id, result.external_id, lock=True)
            if row is None or row.payload is None or row.state == "withdrawn":
                continue
            if result.outcome in ("done", "already"):
                _reported(tx, installation.id, row, result)
            elif result.outcome == "refused":
                file.park(assembly, tx, row, result.reason or "the desk refused it")
            else:
                ledger.write(
                    tx,
                    f"filing:{row.id}",
                    result.outcome,
                    installation=installation.id,
                    reason=result.reason,
                )
        steps.reached("confirm.storing")
    steps.reached("confirm.stored")


def _reported(tx: Transaction, installation: str, row: FilingRow, result: FileResult) -> None:
    if row.reported and (row.ticket is not None or result.ticket is None):
        return
    # Offered, and not yet acknowledged: the acknowledgement will file it.
    taken = row.state != "offered" and row.accepted
    filings.change(
        tx,
        row,
        reported=True,
        ticket=result.ticket,
        comment=result.comment,
        state="filed" if taken else row.state,
    )
    ledger.write(tx, f"filing:{row.id}", "filed", installation=installation, ticket=result.ticket)
    if result.ticket is not None:
        mentions.link_ticket(tx, row.conversation, result.ticket)
