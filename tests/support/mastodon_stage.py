"""Channels, people and posts for tests of the Mastodon channel against a real local server."""

from __future__ import annotations

from typing import Any

import requests

from answerback.channel import Account, Listener
from answerback.http import Http, Pacer, Transport
from answerback.model import Activity, Mention, Page
from answerback_channels.mastodon import Mastodon


def channel(url: str, token: str, *, through: str | None = None, **settings: Any) -> Mastodon:
    """The channel of one account on a local server; `through` stands in front of that server."""
    http = Http(
        plugin="mastodon",
        account="test",
        transport=Transport(
            private_hosts=["127.0.0.1", "localhost"], reroute={url: through} if through else {}
        ),
        deadline=10.0,
        secrets=[token],
        classify=Mastodon.classify,
        pacer=Pacer(Mastodon.budgets),
    )
    told = {"instance": url, "access_token": token, **settings}
    return Mastodon(account=Account(id="test", settings=told), http=http)


def listener(kind: Any, **settings: Any) -> Listener:
    """A listener of this kind."""
    return Listener(id=f"{kind}-1", kind=kind, settings=settings)


def heard(page: Page) -> list[Mention]:
    """The mentions on a page."""
    return [one.object for one in page.activities if isinstance(one.object, Mention)]


def walked(
    channel: Mastodon, listener: Listener, cursor: str | None
) -> tuple[list[Activity], str | None]:
    """Everything a listener gives until there is no more, and where it stands then."""
    found: list[Activity] = []
    for _ in range(60):
        page = channel.poll(listener, cursor)
        assert not page.unreadable
        found += page.activities
        cursor = page.cursor
        if not page.more:
            return found, cursor
    raise AssertionError("the walk does not end")


class Person:
    """Somebody with a token, who speaks the API with a plain client."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.token = token
        self._headers = {"Authorization": f"Bearer {token}"}

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """The answer to a call, whatever its status."""
        return requests.request(
            method, self.url + path, headers=self._headers, timeout=10, **options
        )

    def get(self, path: str, **query: Any) -> Any:
        """What is at a path."""
        answer = self.call("GET", path, params=query)
        answer.raise_for_status()
        return answer.json()

    def say(self, text: str, **fields: Any) -> Any:
        """Post something."""
        answer = self.call("POST", "/api/v1/statuses", json={"status": text, **fields})
        answer.raise_for_status()
        return answer.json()

    def replies(self, status_id: str) -> list[Any]:
        """What this person sees right under a post."""
        below = self.get(f"/api/v1/statuses/{status_id}/context")["descendants"]
        return [each for each in below if each["in_reply_to_id"] == status_id]
