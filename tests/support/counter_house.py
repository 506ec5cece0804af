"""The Counter's pretend desk: tickets with comments, over a small JSON API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from answerback import Request, Response
from answerback.testing.pretend.desk import FakeDesk, PretendComment, PretendTicket, Refusal, route

SITE = "https://counter.example"


@dataclass
class Case:
    """A ticket as the Counter keeps it."""

    id: str
    external_id: str | None
    subject: str = ""
    customer: str | None = None
    status: str = "open"
    priority: str | None = None
    group: str | None = None
    tags: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


class CounterHouse(FakeDesk):
    """The Counter with nobody at it yet. It shows its comments as HTML."""

    origins = (SITE,)
    page = 5
    groups = ("first line",)

    def __init__(self) -> None:
        self.installation_settings = {"key": "a-counter-key"}
        self.cases: dict[str, Case] = {}
        self.comments: list[dict[str, Any]] = []
        self.customers: dict[str, dict[str, Any]] = {}  # By their id at the network.

    def admit(self, request: Request) -> None:
        if request.headers.get("authorization") != "Bearer a-counter-key":
            raise Refusal(401)

    # What the plugin calls

    @route("GET", "/api/tickets")
    def find_tickets(self, request: Request) -> Any:
        (wanted,) = request.query["external_id"]
        found = [one for one in self.cases.values() if one.external_id == wanted]
        return {"tickets": [{"id": one.id, "status": one.status} for one in found]}

    @route("POST", "/api/tickets")
    def open(self, request: Request) -> Any:
        told = request.json()
        case = self._case(told["external_id"], told["subject"], told["requester"])
        case.tags, case.priority = list(told["tags"]), told["priority"]
        return self._comment(case, told["comment"])

    @route("PATCH", "/api/tickets/{id}")
    def change(self, request: Request, id: str) -> Any:
        case, told = self._known(id), request.json()
        for name in ("status", "priority", "group"):
            setattr(case, name, told.get(name, getattr(case, name)))
        tags = [one for one in case.tags if one not in told.get("remove_tags", ())]
        case.tags = list(dict.fromkeys([*tags, *told.get("add_tags", ())]))
        return {"id": case.id}

    @route("POST", "/api/tickets/{id}/comments")
    def add(self, request: Request, id: str) -> Any:
        case = self._known(id)
        if case.status == "closed":
            raise Refusal(422)
        return self._comment(case, request.json())

    @route("PUT", "/api/tickets/{id}/comments/{comment}/redaction")
    def redaction(self, request: Request, id: str, comment: str) -> Any:
        case = self._known(id)
        found = next((one for one in self.comments if one["id"] == comment), None)
        if found is None:
            raise Refusal(404)
        self._blacken(case, found)
        return {"id": comment}

    @route("GET", "/api/comments")
    def find_comments(self, request: Request) -> Any:
        alive = [one for one in self.comments if one["ticket"] in self.cases]
        if "external_id" in request.query:
            (wanted,) = request.query["external_id"]
            return {"comments": [one for one in alive if one["external_id"] == wanted]}
        (after,) = request.query["after"]
        later = [one for one in alive if one["number"] > int(after)]
        return {"comments": later[: self.page], "more": len(later) > self.page}

    @route("GET", "/api/customers")
    def find_customers(self, request: Request) -> Any:
        (wanted,) = request.query["external_id"]
        return {"customers": [self.customers[wanted]] if wanted in self.customers else []}

    @route("DELETE", "/api/customers/{id}")
    def remove_customer(self, request: Request, id: str) -> Response:
        for external_id, customer in list(self.customers.items()):
            if customer["id"] == id:
                del self.customers[external_id]
        for case in [one for one in self.cases.values() if one.customer == id]:
            del self.cases[case.id]
        return Response(status=204)

    @route("PUT", "/api/answers/{key}/failure")
    def failure(self, request: Request, key: str) -> Any:
        comment = next((one for one in self.comments if one["id"] == key), None)
        if comment is None:
            raise Refusal(404)
        case = self._known(comment["ticket"])
        case.troubles = list(dict.fromkeys([*case.troubles, request.json()["reason"]]))
        return {"id": key}

    # What people do there

    def tickets(self) -> Sequence[PretendTicket]:
        return [self._shown(case) for case in self.cases.values() if case.status != "merged"]

    def answer(self, ticket: str, text: str, *, files: Sequence[str] = ()) -> str:
        told = {"body": text, "by": "agent", "public": True, "files": list(files)}
        return str(self._comment(self.cases[ticket], told)["id"])

    def whisper(self, ticket: str, text: str) -> None:
        self._comment(self.cases[ticket], {"body": text, "by": "agent", "public": False})

    def robot(self, ticket: str, text: str) -> None:
        told = {"body": text, "by": "agent", "public": True, "via": "rule"}
        self._comment(self.cases[ticket], told)

    def write_in(self, text: str) -> str:
        case = self._case(None, text[:60], {"external_id": "mail:1", "name": "Somebody"})
        self._comment(case, {"body": text, "by": "customer", "public": True})
        return case.id

    def close(self, ticket: str) -> None:
        self.cases[ticket].status = "closed"

    def delete(self, ticket: str) -> None:
        del self.cases[ticket]

    def merge(self, ticket: str, into: str) -> None:
        for comment in self.comments:
            if comment["ticket"] == ticket:
                comment["ticket"] = into
        self.cases[ticket].status = "closed"

    # Inside

    def _known(self, id: str) -> Case:
        if id not in self.cases:
            raise Refusal(404)
        return self.cases[id]

    def _case(self, external_id: str | None, subject: str, requester: dict[str, str]) -> Case:
        number = str(len(self.customers) + 1)
        customer = self.customers.setdefault(
            requester["external_id"], {"id": f"person-{number}", "name": requester["name"]}
        )
        id = str(len(self.comments) + 100)
        self.cases[id] = Case(id, external_id, subject=subject, customer=customer["id"])
        return self.cases[id]

    def _comment(self, case: Case, told: dict[str, Any]) -> dict[str, Any]:
        number = len(self.comments) + 1
        comment = {
            "id": f"comment-{number}",
            "number": number,
            "ticket": case.id,
            "conversation": case.external_id,
            "external_id": told.get("external_id"),
            "public": told["public"],
            "by": told["by"],
            "via": told.get("via") or ("agent" if told["by"] == "agent" else "api"),
            "body": told["body"],
            "files": told.get("files") or [],
            "author": "Dana" if told["by"] == "agent" else None,
        }
        self.comments.append(comment)
        return comment

    def _blacken(self, case: Case, comment: dict[str, Any]) -> None:
        comment |= {"body": "(removed)", "files": []}
        case.subject = "(removed)"

    def _shown(self, case: Case) -> PretendTicket:
        return PretendTicket(
            id=case.id,
            subject=case.subject,
            requester=case.customer,
            status=case.status,
            priority=case.priority,
            tags=tuple(case.tags),
            group=case.group,
            troubles=tuple(case.troubles),
            comments=tuple(
                PretendComment(
                    id=one["id"],
                    text=one["body"],
                    markup=f"<p>{escape(one['body'])}</p>",
                    public=one["public"],
                    by=one["by"],
                    files=tuple(one["files"]),
                )
                for one in self.comments
                if one["ticket"] == case.id
            ),
        )
