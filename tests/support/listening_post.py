"""One installation with one account and no network: pages are put straight into its inbox."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from ready_database import fresh_database

from answerback.helpdesk import Connection, Filing
from answerback.model import Activity, Actor, Mention
from answerback.schema import dumps, to_wire
from answerback_server.config import SANDBOX_KEY, read_config
from answerback_server.engine import setup
from answerback_server.engine.assembly import Assembly, assemble
from answerback_server.engine.bridge import EngineBridge
from answerback_server.engine.hear import Ear
from answerback_server.store import accounts, inbox, installations, mentions
from answerback_server.store import tables as t

BRAND_ID = "https://square.example/brand"


class ListeningPost:
    """What the engine makes of pages, looked at through its tables and its bridge."""

    def __init__(self, assembly: Assembly, installation: str, account: str) -> None:
        self.assembly = assembly
        self.installation = installation
        self.account = account
        with assembly.database.read() as tx:
            row = installations.get(tx, installation)
            self.listener = accounts.listeners_of(tx, account)[0].id
        assert row is not None
        self.bridge = EngineBridge(assembly, row)
        with assembly.database.write() as tx:
            installations.set_code(assembly.database, tx, installation, "CODE", 60)
        session = self.bridge.begin_setup({})
        assert self.bridge.unlock(session, "code")
        self.metadata = self.bridge.connect(session, account)

    @property
    def connection(self) -> Connection:
        """The desk's connection, proved anew."""
        found = self.bridge.connection(*self.metadata)
        assert found is not None
        return found

    def hear(
        self,
        activities: Sequence[Activity],
        *,
        context: Sequence[Mention] = (),
        missing: Sequence[str] = (),
    ) -> None:
        """Store a page and apply it."""
        self.hear_raw(
            self.wired(activities), context=[to_wire(m) for m in context], missing=list(missing)
        )

    def hear_raw(self, activities: list[Any], **more: Any) -> None:
        """Store a page as it would be stored, and apply it."""
        body = json.dumps({"activities": activities, **more})
        with self.assembly.database.write() as tx:
            inbox.add(tx, account=self.account, listener=self.listener, body=body)
        self.apply()

    @staticmethod
    def wired(activities: Sequence[Activity]) -> list[Any]:
        """Activities as they are stored."""
        return [to_wire(activity) for activity in activities]

    def apply(self, *, now: bool = False) -> None:
        """Apply what is open; with `now` also what should wait."""
        with self.assembly.database.write() as tx:
            if now:
                tx.execute(t.inbox.update().values(due_at=0.0))
            account = accounts.get(tx, self.account)
        assert account is not None
        Ear(self.assembly, account).drain()

    def take(self, *, acknowledged: int = 0) -> list[Filing]:
        """What the desk is offered."""
        offer = self.bridge.take(self.connection, acknowledged=acknowledged, limit=200)
        return list(offer.filings)

    def filings(self) -> list[tuple[str, str]]:
        """(external id, kind) of everything queued and not withdrawn, in order."""
        with self.assembly.database.read() as tx:
            rows = tx.execute(
                sa.select(t.filings.c.external_id, t.filings.c.kind)
                .where(t.filings.c.state != "withdrawn")
                .order_by(t.filings.c.id)
            )
            return [(row[0], row[1]) for row in rows]

    def threads(self) -> list[str]:
        """The thread keys of all conversations."""
        with self.assembly.database.read() as tx:
            return list(tx.execute(sa.select(t.conversations.c.thread)).scalars())

    def wire(self, number: int) -> str:
        """A mention as stored."""
        return str(self._row(number).wire)

    def words(self, number: int) -> str:
        """A mention's words as stored."""
        return str(json.loads(self.wire(number))["text"])

    def status(self, number: int) -> str:
        """Whether a mention is live or deleted."""
        return str(self._row(number).status)

    def _row(self, number: int) -> Any:
        key = mentions.key_of("mastodon", f"https://square.example/{number}")
        with self.assembly.database.read() as tx:
            row = mentions.get(tx, self.installation, key)
        assert row is not None
        return row


@contextmanager
def open_listening_post(
    folder: Path, *, channel: str = "mastodon", address: str = "https://square.example"
) -> Iterator[ListeningPost]:
    """A listening post on a fresh database; its account is on this server of this channel."""
    config = read_config(
        {
            "ANSWERBACK_ENVIRONMENT": "sandbox",
            "ANSWERBACK_DATABASE_URL": fresh_database(folder),
            "ANSWERBACK_SECRET_KEY": SANDBOX_KEY,
            "ANSWERBACK_PUBLIC_URL": "http://127.0.0.1:1",
            "ANSWERBACK_PRIVATE_HOSTS": "127.0.0.1",
        }
    )
    assembly = assemble(config)
    try:
        invitation = setup.connect_help_desk(assembly, "zendesk", {"subdomain": "acme"})
        with assembly.database.write() as tx:
            account = accounts.add(
                tx,
                id="acc_brand",
                installation=invitation.installation,
                channel=channel,
                actor_id=BRAND_ID,
                actor=dumps(Actor(id=BRAND_ID)),
                handle="@brand",
                settings=json.dumps({"instance": address}),
                secrets=assembly.vault.seal({"access_token": "t0ken"}),
                state="{}",
            )
            accounts.listen(
                assembly.database, tx, account=account, kind="mentions", settings="{}", every=60.0
            )
        yield ListeningPost(assembly, invitation.installation, account)
    finally:
        assembly.database.close()
