"""The tavern, a network that exists nowhere: comments under comments, over a small JSON API."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from operator import itemgetter
from typing import Any

from answerback import Request, Response
from answerback.testing.pretend.network import FakeNetwork, Post, Refusal, route

SITE = "https://tavern.example"


class TavernNetwork(FakeNetwork):
    """The tavern, with nobody in it yet. It shows no pictures."""

    origins = (SITE,)
    account_settings: Mapping[str, Any] = {"token": "a-tavern-token"}
    account = f"{SITE}/people/northwind"

    def __init__(self) -> None:
        self.comments: dict[str, Any] = {}  # By id, as the API shows them; None: deleted.

    # What the channel calls

    def admit(self, request: Request) -> None:
        if request.headers.get("authorization") != "Bearer a-tavern-token":
            raise Refusal(401)

    @route("GET", "/api/comments")
    def feed(self, request: Request) -> dict[str, Any]:
        (below,) = request.query.get("page", ("~",))
        shown = sorted(filter(None, self.comments.values()), key=itemgetter("created_at"))
        rest = [one for one in shown[::-1][: self.depth] if one["created_at"] < below]
        older = rest[self.page - 1]["created_at"] if len(rest) > self.page else None
        return {"comments": rest[: self.page], "older": older}

    @route("GET", "/api/comments/{id}")
    def comment(self, request: Request, id: str) -> Any:
        if self.comments.get(id) is None:
            raise Refusal(410 if id in self.comments else 404)
        return self.comments[id]

    @route("POST", "/api/comments")
    def write(self, request: Request) -> Any:
        asked = request.json()
        if asked["parent"] is not None:
            self.comment(request, asked["parent"])
        return self.add("northwind", fitting(asked["text"]), asked["parent"])

    @route("PUT", "/api/comments/{id}")
    def rewrite(self, request: Request, id: str) -> Any:
        self.edit(self.comment(request, id)["url"], fitting(request.json()["text"]))
        return self.comments[id]

    @route("DELETE", "/api/comments/{id}")
    def remove(self, request: Request, id: str) -> Response:
        self.delete(self.comment(request, id)["url"])
        return Response(status=204)

    # What people do

    def say(
        self, text: str, *, under: str | None = None, ago: timedelta = timedelta(0), **_: Any
    ) -> str:
        return str(self.add("rosa", text, under and number(under), ago)["url"])

    def answer_ourselves(self, text: str, *, under: str) -> str:
        return str(self.add("northwind", text, number(under))["url"])

    def edit(self, id: str, text: str) -> None:
        self.comments[number(id)] |= {"text": text, "edited_at": self.now().isoformat()}

    def delete(self, id: str) -> None:
        self.comments[number(id)] = None

    def posts(self) -> Sequence[Post]:
        return [
            Post(
                id=one["url"],
                text=one["text"],
                under=one["parent"] and f"{SITE}/c/{one['parent']}",
                ours=one["author"]["url"] == self.account,
            )
            for one in filter(None, self.comments.values())
        ]

    # Inside

    def add(
        self, author: str, text: str, parent: str | None, ago: timedelta = timedelta(0)
    ) -> dict[str, Any]:
        id = str(len(self.comments) + 1)
        self.comments[id] = comment = {
            "id": id,
            "url": f"{SITE}/c/{id}",
            "text": text,
            "author": {"id": author, "name": author.title(), "url": f"{SITE}/people/{author}"},
            "parent": parent,
            "created_at": (self.now() - ago).isoformat(),
            "edited_at": None,
        }
        return comment


def number(url: str) -> str:
    return url.rpartition("/")[2]


def fitting(text: str) -> str:
    if len(text) > 1000:
        raise Refusal(422, {"error": "A comment has at most 1000 characters."})
    return text
