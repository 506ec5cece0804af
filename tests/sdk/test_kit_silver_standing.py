"""Each silver check about where an answer stands fails for a channel that puts it elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from grand_tavern import GrandTavern
from mutants import assert_seen, outcome
from tavern_channel import Tavern

from answerback.channel import Target
from answerback.errors import Gone, RemoteError, TryLater
from answerback.fields import entries
from answerback.http import Answer
from answerback.model import Mention, Part, Receipt


class AnsweringFurtherUp(Tavern):
    def _draft(self, target: Target, part: Part, prepared: Mapping[str, Any]) -> dict[str, Any]:
        draft = super()._draft(target, part, prepared)
        return {**draft, "parent": (target.ref or {}).get("parent") or draft["parent"]}


class LikingFirst(Tavern):
    def reply(self, target: Target, part: Part, prepared: Mapping[str, Any]) -> Receipt:
        self._done("POST", f"{self._path(target.ref)}/like")
        return super().reply(target, part, prepared)


class PostingInTwoSteps(Tavern):
    def reply(self, target: Target, part: Part, prepared: Mapping[str, Any]) -> Receipt:
        receipt = super().reply(target, replace(part, text="…"), prepared)
        return self.edit(receipt, part)


class PostingWithoutParent(Tavern):
    """Takes a comment whose number is not known for no comment at all."""

    def _number(self, ref: Mapping[str, Any] | None) -> str:
        return (ref or {}).get("id")  # type: ignore[return-value]

    def _is_direct(self, target: Target) -> bool:
        return False


class FailingWithoutWords(Tavern):
    def _number(self, ref: Mapping[str, Any] | None) -> str:
        return str((ref or {})["id"])


class TakingAnybodysWords(Tavern):
    def _is_sent(self, comment: Mapping[str, Any], part: Part, since: datetime) -> bool:
        return comment.get("text") == part.text


class LookingEverywhere(Tavern):
    """Looks for the words in the whole feed, whatever they stand under."""

    def sent(self, target: Target, part: Part, since: datetime) -> list[Receipt]:
        told = self._get("/api/comments").json()
        return [
            self._receipt(each)
            for each in entries(told, "comments")
            if self._is_sent(each, part, since)
        ]


class CountingWords(Tavern):
    """Counts what the agent wrote, and sends it escaped."""

    def _draft(self, target: Target, part: Part, prepared: Mapping[str, Any]) -> dict[str, Any]:
        return super()._draft(target, replace(part, text=part.text.replace("*", "\\*")), prepared)


class AskingAfterwards(Tavern):
    """Looks its own post up, and does not know any more that it stands when that fails."""

    def reply(self, target: Target, part: Part, prepared: Mapping[str, Any]) -> Receipt:
        receipt = super().reply(target, part, prepared)
        self._get("/api/me")
        return receipt


MUTANTS: list[tuple[str, type[Tavern]]] = [
    ("an_answer_to_a_reply_stands_under_that_reply", AnsweringFurtherUp),
    ("a_reply_is_exactly_one_public_write", LikingFirst),
    ("a_reply_is_exactly_one_public_write", PostingInTwoSteps),
    ("a_target_nobody_can_name_is_not_answered", PostingWithoutParent),
    ("a_target_nobody_can_name_is_not_answered", FailingWithoutWords),
    ("sent_takes_nothing_else_for_ours", TakingAnybodysWords),
    ("sent_takes_nothing_else_for_ours", LookingEverywhere),
    ("a_text_may_be_as_long_as_declared_and_no_longer", CountingWords),
    ("whichever_call_of_a_reply_fails_nothing_is_posted_twice", AskingAfterwards),
]


@pytest.mark.parametrize(("check", "mutant"), MUTANTS)
def test_a_channel_with_a_fault_fails_the_check_that_is_about_it(
    check: str, mutant: type[Tavern]
) -> None:
    assert_seen(check, mutant)


class OpenTavern(GrandTavern):
    """Takes a comment that answers nothing, too."""

    def missing(self, id: str) -> Any:
        return super().missing(id) if id else None

    def late(self, id: str) -> Any:
        return super().late(id) if id else None


def test_a_new_post_where_an_answer_was_meant_is_found() -> None:
    check = "a_target_nobody_can_name_is_not_answered"
    found = outcome(check, channel=PostingWithoutParent, network=OpenTavern)

    assert found.result == "failed"
    assert "stands elsewhere" in found.seen
    assert outcome(check, network=OpenTavern).result == "passed"


class Careful(Tavern):
    """Looks before it writes, which nothing speaks against."""

    def reply(self, target: Target, part: Part, prepared: Mapping[str, Any]) -> Receipt:
        self._get("/api/me")
        return super().reply(target, part, prepared)


class CarelessAfterwards(Tavern):
    """Looks its post up and does not mind when that fails."""

    def reply(self, target: Target, part: Part, prepared: Mapping[str, Any]) -> Receipt:
        receipt = super().reply(target, part, prepared)
        try:
            self._get("/api/me")
        except TryLater:
            return receipt
        return receipt


@pytest.mark.parametrize("channel", [Careful, CarelessAfterwards])
@pytest.mark.parametrize(
    "check",
    [
        "whichever_call_of_a_reply_fails_nothing_is_posted_twice",
        "a_reply_is_exactly_one_public_write",
    ],
)
def test_a_call_that_changes_nothing_may_stand_beside_the_write(
    check: str, channel: type[Tavern]
) -> None:
    assert outcome(check, channel=channel).result == "passed"


class FlatTavern(GrandTavern):
    """Shows what answers an answer under the post that opened the thread."""

    def add(self, text: str, author: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        above = self.comments.get(more.get("parent") or "")
        if above and above["parent"]:
            more["parent"] = above["parent"]
        return super().add(text, author, **more)


def test_where_answers_stand_on_one_level_nothing_is_asked_of_deeper_ones() -> None:
    deeper = "an_answer_to_a_reply_stands_under_that_reply"

    assert outcome(deeper, network=FlatTavern).result == "not applicable"
    for check in ("sent_takes_nothing_else_for_ours", "an_answer_to_our_answer_is_heard"):
        assert outcome(check, network=FlatTavern).result == "passed"


# Every call


def swallowing(name: str, instead: Any) -> type[Tavern]:
    """The Tavern, with a method that takes every error for nothing."""

    def method(self: Any, *given: Any) -> Any:
        try:
            return getattr(Tavern, name)(self, *given)
        except RemoteError:
            return instead

    return type(f"Swallowing{name.title()}", (Tavern,), {name: method})


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        *(("fetch", []), ("thread", []), ("accounts", []), ("sent", []), ("like", None)),
        *(("unlike", None), ("hide", None), ("delete", None), ("edit", Receipt(id="tavern:1"))),
    ],
)
def test_a_method_that_passes_over_errors_is_found(name: str, instead: Any) -> None:
    assert_seen("a_bad_answer_to_anything_is_the_right_error", swallowing(name, instead))


class FailingAtFetch(Tavern):
    def _shown(self, ref: Mapping[str, Any]) -> Mention:
        self._get(self._path(ref)).json()["text"]
        return super()._shown(ref)


class AskingForEverLater(Tavern):
    @staticmethod
    def classify(answer: Answer) -> type[RemoteError] | None:
        return None if answer.status < 400 else TryLater


@pytest.mark.parametrize("channel", [FailingAtFetch, AskingForEverLater])
def test_a_wrong_error_of_any_method_is_found(channel: type[Tavern]) -> None:
    assert_seen("a_bad_answer_to_anything_is_the_right_error", channel)


class GivingWhatItHas(Tavern):
    """Takes a post that cannot be had for one that is gone."""

    def _shown(self, ref: Mapping[str, Any]) -> Mention:
        try:
            return super()._shown(ref)
        except TryLater:
            raise Gone("It is gone.") from None


class LosingParents(Tavern):
    """Asks for the parent of what it hears, and passes over it where that fails."""

    def poll(self, listener: Any, cursor: str | None) -> Any:
        page = super().poll(listener, cursor)
        for number, activity in enumerate(page.activities):
            parent = {"id": (activity.object.ref or {}).get("parent")}  # type: ignore[union-attr]
            try:
                if parent["id"]:
                    self._shown(parent)
            except TryLater:
                kept = list(page.activities)
                orphan = replace(activity.object, in_reply_to=None)  # type: ignore[type-var]
                kept[number] = replace(activity, object=orphan)  # type: ignore[arg-type]
                page = replace(page, activities=tuple(kept))
        return page


@pytest.mark.parametrize("channel", [GivingWhatItHas, LosingParents])
def test_what_is_given_by_halves_is_found(channel: type[Tavern]) -> None:
    check = "whichever_call_of_a_read_fails_nothing_is_given_by_halves"

    assert_seen(check, channel)
