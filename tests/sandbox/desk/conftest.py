"""A served desk, a clock that moves when told, and a small integration service to connect."""

import itertools
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from flask import Flask, Response, jsonify, request

from answerback_sandbox.desk import Desk, connection, create_desk, desk_of
from answerback_sandbox.serving import serve


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


class Served:
    """A desk over HTTP, with the short cuts that tests need."""

    def __init__(self, url: str, desk: Desk, told: dict[str, str]) -> None:
        self.url = url
        self.desk = desk
        self.connection = told
        self.session = requests.Session()
        self.session.trust_env = False

    def api(self, method: str, path: str, *, status: int | None = None, **more: Any) -> Any:
        """Calls the Support API as its admin; with `status`, checks it and returns the JSON."""
        auth = (f"{self.connection['email']}/token", self.connection["api_token"])
        answer = self.session.request(method, f"{self.url}/api/v2{path}", auth=auth, **more)
        if status is None:
            return answer
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def created(self, **members: Any) -> dict[str, Any]:
        """A ticket made through the API, with its audit."""
        ticket = {"subject": "Where is it?", "comment": {"body": "My parcel"}, **members}
        return dict(self.api("POST", "/tickets.json", json={"ticket": ticket}, status=201))

    def sandbox(self, method: str, path: str, **more: Any) -> Any:
        """Calls a switch of the sandbox and returns its JSON."""
        answer = self.session.request(method, f"{self.url}/_sandbox{path}", **more)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def page(self, path: str) -> str:
        answer = self.session.get(self.url + path)
        assert answer.status_code == 200
        return answer.text

    def connect(self, service: "Service") -> int:
        """Installs the service's integration and connects one account; returns its id."""
        body = {"manifest_url": f"{service.url}/manifest.json"}
        made = self.sandbox("POST", "/integrations", json=body)["integration"]
        opened = self.sandbox("POST", f"/integrations/{made['id']}/open", json={})
        form = {"name": "@acme on Example", "metadata": '{"secret":"s"}', "state": "start"}
        done = self.session.post(opened["fields"]["return_url"], data=form)
        assert done.status_code == 200
        return int(self.sandbox("GET", "/accounts")["accounts"][-1]["id"])

    def pull(self) -> dict[str, Any]:
        (told,) = self.sandbox("POST", "/pull")["accounts"]
        return dict(told)

    def reply(self, ticket_id: int, text: str, **more: Any) -> Any:
        return self.sandbox(
            "POST", f"/agent/tickets/{ticket_id}/reply", json={"text": text, **more}
        )

    def ticket(self, ticket_id: int) -> dict[str, Any]:
        return dict(self.sandbox("GET", f"/tickets/{ticket_id}")["ticket"])

    def settled(self, ticket_id: int) -> dict[str, Any]:
        """The last reply on a ticket, once it is neither waiting nor on its way."""

        def done() -> dict[str, Any] | None:
            told = [one["reply"] for one in self.ticket(ticket_id)["comments"] if one["reply"]]
            return told[-1] if told and told[-1]["state"] != "sending" else None

        return eventually(done)

    def told(self, type_id: str, number: int = 1) -> list[dict[str, Any]]:
        """The events of one type that were delivered, once there are so many."""

        def found() -> list[dict[str, Any]] | None:
            events = [
                event
                for callback in self.sandbox("GET", "/callbacks")["callbacks"]
                if callback["state"] == "delivered"
                for event in callback["events"]
                if event["type_id"] == type_id
            ]
            return events if len(events) >= number else None

        return eventually(found)


def eventually(look: Callable[[], Any], seconds: float = 5) -> Any:
    end = time.monotonic() + seconds
    while (found := look()) is None:
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return found


class Service:
    """An integration service whose every answer a test can set."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[tuple[str, Any]] = []
        self.resources: list[Any] = []
        self.state: str | None = None
        self.manifest: dict[str, Any] = {
            "name": "Example Social",
            "id": "org.example:social",
            "version": "1",
            "author": "Example",
            "push_client_id": "example",
            "channelback_files": True,
            "urls": {
                "admin_ui": "./admin",
                "pull_url": "./pull",
                "channelback_url": "./channelback",
                "clickthrough_url": "./open",
                "healthcheck_url": "./health",
                "event_callback_url": "./events",
            },
        }
        self.pull: Callable[[], Any] = self.pending
        self.channelback: Callable[[], Any] = self.accepted
        self.numbers = itertools.count(1)

    def pending(self) -> Any:
        body: dict[str, Any] = {"external_resources": self.resources}
        if self.state is not None:
            body["state"] = self.state
        return jsonify(body)

    def accepted(self) -> Any:
        return jsonify(external_id=f"own:{next(self.numbers)}", allow_channelback=True)

    def called(self, name: str) -> list[Any]:
        return [told for one, told in self.calls if one == name]

    def app(self) -> Flask:
        app = Flask("service")

        @app.get("/manifest.json")
        def manifest() -> Response:
            return jsonify(self.manifest)

        @app.post("/<any(pull,channelback,file):name>")
        def form(name: str) -> Any:
            self.calls.append((name, request.form.to_dict(flat=False)))
            if name == "file":
                return Response(b"\x89PNG", mimetype="image/png")
            return self.pull() if name == "pull" else self.channelback()

        @app.post("/events")
        def events() -> Response:
            self.calls.extend(("event", one) for one in request.get_json()["events"])
            return Response()

        @app.get("/health")
        def health() -> str:
            return "good"

        return app


def resource(external_id: str = "post:1", **more: Any) -> dict[str, Any]:
    return {
        "external_id": external_id,
        "message": f"Words of {external_id}",
        "created_at": "2026-11-21T09:58:03Z",
        "author": {"external_id": "person:1", "name": "Rosa"},
        **more,
    }


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(clock: Clock) -> Iterator[Served]:
    app = create_desk(
        subdomain="acme", clock=clock, channelback_spacing=0.02, callback_spacing=0.02
    )
    with serve(app) as served:
        one = Served(served.url, desk_of(app), connection(app, served.url))
        yield one
        one.session.close()
    desk_of(app).close()


@pytest.fixture
def service() -> Iterator[Service]:
    one = Service()
    with serve(one.app()) as served:
        one.url = served.url
        yield one


@pytest.fixture
def make() -> Callable[..., dict[str, Any]]:
    """Makes an external resource."""
    return resource


@pytest.fixture
def wait() -> Callable[..., Any]:
    """Looks again and again until something is there."""
    return eventually
