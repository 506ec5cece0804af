"""Posts as a Mastodon server would tell them, to be spoilt by tests."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from recorded_server import TOKEN, RecordedServer
from town import Town

from answerback_server.store import tables as t

Json = dict[str, Any]
HOST = "https://strange.example"


class StrangeTown(Town):
    """A town whose network says what a test tells it to."""

    def token(self, name: str) -> str:
        """The one token the network takes."""
        return TOKEN

    def entries(self, event: str) -> list[Json]:
        """What the ledger tells of one kind of event."""
        with self.assembly.database.read() as tx:
            found = tx.execute(sa.select(t.ledger.c.facts).where(t.ledger.c.event == event))
            return [json.loads(facts) for facts in found.scalars()]

    def hurry(self) -> None:
        """Let everything that waits be due now."""
        with self.assembly.database.write() as tx:
            tx.execute(t.listeners.update().values(due_at=0.0))
            tx.execute(t.inbox.update().values(due_at=0.0))

    def reasons(self) -> list[str]:
        """Why listeners do not hear."""
        with self.assembly.database.read() as tx:
            found = tx.execute(sa.select(t.listeners.c.reason)).scalars()
            return [reason for reason in found if reason]


def account(name: str, **changes: Any) -> Json:
    """A person of the server."""
    return {
        "id": f"9{len(name)}{ord(name[0])}",
        "username": name,
        "acct": name,
        "display_name": name.title(),
        "url": f"{HOST}/@{name}",
        "uri": f"{HOST}/users/{name}",
        "avatar": f"{HOST}/avatars/{name}.png",
        "followers_count": 3,
        "bot": False,
        **changes,
    }


def status(number: int, words: str, **changes: Any) -> Json:
    """A public post that names the brand; `...` as a change leaves the field out."""
    told = {
        "id": str(1000 + number),
        "created_at": "2026-08-01T13:51:42.823Z",
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "en",
        "uri": f"{HOST}/users/rosa/statuses/{1000 + number}",
        "url": f"{HOST}/@rosa/{1000 + number}",
        "edited_at": None,
        "content": f"<p>{words}</p>",
        "reblog": None,
        "account": account("rosa"),
        "media_attachments": [],
        "mentions": [
            {"id": "9", "username": "northwind", "url": f"{HOST}/@northwind", "acct": "northwind"}
        ],
        "tags": [],
        "emojis": [],
        **changes,
    }
    return {name: value for name, value in told.items() if value is not ...}


def say(server: RecordedServer, number: int, words: str, **changes: Any) -> Json:
    """Have a post stand on the server, and the brand be told of it."""
    post = status(number, words, **changes)
    if "id" in post:
        server.tell(post)
    notify(server, number, post)
    return post


def notify(server: RecordedServer, number: int, post: Any, **changes: Any) -> None:
    """Have the brand be told of a post, or of what should be one."""
    told = {
        "id": str(number),
        "type": "mention",
        "created_at": "2026-08-01T13:51:43.458Z",
        "account": account("rosa"),
        "status": post,
        **changes,
    }
    server.notify({name: value for name, value in told.items() if value is not ...})
