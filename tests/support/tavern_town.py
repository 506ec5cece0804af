"""A brand on the Tavern and answerback beside it: signed deliveries over real HTTP.

The Tavern's channel is installed as a stranger's would be, by an entry point, so that processes of
their own find it, too. They reach the pretend Tavern by the address in TAVERN_URL; without one
every call to it fails, and nothing is heard but what is delivered.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa
from grand_tavern import BRAND, GrandTavern
from ready_database import fresh_database
from tavern_channel import Tavern

from answerback.calls import Request
from answerback.model import Actor
from answerback.schema import dumps
from answerback_sandbox.serving import serve
from answerback_server.app import create_app
from answerback_server.config import SANDBOX_KEY, read_config
from answerback_server.engine import registering, setup
from answerback_server.engine.assembly import Assembly, assemble
from answerback_server.engine.drains import Worker
from answerback_server.store import accounts, ledger
from answerback_server.store import tables as t

SECRET = "a-signing-secret-of-nobody"
HERE = Path(__file__).parent
TIMEOUT = 15.0

REROUTED = '''
import os

from tavern_channel import ORIGIN, Tavern

from answerback.http import Transport


class Rerouted(Tavern):
    """The Tavern, reached at the address in TAVERN_URL; signs, numbers or not as told."""

    name = "tavern"
    delivery_id = "X-Tavern-Delivery"

    def __init__(self, app=None, account=None, http=None, state=None):
        if http is not None:
            url = os.environ.get("TAVERN_URL", "http://127.0.0.1:9")
            http._transport = Transport(private_hosts=("127.0.0.1",), reroute={ORIGIN: url})
        super().__init__(app, account, http, state)


class Unnumbered(Rerouted):
    """The same without numbers on its deliveries."""

    name = "unnumbered"
    delivery_id = None


class Unsigned(Unnumbered):
    """The same without signatures: what it delivers only hints."""

    name = "unsigned"
    settings = tuple(one for one in Tavern.settings if one.scope != "app")
    signature = None
'''


class TavernTown:
    """One installation with one account of the brand, an app, and the ways to look at them."""

    def __init__(self, folder: Path, network: GrandTavern, *, channel: str = "tavern") -> None:
        self.folder = folder
        self.network = network
        self.channel = channel
        self.environment = {
            "ANSWERBACK_ENVIRONMENT": "sandbox",
            "ANSWERBACK_DATABASE_URL": fresh_database(folder),
            "ANSWERBACK_SECRET_KEY": SANDBOX_KEY,
            "ANSWERBACK_PUBLIC_URL": "http://127.0.0.1:1",
            "ANSWERBACK_PRIVATE_HOSTS": "127.0.0.1",
            "ANSWERBACK_LOG_LEVEL": "ERROR",
            "ANSWERBACK_THREADS": "4",
            "PYTHONPATH": os.pathsep.join([str(folder / "plugins"), str(HERE)]),
        }
        self.url = ""
        self.assembly: Assembly
        self._number = 0

    @contextmanager
    def open(self, **config: Any) -> Iterator[TavernTown]:
        """Connect desk, account and app, and serve the application in this process."""
        self.assembly = assemble(replace(read_config(self.environment), **config))
        try:
            self.installation = self.desk()
            self.account = self.join(self.installation)
            secret = {} if self.channel == "unsigned" else {"signing_secret": SECRET}
            made = registering.add(
                self.assembly, self.channel, secret, installation=self.installation
            )
            self.app, self.path = made.app, made.address.rpartition("/h/")[2]
            with serve(create_app(self.assembly)) as served:
                self.url = served.url
                yield self
        finally:
            self.assembly.database.close()

    def desk(self) -> str:
        """A further installation."""
        return setup.connect_help_desk(self.assembly, "zendesk", {"subdomain": "acme"}).installation

    def join(
        self, installation: str, *, actor: str = str(BRAND["url"]), kinds: Sequence[str] = ()
    ) -> str:
        """An account of an installation; it is not asked to poll before it is hurried."""
        database = self.assembly.database
        with database.write() as tx:
            account = accounts.add(
                tx,
                id=f"acc_{len(accounts.of_installation(tx, installation))}_{installation[-6:]}",
                installation=installation,
                channel=self.channel,
                actor_id=actor,
                actor=dumps(Actor(id=actor)),
                handle="@northwind",
                settings="{}",
                secrets=self.assembly.vault.seal({"token": "a-token-of-nobody"}),
                state="{}",
            )
            for kind in kinds or ("mentions", "direct"):
                accounts.listen(
                    database, tx, account=account, kind=kind, settings="{}", every=60, delay=9e8
                )
        return account

    # Delivering

    def say(self, text: str, **more: Any) -> str:
        """Rosa says something; it is delivered when `delivery` is."""
        return self.network.say(text, **more)

    def delivery(self, *, account: str | None = None) -> Request:
        """What happened since last asked, as one call; unsigned."""
        [call] = self.network.deliveries()
        if account is not None:
            call = replace(call, body=json.dumps({**call.json(), "account": account}).encode())
        return call

    def signed(
        self,
        call: Request,
        *,
        secret: str = SECRET,
        now: datetime | None = None,
        number: str | None = None,
    ) -> dict[str, str]:
        """The headers the Tavern sends with a call."""
        self._number += 1
        assert Tavern.signature is not None
        return {
            "Content-Type": "application/json",
            "X-Tavern-Delivery": number or f"delivery-{self._number}",
            **Tavern.signature.sign(call, secret, now=now or datetime.now(UTC)),
        }

    def deliver(
        self,
        call: Request | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        to: str | None = None,
        **signing: Any,
    ) -> requests.Response:
        """Deliver a call, by default what happened since last asked, signed."""
        call = call or self.delivery()
        return requests.post(
            f"{to or self.url}/h/{self.path}",
            data=call.body,
            headers=self.signed(call, **signing) if headers is None else headers,
            timeout=TIMEOUT,
        )

    # The worker

    @contextmanager
    def working(self) -> Iterator[None]:
        """A worker in this process while inside."""
        worker = Worker(self.assembly)
        thread = threading.Thread(target=worker.run, name="worker")
        thread.start()
        try:
            yield
        finally:
            worker.stop()
            thread.join(30)
            assert not thread.is_alive(), "the worker did not stop"

    def work(self, *, seconds: float = 15.0, until: Callable[[], Any] | None = None) -> None:
        """Work until nothing is open any more, or `until` gives something."""
        done = until or (lambda: self.settled())
        end = time.monotonic() + seconds
        with self.working():
            while not done():
                assert time.monotonic() < end, f"not done within {seconds} s"
                time.sleep(0.05)

    def settled(self) -> bool:
        """Whether no call and no page is open."""
        pages = self.count(t.inbox, t.inbox.c.state.in_(("open", "fetch")))
        return not pages and not self.assembly.calls.open_apps()

    # Looking

    def heard(self) -> list[str]:
        """The words of all mentions, as stored."""
        with self.assembly.database.read() as tx:
            rows = tx.execute(sa.select(t.mentions.c.wire).order_by(t.mentions.c.id)).scalars()
            return [json.loads(row)["text"] for row in rows if row is not None]

    def filed(self, installation: str | None = None) -> list[str]:
        """The external ids of the posts to be filed for an installation, in order."""
        with self.assembly.database.read() as tx:
            rows = tx.execute(
                sa.select(t.filings.c.external_id)
                .where(
                    t.filings.c.installation == (installation or self.installation),
                    t.filings.c.external_id.not_like("answerback:%"),
                )
                .order_by(t.filings.c.id)
            )
            return [row[0] for row in rows]

    def calls(self) -> list[Any]:
        """The stored calls as they lie there."""
        with self.assembly.calls.reading() as tx:
            return list(tx.execute(sa.select(t.calls).order_by(t.calls.c.id)).mappings())

    def told(self, event: str) -> list[dict[str, Any]]:
        """The facts of every entry of this event in the ledger."""
        with self.assembly.database.read() as tx:
            subjects = tx.execute(
                sa.select(t.ledger.c.subject).where(t.ledger.c.event == event).distinct()
            ).scalars()
            return [
                facts
                for subject in subjects
                for _at, each, facts in ledger.of(tx, subject)
                if each == event
            ]

    def count(self, table: sa.Table, *where: Any) -> int:
        """How many rows of a table there are."""
        with self.assembly.database.read() as tx:
            query = sa.select(sa.func.count()).select_from(table).where(*where)
            return int(tx.execute(query).scalar_one())


def _install(folder: Path) -> None:
    """A distribution with the Tavern's channel and its variants, as pip would leave it."""
    info = folder / "answerback_tavern-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "rerouted_tavern.py").write_text(REROUTED)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: answerback-tavern\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[answerback.channels]\n"
        "tavern = rerouted_tavern:Rerouted\n"
        "unnumbered = rerouted_tavern:Unnumbered\n"
        "unsigned = rerouted_tavern:Unsigned\n"
    )


@contextmanager
def open_tavern_town(
    folder: Path, *, channel: str = "tavern", reached: bool = False, **config: Any
) -> Iterator[TavernTown]:
    """A brand on the Tavern; with `reached` answerback can also ask it."""
    _install(folder / "plugins")
    sys.path.insert(0, str(folder / "plugins"))
    sys.modules.pop("rerouted_tavern", None)
    try:
        with GrandTavern() as network:
            town = TavernTown(folder, network, channel=channel)
            if reached:
                town.environment["TAVERN_URL"] = os.environ["TAVERN_URL"] = network.url
            with town.open(**config):
                yield town
    finally:
        os.environ.pop("TAVERN_URL", None)
        sys.path.remove(str(folder / "plugins"))
