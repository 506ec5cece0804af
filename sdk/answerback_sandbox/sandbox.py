"""The whole sandbox: a square people talk on and a desk agents answer at, each on its own port."""

from __future__ import annotations

from typing import Any, Self

from answerback_sandbox.desk.app import connection, create_desk, desk_of
from answerback_sandbox.serving import serve
from answerback_sandbox.square.running import open_square
from answerback_sandbox.square.seed import seed, settle
from answerback_sandbox.square.state import Square

#: The company of the demo: its account on the square and its subdomain at the desk.
BRAND = "northwind"
#: What the square calls itself in handles; its address is a port of this machine.
DOMAIN = "square.example"


class Sandbox:
    """A square and a desk that are being served; a context manager, or call `stop`."""

    def __init__(
        self,
        *,
        square_port: int = 0,
        desk_port: int = 0,
        seeded: bool = True,
        pull_seconds: float = 2.0,
    ) -> None:
        square = Square()
        square.handle_domain = DOMAIN
        self._square = open_square(square_port, square=square)
        with square.lock:
            (seed if seeded else settle)(square)
        self._desk_app = create_desk(subdomain=BRAND, pull_seconds=pull_seconds)
        try:
            self._desk = serve(self._desk_app, desk_port)
        except OSError:
            self._square.stop()
            raise
        desk = desk_of(self._desk_app)
        desk.store.url = self._desk.url
        desk.puller.start()

    def facts(self) -> dict[str, Any]:
        """What a client needs to reach both: addresses, handles and tokens."""
        return {
            "square": {"url": self._square.url, "accounts": self._square.accounts},
            "zendesk": connection(self._desk_app, self._desk.url),
        }

    def stop(self) -> None:
        """Stop both; what was said is forgotten."""
        desk_of(self._desk_app).puller.stop()
        self._desk.stop()
        self._square.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
