"""The grand tavern: all that the Tavern's developers' page promises, on a port of this machine.

Comments that everybody reads and letters that only their receiver does, files with descriptions,
likes, hidden comments, closed threads, a window for answers, and signed deliveries. It inherits
nothing: an answer to a letter is public unless it is asked to be direct.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from answerback.calls import Request, Response
from answerback.channel import ListenerKind
from answerback.testing import FakeNetwork, Post, Refusal, route

Comment = dict[str, Any]

SITE = "https://tavern.example"


def person(id: str, handle: str, name: str, followers: int) -> dict[str, Any]:
    url = f"{SITE}/people/{handle}"
    return {"id": id, "handle": handle, "name": name, "url": url, "followers": followers}


BRAND = person("1", "northwind", "Northwind", 1200)
ROSA = person("2", "rosa", "Rosa Klee", 12)
LONGEST = 1000
MOST_FILES = 2
LARGEST = 1_000_000
PICTURES = frozenset({"image/gif", "image/jpeg", "image/png"})
WINDOW = timedelta(days=7)

_NAMES = re.compile(r"[@#]\w+")


class GrandTavern(FakeNetwork):
    origins = (SITE,)
    app_settings: Mapping[str, Any] = {"signing_secret": "a-signing-secret-of-nobody"}
    account_settings: Mapping[str, Any] = {"token": "a-token-of-nobody"}
    account = str(BRAND["url"])
    page = 5
    depth = 40

    def __init__(self) -> None:
        self.comments: dict[str, Comment] = {}
        self.deleted: dict[str, Comment] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.liked: set[str] = set()
        self.hidden: set[str] = set()
        self.events: list[dict[str, Any]] = []

    def admit(self, request: Request) -> None:
        token = self.account_settings["token"]
        if request.headers.get("authorization") != f"Bearer {token}":
            raise Refusal(401, {"error": {"code": "login_needed", "message": "It says no."}})

    # Reading

    @route("GET", "/api/me")
    def me(self, request: Request) -> Any:
        return BRAND

    @route("GET", "/api/comments")
    @route("GET", "/api/letters")
    def heard(self, request: Request) -> Any:
        letters = request.path.endswith("letters")
        return self.feed(request, lambda one: one["direct"] is letters)

    @route("GET", "/api/comments/{id}/answers")
    def answers(self, request: Request, id: str) -> Any:
        return self.missing(id) or self.feed(request, lambda one: one["parent"] == id)

    @route("GET", "/api/comments/{id}")
    def comment(self, request: Request, id: str) -> Any:
        return self.missing(id) or self.comments[id]

    # Writing

    @route("POST", "/api/comments")
    def write(self, request: Request) -> Any:
        asked = request.json()
        parent = asked.get("parent")
        answered = parent or asked.get("about") or ""
        refusal = self.missing(answered) or self.late(answered) or self.unacceptable(asked)
        if parent:
            refusal = refusal or self.closed(answered, request)
        files = [] if refusal else [self.files[id] for id in asked.get("files") or ()]
        direct = asked.get("direct") is True
        return refusal or self.add(asked["text"], BRAND, parent=parent, direct=direct, files=files)

    @route("PUT", "/api/comments/{id}")
    def rewrite(self, request: Request, id: str) -> Any:
        asked = request.json()
        if refusal := self.missing(id) or self.not_ours(id) or self.unacceptable(asked):
            return refusal
        if asked.get("files"):
            self.comments[id]["files"] = [self.files[each] for each in asked["files"]]
        self.edit(self.comments[id]["url"], asked["text"])
        return self.comments[id]

    @route("DELETE", "/api/comments/{id}")
    def remove(self, request: Request, id: str) -> Response:
        if refusal := self.missing(id) or self.not_ours(id):
            return refusal
        self.delete(self.comments[id]["url"])
        return Response(status=204)

    @route("POST", "/api/files")
    def upload(self, request: Request) -> Any:
        kind = request.headers.get("content-type", "")
        if kind not in PICTURES or len(request.body) > LARGEST:
            return error(422, "file_not_taken")
        id = f"f{len(self.files) + 1}"
        (alternative,) = request.query.get("alt", ("",))
        self.files[id] = file(f"{SITE}/files/{id}", kind, alternative, len(request.body))
        return {"id": id}

    @route("POST", "/api/comments/{id}/like")
    @route("DELETE", "/api/comments/{id}/like")
    def like(self, request: Request, id: str) -> Response:
        return self.missing(id) or self.closed(id, request) or self.mark(self.liked, id, request)

    @route("POST", "/api/comments/{id}/hidden")
    @route("DELETE", "/api/comments/{id}/hidden")
    def hide(self, request: Request, id: str) -> Response:
        refusal = self.missing(id) or self.closed(id, request)
        return refusal or self.letter(id) or self.mark(self.hidden, id, request)

    # What people do

    def say(
        self,
        text: str,
        *,
        kind: ListenerKind = "mentions",
        under: str | None = None,
        ago: timedelta = timedelta(0),
        media: Sequence[tuple[str, str]] = (),
    ) -> str:
        files = [file(url, "image/jpeg", alternative, None) for url, alternative in media]
        parent = under and number_of(under)
        said = self.add(text, ROSA, parent=parent, direct=kind == "direct", files=files, ago=ago)
        return str(said["url"])

    def answer_ourselves(self, text: str, *, under: str) -> str:
        above = self.comments[number_of(under)]
        return str(self.add(text, BRAND, parent=above["id"], direct=above["direct"])["url"])

    def edit(self, id: str, text: str) -> None:
        comment = self.comments[number_of(id)]
        comment.update(text=text, tags=tags_of(text), edited_at=self.stamp())
        self.tell("edited", comment)

    def delete(self, id: str) -> None:
        number = number_of(id)
        self.deleted[number] = self.comments.pop(number)
        self.tell("deleted", {"id": number, "deleted_at": self.stamp()})

    def awkward(self) -> Sequence[str]:
        return [str(self.add("Are you still open?", ROSA, closed=True)["url"])]

    def posts(self) -> Sequence[Post]:
        return [
            Post(
                id=one["url"],
                text=one["text"],
                under=one["parent"] and f"{SITE}/c/{one['parent']}",
                ours=one["author"] == BRAND,
                private=one["direct"],
                media=tuple(each["alt"] for each in one["files"]),
                liked=id in self.liked,
                hidden=id in self.hidden,
            )
            for id, one in self.comments.items()
        ]

    def deliveries(self) -> Sequence[Request]:
        events, self.events = self.events, []
        body = Response.of_json({"account": self.account, "events": events}).body
        headers = {"content-type": "application/json"}
        call = Request(method="POST", path="/hooks/tavern", headers=headers, body=body)
        return [call] if events else []

    # What the network says no to

    def missing(self, id: str) -> Response | None:
        if id in self.comments:
            return None
        return error(410 if id in self.deleted else 404, "not_here")

    def not_ours(self, id: str) -> Response | None:
        return None if self.comments[id]["author"] == BRAND else error(403, "not_yours")

    def closed(self, id: str, request: Request) -> Response | None:
        """In a closed thread nothing is added; what is there can be taken back."""
        refused = self.comments[id]["closed"] and request.method == "POST"
        return error(403, "thread_closed") if refused else None

    def letter(self, id: str) -> Response | None:
        return error(403, "letters_stay") if self.comments[id]["direct"] else None

    def late(self, id: str) -> Response | None:
        written = datetime.fromisoformat(self.comments[id]["created_at"])
        return error(403, "too_late") if written + WINDOW < self.now() else None

    def unacceptable(self, asked: Mapping[str, Any]) -> Response | None:
        files = asked.get("files") or []
        if not asked["text"].strip() or len(asked["text"]) > LONGEST:
            return error(422, "text_not_taken")
        if len(files) > MOST_FILES or not set(files) <= set(self.files):
            # The oldest call of the network: its errors still come with 200.
            return error(200, "files_not_taken")
        return None

    # Inside

    def feed(self, request: Request, shows: Callable[[Comment], bool]) -> Any:
        everything = {**self.comments, **self.deleted}
        (token,) = request.query.get("page", ("",))
        if token and token not in everything:
            return error(422, "page_unknown")
        shown = sorted(filter(shows, self.comments.values()), key=place, reverse=True)
        visible = shown[: self.depth]
        rest = [one for one in visible if not token or place(one) < place(everything[token])]
        given = rest[: self.page]
        more = len(rest) > len(given)
        return {
            "comments": given,
            "older": given[-1]["id"] if more else None,
            "ends_early": not more and len(visible) < len(shown),
        }

    def add(
        self,
        text: str,
        author: Mapping[str, Any],
        *,
        parent: str | None = None,
        direct: bool = False,
        closed: bool = False,
        files: Sequence[Mapping[str, Any]] = (),
        ago: timedelta = timedelta(0),
    ) -> Comment:
        id = str(len(self.comments) + len(self.deleted) + 1)
        above = {**self.comments, **self.deleted}.get(parent or "")
        kind = "letters" if direct else "threads"
        comment = {
            "id": id,
            "url": f"{SITE}/c/{id}",
            "text": text,
            "author": author,
            "parent": parent,
            "thread": above["thread"] if above else f"{SITE}/{kind}/{id}",
            "direct": direct,
            "closed": closed,
            "created_at": self.stamp(ago),
            "edited_at": None,
            "tags": tags_of(text),
            "files": list(files),
        }
        self.comments[id] = comment
        self.tell("created", comment)
        return comment

    def tell(self, type: str, comment: Comment) -> None:
        self.events.append({"type": type, "comment": dict(comment)})

    def mark(self, marks: set[str], id: str, request: Request) -> Response:
        (marks.discard if request.method == "DELETE" else marks.add)(id)
        return Response(status=204)

    def stamp(self, ago: timedelta = timedelta(0)) -> str:
        return (self.now() - ago).isoformat(timespec="milliseconds")


def place(comment: Comment) -> tuple[str, int]:
    return comment["created_at"], int(comment["id"])


def file(url: str, type: str, alternative: str, size: int | None) -> dict[str, Any]:
    return {"url": url, "type": type, "alt": alternative, "size": size}


def tags_of(text: str) -> list[dict[str, str]]:
    return [{"name": name, "url": f"{SITE}/named/{name[1:]}"} for name in _NAMES.findall(text)]


def number_of(url: str) -> str:
    return url.rpartition("/")[2]


def error(status: int, code: str) -> Response:
    told = {"code": code, "message": f"It says no: {code}."}
    return Response.of_json(
        {"ok": False, "error": told} if status == 200 else {"error": told}, status
    )
