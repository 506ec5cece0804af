"""Each silver check about what goes into tickets fails for a help desk with just that fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from counter_desk import Counter, Json, _quoted
from counter_house import CounterHouse
from desk_mutants import assert_seen, outcome

from answerback.errors import Gone, Refused, RemoteError, TryLater
from answerback.helpdesk import FileResult, Filing, HelpDesk, Ticket, TicketChange
from answerback.http import Answer
from answerback.testing.pretend.desk import FakeDesk


class ATicketEach(Counter):
    def _open_ticket(self, conversation: str) -> str | None:
        return None


class OneTicketForAll(Counter):
    def _filed(self, filing: Filing) -> FileResult:
        return super()._filed(replace(filing, conversation="all the same"))


class NewestFirst(Counter):
    def file(self, batch: Sequence[Filing]) -> list[FileResult]:
        return super().file(batch[::-1])[::-1]


class CustomersInPrivate(Counter):
    def _is_public(self, filing: Filing) -> bool:
        return False


class Remembering(Counter):
    """Looks for its tickets once a batch."""

    def file(self, batch: Sequence[Filing]) -> list[FileResult]:
        self.seen = {one.conversation: super()._open_ticket(one.conversation) for one in batch}
        return super().file(batch)

    def _open_ticket(self, conversation: str) -> str | None:
        return self.seen[conversation]


class Forgetful(Counter):
    def _comment(self, external_id: str) -> Json | None:
        return None


class AlwaysDone(Counter):
    def _result(self, filing: Filing, outcome: Any, comment: Json) -> FileResult:
        return super()._result(filing, "done", comment)


class NamingNothing(Counter):
    def _result(self, filing: Filing, outcome: Any, comment: Json) -> FileResult:
        return replace(super()._result(filing, outcome, comment), ticket="1", comment="2")


class InAnotherOrder(Counter):
    def file(self, batch: Sequence[Filing]) -> list[FileResult]:
        return super().file(batch)[::-1]


class DroppingOrphans(Counter):
    def _filed(self, filing: Filing) -> FileResult:
        if filing.heard == "reply" and self._open_ticket(filing.conversation) is None:
            return FileResult(external_id=filing.external_id, outcome="done")
        return super()._filed(filing)


class StoppedByOne(Counter):
    def file(self, batch: Sequence[Filing]) -> list[FileResult]:
        results = []
        for filing in batch:
            results.append(self._filed(filing))
            if results[-1].outcome == "refused":
                break
        rest = [
            FileResult(external_id=one.external_id, outcome="try_later")
            for one in batch[len(results) :]
        ]
        return results + rest


class RefusedWithoutReason(Counter):
    def _filed(self, filing: Filing) -> FileResult:
        return replace(super()._filed(filing), reason=None)


class QuotingWhatWasRefused(Counter):
    def _filed(self, filing: Filing) -> FileResult:
        said = (filing.mention.text or "") if filing.mention else ""
        return replace(super()._filed(filing), reason=said)


class LosingTheLast(Counter):
    def file(self, batch: Sequence[Filing]) -> list[FileResult]:
        results = super().file(batch[:15])
        return results + [
            FileResult(external_id=one.external_id, outcome="done") for one in batch[15:]
        ]


class GuessingItWorked(Counter):
    def _write(self, *given: Any, **named: Any) -> Answer:
        try:
            return super()._write(*given, **named)
        except RemoteError:
            return Answer(status=200, content=b'{"id": "1", "ticket": "1"}')


class TryingAgainItself(Counter):
    def _filed(self, filing: Filing) -> FileResult:
        try:
            return super()._filed(filing)
        except RemoteError:
            return self._result(filing, "done", self._begun(filing))


class CallingADoubtRefused(Counter):
    def _filed(self, filing: Filing) -> FileResult:
        try:
            return super()._filed(filing)
        except RemoteError:
            return FileResult(external_id=filing.external_id, outcome="refused", reason="Hm.")


class NotesInPublic(Counter):
    def _is_public(self, filing: Filing) -> bool:
        return filing.kind in ("post", "note")

    def note(self, ticket: str, text: str) -> None:
        draft = {"public": True, "by": "us", "body": text}
        self._one(self._write("POST", f"/tickets/{_quoted(ticket)}/comments", draft))


class DeafToEdits(Counter):
    def _filed(self, filing: Filing) -> FileResult:
        if filing.kind in ("edit", "deletion"):
            return FileResult(external_id=filing.external_id, outcome="done")
        return super()._filed(filing)


class DeletingInPublic(Counter):
    def _draft(self, filing: Filing) -> dict[str, Any]:
        draft = super()._draft(filing)
        return {**draft, "public": True} if filing.kind == "deletion" else draft


class RedactingNothing(Counter):
    def redact(self, ticket: str, comment: str) -> None:
        return


class RedactingOnce(Counter):
    def redact(self, ticket: str, comment: str) -> None:
        [shown] = [
            one
            for one in self._list(self._get("/comments", after="0"), "comments")
            if one["id"] == comment
        ]
        if shown["body"] == "(removed)":
            raise Gone("It is gone.")
        super().redact(ticket, comment)


class LeavingTheSubject(CounterHouse):
    def _blacken(self, case: Any, comment: dict[str, Any]) -> None:
        comment |= {"body": "(removed)"}


class ReplacingTags(Counter):
    def update(self, ticket: str, change: TicketChange) -> None:
        super().update(ticket, replace(change, remove_tags=("answerback", *change.remove_tags)))


class ForgettingTheStatus(Counter):
    def update(self, ticket: str, change: TicketChange) -> None:
        super().update(ticket, replace(change, status=None))


class ResettingThePriority(Counter):
    def update(self, ticket: str, change: TicketChange) -> None:
        super().update(ticket, replace(change, priority=change.priority or "low"))


class FindingNothing(Counter):
    def find(self, external_id: str) -> Ticket | None:
        return None


class FindingAnything(Counter):
    def find(self, external_id: str) -> Ticket | None:
        return super().find(external_id) or Ticket(id="1")


class LosingWhatIsClosed(Counter):
    def _open_ticket(self, conversation: str) -> str | None:
        found = self._list(self._get("/tickets", external_id=conversation), "tickets")
        return str(found[-1]["id"]) if found else None


class TrustingItsMemory(Counter):
    """Keeps where its tickets are, for ever."""

    def _open_ticket(self, conversation: str) -> str | None:
        known = self.state.get(conversation)
        return str(known) if known else super()._open_ticket(conversation)

    def _result(self, filing: Filing, outcome: Any, comment: Json) -> FileResult:
        self.state.setdefault(filing.conversation, comment["ticket"])
        return super()._result(filing, outcome, comment)


class ShruggingAtGone(Counter):
    def note(self, ticket: str, text: str) -> None:
        with suppress(Gone):
            super().note(ticket, text)


class CallingGoneRefused(Counter):
    @staticmethod
    def classify(answer: Answer) -> type[RemoteError] | None:
        return Refused if answer.status >= 400 else Counter.classify(answer)


class EverythingLater(Counter):
    def file(self, batch: Sequence[Filing]) -> list[FileResult]:
        try:
            return super().file(batch)
        except RemoteError:
            return [FileResult(external_id=one.external_id, outcome="try_later") for one in batch]


class CallingEverythingDone(Counter):
    def file(self, batch: Sequence[Filing]) -> list[FileResult]:
        try:
            return super().file(batch)
        except RemoteError:
            return [FileResult(external_id=one.external_id, outcome="done") for one in batch]


class NotedAnyway(Counter):
    def note(self, ticket: str, text: str) -> None:
        with suppress(RemoteError):
            super().note(ticket, text)


class NotedTwice(Counter):
    def note(self, ticket: str, text: str) -> None:
        try:
            super().note(ticket, text)
        except RemoteError:
            super().note(ticket, text)
            raise


class CallingALoginLater(Counter):
    @staticmethod
    def classify(answer: Answer) -> type[RemoteError] | None:
        return TryLater if answer.status == 401 else Counter.classify(answer)


class KindHouse(CounterHouse):
    """Lets everybody in."""

    def admit(self, request: Any) -> None:
        return


MUTANTS: list[tuple[str, type[HelpDesk]]] = [
    ("each_conversation_becomes_one_ticket", ATicketEach),
    ("each_conversation_becomes_one_ticket", OneTicketForAll),
    ("each_conversation_becomes_one_ticket", NewestFirst),
    ("each_conversation_becomes_one_ticket", CustomersInPrivate),
    ("two_first_posts_at_once_make_one_ticket", Remembering),
    ("filing_again_changes_nothing", Forgetful),
    ("filing_again_changes_nothing", AlwaysDone),
    ("each_filing_has_a_result_that_names_its_place", NamingNothing),
    ("each_filing_has_a_result_that_names_its_place", InAnotherOrder),
    ("a_reply_without_its_parent_is_filed_or_asks_for_it", DroppingOrphans),
    ("a_refused_filing_costs_the_others_nothing", StoppedByOne),
    ("a_refused_filing_costs_the_others_nothing", RefusedWithoutReason),
    ("a_refused_filing_costs_the_others_nothing", QuotingWhatWasRefused),
    ("more_than_a_batch_arrives_whole", LosingTheLast),
    ("more_than_a_batch_arrives_whole", NewestFirst),
    ("a_lost_answer_ends_in_one_comment", Forgetful),
    ("a_lost_answer_ends_in_one_comment", GuessingItWorked),
    ("a_lost_answer_ends_in_one_comment", TryingAgainItself),
    ("a_lost_answer_ends_in_one_comment", CallingADoubtRefused),
    ("a_note_is_never_public", NotesInPublic),
    ("note_writes_privately", NotesInPublic),
    ("an_edit_brings_the_new_words", DeafToEdits),
    ("an_edit_brings_the_new_words", Forgetful),
    ("a_deletion_can_be_seen", DeafToEdits),
    ("a_deletion_can_be_seen", DeletingInPublic),
    ("redacting_removes_the_words_and_repeats", RedactingNothing),
    ("redacting_removes_the_words_and_repeats", RedactingOnce),
    ("updating_changes_what_it_names_and_repeats", ReplacingTags),
    ("updating_changes_what_it_names_and_repeats", ForgettingTheStatus),
    ("updating_changes_what_it_names_and_repeats", ResettingThePriority),
    ("find_gives_the_ticket_of_a_filing", FindingNothing),
    ("find_gives_the_ticket_of_a_filing", FindingAnything),
    ("words_about_a_closed_ticket_are_not_lost", LosingWhatIsClosed),
    ("words_about_a_merged_ticket_are_not_lost", LosingWhatIsClosed),
    ("words_about_a_deleted_ticket_are_not_lost", TrustingItsMemory),
    ("a_ticket_that_is_gone_is_gone", ShruggingAtGone),
    ("a_ticket_that_is_gone_is_gone", CallingGoneRefused),
    ("a_bad_answer_to_filing_is_the_right_next_step", EverythingLater),
    ("a_bad_answer_to_filing_is_the_right_next_step", CallingEverythingDone),
    ("a_bad_answer_to_filing_is_the_right_next_step", CallingGoneRefused),
    ("a_lost_answer_to_a_note_is_no_success", NotedAnyway),
    ("a_lost_answer_to_a_note_is_no_success", NotedTwice),
    ("a_wrong_login_says_connect_again", CallingALoginLater),
]


@pytest.mark.parametrize(("check", "mutant"), MUTANTS)
def test_a_help_desk_with_a_fault_fails_the_check_that_is_about_it(
    check: str, mutant: type[HelpDesk]
) -> None:
    assert_seen(check, mutant)


@pytest.mark.parametrize(
    ("check", "network"),
    [
        ("redacting_removes_the_words_and_repeats", LeavingTheSubject),
        ("a_wrong_login_says_connect_again", KindHouse),
    ],
)
def test_a_pretend_desk_that_shows_too_much_or_lets_everybody_in_is_seen(
    check: str, network: type[FakeDesk]
) -> None:
    assert_seen(check, Counter, network)


def test_what_the_desk_cannot_do_is_not_applicable() -> None:
    class Poor(CounterHouse):
        close = FakeDesk.close

    found = outcome("words_about_a_closed_ticket_are_not_lost", network=Poor)

    assert (found.result, found.seen) == ("not applicable", "Poor has no `close`.")


def test_a_pretend_desk_that_fails_is_blamed_and_not_the_plugin() -> None:
    class Failing(CounterHouse):
        def _comment(self, case: Any, told: Mapping[str, Any]) -> dict[str, Any]:
            raise KeyError("nothing")

    found = outcome("each_conversation_becomes_one_ticket", network=Failing)

    assert found.result == "failed"
    assert found.seen.startswith("The pretend desk failed with KeyError")
