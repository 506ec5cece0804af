"""The Hatch: a help desk that only ever calls us, and exists in the tests alone.

Its broken variants show the checks of such desks failing, so each of its methods does one thing.
"""

from __future__ import annotations

from typing import Any, ClassVar

from counter_desk import _body, _requester, _subject

from answerback.calls import Call, Request, Response
from answerback.errors import BadSignature, Malformed
from answerback.helpdesk import AgentReply, Bridge, Connection, Filing, HelpDesk
from answerback.model import Attachment
from answerback.settings import Setting


class Hatch(HelpDesk):
    """Gives posts to the Hatch, which asks for them, and takes its agents' answers.

    The Hatch cannot be called: an answer that fails late is told in a note.
    https://hatch.example/docs
    """

    name = "hatch"
    title = "Hatch"
    settings = (
        Setting(name="room", scope="installation", help="The name of the room at the Hatch."),
    )
    calls: ClassVar[tuple[Call, ...]] = (
        Call(verb="POST", path="/setup", method="setup"),
        Call(verb="POST", path="/pull", method="pull"),
        Call(verb="POST", path="/answer", method="answer"),
        Call(verb="GET", path="/open", method="original"),
    )
    batch = 10

    def setup(self, request: Request, bridge: Bridge) -> Response:
        """Joins the first brand, for whoever has the code."""
        form = request.form()
        session = bridge.begin_setup({"room": _one(form, "room")})
        if not self._unlocks(bridge, session, _one(form, "code")):
            raise BadSignature("This is not the set-up code.")
        setup = bridge.setup(session)
        assert setup is not None
        connection, secret = bridge.connect(session, setup.brands[0].id)
        return Response.of_json({"connection": connection, "secret": secret})

    def _unlocks(self, bridge: Bridge, session: str, code: str) -> bool:
        return code.isascii() and bridge.unlock(session, code)

    def pull(self, request: Request, bridge: Bridge) -> Response:
        """What waits."""
        connection = self._proved(request, bridge)
        told = request.json()
        if not isinstance(told, dict) or not isinstance(told.get("offer"), int):
            raise Malformed("The body does not say which offer arrived.")
        offer = bridge.take(connection, acknowledged=told["offer"], limit=self.batch)
        items = [self._item(one) for one in offer.filings]
        return Response.of_json({"offer": offer.number, "items": items})

    def _proved(self, request: Request, bridge: Bridge) -> Connection:
        kind, _, proof = request.headers.get("authorization", "").partition(" ")
        id, _, secret = proof.partition(":")
        known = bridge.connection(id, secret) if kind == "Hatch" else None
        if known is None:
            raise BadSignature("This connection has no valid secret.")
        return known

    def _item(self, filing: Filing) -> dict[str, Any]:
        attached = (filing.mention.attachment or ()) if filing.mention else ()
        return {
            "id": filing.external_id,
            "thread": filing.conversation,
            "subject": _subject(filing),
            "person": _requester(filing),
            "private": filing.kind != "post",
            "body": _body(filing),
            "files": [one.url for one in attached if one.policy != "link-only"],
        }

    def answer(self, request: Request, bridge: Bridge) -> Response:
        """An agent's answer."""
        connection = self._proved(request, bridge)
        form = request.form()
        reply = AgentReply(
            key=self._key(form),
            text=_one(form, "text"),
            conversation=_one(form, "thread") or None,
            attachment=tuple(
                Attachment(type="Document", url=url) for url in form.get("file", ()) if url
            ),
        )
        accepted = bridge.accept(connection, reply, wait=8)
        return self._told(accepted.state, accepted.id, accepted.reason)

    def _key(self, form: dict[str, list[str]]) -> str:
        return _one(form, "id")

    def _told(self, state: str, id: str, reason: str | None) -> Response:
        if state == "failed":
            return Response.of_text(reason or "It was not posted.", 422)
        return Response.of_json({"id": id})

    def original(self, request: Request, bridge: Bridge) -> Response:
        """Leads an agent's browser to the post."""
        (id, *_) = request.query.get("id", ("",))
        link = bridge.original(id)
        if link is None:
            return Response.of_text("There is no original.", 404)
        return Response(status=302, headers={"Location": link})


def _one(form: dict[str, list[str]], name: str) -> str:
    return form.get(name, [""])[0]
