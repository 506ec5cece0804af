"""The story of one complaint, played over HTTP and believed only when seen at both ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import requests

from answerback_sandbox.sandbox import BRAND

if TYPE_CHECKING:
    from answerback_server.cli.demo.stage import Stage

Seen = TypeVar("Seen")

TIMEOUT = 15
#: Seconds until a step that was not seen counts as broken.
PATIENCE = 60.0

COMPLAINT = "@northwind My order is three weeks late and nobody answers the phone. ☹️"
ANSWER = "I am sorry, Rosa. Your parcel left us this morning; I sent you the number in private."
EDITED = "@northwind My order is FOUR weeks late and nobody answers the phone. ☹️"


class StoryBroke(Exception):  # noqa: N818 (says what happened)
    """A step did not happen at one of the ends."""


def play(stage: Stage, say: Callable[[str], None]) -> None:
    """Complain, wait for the ticket, answer, look under the post, edit, delete.

    Says one line per step. Raises StoryBroke naming the step that was not seen.
    """
    square = _Square(stage.facts["square"])
    desk = _Desk(stage.facts["zendesk"])
    post = square.post("rosa", COMPLAINT)
    ticket = _until("heard", lambda: desk.ticket_saying(post["uri"]))
    say(f"heard    {post['url']}")
    say(f"filed    ticket {ticket['id']}: {ticket['subject']}")
    desk.answer(ticket["id"], ANSWER)
    say(f"answered ticket {ticket['id']} in the agent's desk")
    reply = _until("posted", lambda: square.answer_under("rosa", post["id"]))
    sent = _until("posted, as the ticket shows it", lambda: desk.sent(ticket["id"]))
    if sent != reply["uri"]:
        raise StoryBroke("posted: the ticket names another post than the one under the complaint.")
    say(f"posted   {reply['url']}")
    square.edit("rosa", post["id"], EDITED)
    _until("edited", lambda: desk.says(ticket["id"], "FOUR weeks late"))
    say(f"edited   ticket {ticket['id']} shows the new words")
    twice = [one for one in square.posts_of(BRAND) if one["in_reply_to_id"] == post["id"]]
    if len(twice) != 1:
        raise StoryBroke(f"posted: {len(twice)} answers stand on the square instead of one.")
    square.delete("rosa", post["id"])
    _until("deleted", lambda: desk.says(ticket["id"], "deleted"))
    say(f"deleted  ticket {ticket['id']} says that the post is gone")


def _until(step: str, look: Callable[[], Seen | None]) -> Seen:
    deadline = time.monotonic() + PATIENCE
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise StoryBroke(f"{step}: not seen within {PATIENCE:.0f} seconds.")
        time.sleep(0.2)


class _Square:
    """People on the square, through the network's own API."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self._url = facts["url"]
        self._accounts = facts["accounts"]

    def post(self, name: str, words: str) -> Any:
        return self._call("POST", name, "statuses", json={"status": words, "language": "en"})

    def edit(self, name: str, id: str, words: str) -> None:
        self._call("PUT", name, f"statuses/{id}", json={"status": words, "language": "en"})

    def delete(self, name: str, id: str) -> None:
        self._call("DELETE", name, f"statuses/{id}")

    def answer_under(self, name: str, id: str) -> Any:
        below = self._call("GET", name, f"statuses/{id}/context")["descendants"]
        return next((one for one in below if one["account"]["username"] == BRAND), None)

    def posts_of(self, name: str) -> Any:
        me = self._call("GET", name, "accounts/verify_credentials")
        return self._call("GET", name, f"accounts/{me['id']}/statuses")

    def _call(self, method: str, name: str, path: str, **more: Any) -> Any:
        answer = requests.request(
            method,
            f"{self._url}/api/v1/{path}",
            headers={"Authorization": f"Bearer {self._accounts[name]['token']}"},
            timeout=TIMEOUT,
            **more,
        )
        answer.raise_for_status()
        return answer.json()


class _Desk:
    """The agent at the desk; answers through the Support API, looks through the desk's window."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self._url = facts["url"]
        self._login = (f"{facts['email']}/token", facts["api_token"])

    def ticket_saying(self, external_id: str) -> Any:
        return next(
            (
                ticket
                for ticket in self._window("tickets")["tickets"]
                if any(one["external_id"] == external_id for one in ticket["comments"])
            ),
            None,
        )

    def answer(self, ticket: int, words: str) -> None:
        requests.put(
            f"{self._url}/api/v2/tickets/{ticket}",
            json={"ticket": {"comment": {"body": words, "public": True}}},
            auth=self._login,
            timeout=TIMEOUT,
        ).raise_for_status()

    def sent(self, ticket: int) -> str | None:
        comments = self._window(f"tickets/{ticket}")["ticket"]["comments"]
        replies = [one["reply"] for one in comments if one["reply"]]
        for reply in replies:
            if reply["state"] == "failed":
                raise StoryBroke("posted: the desk shows the answer as failed.")
        return next((str(one["external_id"]) for one in replies if one["state"] == "sent"), None)

    def says(self, ticket: int, words: str) -> bool:
        comments = self._window(f"tickets/{ticket}")["ticket"]["comments"]
        return any(words in one["body"] for one in comments if not one["reply"])

    def _window(self, path: str) -> Any:
        answer = requests.get(f"{self._url}/_sandbox/{path}", timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()
