"""A server that speaks Mastodon's API and says what was recorded, or what a test puts in its mouth.

It plays recorded exchanges as what happened on it, one after the other, and answers questions
about the state they left. It takes no posts of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from answerback_sandbox.serving import serve

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "mastodon"
TOKEN = "a-token-of-nobody"

Json = dict[str, Any]


def recorded(name: str) -> Json:
    """One recorded exchange."""
    exchange: Json = json.loads((CORPUS / f"{name}.json").read_text(encoding="utf-8"))
    return exchange


def age(entry: Json) -> tuple[int, str]:
    """Sorts what has an id by it: the longer one is newer."""
    id = str(entry.get("id", ""))
    return len(id), id


def plain(status: Json) -> str:
    """The words of a status, as a person reads them."""
    return re.sub(r"<[^>]+>", "", str(status.get("content", "")))


class RecordedServer:
    """What stands on the server now. `url` is set once it is served.

    `answers` gives a path another answer: status, content type, and body.
    """

    def __init__(self, me: Json, *, instance: Json | None = None) -> None:
        self.url = ""
        self.me = me
        self.instance = instance or {"domain": "localhost:3000", "configuration": {}}
        self.statuses: dict[str, Json] = {}
        self.notifications: list[Json] = []
        self.answers: dict[str, tuple[int, str, bytes]] = {}
        self.asked: list[str] = []

    def play(self, exchange: Json) -> None:
        """Let what was recorded happen here: a status posted, edited or deleted."""
        body, method = exchange["body"], exchange["request"]["method"]
        if method == "DELETE":
            self.forget(body["id"])
        elif method in ("POST", "PUT"):
            self.tell(body)

    def tell(self, status: Json) -> Json:
        """Have a status stand here, new or edited."""
        self.statuses[str(status["id"])] = status
        return status

    def notify(self, notification: Json) -> None:
        """Have the account told of something."""
        self.notifications.append(notification)

    def forget(self, id: str) -> None:
        """Take a status away, and what told of it."""
        self.statuses.pop(id, None)
        kept = [one for one in self.notifications if (one.get("status") or {}).get("id") != id]
        self.notifications[:] = kept

    def app(self) -> Flask:
        """The routes."""
        app = Flask("recorded")

        @app.before_request
        def arrive() -> Response | None:
            self.asked.append(f"{request.method} {request.path}")
            if request.headers.get("Authorization") != f"Bearer {TOKEN}":
                return _json({"error": "The access token is invalid"}, 401)
            if request.path in self.answers:
                status, kind, body = self.answers[request.path]
                return Response(body, status, content_type=kind)
            return None

        @app.get("/api/v2/instance")
        def instance() -> Response:
            return _json(self.instance)

        @app.get("/api/v1/accounts/verify_credentials")
        def verify() -> Response:
            return _json(self.me)

        @app.get("/api/v1/notifications")
        def notifications() -> Response:
            kinds = request.args.getlist("types[]")
            return _json(_page([one for one in self.notifications if one.get("type") in kinds]))

        @app.get("/api/v1/statuses")
        def several() -> Response:
            wanted = request.args.getlist("id[]")
            return _json([self._now(one) for id in wanted if (one := self.statuses.get(id))])

        @app.get("/api/v1/statuses/<id>")
        def one(id: str) -> Response:
            found = self.statuses.get(id)
            return _json(self._now(found)) if found else _json({"error": "Not Found"}, 404)

        @app.get("/api/v1/statuses/<id>/context")
        def context(id: str) -> Response:
            if id not in self.statuses:
                return _json({"error": "Not Found"}, 404)
            return _json({"ancestors": self._above(id), "descendants": self._below(id)})

        @app.get("/api/v1/timelines/tag/<tag>")
        def tagged(tag: str) -> Response:
            return _json(_page([one for one in self._public() if tag in _topics(one)]))

        @app.get("/api/v2/search")
        def search() -> Response:
            words = request.args["q"].casefold()
            found = [one for one in self._public() if words in plain(one).casefold()]
            return _json({"accounts": [], "hashtags": [], "statuses": _page(found)})

        return app

    def _now(self, status: Json) -> Json:
        """A status with the counts of this moment."""
        if "replies_count" not in status:
            return status
        below = [one for one in self.statuses.values() if one.get("in_reply_to_id") == status["id"]]
        return {**status, "replies_count": len(below)}

    def _public(self) -> list[Json]:
        return [one for one in self.statuses.values() if one.get("visibility") == "public"]

    def _above(self, id: str) -> list[Json]:
        above: list[Json] = []
        parent = self.statuses[id].get("in_reply_to_id")
        while parent in self.statuses:
            above.insert(0, self.statuses[parent])
            parent = self.statuses[parent].get("in_reply_to_id")
        return above

    def _below(self, id: str) -> list[Json]:
        under = [one for one in self.statuses.values() if one.get("in_reply_to_id") == id]
        return [each for one in sorted(under, key=age) for each in (one, *self._below(one["id"]))]


def _topics(status: Json) -> list[str]:
    return [str(topic["name"]) for topic in status.get("tags", ())]


def _page(entries: list[Json]) -> list[Json]:
    """One page of a feed, newest first, by `min_id`, `max_id` and `limit`."""
    asked: Mapping[str, str] = request.args
    limit = int(asked.get("limit", "20"))
    newest = sorted(entries, key=age, reverse=True)
    if "max_id" in asked:
        newest = [one for one in newest if age(one) < age({"id": asked["max_id"]})]
    if "min_id" in asked:
        least = age({"id": asked["min_id"]})
        # An entry without an id stands where the server put it: a filter by id cannot hide it.
        newest = [one for one in newest if age(one) > least or "id" not in one]
        return newest[-limit:]
    return newest[:limit]


def _json(content: object, status: int = 200) -> Response:
    return Response(json.dumps(content), status, content_type="application/json; charset=utf-8")


@contextmanager
def recorded_server(me: Json, *, instance: Json | None = None) -> Iterator[RecordedServer]:
    """A server being served, to which nothing has happened yet."""
    server = RecordedServer(me, instance=instance)
    with serve(server.app()) as served:
        server.url = served.url
        yield server
