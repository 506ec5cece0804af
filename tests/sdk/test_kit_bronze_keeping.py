"""Each bronze check about what must not be seen fails for a channel that shows just that."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from bronze_findings import findings, golden_in
from grand_tavern import GrandTavern
from mutants import outcome
from tavern_channel import Tavern

from answerback.channel import Channel
from answerback.errors import RemoteError
from answerback.fields import UnclearError
from answerback.http import Answer
from answerback.model import Mention, Receipt

Json = Mapping[str, Any]


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    return golden_in(tmp_path)


class Chatty(Tavern):
    def _mention(self, comment: Json) -> Mention:
        logging.getLogger("tavern").debug("heard", extra={"words": comment.get("text")})
        return super()._mention(comment)


class Quoting(Tavern):
    def _id(self, comment: Json) -> str:
        number = str(comment.get("id"))
        if comment.get("id") and not number.isdigit():
            raise UnclearError(f"'id' is {number!r}, no number.")
        return super()._id(comment)


class TellingTokens(Tavern):
    def _headers(self) -> dict[str, str]:
        token = str(self.account.settings.get("token"))
        if " " in token:
            raise UnclearError(f"The token {token} has spaces in it.")
        return super()._headers()


class Printed(Tavern):
    def __repr__(self) -> str:
        return f"Printed({dict(self.account.settings)})"


# Takes the error of the network for its own.
class Passing(Tavern):
    @staticmethod
    def classify(answer: Answer) -> Any:
        kind = Tavern.classify(answer)
        return kind and kind(str(answer.json()["error"]["message"]))


BROKEN: list[tuple[str, type[Channel]]] = [
    ("an_error_never_shows_the_answer", Passing),
    ("no_repr_shows_a_secret", Printed),
    ("an_unreadable_entry_shows_no_content", Quoting),
    ("reading_logs_nothing_of_what_was_said", Chatty),
    ("no_error_shows_a_secret_or_words", TellingTokens),
]


@pytest.mark.parametrize(("check", "channel"), BROKEN, ids=[each.__name__ for _, each in BROKEN])
def test_what_is_shown_is_found_by_its_check_alone(
    golden: Path, check: str, channel: type[Channel]
) -> None:
    assert findings(channel, golden=golden) == {check}


class Grumbling(Tavern):
    def _posted(self, draft: Json) -> Receipt:
        try:
            return super()._posted(draft)
        except RemoteError:
            logging.getLogger("tavern").warning("could not post %s", draft)
            raise


class Gossiping(Tavern):
    def _get(self, path: str, **asked: str | None) -> Answer:
        try:
            return super()._get(path, **asked)
        except RemoteError as error:
            raise type(error)(f"{path} failed with {self._headers()}") from None


@pytest.mark.parametrize("channel", [Grumbling, Gossiping])
def test_what_is_told_of_a_failing_network_is_found(golden: Path, channel: type[Channel]) -> None:
    assert findings(channel, golden=golden, network=GrandTavern) == {
        "a_failing_network_makes_nothing_seen"
    }


def test_without_a_network_its_failing_is_not_applicable() -> None:
    found = outcome("a_failing_network_makes_nothing_seen", channel=Grumbling, network=None)

    assert found.result == "not applicable"
