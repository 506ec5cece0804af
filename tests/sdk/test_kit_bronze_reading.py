"""Each bronze check about reading fails for a channel that has just the fault it is about."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from bronze_findings import findings, golden_in, retold
from hashing_tavern import HashingTavern
from mutants import outcome
from tavern_channel import Tavern
from tavern_reading import ORIGIN

from answerback.channel import Account, Action, Channel
from answerback.errors import RemoteError, TryLater
from answerback.fields import UnclearError
from answerback.http import Answer
from answerback.model import Actor, Item, Mention, Unreadable

Json = Mapping[str, Any]


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    return golden_in(tmp_path)


class WithoutLinks(Tavern):
    def _mention(self, comment: Json) -> Mention:
        return replace(super()._mention(comment), url=None)


class Swallowing(Tavern):
    def read(self, payload: object) -> Iterator[Item]:
        return (item for item in super().read(payload) if getattr(item, "type", "") != "Update")


class Listing(Tavern):
    def _attachments(self, comment: Json) -> Any:
        return list(super()._attachments(comment) or ())


class Counting(Tavern):
    def _version(self, comment: Json) -> str | None:
        numbers = self.state.setdefault("numbers", count())
        return f"{super()._version(comment)}{'+' * next(numbers)}"


class Scribbling(Tavern):
    def _mention(self, comment: Json) -> Mention:
        comment.setdefault("seen", True)  # type: ignore[attr-defined]
        return super()._mention(comment)


# Its ids are the network's numbers.
class Numbering(Tavern):
    def _id(self, comment: Json) -> str:
        return super()._id(comment).rpartition("/")[2]


# Its people have half an address for an id.
class HalfAddressing(Tavern):
    def _actor(self, person: object) -> Actor | None:
        found = super()._actor(person)
        return found and replace(found, id=found.id.removeprefix("https:"))


# A time that is not told is 1970.
class Zeroes(Tavern):
    def _mention(self, comment: Json) -> Mention:
        mention = super()._mention(comment)
        return replace(mention, updated=mention.updated or datetime.fromtimestamp(0, UTC))


# Knows how many fields a comment has.
class Strict(Tavern):
    def _id(self, comment: Json) -> str:
        if len(comment) > 15:
            raise UnclearError("It has a field nobody knows.")
        return super()._id(comment)


class CountingFields(Tavern):
    def _version(self, comment: Json) -> str | None:
        return f"{super()._version(comment)}#{len(comment)}"


class Trusting(Tavern):
    def _actor(self, person: object) -> Actor | None:
        found = super()._actor(person)
        return found and replace(found, name=person["name"].strip())  # type: ignore[index]


# Makes a person's id of a handle, be there one or not.
class Composing(Tavern):
    def _actor(self, person: object) -> Actor | None:
        found = super()._actor(person)
        return found and replace(found, id=f"{ORIGIN}/people/{found.preferred_username}")


# A comment without a number gets one all the same.
class Inventing(Tavern):
    def _made_up(self, comment: Json) -> str:
        return str(uuid4())

    def _mention(self, comment: Json) -> Mention:
        return super()._mention({**comment, "id": comment.get("id") or self._made_up(comment)})


class InventingByWords(Inventing):
    def _made_up(self, comment: Json) -> str:
        return sha256(str(comment.get("text")).encode()).hexdigest()


class PassingOver(Tavern):
    def read(self, payload: object) -> Iterator[Item]:
        found = super().read(payload)
        return (
            each for each in found if not isinstance(each, Unreadable) or "'id'" not in each.reason
        )


class AllOrNothing(Tavern):
    def read(self, payload: object) -> Iterator[Item]:
        found = list(super().read(payload))
        lost = [item for item in found if isinstance(item, Unreadable)]
        return iter((lost[:1] if isinstance(payload, list) else ()) or found)


class Rewriting(Tavern):
    def _mention(self, comment: Json) -> Mention:
        return replace(super()._mention(comment), raw={"from": "the tavern"})


class LookingBack(Tavern):
    def refusal(self, action: Action, mention: Mention, account: Account) -> str | None:
        if isinstance(mention.raw, dict) and mention.raw.get("language") == "en":
            return "It is in English."
        return super().refusal(action, mention, account)


class ActingOnRaw(Tavern):
    def like(self, mention: Mention) -> None:
        self._done("POST", f"{self._path(mention.raw)}/like")


class Misjudging(Tavern):
    @staticmethod
    def classify(answer: Answer) -> type[RemoteError] | None:
        return TryLater


#: The check, the channel, and whether its golden pairs say what it reads.
BROKEN: list[tuple[str, type[Channel], bool]] = [
    ("a_golden_pair_translates_exactly", WithoutLinks, False),
    ("a_golden_pair_translates_exactly", Swallowing, False),
    ("a_golden_pair_survives_the_round_trip", Listing, False),
    ("the_same_payload_gives_the_same_ids", Counting, False),
    ("the_same_payload_gives_the_same_ids", Scribbling, False),
    ("ids_are_iris", Numbering, True),
    ("ids_are_iris", HalfAddressing, True),
    ("times_are_aware", Zeroes, True),
    ("an_error_answer_becomes_what_to_do_next", Misjudging, False),
    ("unknown_fields_change_nothing", Strict, False),
    ("unknown_fields_change_nothing", CountingFields, True),
    ("missing_and_odd_fields_are_tolerated", Trusting, False),
    ("missing_and_odd_fields_are_tolerated", Composing, False),
    ("a_missing_id_is_unreadable", Inventing, False),
    ("a_missing_id_is_unreadable", InventingByWords, False),
    ("a_missing_id_is_unreadable", PassingOver, False),
    ("a_broken_entry_costs_nobody_else", AllOrNothing, False),
    ("raw_is_as_received", Rewriting, False),
    ("raw_is_never_read_back", LookingBack, False),
    ("raw_is_never_read_back", ActingOnRaw, False),
]


@pytest.mark.parametrize(
    ("check", "channel", "told_so"), BROKEN, ids=[each.__name__ for _, each, _ in BROKEN]
)
def test_what_is_read_wrongly_is_found_by_its_check_alone(
    golden: Path, check: str, channel: type[Channel], told_so: bool
) -> None:
    if told_so:
        retold(golden, channel)

    assert findings(channel, golden=golden) == {check}


def test_versions_that_differ_in_another_process_are_found(golden: Path) -> None:
    retold(golden, HashingTavern)

    assert findings(HashingTavern, golden=golden, slow=True) == {
        "another_process_gives_the_same_ids"
    }


@pytest.mark.parametrize("missing", [None, "empty"])
def test_a_folder_without_a_golden_pair_is_found(tmp_path: Path, missing: str | None) -> None:
    found = outcome("there_is_a_golden_pair", golden=tmp_path if missing else None)

    assert found.seen == "There is no golden pair."


def test_a_channel_that_hears_and_reads_nothing_is_found(golden: Path) -> None:
    class Mute(Tavern):
        read = Channel.read

    assert "no `read`" in outcome("there_is_a_golden_pair", channel=Mute, golden=golden).seen


def test_a_time_without_zone_is_found(golden: Path) -> None:
    class Zoneless(Tavern):
        def _mention(self, comment: Json) -> Mention:
            mention = super()._mention(comment)
            assert mention.published is not None
            return replace(mention, published=mention.published.replace(tzinfo=None))

    found = outcome("times_are_aware", channel=Zoneless, golden=golden)

    assert found.seen == "'object.published' is a time without zone: nobody knows when it was."


def test_the_place_where_reading_fails_is_told(golden: Path) -> None:
    found = outcome("missing_and_odd_fields_are_tolerated", channel=Trusting, golden=golden)

    assert found.seen.startswith("Reading it without 'author.name' fails with KeyError (test_kit_")


def test_an_id_with_an_empty_place_is_told_apart_from_one_with_none() -> None:
    class Emptying(Tavern):
        def _parent(self, comment: Json) -> str | None:
            parent = comment.get("parent")
            return f"{ORIGIN}/c/{parent}" if isinstance(parent, str) else None

    found = outcome("missing_and_odd_fields_are_tolerated", channel=Emptying)

    assert found.seen == (
        "Read with an empty 'comments[0].parent', its 'object.in_reply_to' has nothing in it "
        "where something belongs."
    )


def test_a_missing_entry_of_a_pair_is_named_with_what_came_instead(golden: Path) -> None:
    class Losing(Tavern):
        def _id(self, comment: Json) -> str:
            raise UnclearError("'id' is missing.")

    found = outcome("a_golden_pair_translates_exactly", channel=Losing, golden=golden)

    assert found.seen == (
        "Activities in the pair: 1; given by `read`: 0, Unreadable ('id' is missing.)."
    )


def test_a_feed_that_is_no_json_is_read_without_variants_of_its_fields(golden: Path) -> None:
    class Feeding(Tavern):
        def read(self, payload: object) -> Iterator[Item]:
            return super().read(json.loads(payload) if isinstance(payload, bytes) else payload)

    for path in golden.glob("*.native.json"):
        path.rename(path.with_suffix(".feed"))

    assert findings(Feeding, golden=golden) == set()
    assert outcome("a_missing_id_is_unreadable", channel=Feeding, golden=golden).result == (
        "not applicable"
    )
