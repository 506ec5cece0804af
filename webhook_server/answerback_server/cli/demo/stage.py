"""Sets the demo's stage: sandbox, database, server, a connected account, and a joined desk."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import requests

from answerback.errors import ConfigError
from answerback_sandbox.sandbox import BRAND, Sandbox
from answerback_server.cli.demo.administrator import install
from answerback_server.cli.run import open_database
from answerback_server.config import SANDBOX_KEY, read_config
from answerback_server.engine import setup
from answerback_server.engine.assembly import assemble

#: Seconds the server may take to answer.
PATIENCE = 30.0


class Stage:
    """Everything the demo plays on; a context manager that leaves nothing running."""

    def __init__(self, folder: Path, *, seeded: bool = True) -> None:
        self._folder = folder
        self._seeded = seeded
        self._exits = ExitStack()
        self.facts: dict[str, Any] = {}
        self.environment: dict[str, str] = {}
        self.server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self._set()
        except BaseException:
            self._exits.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._exits.close()

    def _set(self) -> None:
        sandbox = self._exits.enter_context(Sandbox(seeded=self._seeded))
        self.facts = sandbox.facts()
        port = _free_port()
        self.environment = {
            "ANSWERBACK_ENVIRONMENT": "sandbox",
            "ANSWERBACK_DATABASE_URL": f"sqlite:///{self._folder / 'demo.sqlite3'}",
            "ANSWERBACK_SECRET_KEY": SANDBOX_KEY,
            "ANSWERBACK_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "ANSWERBACK_PORT": str(port),
            "ANSWERBACK_PRIVATE_HOSTS": "127.0.0.1",
            "ANSWERBACK_POLL_SECONDS": "1",
            "ANSWERBACK_REREAD_SECONDS": "2",
            "ANSWERBACK_THREADS": "4",
            "ANSWERBACK_LOG_LEVEL": "WARNING",
        }
        invitation = self._connect()
        self.start_server()
        self._exits.callback(self.stop_server)
        install(self.facts["zendesk"]["url"], invitation)

    def _connect(self) -> setup.Invitation:
        config = read_config(self.environment, web=True)
        open_database(config).close()
        assembly = assemble(config)
        desk, square = self.facts["zendesk"], self.facts["square"]
        invitation = setup.connect_help_desk(
            assembly, "zendesk", {"subdomain": desk["subdomain"], "url": desk["url"]}
        )
        setup.connect_account(
            assembly,
            "mastodon",
            {"instance": square["url"], "access_token": square["accounts"][BRAND]["token"]},
            installation=invitation.installation,
            listeners={
                "mentions": [{"backfill": "40"}],
                "keyword": [{"query": BRAND, "backfill": "40"}],
                "hashtag": [{"tag": BRAND, "backfill": "40"}],
            },
        )
        assembly.database.close()
        return invitation

    def start_server(self) -> None:
        """Start `answerback serve` and wait until it answers."""
        self.server = subprocess.Popen(
            [sys.executable, "-m", "answerback", "serve"],
            env={**os.environ, **self.environment},
            stdout=subprocess.DEVNULL,
        )
        ready = f"{self.environment['ANSWERBACK_PUBLIC_URL']}/readyz"
        deadline = time.monotonic() + PATIENCE
        while True:
            if self.server.poll() is not None:
                raise ConfigError("The demo's server did not start; what it said stands above.")
            try:
                if requests.get(ready, timeout=2).ok:
                    return
            except requests.RequestException:
                if time.monotonic() > deadline:
                    self.stop_server()
                    raise ConfigError("The demo's server did not answer in time.") from None
            time.sleep(0.1)

    def stop_server(self) -> None:
        """Stop the server as an operator would; nothing of it stays."""
        if self.server is not None and self.server.poll() is None:
            self.server.terminate()
            try:
                self.server.wait(30)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
