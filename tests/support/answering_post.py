"""A listening post whose agents answer: replies are taken in and fitted, no network is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from listening_post import BRAND_ID, ListeningPost, open_listening_post

from answerback.helpdesk import Accepted, AgentReply
from answerback.model import Activity, Actor, Mention, Receipt
from answerback.schema import dumps
from answerback_server.engine import fitting, tell
from answerback_server.engine.bridge import EngineBridge
from answerback_server.store import accounts, installations, replies
from answerback_server.store import tables as t

#: What the account's server said of itself, so that nobody asks it.
SERVER: Mapping[str, Any] = {
    "domain": "square.example",
    "hashtags_closed": False,
    "length": 500,
    "url_length": 23,
    "attachments": 4,
    "attachment_size": 1_000_000,
    "media_types": ["image/png", "image/jpeg"],
}


def said(number: int, *, author: str = "rosa", visibility: str = "public", **more: Any) -> Mention:
    """A post of the square."""
    return Mention(
        id=f"https://square.example/{number}",
        channel="mastodon",
        text=f"words {number}",
        attributed_to=Actor(
            id=BRAND_ID if author == "brand" else f"https://square.example/{author}",
            preferred_username=f"{author}@square.example",
        ),
        visibility=visibility,  # type: ignore[arg-type]
        version="1",
        ref={"id": str(number), "acct": author, "visibility": visibility},
        **more,
    )


class AnsweringPost:
    """What the engine makes of agents' answers, looked at through its tables."""

    def __init__(self, post: ListeningPost, **settings: Any) -> None:
        self.heard = post
        self.assembly = replace(post.assembly, config=replace(post.assembly.config, **settings))
        self.installation = post.installation
        self.account = post.account
        server = {**SERVER, "at": datetime.now(UTC).isoformat()}
        state = {"v": 1, "instance": "https://square.example", "server": server}
        with self.assembly.database.write() as tx:
            accounts.keep_state(tx, post.account, json.dumps(state))
            row = installations.get(tx, post.installation)
        assert row is not None
        self.bridge = EngineBridge(self.assembly, row)

    def hear(self, *mentions: Mention) -> None:
        """The account hears these."""
        self.heard.hear(
            [Activity(type="Create", channel="mastodon", object=one) for one in mentions]
        )

    def accept(self, words: str, *, to: int, key: str | None = None, **more: Any) -> Accepted:
        """An agent's answer, taken in."""
        answer = AgentReply(
            key=key or f"{to}:{words}", text=words, parent=f"https://square.example/{to}", **more
        )
        return self.bridge.accept(self.heard.connection, answer, wait=0.0)

    def answer(self, words: str, *, to: int, key: str | None = None, **more: Any) -> str:
        """An agent's answer, taken in and fitted; its id."""
        id = self.accept(words, to=to, key=key, **more).id.rpartition(":")[2]
        self.fit()
        return id

    def fit(self) -> None:
        """Give every new answer its parts."""
        row = self.row()
        fitting.fit_new(self.assembly, row, self.assembly.channel(row))

    def row(self) -> Any:
        """The account."""
        with self.assembly.database.read() as tx:
            found = accounts.get(tx, self.account)
        assert found is not None
        return found

    def reply(self, id: str) -> Any:
        """A stored reply."""
        with self.assembly.database.read() as tx:
            return replies.get(tx, id)

    def parts(self, id: str) -> list[Any]:
        """Its parts."""
        with self.assembly.database.read() as tx:
            return list(replies.deliveries(tx, id))

    def posted(self, id: str) -> None:
        """Every part of an answer stands on the network now."""
        with self.assembly.database.write() as tx:
            for part in replies.deliveries(tx, id):
                where = f"https://square.example/by-{part.id}"
                replies.settle(
                    tx,
                    part.id,
                    token=part.token,
                    states=(part.state,),
                    state="posted",
                    receipt=dumps(Receipt(id=where, url=where, ref={"id": part.id})),
                    receipt_key=part.id,
                )
            tell.progress(self.assembly, tx, id)

    def notes(self) -> list[str]:
        """The private notes queued for tickets, oldest first."""
        with self.assembly.database.read() as tx:
            rows = tx.execute(
                sa.select(t.filings.c.note)
                .where(t.filings.c.kind == "note")
                .order_by(t.filings.c.id)
            )
            return [str(row[0]) for row in rows]

    def age(self, seconds: float) -> None:
        """Everything answered so far was answered so many seconds earlier."""
        created = t.replies.c.created_at
        with self.assembly.database.write() as tx:
            tx.execute(t.replies.update().values(created_at=created - seconds))

    def events(self, subject: str) -> list[tuple[str, dict[str, Any]]]:
        """What the ledger says of one subject."""
        with self.assembly.database.read() as tx:
            rows = tx.execute(
                sa.select(t.ledger.c.event, t.ledger.c.facts)
                .where(t.ledger.c.subject == subject)
                .order_by(t.ledger.c.id)
            )
            return [(row[0], json.loads(row[1])) for row in rows]


@contextmanager
def open_answering_post(folder: Path, **settings: Any) -> Iterator[AnsweringPost]:
    """An answering post on a fresh database, with these settings changed."""
    with open_listening_post(folder) as post:
        yield AnsweringPost(post, **settings)
