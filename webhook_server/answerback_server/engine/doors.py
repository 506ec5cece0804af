"""The addresses networks deliver to, each with what it takes to check a call there."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from answerback.contract import capabilities
from answerback.plugins import load_channel
from answerback_server.engine import backlog
from answerback_server.engine.stripping import kept
from answerback_server.store import apps
from answerback_server.store.calls import Delivered
from answerback_server.store.database import digest

if TYPE_CHECKING:
    from answerback.calls import Request
    from answerback.channel import Channel
    from answerback_server.engine.assembly import Assembly
    from answerback_server.store.rows import AppRow

#: Seconds for which an app's secrets are remembered, so that a new one counts soon.
FRESH = 5.0
#: Seconds after which one caller looks anew, while the others still use what is remembered.
RIPE = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One app's address. `full` says that its network is to come again later."""

    row: AppRow
    channel: type[Channel]
    can: frozenset[str]
    secrets: tuple[str, ...] = field(repr=False)
    path: str = field(repr=False)
    full: bool
    looked: float

    def stored_as(self, request: Request) -> Delivered:
        """A checked call as it is stored, without what proved it."""
        # Proxies repeat the address in headers of their own, and it is a secret, too.
        hidden = (*self.secrets, self.path)
        head = json.dumps(
            kept(request, secrets=hidden, also=_proving(self.channel)), sort_keys=True
        )
        numbered = self.channel.delivery_id
        number = request.headers.get(numbered.lower()) if numbered is not None else None
        if number:
            key, same = digest("number", number), None
        else:
            # A hash of the body would swallow every later ring of the same bell.
            key = secrets.token_hex(32)
            same = hashlib.sha256(head.encode() + b"\0" + request.body).hexdigest()
        return Delivered(app=self.row.id, key=key, same=same, head=head, body=request.body)


class Doors:
    """Finds the app at a path; remembers for a few seconds what it found."""

    def __init__(
        self, assembly: Assembly, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._assembly = assembly
        self._monotonic = monotonic
        self._known: dict[str, Door] = {}
        self._looking = threading.Lock()

    def at(self, path: str) -> Door | None:
        """The door at this path. Raises StoreError, and ConfigError for a channel not installed."""
        door = self._known.get(path)
        age = None if door is None else self._monotonic() - door.looked
        if age is None or age >= FRESH:
            return self._look(path)
        if age >= RIPE and self._looking.acquire(blocking=False):
            try:
                return self._look(path)
            finally:
                self._looking.release()
        return door

    def _look(self, path: str) -> Door | None:
        looked = self._monotonic()
        with self._assembly.database.read() as tx:
            row = apps.at_path(tx, path)
        if row is None:
            self._known.pop(path, None)
            return None
        channel = load_channel(row.channel)
        door = Door(
            row=row,
            channel=channel,
            can=capabilities(channel),
            secrets=tuple(self._assembly.signing_secrets(row)),
            path=path,
            full=backlog.refuses(self._assembly, row),
            looked=looked,
        )
        self._known[path] = door
        return door


def _proving(channel: type[Channel]) -> Collection[str]:
    """The headers and query fields a channel's signature lies in, time of signing included."""
    told = (
        getattr(channel.signature, name, None) for name in ("header", "query", "timestamp_header")
    )
    return [name for name in told if isinstance(name, str)]
