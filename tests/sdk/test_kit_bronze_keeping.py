"""Each bronze check about what must not be seen fails for a channel that shows just that."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bronze_findings import findings, golden_in
from grand_tavern import GrandTavern
from mutants import assert_seen, outcome
from tavern_channel import Tavern

from answerback.channel import Channel, Listener
from answerback.errors import RemoteError
from answerback.fields import UnclearError
from answerback.http import Answer
from answerback.model import Mention, Page, Receipt

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
        found: Any = Tavern.classify(answer)
        kind = found if isinstance(found, type) else type(found)
        return found and kind(str(answer.json()["error"]["message"]))


class AskingInTheAddress(Tavern):
    def _get(self, path: str, **asked: str | None) -> Answer:
        return super()._get(path, **asked, access=str(self.account.settings.get("token")))


BROKEN: list[tuple[str, type[Channel]]] = [
    ("an_error_never_shows_the_answer", Passing),
    ("no_repr_shows_a_secret", Printed),
    ("an_unreadable_entry_shows_no_content", Quoting),
    ("reading_logs_nothing_of_what_was_said", Chatty),
    ("no_error_shows_a_secret_or_words", TellingTokens),
    ("no_address_that_is_called_shows_a_secret", AskingInTheAddress),
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


def test_a_secret_in_the_address_is_allowed_where_the_network_wants_it_there() -> None:
    why = "The Tavern takes a token in the address only."
    found = outcome(
        "no_address_that_is_called_shows_a_secret",
        channel=AskingInTheAddress,
        secret_in_address=why,
    )

    assert (found.result, found.seen) == ("not applicable", why)


def telling(name: str, told: Callable[[Any, tuple[Any, ...]], str]) -> type[Tavern]:
    """The Tavern, with a method whose errors tell something."""

    def method(self: Any, *given: Any) -> Any:
        try:
            return getattr(Tavern, name)(self, *given)
        except RemoteError as error:
            raise type(error)(f"{error} {told(self, given)}") from None

    return type(f"Telling{name.title()}", (Tavern,), {name: method})


def token(channel: Any, given: tuple[Any, ...]) -> str:
    del given
    return str(channel.account.settings.get("token"))


def escaped_words(channel: Any, given: tuple[Any, ...]) -> str:
    del channel
    return str(given[1].text).replace(" ", "\\ ").replace(",", "\\,")


@pytest.mark.parametrize(
    "name",
    [
        *("poll", "fetch", "thread", "accounts", "reply", "sent", "edit", "delete"),
        *("like", "unlike", "hide", "unhide", "direct"),
    ],
)
def test_whatever_method_tells_the_token_is_found(name: str) -> None:
    assert_seen("a_failing_network_makes_nothing_seen", telling(name, token))


@pytest.mark.parametrize("name", ["reply", "sent", "edit", "direct"])
def test_whatever_method_tells_the_words_is_found_escaped_or_not(name: str) -> None:
    assert_seen("a_failing_network_makes_nothing_seen", telling(name, escaped_words))


class TellingOfTheSecondCall(Tavern):
    """Tells the token where not the first call of a walk up a thread fails, but the second."""

    def thread(self, mention: Mention) -> list[Mention]:
        self._get("/api/me")
        try:
            return super().thread(mention)
        except RemoteError as error:
            raise type(error)(token(self, ())) from None


def test_what_the_error_of_a_second_call_tells_is_found() -> None:
    assert_seen("a_failing_network_makes_nothing_seen", TellingOfTheSecondCall)


class TokenInTheCursor(Tavern):
    def poll(self, listener: Listener, cursor: str | None) -> Page:
        told = json.loads(cursor)["cursor"] if cursor else None
        page = super().poll(listener, told)
        return replace(page, cursor=json.dumps({"cursor": page.cursor, "by": token(self, ())}))


class TokenInTheRef(Tavern):
    def _ref(self, comment: Json) -> dict[str, Any]:
        return {**super()._ref(comment), "by": self.account.settings.get("token")}


class TokenInTheReceipt(Tavern):
    def _receipt(self, comment: Json) -> Receipt:
        receipt = super()._receipt(comment)
        return replace(receipt, url=f"{receipt.url}?token={token(self, ())}")


class TokenInTheState(Tavern):
    def like(self, mention: Mention) -> None:
        self.state["by"] = token(self, ())


@pytest.mark.parametrize(
    "channel", [TokenInTheCursor, TokenInTheRef, TokenInTheReceipt, TokenInTheState]
)
def test_a_token_in_what_is_given_is_found(channel: type[Tavern]) -> None:
    assert_seen("nothing_that_is_given_holds_a_secret", channel)


def test_without_a_network_its_failing_is_not_applicable() -> None:
    found = outcome("a_failing_network_makes_nothing_seen", channel=Grumbling, network=None)

    assert found.result == "not applicable"
