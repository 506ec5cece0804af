"""A pretend engine: what a desk's call may do, kept in memory.

It keeps the promises of `answerback.helpdesk.Bridge` for one installation, and remembers what was
done through it. It posts nothing anywhere.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace

from answerback.errors import BadRequest
from answerback.helpdesk import (
    Accepted,
    AgentReply,
    Brand,
    Connection,
    FileResult,
    Filing,
    Installation,
    Offer,
    Setup,
)

BRAND = Brand(
    id="account-1",
    channel="mastodon",
    channel_title="Mastodon",
    handle="@northwind@square.example",
)
_INSTALLATION = Installation(id="installation-1")
_POSTED = Accepted(id="post:99", state="posted")
_FIRST = "answerback0check0secret"
#: How often a set-up code may be tried.
TRIES = 5


class PretendBridge:
    """The engine of one installation, with one connection that is set up already.

    `waiting` is what a pull gets, oldest first; `outcome` what becomes of every reply accepted;
    `originals` are permalinks by external id. `connections` holds each connection's brand and
    secret, `replies` every reply accepted with its answer, `results` what was confirmed, `ledger`
    what was recorded, and `done` the name of every method that changed something, in order.
    """

    def __init__(
        self,
        *,
        installation: Installation = _INSTALLATION,
        brands: Sequence[Brand] = (BRAND,),
        waiting: Sequence[Filing] = (),
        outcome: Accepted = _POSTED,
        originals: Mapping[str, str] | None = None,
        renewed: str | None = None,
        code: str = "K7QD-29XM",
        secret: str = _FIRST,
    ) -> None:
        self.installation = installation
        self.brands = tuple(brands)
        self.waiting = list(waiting)
        self.outcome = outcome
        self.originals = dict(originals or {})
        self.renewed = renewed
        self.code = code
        first = self.brands[0].id if self.brands else ""
        self.connections: dict[str, tuple[str, str]] = {"con_1": (first, secret)}
        self.setups: dict[str, Setup] = {}
        self.tries = 0
        self.spent = False
        self.offered: dict[str, int] = {}
        self.accepted: set[str] = set()
        self.offers = 0
        self.replies: dict[str, tuple[AgentReply, Accepted]] = {}
        self.results: list[FileResult] = []
        self.ledger: list[tuple[str, dict[str, str]]] = []
        self.done: list[str] = []

    def anew(self, waiting: Sequence[Filing]) -> PretendBridge:
        """An engine with the same secrets, where nothing was done yet and this waits."""
        other = PretendBridge(
            installation=self.installation, brands=self.brands, waiting=waiting, code=self.code
        )
        other.connections = dict(self.connections)
        return other

    @property
    def first(self) -> tuple[str, str]:
        """The id and the secret of the connection that is set up already."""
        return "con_1", self.connections["con_1"][1]

    @property
    def posts(self) -> int:
        """How many replies were accepted, repetitions left out."""
        return len(self.replies)

    @property
    def proofs(self) -> tuple[str, ...]:
        """All that proves a caller: the secrets of the connections, and the set-up code."""
        return (*(secret for _, secret in self.connections.values()), self.code)

    def begin_setup(self, facts: Mapping[str, str], *, connection: str | None = None) -> str:
        """As `Bridge` says."""
        self.done.append("begin_setup")
        session = f"session-{len(self.setups) + 1}"
        unlocked = connection is not None
        self.setups[session] = Setup(
            facts=dict(facts),
            unlocked=unlocked,
            brands=self.brands if unlocked else (),
            connection=connection,
        )
        return session

    def setup(self, session: str) -> Setup | None:
        """As `Bridge` says."""
        return self.setups.get(session)

    def unlock(self, session: str, code: str) -> bool:
        """As `Bridge` says."""
        self.tries += 1
        right = hmac.compare_digest(code.encode(), self.code.encode())
        if self.spent or self.tries > TRIES or session not in self.setups or not right:
            return False
        self.spent = True
        self.done.append("unlock")
        self.setups[session] = replace(self.setups[session], unlocked=True, brands=self.brands)
        return True

    def connect(self, session: str, brand: str) -> tuple[str, str]:
        """As `Bridge` says."""
        setup = self.setups.get(session)
        known = {one.id for one in self.brands}
        if setup is None or not setup.unlocked or brand not in known:
            raise BadRequest("This set-up is locked, or the account is not this installation's.")
        self.done.append("connect")
        connection = setup.connection or f"con_{len(self.connections) + 1}"
        self.connections[connection] = (brand, f"secret-of-{connection}")
        return connection, self.connections[connection][1]

    def connection(self, id: str, secret: str) -> Connection | None:
        """As `Bridge` says."""
        brand, known = self.connections.get(id, ("", ""))
        given = secret.encode(errors="surrogatepass")
        if not known or not hmac.compare_digest(given, known.encode()):
            return None
        found = next(one for one in self.brands if one.id == brand)
        return Connection(id=id, brand=found, renewed=self.renewed)

    def take(self, connection: Connection, *, acknowledged: int, limit: int) -> Offer:
        """As `Bridge` says."""
        self.done.append("take")
        mine = {one.external_id for one in self.waiting if one.brand.id == connection.brand.id}
        for id, number in self.offered.items():
            if id in mine and number <= acknowledged:
                self.accepted.add(id)
        self.offers += 1
        open_ = [
            one
            for one in self.waiting
            if one.external_id in mine and one.external_id not in self.accepted
        ]
        self.offered |= {one.external_id: self.offers for one in open_[:limit]}
        return Offer(number=self.offers, filings=tuple(open_[:limit]))

    def confirm(self, results: Sequence[FileResult]) -> None:
        """As `Bridge` says."""
        self.done.append("confirm")
        self.results += results

    def accept(self, connection: Connection, reply: AgentReply, *, wait: float) -> Accepted:  # noqa: ARG002
        """As `Bridge` says."""
        if reply.key not in self.replies:
            self.done.append("accept")
            number = f"-{self.posts + 1}" if self.posts else ""
            accepted = replace(self.outcome, id=f"{self.outcome.id}{number}")
            self.replies[reply.key] = (reply, accepted)
        return self.replies[reply.key][1]

    def original(self, external_id: str) -> str | None:
        """As `Bridge` says."""
        return self.originals.get(external_id)

    def record(self, event: str, facts: Mapping[str, str]) -> None:
        """As `Bridge` says."""
        self.done.append("record")
        self.ledger.append((event, dict(facts)))
