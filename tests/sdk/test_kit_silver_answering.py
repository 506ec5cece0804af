"""Each silver check about answering fails for a channel that has just the fault it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from mutants import assert_seen, outcome
from tavern_channel import Tavern

from answerback.budget import Budget
from answerback.channel import Listener, Repeat, Target
from answerback.errors import Refused, RemoteError, Unsure
from answerback.http import Answer
from answerback.model import Page, Part, Receipt


class OnTheTopLevel(Tavern):
    def _draft(self, target: Target, part: Part, prepared: Mapping[str, Any]) -> dict[str, Any]:
        return {**super()._draft(target, part, prepared), "parent": None}


class LosingTheThread(Tavern):
    def _draft(self, target: Target, part: Part, prepared: Mapping[str, Any]) -> dict[str, Any]:
        draft = super()._draft(target, part, prepared)
        return {**draft, "parent": None} if isinstance(target, Receipt) else draft


class FindingNothing(Tavern):
    def sent(self, target: Target, part: Part, since: datetime) -> list[Receipt]:
        return []


class FindingEverything(Tavern):
    def _is_sent(self, comment: Mapping[str, Any], part: Part, since: datetime) -> bool:
        return True


class PublicTooSoon(Tavern):
    def prepare(self, target: Target, part: Part) -> dict[str, Any]:
        self._posted(self._draft(target, part, {}))
        return {}


class GuessingItWorked(Tavern):
    def reply(self, target: Target, part: Part, prepared: Mapping[str, Any]) -> Receipt:
        try:
            return super().reply(target, part, prepared)
        except Unsure:
            return Receipt(id="https://tavern.example/c/soon")


class TryingAgainItself(Tavern):
    def reply(self, target: Target, part: Part, prepared: Mapping[str, Any]) -> Receipt:
        try:
            return super().reply(target, part, prepared)
        except Unsure:
            return super().reply(target, part, prepared)


class SureWithoutProof(Tavern):
    """Says that its write may be sent twice, and does not declare why."""

    def _posted(self, draft: Mapping[str, Any]) -> Receipt:
        answer = self._write("POST", "/api/comments", draft, repeats=True)
        return self._understood(answer, self._receipt)


class ClaimingAKey(Tavern):
    """Declares a key that the network does not know."""

    repeat: ClassVar[Repeat] = Repeat(by="key", lifetime=timedelta(hours=1))


class RememberingPreparation(Tavern):
    _prepared: dict[str, Any] | None = None

    def prepare(self, target: Target, part: Part) -> dict[str, Any]:
        self._prepared = super().prepare(target, part)
        return {}

    def reply(self, target: Target, part: Part, prepared: Mapping[str, Any]) -> Receipt:
        assert self._prepared is not None
        return super().reply(target, part, self._prepared)


class TooGenerous(Tavern):
    limits = replace(Tavern.limits, length=1100)


class TakingTooLongForAnOutage(Tavern):
    @staticmethod
    def classify(answer: Answer) -> RemoteError | type[RemoteError] | None:
        return Unsure if answer.status == 422 else Tavern.classify(answer)


class DeafToErrors(Tavern):
    def poll(self, listener: Listener, cursor: str | None) -> Page:
        try:
            return super().poll(listener, cursor)
        except RemoteError:
            return Page(cursor=cursor or "{}")


class RefusingEverything(Tavern):
    @staticmethod
    def classify(answer: Answer) -> type[RemoteError] | None:
        return Refused if answer.status >= 400 else None


class SpendingSilently(Tavern):
    def _get(self, path: str, **asked: str | None) -> Answer:
        url = f"https://tavern.example{path}"
        return self.http.get(url, params=asked, headers=self._headers(), cost={})


class DeclaringTooMuch(Tavern):
    budgets = (*Tavern.budgets, Budget(name="dreams", units=5, per=timedelta(hours=1)))


MUTANTS: list[tuple[str, type[Tavern]]] = [
    ("a_reply_lands_under_its_target", OnTheTopLevel),
    ("each_part_lands_under_the_one_before_it_or_under_the_target", LosingTheThread),
    ("sent_finds_a_part_and_only_that", FindingNothing),
    ("sent_finds_a_part_and_only_that", FindingEverything),
    ("preparing_shows_nothing_and_repeats", PublicTooSoon),
    ("a_lost_answer_ends_in_one_post", GuessingItWorked),
    ("a_lost_answer_ends_in_one_post", TryingAgainItself),
    ("a_lost_answer_ends_in_one_post", SureWithoutProof),
    ("a_lost_answer_ends_in_one_post", ClaimingAKey),
    ("a_lost_answer_ends_in_one_post", FindingNothing),
    ("a_connection_lost_before_the_write_ends_in_one_post", TryingAgainItself),
    ("a_connection_lost_before_the_write_ends_in_one_post", GuessingItWorked),
    ("a_restart_between_prepare_and_reply_is_harmless", RememberingPreparation),
    ("a_text_may_be_as_long_as_declared_and_no_longer", TooGenerous),
    ("a_text_may_be_as_long_as_declared_and_no_longer", TakingTooLongForAnOutage),
    ("a_bad_answer_to_a_read_is_the_right_error_and_loses_nothing", DeafToErrors),
    ("a_read_that_is_cut_off_is_tried_later", DeafToErrors),
    ("a_bad_answer_to_a_write_is_the_right_error", RefusingEverything),
    ("a_bad_answer_to_a_write_is_the_right_error", GuessingItWorked),
    ("answering_a_deleted_post_says_that_it_is_gone", RefusingEverything),
    ("declared_budgets_are_kept", SpendingSilently),
    ("every_declared_budget_is_drawn_on", DeclaringTooMuch),
]


@pytest.mark.parametrize(("check", "mutant"), MUTANTS)
def test_a_channel_with_a_fault_fails_the_check_that_is_about_it(
    check: str, mutant: type[Tavern]
) -> None:
    assert_seen(check, mutant)


class AskingAPerson(Tavern):
    """A network that never shows what one posted: nothing can be looked for."""

    repeat: ClassVar[Repeat] = Repeat(by="none")
    sent: Callable[..., Any] = Tavern.__mro__[-2].sent  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "check",
    ["a_lost_answer_ends_in_one_post", "a_connection_lost_before_the_write_ends_in_one_post"],
)
def test_where_nothing_can_be_looked_for_a_doubt_is_left_to_a_person(check: str) -> None:
    assert outcome(check, channel=AskingAPerson).result == "passed"


def test_without_sent_the_check_about_it_is_not_applicable() -> None:
    found = outcome("sent_finds_a_part_and_only_that", channel=AskingAPerson)

    assert (found.result, found.seen) == ("not applicable", "tavern has no `sent`.")
