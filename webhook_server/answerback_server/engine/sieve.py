"""What was heard is weighed, and then filed or only kept; triage decides, this carries it out.

Whatever goes wrong in triage, the mention is filed with what is known.
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from answerback.errors import ConfigError
from answerback_server.engine import file
from answerback_server.engine.triage import Heard, Rules, Verdict, installed, judge, read_rules
from answerback_server.engine.triage.priority import rank
from answerback_server.store import accounts, ledger, mentions, triage

if TYPE_CHECKING:
    from answerback.helpdesk import Kind
    from answerback.model import Mention
    from answerback_server.engine.assembly import Assembly
    from answerback_server.engine.triage import Customers, Readers
    from answerback_server.store.database import Transaction
    from answerback_server.store.rows import (
        AccountRow,
        ConversationRow,
        ListenerRow,
        MentionRow,
    )

log = logging.getLogger(__name__)


class Sieve:
    """Weighs what one account hears, by the rules of its installation."""

    def __init__(
        self,
        assembly: Assembly,
        tx: Transaction,
        account: AccountRow,
        *,
        readers: Readers | None = None,
        customers: Customers | None = None,
    ) -> None:
        self._assembly = assembly
        self._account = account
        self._readers = readers or installed()
        self._customers = customers
        self._rules = _rules(tx, account.installation)

    @staticmethod
    def is_asked_again(row: MentionRow) -> bool:
        """Whether another listener's word counts: what a ceiling kept stays kept."""
        return row.kept is not None and row.kept != "ceiling"

    def heard(
        self,
        tx: Transaction,
        listener: ListenerRow,
        conversation: ConversationRow,
        row: MentionRow,
        mention: Mention,
        kind: Kind,
    ) -> None:
        """File a customer's words or only keep them; the ledger says why."""
        verdict = self._weighed(tx, listener, conversation, mention, kind)
        if verdict.kept is not None:
            self._keep(tx, row, verdict.kept, verdict.reasons)
            return
        hour, number = triage.take_place(tx, listener.id)
        if number > self._assembly.config.filings_per_hour:
            self._surplus(tx, listener, conversation, row, hour, number)
            return
        if row.kept is not None:
            mentions.change(tx, row.id, kept=None)
        conversation = self._answered_by(tx, conversation, row, verdict)
        file.heard(
            self._assembly,
            tx,
            self._account,
            conversation,
            row,
            mention,
            kind,
            priority=verdict.priority,
            tags=verdict.tags,
            reasons=verdict.reasons,
        )
        self._tell(tx, conversation, row, verdict)

    def _weighed(
        self,
        tx: Transaction,
        listener: ListenerRow,
        conversation: ConversationRow,
        mention: Mention,
        kind: Kind,
    ) -> Verdict:
        author = mention.attributed_to
        # The first of a conversation has waited since it was written, the next since the first.
        since = triage.waited(tx, conversation.id) if conversation.priority is not None else None
        try:
            worth = self._customers.value(author) if self._customers and author else None
            heard = Heard(
                mention=mention,
                kind=kind,
                channel=self._account.channel,
                account=self._account.id,
                handle=self._account.handle,
                listener=listener.kind,
                listens_for=json.loads(listener.settings),
                waits=_longest(since, mention.published),
                customer=worth,
            )
            verdict = judge(heard, self._rules, self._readers)
        except Exception as error:  # noqa: BLE001 (logged by kind; filed with what is known)
            verdict = Verdict(faults=(f"triage: {type(error).__name__}",))
        for fault in verdict.faults:
            log.warning("triage failed", extra={"fault": fault, "account": self._account.id})
        return verdict

    def _keep(self, tx: Transaction, row: MentionRow, kept: str, reasons: tuple[str, ...]) -> None:
        if row.kept == kept:
            return
        mentions.change(tx, row.id, kept=kept)
        ledger.write(
            tx,
            f"mention:{row.id}",
            "kept",
            installation=row.installation,
            kept=kept,
            reasons=list(reasons),
        )

    def _surplus(
        self,
        tx: Transaction,
        listener: ListenerRow,
        conversation: ConversationRow,
        row: MentionRow,
        hour: int,
        number: int,
    ) -> None:
        most = self._assembly.config.filings_per_hour
        self._keep(tx, row, "ceiling", (f"more than {most:,} in an hour",))
        if number == most + 1:
            ledger.write(
                tx,
                f"listener:{listener.id}",
                "ceiling reached",
                installation=row.installation,
                account=self._account.id,
                most=most,
            )
            log.warning("ceiling reached", extra={"listener": listener.id, "most": most})
        if conversation.priority is not None:
            file.note(
                self._assembly,
                tx,
                conversation=conversation.id,
                name=f"ceiling:{conversation.id}:{hour}",
                text=(
                    f"More is said here than is filed: more than {most:,} posts were heard in an "
                    "hour, and the rest of that hour is kept without a comment in any ticket. "
                    "Look at the conversation in the network itself."
                ),
            )

    def _answered_by(
        self, tx: Transaction, conversation: ConversationRow, row: MentionRow, verdict: Verdict
    ) -> ConversationRow:
        """The conversation with the account that a rule chose, at its first filing."""
        if verdict.account is None or conversation.priority is not None:
            return conversation
        wanted = verdict.account.lower()
        for one in accounts.of_installation(tx, row.installation):
            named = wanted in (one.id.lower(), one.handle.lower())
            if named and one.channel == row.channel and triage.joined(tx, one.id):
                return replace(conversation, account=one.id)
        ledger.write(
            tx,
            f"mention:{row.id}",
            "rule not followed",
            installation=row.installation,
            reason="no connected account of this network has the name the rule gives",
        )
        return conversation

    def _tell(
        self, tx: Transaction, conversation: ConversationRow, row: MentionRow, verdict: Verdict
    ) -> None:
        """A note with the reasons, where a ticket begins above or below normal, or rises."""
        before = conversation.priority
        if rank(verdict.priority) > rank(before):
            triage.weigh(
                tx, conversation.id, priority=verdict.priority, account=conversation.account
            )
        rises = before is not None and rank(verdict.priority) > max(rank(before), rank("normal"))
        if rises or (before is None and verdict.priority != "normal"):
            file.note(
                self._assembly,
                tx,
                conversation=conversation.id,
                name=f"priority:{row.id}",
                text=f"Priority {verdict.priority}: {', '.join(verdict.reasons)}.",
            )


def _rules(tx: Transaction, installation: str) -> Rules:
    """The stored rules; none, where this release cannot read them."""
    text = triage.rules_of(tx, installation)
    if text is None:
        return Rules()
    try:
        return read_rules(text)
    except ConfigError:
        log.error("rules not readable", extra={"installation": installation})
        return Rules()


def _longest(since: float | None, published: datetime | None) -> timedelta | None:
    """How long an answer is waited for: since it was written, or since what came before it."""
    waits = [] if since is None else [timedelta(seconds=since)]
    if published is not None and published.tzinfo is not None:
        waits.append(datetime.now(UTC) - published)
    return max(waits, default=None)
