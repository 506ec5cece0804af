"""The sandbox's Zendesk as the pretend desk of the conformance kit."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from zendesk_bridge import Page

from answerback.calls import Request, Response
from answerback.helpdesk import HelpDesk
from answerback.testing.pretend.bridge import PretendBridge
from answerback.testing.pretend.desk import FakeDesk, LostAnswer, PretendComment, PretendTicket
from answerback.testing.pretend.serving import serving
from answerback_sandbox.desk import Desk
from answerback_sandbox.desk.inert import html_text
from answerback_sandbox.desk.people import add_user
from answerback_sandbox.desk.records import Comment, Ticket
from answerback_sandbox.desk.store import Settings
from answerback_sandbox.desk.tickets import (
    Draft,
    Step,
    change_ticket,
    delete_ticket,
    merge_tickets,
    open_ticket,
)

ORIGIN = "https://acme.zendesk.com"
MOUNT = "/d/8Xq2unguessable"
_PATIENCE = 10.0


class ZendeskHouse(FakeDesk):
    """A Zendesk whose administrator installs the plugin over HTTP before the first pull.

    It fetches no files: nothing leaves this machine. What it was given to fetch is remembered.
    """

    installation_settings: ClassVar[dict[str, str]] = {"subdomain": "acme"}

    def __init__(self) -> None:
        brisk = {"channelback_spacing": 0.01, "callback_spacing": 0.01}
        self.desk = Desk(subdomain="acme", settings=Settings().changed(brisk))
        self.desk.store.url = ORIGIN
        self.files: dict[str, tuple[str, ...]] = {}
        self.broken: set[str] = set()
        self._given: tuple[HelpDesk, PretendBridge] | None = None
        self._served = ExitStack()
        self._manifest = ""

    def start(self) -> None:
        served = self._served.enter_context(serving(self._serve))
        self._manifest = f"{served}{MOUNT}/manifest.json"

    def stop(self) -> None:
        self._served.close()
        self.desk.close()

    # What people do there

    def tickets(self) -> Sequence[PretendTicket]:
        store = self.desk.store
        with store.lock:
            return [self._shown(one) for one in store.tickets.values() if not one.deleted]

    def answer(self, ticket: str, text: str, *, files: Sequence[str] = ()) -> str:
        store = self.desk.store
        kept = [store.add_attachment("label.png", "image/png", b"png").id for _ in files]
        return str(self._say(ticket, text, attachment_ids=tuple(kept)).id)

    def whisper(self, ticket: str, text: str) -> None:
        self.desk.channelbacks.send(self._say(ticket, text, public=False))

    def write_in(self, text: str) -> str:
        person = add_user(self.desk.store, name="Somebody", email="somebody@mail.example")
        members = {"requester_id": person.id, "submitter_id": person.id, "subject": text}
        draft = Draft(author_id=person.id, text=text)
        ticket, _, _ = open_ticket(
            self.desk.store, Step(actor_id=person.id), members, draft, follows=None
        )
        return str(ticket.id)

    def close(self, ticket: str) -> None:
        closed = {"status": "closed"}
        change_ticket(self.desk.store, self._step, int(ticket), closed, None)

    def delete(self, ticket: str) -> None:
        delete_ticket(self.desk.store, int(ticket))

    def merge(self, ticket: str, into: str) -> None:
        merge_tickets(self.desk.store, self._step, int(into), [int(ticket)], {})

    # Its calls

    def connect(self, desk: HelpDesk, bridge: PretendBridge) -> None:
        self._given = desk, bridge
        integration = self.desk.integrations.install(self._manifest)
        assert not integration.problems, integration.problems
        address, fields = self.desk.integrations.open_admin_ui(integration.id, None)
        page = self._page(urlsplit(address).path, fields, "")
        cookie = page.cookie
        page = self._page(page.action, {**page.fields, "code": bridge.code}, cookie)
        [brand] = page.choices
        page = self._page(page.action, {**page.fields, "brand": brand}, cookie)
        token = page.action.rpartition("/")[2]
        self.desk.integrations.finish(token, page.fields)
        self._settle_callbacks()

    def collect(self, desk: HelpDesk, bridge: PretendBridge) -> None:
        if not self.desk.store.accounts:
            losing, self._calls.losing = self._calls.losing, 0
            self.connect(desk, bridge)
            self._calls.losing = losing
        self._given = desk, bridge
        [pulled] = self.desk.puller.pull_now()
        assert not pulled.reasons, pulled.reasons
        self._settle_callbacks()

    def hand_over(self, desk: HelpDesk, bridge: PretendBridge, answer: str) -> bool:
        self._given = desk, bridge
        comment = self.desk.store.comments[int(answer)]
        known = self.desk.store.reply_for(comment.id)
        if known is not None:
            key = known.request_unique_identifier.encode()
            [again, *_] = [one.request for one in self.called if key in one.request.body]
            return self.call(desk, bridge, again).status == 200
        started = self.desk.channelbacks.send(comment)
        assert started is not None
        _wait(lambda: self.desk.store.replies[started.id].state != "sending")
        self._settle_callbacks()
        return self.desk.store.replies[started.id].state == "sent"

    # Inside

    @property
    def _step(self) -> Step:
        return Step(actor_id=self.desk.agent.id)

    def _say(self, ticket: str, text: str, **more: Any) -> Comment:
        draft = Draft(author_id=self.desk.agent.id, text=text, **more)
        _, _, comment = change_ticket(self.desk.store, self._step, int(ticket), {}, draft)
        assert comment is not None
        return comment

    def _serve(self, request: Request) -> Response:
        """A call of the desk's own, as it comes over the wire."""
        assert self._given is not None
        headers = {**request.headers, "x-answerback-base": f"https://bridge.example{MOUNT}"}
        path = request.path.removeprefix(MOUNT)
        try:
            answer = self.call(*self._given, replace(request, path=path, headers=headers))
        except LostAnswer:
            return Response(status=502)
        return self._without_files(answer) if path == "/pull" else answer

    def _page(self, path: str, fields: Any, cookie: str) -> Page:
        assert self._given is not None
        headers = {"x-answerback-base": f"https://bridge.example{MOUNT}", "cookie": cookie}
        request = Request(
            method="POST",
            path=path.removeprefix(MOUNT),
            headers=headers,
            body=urlencode(fields).encode(),
        )
        return Page(self.call(*self._given, request))

    def _without_files(self, answer: Response) -> Response:
        if answer.status != 200:
            return answer
        told = json.loads(answer.body)
        for one in told["external_resources"]:
            self.files[one["external_id"]] = tuple(one.pop("file_urls", ()))
        return Response.of_json(told)

    def _settle_callbacks(self) -> None:
        store = self.desk.store
        _wait(lambda: all(one.state != "waiting" for one in list(store.callbacks.values())))

    def _shown(self, ticket: Ticket) -> PretendTicket:
        store = self.desk.store
        return PretendTicket(
            id=str(ticket.id),
            subject=ticket.subject or "",
            requester=str(ticket.requester_id),
            status=ticket.status,
            priority=ticket.priority,
            tags=ticket.tags,
            comments=tuple(self._read(one) for one in store.comments_on(ticket.id)),
        )

    def _read(self, comment: Comment) -> PretendComment:
        staff = self.desk.store.users[comment.author_id].staff
        ours = comment.imported and not comment.public
        store = self.desk.store
        kept = tuple(store.link_to(store.attachments[one]) for one in comment.attachment_ids)
        return PretendComment(
            id=str(comment.id),
            text=html_text(comment.html) if comment.html else comment.text,
            markup=comment.html or "",
            public=comment.public,
            by="us" if ours else "agent" if staff else "customer",
            files=(*self.files.get(comment.external_id or "", ()), *kept),
        )


def _wait(settled: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not settled():
        assert time.monotonic() < end, "The sandbox's desk did not settle."
        time.sleep(0.002)
