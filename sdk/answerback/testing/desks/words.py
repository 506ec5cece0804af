"""Filings as the engine makes them, for a pretend desk: posts, edits, deletions and notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from answerback.helpdesk import Filing
from answerback.model import Actor, Mention
from answerback.testing.pretend.bridge import BRAND

SITE = "https://square.example"


def person(handle: str, /, **more: Any) -> Actor:
    """Somebody on the pretend network, known by an id that never changes."""
    told = {
        "id": f"{SITE}/users/{handle}",
        "preferred_username": f"{handle}@square.example",
        "name": handle.title(),
        "url": f"{SITE}/@{handle}",
    }
    return Actor(**{**told, **more})


ROSA, EMIL = person("rosa"), person("emil")


class Filings:
    """Makes filings, each with an id of its own and a second after the one before it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._numbers = count(1)

    def post(
        self,
        text: str | None,
        *,
        under: Filing | None = None,
        by: Actor = ROSA,
        said: dict[str, Any] | None = None,
        **more: Any,
    ) -> Filing:
        """Something a customer says, in the conversation of `under` or in one of its own.

        `said` are members of the mention, `more` of the filing.
        """
        number = next(self._numbers)
        # As networks name their posts: with marks that mean something in an address.
        id = f"{SITE}/posts/{number}?view=full&lang=en#top"
        created = self._now() + timedelta(seconds=number)
        mention = {
            "id": id,
            "channel": BRAND.channel,
            "url": f"{SITE}/@rosa/{number}",
            "content": text,
            "media_type": "text/plain",
            "text": text,
            "attributed_to": by,
            "in_reply_to": under.mention.id if under and under.mention else None,
            "visibility": "public",
            "published": created,
            "version": "1",
            **(said or {}),
        }
        told = {
            "external_id": id,
            "conversation": under.conversation if under else f"conversation:{id}",
            "kind": "post",
            "brand": BRAND,
            "created": created,
            "heard": "reply" if under else "mention",
            "mention": Mention(**mention),
            "tags": ("answerback", BRAND.channel),
        }
        return Filing(**{**told, **more})

    def edit(self, before: Filing, text: str) -> Filing:
        """The author changed the words."""
        assert before.mention is not None
        return self._about(
            before, "edit", mention=replace(before.mention, text=text, content=text, version="2")
        )

    def deletion(self, before: Filing) -> Filing:
        """The author took the words back."""
        return self._about(before, "deletion", mention=None)

    def note(self, before: Filing, text: str) -> Filing:
        """Our own private word to the agents."""
        return self._about(before, "note", mention=None, note=text)

    def _about(self, before: Filing, kind: str, **more: Any) -> Filing:
        number = next(self._numbers)
        changes = {
            "external_id": f"{before.external_id}:{kind}:{number}",
            "kind": kind,
            "created": self._now() + timedelta(seconds=number),
            "allow_reply": False,
            "tags": (),
        }
        return replace(before, **{**changes, **more})
