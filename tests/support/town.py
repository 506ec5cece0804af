"""A whole small town for tests: square, desk, and answerback between them, over real HTTP.

Everything runs in this process except where a test starts processes of its own: the worker is a
thread, the web application is served on a port of loopback.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import requests
from ready_database import fresh_database

from answerback_sandbox.sandbox import BRAND, Sandbox
from answerback_sandbox.serving import serve
from answerback_server.app import create_app
from answerback_server.cli.demo.administrator import install
from answerback_server.config import SANDBOX_KEY, read_config
from answerback_server.engine import setup
from answerback_server.engine.assembly import Assembly, assemble
from answerback_server.engine.drains import Worker

Seen = TypeVar("Seen")

TIMEOUT = 15.0


def until(look: Callable[[], Seen | None], *, seconds: float = 15.0) -> Seen:
    """What `look` gives, as soon as it gives something; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        assert time.monotonic() < deadline, f"not seen within {seconds} s"
        time.sleep(0.05)


class Town:
    """Square, desk and server, joined; `worker` runs only inside `working()`."""

    def __init__(self, folder: Path, sandbox: Sandbox, *, listeners: dict[str, Any]) -> None:
        self.facts = sandbox.facts()
        self.square = self.facts["square"]["url"]
        self.desk = self.facts["zendesk"]["url"]
        self.folder = folder
        self.environment = {
            "ANSWERBACK_ENVIRONMENT": "sandbox",
            "ANSWERBACK_DATABASE_URL": fresh_database(folder),
            "ANSWERBACK_SECRET_KEY": SANDBOX_KEY,
            "ANSWERBACK_PUBLIC_URL": "http://127.0.0.1:1",
            "ANSWERBACK_PRIVATE_HOSTS": "127.0.0.1",
            "ANSWERBACK_POLL_SECONDS": "0.3",
            "ANSWERBACK_REREAD_SECONDS": "0.5",
            "ANSWERBACK_THREADS": "4",
        }
        self._listeners = listeners
        self.assembly: Assembly

    @contextmanager
    def open(self, *, port: int = 0) -> Iterator[Town]:
        """Serve the application, connect the account, join the desk."""
        config = read_config(self.environment)
        # The address is known only once the application is served.
        handed: dict[str, Any] = {}
        with serve(lambda environ, start: handed["app"](environ, start), port) as served:
            self.leave = served.stop
            self.url = served.url
            self.environment["ANSWERBACK_PUBLIC_URL"] = served.url
            self.assembly = assemble(replace(config, public_url=served.url))
            handed["app"] = create_app(self.assembly)
            try:
                self.invitation = setup.connect_help_desk(
                    self.assembly, "zendesk", {"subdomain": BRAND, "url": self.desk}
                )
                self.account, _handle = setup.connect_account(
                    self.assembly,
                    "mastodon",
                    {"instance": self.square, "access_token": self.token(BRAND)},
                    installation=self.invitation.installation,
                    listeners=self._listeners,
                )
                install(self.desk, self.invitation)
                yield self
            finally:
                self.assembly.database.close()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Run a worker while inside."""
        worker = Worker(self.assembly)
        thread = threading.Thread(target=worker.run, name="worker")
        thread.start()
        try:
            yield
        finally:
            worker.stop()
            thread.join(30)
            assert not thread.is_alive(), "the worker did not stop"

    # The square

    def token(self, name: str) -> str:
        """A person's access token."""
        return str(self.facts["square"]["accounts"][name]["token"])

    def say(self, name: str, words: str, **more: Any) -> Any:
        """Post as someone."""
        return self.on_square("POST", name, "statuses", json={"status": words, **more})

    def complaint(self) -> tuple[Any, Any]:
        """Rosa's complaint and the ticket it was filed in."""
        post = self.say("rosa", "@northwind my order is late")
        return post, until(lambda: self.ticket_of(post))

    def on_square(self, method: str, name: str, path: str, **more: Any) -> Any:
        """One call of the network's API as someone."""
        answer = requests.request(
            method,
            f"{self.square}/api/v1/{path}",
            headers={"Authorization": f"Bearer {self.token(name)}"},
            timeout=TIMEOUT,
            **more,
        )
        answer.raise_for_status()
        return answer.json()

    def brand_answers(self, post: str, *, reader: str = "rosa") -> list[Any]:
        """The brand's own posts under a post, as a reader sees them."""
        below = self.on_square("GET", reader, f"statuses/{post}/context")["descendants"]
        return [one for one in below if one["account"]["username"] == BRAND]

    def break_square(self, effect: dict[str, Any], **match: Any) -> None:
        """Switch a fault on at the square: `methods`, `path`, and `count` or until mended."""
        _break(self.square, effect, **match)

    def break_desk(self, effect: dict[str, Any], **match: Any) -> None:
        """Switch a fault on at the desk."""
        _break(self.desk, effect, **match)

    def mend_square(self) -> None:
        """Switch every fault of the square off."""
        requests.delete(f"{self.square}/_sandbox/faults", timeout=TIMEOUT)

    # The desk

    def window(self, path: str) -> Any:
        """What the desk shows of itself."""
        answer = requests.get(f"{self.desk}/_sandbox/{path}", timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()

    def tickets(self) -> list[Any]:
        """All tickets with their comments."""
        return list(self.window("tickets")["tickets"])

    def ticket_of(self, post: Any) -> Any | None:
        """The ticket a post was filed in."""
        return next(
            (
                ticket
                for ticket in self.tickets()
                if any(one["external_id"] == post["uri"] for one in ticket["comments"])
            ),
            None,
        )

    def desk_settings(self, **settings: Any) -> None:
        """Change how the desk behaves."""
        answer = requests.post(f"{self.desk}/_sandbox/settings", json=settings, timeout=TIMEOUT)
        answer.raise_for_status()

    def pull(self) -> None:
        """Have the desk pull now."""
        requests.post(f"{self.desk}/_sandbox/pull", timeout=60).raise_for_status()

    def answer(self, ticket: Any, words: str) -> None:
        """Answer in public, as an agent does."""
        facts = self.facts["zendesk"]
        requests.put(
            f"{self.desk}/api/v2/tickets/{ticket['id']}",
            json={"ticket": {"comment": {"body": words, "public": True}}},
            auth=(f"{facts['email']}/token", facts["api_token"]),
            timeout=TIMEOUT,
        ).raise_for_status()

    def answer_with_file(self, ticket: Any, words: str, picture: bytes) -> None:
        """Answer in public with a picture, from the agent's page."""
        requests.post(
            f"{self.desk}/_sandbox/agent/tickets/{ticket['id']}/reply",
            data={"text": words, "kind": "public", "status": "open"},
            files={"files": ("label.png", picture, "image/png")},
            timeout=TIMEOUT,
        ).raise_for_status()

    def replies(self, ticket: Any) -> list[Any]:
        """The state of each agent's reply in a ticket, as the desk knows it."""
        shown = self.window(f"tickets/{ticket['id']}")["ticket"]["comments"]
        return [one["reply"] for one in shown if one["reply"]]

    def notes(self, ticket: Any) -> list[str]:
        """The private notes of a ticket."""
        shown = self.window(f"tickets/{ticket['id']}")["ticket"]["comments"]
        return [one["body"] for one in shown if not one["public"]]


def _break(
    service: str,
    effect: dict[str, Any],
    *,
    methods: list[str],
    path: str,
    count: int | None = None,
) -> None:
    fault: dict[str, Any] = {"match": {"methods": methods, "path": path}, "effect": effect}
    if count is not None:
        fault["count"] = count
    requests.post(f"{service}/_sandbox/faults", json=fault, timeout=TIMEOUT).raise_for_status()


@contextmanager
def open_town(folder: Path, *, listeners: dict[str, Any] | None = None) -> Iterator[Town]:
    """A town with people and no posts yet; mentions are heard unless told otherwise."""
    with Sandbox(seeded=False, pull_seconds=0.5) as sandbox:
        town = Town(folder, sandbox, listeners=listeners or {"mentions": [{}]})
        with town.open():
            yield town
