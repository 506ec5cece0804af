"""The Hatch's pretend desk: it asks for what waits, and hands answers over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Any, ClassVar
from urllib.parse import urlencode

from answerback.calls import Request, Response
from answerback.helpdesk import HelpDesk
from answerback.testing.pretend.bridge import PretendBridge
from answerback.testing.pretend.desk import FakeDesk, PretendComment, PretendTicket


class HatchHouse(FakeDesk):
    """The Hatch with nothing in it."""

    installation_settings: ClassVar[dict[str, str]] = {"room": "kitchen"}

    def __init__(self) -> None:
        self.offer = 0
        self.by_thread: dict[str, PretendTicket] = {}
        self.known: set[str] = set()

    # What people do there

    def tickets(self) -> Sequence[PretendTicket]:
        return list(self.by_thread.values())

    def answer(self, ticket: str, text: str, *, files: Sequence[str] = ()) -> str:
        return self._add(ticket, text, by="agent", files=tuple(files))

    def whisper(self, ticket: str, text: str) -> None:
        self._add(ticket, text, by="agent", public=False)

    # Its calls

    def collect(self, desk: HelpDesk, bridge: PretendBridge) -> None:
        body = json.dumps({"offer": self.offer}).encode()
        answer = self._call(desk, bridge, "/pull", body)
        told = json.loads(answer.body)
        for item in told["items"]:
            if item["id"] not in self.known:
                self.known.add(item["id"])
                self._take(item)
        self.offer = told["offer"]

    def hand_over(self, desk: HelpDesk, bridge: PretendBridge, answer: str) -> bool:
        [(thread, comment)] = [
            (thread, one)
            for thread, ticket in self.by_thread.items()
            for one in ticket.comments
            if one.id == answer
        ]
        form = [("id", answer), ("text", comment.text), ("thread", thread)]
        form += [("file", url) for url in comment.files]
        return self._call(desk, bridge, "/answer", urlencode(form).encode()).status == 200

    def connect(self, desk: HelpDesk, bridge: PretendBridge) -> None:
        body = urlencode({"room": "kitchen", "code": bridge.code}).encode()
        self._call(desk, bridge, "/setup", body)

    # Inside

    def _call(self, desk: HelpDesk, bridge: PretendBridge, path: str, body: bytes) -> Response:
        headers = {"authorization": f"Hatch {':'.join(bridge.first)}"}
        return self.call(
            desk, bridge, Request(method="POST", path=path, headers=headers, body=body)
        )

    def _take(self, item: dict[str, Any]) -> None:
        empty = PretendTicket(
            id=f"ticket-{len(self.by_thread) + 1}",
            comments=(),
            subject=item["subject"],
            requester=item["person"]["external_id"],
        )
        ticket = self.by_thread.setdefault(item["thread"], empty)
        self._add(
            ticket.id,
            item["body"],
            by="us" if item["private"] else "customer",
            public=not item["private"],
            files=tuple(item["files"]),
        )

    def _add(self, ticket: str, text: str, **more: Any) -> str:
        [thread] = [name for name, one in self.by_thread.items() if one.id == ticket]
        number = sum(len(one.comments) for one in self.by_thread.values()) + 1
        comment = PretendComment(
            id=f"{ticket}-comment-{number}", text=text, markup=escape(text), **more
        )
        before = self.by_thread[thread]
        self.by_thread[thread] = replace(before, comments=(*before.comments, comment))
        return comment.id
