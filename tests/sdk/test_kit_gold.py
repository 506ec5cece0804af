"""Each gold check fails for a channel that has just the fault it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mutants import assert_seen, outcome
from tavern_channel import Tavern

from answerback.calls import Request
from answerback.channel import Account, Action, Target
from answerback.errors import Refused
from answerback.model import Actor, Attachment, Item, Mention, Part, Receipt, Tag


class AsciiEars(Tavern):
    def _mention(self, comment: Mapping[str, Any]) -> Mention:
        mention = super()._mention(comment)
        text = (mention.text or "").encode("ascii", "ignore").decode()
        return replace(mention, text=text)


class EscapingEars(Tavern):
    def _mention(self, comment: Mapping[str, Any]) -> Mention:
        mention = super()._mention(comment)
        return replace(mention, text=(mention.text or "").replace("&amp;", "&"))


class ShortOfBreath(Tavern):
    def _mention(self, comment: Mapping[str, Any]) -> Mention:
        mention = super()._mention(comment)
        return replace(mention, text=(mention.text or "")[:5000])


class AsciiTongue(Tavern):
    def _draft(self, target: Target, part: Part, prepared: Mapping[str, Any]) -> dict[str, Any]:
        plain = replace(part, text=part.text.encode("ascii", "ignore").decode())
        return super()._draft(target, plain, prepared)


class SwallowingParts(Tavern):
    def reply(self, target: Target, part: Part, prepared: Mapping[str, Any]) -> Receipt:
        short = replace(part, text=part.text[:500])
        return super().reply(target, short, prepared)


class CountingFromOne(Tavern):
    def _tags(self, comment: Mapping[str, Any], text: str) -> tuple[Tag, ...] | None:
        found = super()._tags(comment, text)
        return found and tuple(
            replace(tag, start=(tag.start or 0) + 1, end=(tag.end or 0) + 1) for tag in found
        )


class WithoutDescriptions(Tavern):
    def _attachment(self, file: Mapping[str, Any]) -> Attachment:
        return replace(super()._attachment(file), name=None)


class PostingWithoutDescriptions(Tavern):
    def _uploaded(self, file: Attachment) -> str:
        return super()._uploaded(replace(file, name=None))


class PassingOverFiles(Tavern):
    def prepare(self, target: Target, part: Part) -> dict[str, Any]:
        try:
            return super().prepare(target, part)
        except Refused:
            return {}


class Indiscreet(Tavern):
    def _is_direct(self, target: Target) -> bool:
        return False


class Whispering(Tavern):
    def _is_direct(self, target: Target) -> bool:
        return True


class WritingInPublic(Tavern):
    def direct(self, mention: Mention, part: Part) -> Receipt:
        return self.reply(mention, part, {})


class RefusingEverything(Tavern):
    def refusal(self, action: Action, mention: Mention, account: Account) -> str | None:
        return "The network does not want that."


class LikingOnce(Tavern):
    def like(self, mention: Mention) -> None:
        if self.state.setdefault("liked", False):
            raise Refused("You like it already.")
        super().like(mention)
        self.state["liked"] = True


class OnlyPretending(Tavern):
    def hide(self, mention: Mention) -> None:
        return


class DeletingOnce(Tavern):
    def delete(self, receipt: Receipt) -> None:
        self._done("DELETE", self._path(receipt.ref))


class EditingByPosting(Tavern):
    def edit(self, receipt: Receipt, part: Part) -> Receipt:
        return self._posted(self._draft(receipt, part, {}))


class AllowingEverything(Tavern):
    def refusal(self, action: Action, mention: Mention, account: Account) -> str | None:
        return None


class ShruggingOff(Tavern):
    def refusal(self, action: Action, mention: Mention, account: Account) -> str | None:
        return super().refusal(action, mention, account) and "no"


class AskingTheNetwork(Tavern):
    def refusal(self, action: Action, mention: Mention, account: Account) -> str | None:
        self._get("/api/me")
        return super().refusal(action, mention, account)


class OpenForEver(Tavern):
    def _is_over(self, mention: Mention) -> bool:
        return False


class WithoutScopes(Tavern):
    oauth = replace(Tavern.oauth, scopes=())


class WithoutEncryption(Tavern):
    oauth = replace(Tavern.oauth, token="http://tavern.example/token")


class Untyped(Tavern):
    def shout(self, words):  # type: ignore[no-untyped-def]
        return words.upper()


class Trusting(Tavern):
    def read(self, payload: object) -> Iterator[Item]:
        if isinstance(payload, dict) and payload["id"]:
            yield from super().read(payload)


class TrustingDeliveries(Tavern):
    def parse(self, request: Request) -> Iterator[tuple[str | None, Item]]:
        request.body.decode()
        yield from super().parse(request)


class ThreadWithItself(Tavern):
    def thread(self, mention: Mention) -> list[Mention]:
        return [*super().thread(mention), mention]


class ThreadUpsideDown(Tavern):
    def thread(self, mention: Mention) -> list[Mention]:
        return super().thread(mention)[::-1]


class ThreadOfOne(Tavern):
    def thread(self, mention: Mention) -> list[Mention]:
        return super().thread(mention)[-1:]


class LookingUp(Tavern):
    """The Tavern shows no people; this one gives whoever it is asked for."""

    def profile(self, actor: Actor) -> Actor:
        return actor


class TakingForAnother(Tavern):
    def profile(self, actor: Actor) -> Actor:
        return replace(actor, id=f"{actor.id}/at-home")


class TakingForMarkdown(Tavern):
    """Says that the Tavern shows Markdown, which its pretended one does not."""

    def _mention(self, comment: Mapping[str, Any]) -> Mention:
        return replace(super()._mention(comment), media_type="text/markdown")


class WithoutStars(Tavern):
    def _draft(self, target: Target, part: Part, prepared: Mapping[str, Any]) -> dict[str, Any]:
        return super()._draft(target, replace(part, text=part.text.replace("*", "")), prepared)


MUTANTS: list[tuple[str, type[Tavern]]] = [
    ("words_arrive_as_they_were_said", AsciiEars),
    ("words_arrive_as_they_were_said", EscapingEars),
    ("ten_thousand_characters_arrive_whole", ShortOfBreath),
    ("words_are_posted_as_they_were_written", AsciiTongue),
    ("a_long_answer_is_fitted_and_posted_whole", SwallowingParts),
    ("tag_spans_match_the_text", CountingFromOne),
    ("pictures_are_heard_with_their_description", WithoutDescriptions),
    ("pictures_are_posted_with_their_description", PostingWithoutDescriptions),
    ("a_file_that_fails_costs_no_words", PassingOverFiles),
    ("private_stays_private", Indiscreet),
    ("public_stays_public", Whispering),
    ("what_is_written_in_private_is_private", WritingInPublic),
    ("every_refusal_is_explained_before", RefusingEverything),
    ("an_action_and_its_undoing_can_be_repeated", LikingOnce),
    ("an_action_and_its_undoing_can_be_repeated", OnlyPretending),
    ("deleting_can_be_repeated", DeletingOnce),
    ("an_edit_changes_the_post_that_stands", EditingByPosting),
    ("every_refusal_is_explained_before", AllowingEverything),
    ("every_refusal_is_explained_before", ShruggingOff),
    ("every_refusal_is_explained_before", AskingTheNetwork),
    ("a_reply_window_is_honoured", OpenForEver),
    ("a_thread_is_what_stands_above", ThreadWithItself),
    ("a_thread_is_what_stands_above", ThreadUpsideDown),
    ("a_thread_is_what_stands_above", ThreadOfOne),
    ("a_profile_is_of_the_person_asked_for", TakingForAnother),
    ("words_arrive_as_they_were_said", TakingForMarkdown),
    ("words_are_posted_as_they_were_written", WithoutStars),
    ("oauth_is_described_completely", WithoutScopes),
    ("oauth_is_described_completely", WithoutEncryption),
    ("every_function_is_fully_typed", Untyped),
    ("any_payload_is_read_or_called_unreadable", Trusting),
    ("any_bytes_are_parsed_or_refused", TrustingDeliveries),
]


@pytest.mark.parametrize(("check", "mutant"), MUTANTS)
def test_a_channel_with_a_fault_fails_the_check_that_is_about_it(
    check: str, mutant: type[Tavern]
) -> None:
    assert_seen(check, mutant)


def test_a_profile_of_whoever_was_asked_for_is_right() -> None:
    assert outcome("a_profile_is_of_the_person_asked_for", channel=LookingUp).result == "passed"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("`token` and https://tavern.example. It cannot share.", "does not name"),
        ("`token` `signing_secret` `backfill` Comments Letters https://a.example", "cannot do"),
        ("`token` `signing_secret` `backfill` Comments Letters. It cannot share.", "no link"),
    ],
)
def test_a_page_that_leaves_something_out_is_not_complete(
    tmp_path: Path, text: str, seen: str
) -> None:
    page = tmp_path / "tavern.md"
    page.write_text(text, "utf-8")

    found = outcome("the_page_for_its_users_is_complete", docs=page)

    assert found.result == "failed"
    assert seen in found.seen


def test_without_a_page_the_check_about_it_is_not_tried() -> None:
    assert outcome("the_page_for_its_users_is_complete", docs=None).result == "not tried"
