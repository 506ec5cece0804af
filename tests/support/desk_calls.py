"""Calls to one installation as a desk, or somebody who pretends to be one, would make them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests
from town import TIMEOUT, Town

from answerback_sandbox.sandbox import Sandbox
from answerback_server.engine.setup import Invitation

Json = dict[str, Any]


@contextmanager
def patient_town(folder: Path) -> Iterator[Town]:
    """A town at work that asks its network seldom enough to stay within the network's limits."""
    with Sandbox(seeded=False, pull_seconds=0.5) as sandbox:
        town = Town(folder, sandbox, listeners={"mentions": [{}]})
        town.environment |= {"ANSWERBACK_POLL_SECONDS": "0.5", "ANSWERBACK_REREAD_SECONDS": "600"}
        with town.open(), town.working():
            yield town


class DeskCalls:
    """One installation's address, with what the desk keeps of its account."""

    def __init__(self, town: Town, invitation: Invitation) -> None:
        self.town = town
        self.installation = invitation.installation
        self.base = invitation.address.removesuffix("/manifest.json")
        manifest = requests.get(invitation.address, timeout=TIMEOUT).json()
        self.integration = manifest["id"]

    @property
    def account(self) -> Json:
        """The account as the desk keeps it: number, metadata, state."""
        numbers = [
            one["id"]
            for one in self.town.window("integrations")["integrations"]
            if one["external_id"] == self.integration
        ]
        found: Json = next(
            one
            for one in self.town.window("accounts")["accounts"]
            if one["integration_id"] in numbers
        )
        return found

    def post(self, path: str, **fields: Any) -> requests.Response:
        """A form, sent."""
        return requests.post(f"{self.base}/{path}", data=fields, timeout=TIMEOUT)

    def pull(self, **fields: Any) -> requests.Response:
        """A pull, with the desk's own metadata and no state unless told otherwise."""
        return self.post("pull", **{"metadata": self.account["metadata"], "state": "", **fields})

    def offered(self, **fields: Any) -> list[str]:
        """The external ids a pull gets."""
        answer = self.pull(**fields)
        assert answer.status_code == 200, answer.text
        return [one["external_id"] for one in answer.json()["external_resources"]]

    def reply(self, post: Json, words: str, **fields: Any) -> requests.Response:
        """A channelback to a post; `...` leaves a field out."""
        told = {
            "metadata": self.account["metadata"],
            "state": self.account["state"],
            "message": words,
            "parent_id": post["uri"],
            "recipient_id": post["account"]["uri"],
            "request_unique_identifier": uuid4().hex,
            **fields,
        }
        sent = {name: value for name, value in told.items() if value is not ...}
        return self.post("channelback", **sent)

    def tell(self, *events: Any) -> requests.Response:
        """Event callbacks as the desk sends them."""
        body = {"events": list(events)}
        return requests.post(f"{self.base}/events", json=body, timeout=TIMEOUT)

    def created(self, external_id: str, ticket: int, **changes: Any) -> Json:
        """The event that something became a comment in a ticket."""
        item = {
            "type_id": "comment_on_new_ticket",
            "external_id": external_id,
            "ticket_id": ticket,
            "comment_id": 1,
        }
        return {
            "type_id": "resources_created_from_external_ids",
            "timestamp": "2026-08-01T13:51:42Z",
            "subdomain": "northwind",
            "integration_name": "answerback",
            "integration_id": self.integration,
            "error": None,
            "data": {"request_id": "r", "resource_events": [item]},
            **changes,
        }

    @contextmanager
    def desk_away(self) -> Iterator[None]:
        """The desk itself does not pull."""
        number = self.account["id"]
        self._switch(number, "deactivate")
        try:
            yield
        finally:
            self._switch(number, "activate")

    def _switch(self, number: int, what: str) -> None:
        requests.post(
            f"{self.town.desk}/_sandbox/accounts/{number}/{what}", timeout=TIMEOUT
        ).raise_for_status()
