"""A network and a batch desk that cost next to nothing, in a process of their own.

The network speaks as much of Mastodon as listening needs, the desk pulls and reports as Zendesk
does. Told by lines of JSON on standard input, it answers on standard output: `{"say": 100}` lets
people say a hundred things at once, `{"say": 1, "every": 0.01, "times": 500}` one by one, and both
answer when the desk has everything, with the seconds each took.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

from answerback_sandbox.serving import serve

FIRST = 114_000_000_000_000_000
WORDS = "<p>My order is late, and nobody answers the telephone. What can I do, please?</p>"


class Network:
    """Everything ever said to the brand, as notifications of a Mastodon server."""

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self.at: list[float] = []
        self.url = ""

    def say(self) -> None:
        """One more post, in a conversation of its own."""
        number = len(self.said)
        id = str(FIRST + number)
        person = {
            "id": str(7000 + number % 500),
            "username": f"p{number % 500}",
            "acct": f"p{number % 500}",
            "display_name": f"Person {number % 500}",
            "url": f"{self.url}/@p{number % 500}",
            "uri": f"{self.url}/users/p{number % 500}",
            "avatar": f"{self.url}/avatars/{number % 500}.png",
            "followers_count": number % 9000,
            "created_at": "2024-01-01T00:00:00.000Z",
        }
        status = {
            "id": id,
            "uri": f"{self.url}/users/p{number % 500}/statuses/{id}",
            "url": f"{self.url}/@p{number % 500}/{id}",
            "content": WORDS,
            "visibility": "public",
            "created_at": "2026-11-22T10:00:00.000Z",
            "language": "en",
            "sensitive": False,
            "spoiler_text": "",
            "in_reply_to_id": None,
            "account": person,
            "mentions": [
                {"id": "1", "username": "brand", "acct": "brand", "url": f"{self.url}/@brand"}
            ],
            "tags": [],
            "emojis": [],
            "media_attachments": [],
            "replies_count": 0,
            "reblogs_count": 0,
            "favourites_count": 0,
        }
        notice = {
            "id": str(number + 1),
            "type": "mention",
            "created_at": status["created_at"],
            "account": person,
            "status": status,
        }
        self.said.append(json.dumps(notice).encode())
        self.at.append(time.monotonic())

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        query = parse_qs(environ.get("QUERY_STRING", ""))
        if path == "/api/v1/notifications":
            body = b"[" + b",".join(self._page(query)) + b"]"
        elif path == "/api/v1/accounts/verify_credentials":
            body = json.dumps(
                {
                    "id": "1",
                    "username": "brand",
                    "acct": "brand",
                    "display_name": "Brand",
                    "url": f"{self.url}/@brand",
                    "uri": f"{self.url}/users/brand",
                }
            ).encode()
        elif path == "/api/v2/instance":
            body = json.dumps({"domain": urlsplit(self.url).netloc, "version": "4.4.0"}).encode()
        else:
            start("404 Not Found", [("Content-Length", "2"), ("Content-Type", "application/json")])
            return [b"{}"]
        start(
            "200 OK",
            [("Content-Length", str(len(body))), ("Content-Type", "application/json")],
        )
        return [body]

    def _page(self, query: dict[str, list[str]]) -> list[bytes]:
        limit = int(query.get("limit", ["40"])[0])
        end = len(self.said)
        if "min_id" in query:
            begin = int(query["min_id"][0])
            return self.said[begin : min(end, begin + limit)][::-1]
        if "max_id" in query:
            end = min(end, int(query["max_id"][0]) - 1)
        return self.said[max(0, end - limit) : end][::-1]


class Desk:
    """Pulls without a pause and reports every comment as made."""

    def __init__(self, told: dict[str, Any], network: Network) -> None:
        self._base = urlsplit(told["base"])
        self._metadata = told["metadata"]
        self._integration = told["integration"]
        self._subdomain = told["subdomain"]
        self._network = network
        self._pause = told["pause"]
        self.got: dict[str, float] = {}
        self.changed = threading.Condition()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        calls = http.client.HTTPConnection(self._base.hostname or "", self._base.port, timeout=60)
        state = ""
        while True:
            answer = self._call(
                calls,
                "/pull",
                urlencode({"metadata": self._metadata, "state": state}),
                "application/x-www-form-urlencoded",
            )
            state = answer["state"]
            fresh = [one["external_id"] for one in answer["external_resources"]]
            if not fresh:
                time.sleep(self._pause)
                continue
            self._report(calls, fresh)
            now = time.monotonic()
            with self.changed:
                for id in fresh:
                    self.got.setdefault(id, now)
                self.changed.notify_all()

    def _report(self, calls: http.client.HTTPConnection, ids: list[str]) -> None:
        events = [
            {
                "type_id": "comment_on_new_ticket",
                "external_id": id,
                "ticket_id": len(self.got) + number,
                "comment_id": len(self.got) + number,
            }
            for number, id in enumerate(ids, start=1)
        ]
        event = {
            "type_id": "resources_created_from_external_ids",
            "integration_id": self._integration,
            "subdomain": self._subdomain,
            "data": {"request_id": "r", "resource_events": events},
        }
        self._call(calls, "/events", json.dumps({"events": [event]}), "application/json")

    def _call(
        self, calls: http.client.HTTPConnection, path: str, body: str, kind: str
    ) -> dict[str, Any]:
        calls.request("POST", self._base.path + path, body, {"Content-Type": kind})
        answer = calls.getresponse()
        data = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}: {data[:200]!r}")
        return dict(json.loads(data)) if path == "/pull" else {}

    def wait(self, count: int) -> None:
        """Return when everything said so far, `count` in all, is in a ticket."""
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.got) >= count, timeout=120):
                raise RuntimeError(f"{len(self.got)} of {count} arrived")


def main() -> None:
    """Serve until standard input ends."""
    network = Network()
    with serve(network) as served:
        network.url = served.url
        print(json.dumps({"network": served.url}), flush=True)
        desk = Desk(json.loads(sys.stdin.readline()), network)
        for line in sys.stdin:
            order = json.loads(line)
            first, began = len(network.said), time.monotonic()
            for number in range(order.get("times", 1)):
                due = began + number * order.get("every", 0.0)
                time.sleep(max(0.0, due - time.monotonic()))
                for _ in range(order["say"]):
                    network.say()
            desk.wait(len(network.said))
            times = list(desk.got.values())[first:]
            waits = [
                desk.got[json.loads(one)["status"]["uri"]] - network.at[first + place]
                for place, one in enumerate(network.said[first:])
            ]
            print(json.dumps({"seconds": max(times) - began, "waits": waits}), flush=True)


if __name__ == "__main__":
    main()
