"""What pytest shows of a check that fails: what was seen, and where the plugin failed."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from mutants import contract_of, outcome
from tavern_channel import Tavern

from answerback.channel import Listener
from answerback.errors import Gone
from answerback.model import Item, Page, Receipt
from answerback.testing import checks
from answerback.testing.checks import Broken

KIT = Path(checks.__file__).parent


class Stumbling(Tavern):
    def poll(self, listener: Listener, cursor: str | None) -> Page:
        raise KeyError("older")


class StumblingInside(Tavern):
    def read(self, payload: object) -> Iterator[Item]:
        raise KeyError("comments")


class FailingToDelete(Tavern):
    def delete(self, receipt: Receipt) -> None:
        self._done("DELETE", self._path(receipt.ref))
        raise Gone("It is gone.")


def places(error: BaseException) -> list[Path]:
    """The files of a traceback, but for the test that called and the wrapper of every check."""
    frames = traceback.extract_tb(error.__traceback__)[1:]
    return [Path(frame.filename) for frame in frames if frame.name != "run"]


def failure(channel: type[Tavern], check: str, *case: object) -> BaseException:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        getattr(contract_of(channel)(), check)(*case)
    return caught.value


def test_an_error_of_the_plugin_is_shown_from_the_plugin_on() -> None:
    error = failure(Stumbling, "test_the_first_post_after_the_first_look_is_given", "mentions")

    assert isinstance(error, KeyError)
    assert places(error) == [Path(__file__)]
    assert "What to do:" in error.__notes__[0]


def test_a_finding_is_shown_without_how_it_was_found() -> None:
    contract = contract_of(StumblingInside)
    error = failure(StumblingInside, "test_tag_spans_match_the_text", contract.golden_pairs()[0][1])
    assert places(error) == [Path(__file__)]

    found = failure(StumblingInside, "test_a_golden_pair_translates_exactly", the_pair())
    assert isinstance(found, Broken)
    assert places(found) == []
    assert found.__cause__ is not None
    assert places_of_cause(found.__cause__) == [Path(__file__)]


def the_pair() -> object:
    return contract_of().golden_pairs()[0][1]


def places_of_cause(error: BaseException) -> list[Path]:
    return [Path(frame.filename) for frame in traceback.extract_tb(error.__traceback__)]


def test_no_frame_of_the_kit_is_left() -> None:
    error = failure(FailingToDelete, "test_deleting_can_be_repeated")

    assert isinstance(error, Gone)
    assert places(error)
    assert not [place for place in places(error)[:1] if place.parent == KIT]


class AskingForItsServer(Tavern):
    def read(self, payload: object) -> Iterator[Item]:
        self._headers()
        yield from super().read(payload)


def test_a_setting_that_reading_needs_is_to_be_set_in_the_contract() -> None:
    found = outcome("a_golden_pair_translates_exactly", channel=AskingForItsServer)

    assert found.result == "failed"
    assert "setting 'token' is missing" in found.seen
    assert "Set `account` in the contract" in found.mend
