"""Each check about desks that call us fails for a help desk with just the fault it is about."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from desk_mutants import assert_seen, outcome
from hatch_desk import Hatch, _one
from hatch_house import HatchHouse

from answerback.calls import Call, Request, Response
from answerback.errors import BadSignature
from answerback.helpdesk import AgentReply, Bridge, Connection, Filing, HelpDesk
from answerback.testing.pretend.bridge import PretendBridge
from answerback.testing.pretend.desk import FakeDesk

log = logging.getLogger(__name__)


class AcceptingTooSoon(Hatch):
    """Takes everything for arrived as soon as it was offered."""

    def pull(self, request: Request, bridge: Bridge) -> Response:
        connection = self._proved(request, bridge)
        answer = super().pull(request, bridge)
        bridge.take(connection, acknowledged=10**9, limit=0)
        return answer


class NeverTakingNote(Hatch):
    def pull(self, request: Request, bridge: Bridge) -> Response:
        offer = bridge.take(self._proved(request, bridge), acknowledged=0, limit=self.batch)
        items = [self._item(one) for one in offer.filings]
        return Response.of_json({"offer": offer.number, "items": items})


class ByItsOwnNumber(Hatch):
    taken = 0

    def _key(self, form: dict[str, list[str]]) -> str:
        ByItsOwnNumber.taken += 1
        return f"answer-{ByItsOwnNumber.taken}"


class AlwaysWell(Hatch):
    def _told(self, state: str, id: str, reason: str | None) -> Response:
        return Response.of_json({"id": id})


class TrustingIds(Hatch):
    """Knows a connection by its id alone."""

    def _proved(self, request: Request, bridge: Bridge) -> Connection:
        assert isinstance(bridge, PretendBridge)
        known = bridge.connection(*bridge.first)
        if known is None:
            raise BadSignature("There is no such connection.")
        return known


class OpenToAll(Hatch):
    def _unlocks(self, bridge: Bridge, session: str, code: str) -> bool:
        assert isinstance(bridge, PretendBridge)
        return bridge.unlock(session, bridge.code)


class PolitelyRefusing(Hatch):
    def pull(self, request: Request, bridge: Bridge) -> Response:
        try:
            return super().pull(request, bridge)
        except BadSignature:
            return Response.of_json({"offer": 0, "items": []})


class TalkativeRefusing(Hatch):
    def pull(self, request: Request, bridge: Bridge) -> Response:
        try:
            return super().pull(request, bridge)
        except BadSignature:
            assert isinstance(bridge, PretendBridge)
            said = [one.mention.text for one in bridge.waiting if one.mention]
            return Response.of_text(f"Not for you: {said}", 401)


class Clumsy(Hatch):
    def pull(self, request: Request, bridge: Bridge) -> Response:
        request.json()["offer"]
        return super().pull(request, bridge)


class LettingHeadersIn(Hatch):
    def original(self, request: Request, bridge: Bridge) -> Response:
        (id, *_) = request.query.get("id", ("",))
        return Response(status=302, headers={"Location": f"https://hatch.example/{id}"})


class AnsweringNothing(Hatch):
    def original(self, request: Request, bridge: Bridge) -> Response:
        return None  # type: ignore[return-value]


class NotesInPublic(Hatch):
    def _item(self, filing: Filing) -> dict[str, Any]:
        return {**super()._item(filing), "private": False}


class LosingEdits(Hatch):
    def _item(self, filing: Filing) -> dict[str, Any]:
        item = super()._item(filing)
        return {**item, "body": "(changed)"} if filing.kind == "edit" else item


class ThreadsByPost(Hatch):
    def _item(self, filing: Filing) -> dict[str, Any]:
        return {**super()._item(filing), "thread": filing.external_id}


class NewNames(Hatch):
    calls_made = 0

    def _item(self, filing: Filing) -> dict[str, Any]:
        NewNames.calls_made += 1
        return {**super()._item(filing), "id": f"{filing.external_id}-{NewNames.calls_made}"}


class LoggingAnswers(Hatch):
    def answer(self, request: Request, bridge: Bridge) -> Response:
        log.info("answer", extra={"text": _one(request.form(), "text")})
        return super().answer(request, bridge)


class RecordingWords(Hatch):
    def answer(self, request: Request, bridge: Bridge) -> Response:
        bridge.record("hatch.answer", {"text": _one(request.form(), "text")})
        return super().answer(request, bridge)


class Undeclared(Hatch):
    calls = (*Hatch.calls, Call(verb="POST", path="/more", method="more"))


class Twice(Hatch):
    calls = (*Hatch.calls, Call(verb="POST", path="/pull", method="answer"))


class WithANameInIt(Hatch):
    calls = (Call(verb="POST", path="/pull/{id}", method="pull"),)


class WithoutABridge(Hatch):
    def original(self, request: Request) -> Response:  # type: ignore[override]
        return Response()


MUTANTS: list[tuple[str, type[HelpDesk]]] = [
    ("a_lost_answer_to_the_desk_loses_nothing", AcceptingTooSoon),
    ("a_lost_answer_to_the_desk_loses_nothing", NeverTakingNote),
    ("a_lost_answer_to_the_desk_loses_nothing", ThreadsByPost),
    ("an_answer_handed_over_again_is_taken_once", ByItsOwnNumber),
    ("an_answer_that_failed_is_not_held_for_sent", AlwaysWell),
    ("a_call_without_proof_is_refused_and_does_nothing", TrustingIds),
    ("a_call_without_proof_is_refused_and_does_nothing", OpenToAll),
    ("a_call_without_proof_is_refused_and_does_nothing", PolitelyRefusing),
    ("a_call_without_proof_is_refused_and_does_nothing", TalkativeRefusing),
    ("any_call_is_answered_or_refused", Clumsy),
    ("any_call_is_answered_or_refused", LettingHeadersIn),
    ("any_call_is_answered_or_refused", AnsweringNothing),
    ("any_call_is_answered_or_refused", TrustingIds),
    ("a_note_is_never_public", NotesInPublic),
    ("an_edit_brings_the_new_words", LosingEdits),
    ("each_conversation_becomes_one_ticket", ThreadsByPost),
    ("filing_again_changes_nothing", NewNames),
    ("more_than_a_batch_arrives_whole", NeverTakingNote),
    ("calls_of_the_desk_make_nothing_seen", LoggingAnswers),
    ("calls_of_the_desk_make_nothing_seen", RecordingWords),
    ("declared_calls_can_be_answered", Undeclared),
    ("declared_calls_can_be_answered", Twice),
    ("declared_calls_can_be_answered", WithANameInIt),
    ("declared_calls_can_be_answered", WithoutABridge),
]


@pytest.mark.parametrize(("check", "mutant"), MUTANTS)
def test_a_help_desk_with_a_fault_fails_the_check_that_is_about_it(
    check: str, mutant: type[HelpDesk]
) -> None:
    assert_seen(check, mutant, HatchHouse, golden=None)


def test_a_desk_that_only_calls_us_is_not_silver_without_a_pretend_one_that_does() -> None:
    class Silent(HatchHouse):
        collect = FakeDesk.collect
        hand_over = FakeDesk.hand_over

    for check in ("each_conversation_becomes_one_ticket", "an_agents_answer_is_reported_once"):
        assert outcome(check, help_desk=Hatch, network=Silent).result == "not tried"


def test_the_pretend_engine_keeps_its_promises() -> None:
    bridge = PretendBridge()
    id, secret = bridge.first
    connection = bridge.connection(id, secret)
    assert connection is not None
    assert bridge.connection(id, f"{secret}0") is None
    assert bridge.connection("con_2", secret) is None

    session = bridge.begin_setup({})
    assert not bridge.unlock(session, "wrong")
    assert bridge.unlock(session, bridge.code)
    assert not bridge.unlock(bridge.begin_setup({}), bridge.code)
    assert bridge.connect(session, bridge.brands[0].id)[0] == "con_2"

    reply = AgentReply(key="1", text="Hello")
    first = bridge.accept(connection, reply, wait=0)
    assert bridge.accept(connection, AgentReply(key="1", text="Again"), wait=0) == first
    assert bridge.accept(connection, AgentReply(key="2", text="Hello"), wait=0) != first
    assert bridge.posts == 2
    assert bridge.done == ["begin_setup", "unlock", "begin_setup", "connect", "accept", "accept"]
