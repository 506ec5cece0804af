"""An empty square on a real port, the brand's channel on it, and two customers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from mastodon_stage import Person, channel

from answerback.model import Mention
from answerback_channels.mastodon import Mastodon
from answerback_sandbox.square import RunningSquare, Square, open_square
from answerback_sandbox.square.seed import settle


@pytest.fixture
def square() -> Iterator[RunningSquare]:
    with open_square(square=Square()) as running:
        settle(running.square)
        yield running


@pytest.fixture
def brand(square: RunningSquare) -> Mastodon:
    return channel(square.url, square.accounts["northwind"]["token"])


@pytest.fixture
def rosa(square: RunningSquare) -> Person:
    return Person(square.url, square.accounts["rosa"]["token"])


@pytest.fixture
def jonas(square: RunningSquare) -> Person:
    return Person(square.url, square.accounts["jonas"]["token"])


def breaks(square: RunningSquare, effect: dict[str, Any], path: str, *methods: str) -> None:
    match = {"methods": list(methods), "path": path}
    fault = {"match": match, "effect": effect, "count": 1}
    requests.post(f"{square.url}/_sandbox/faults", json=fault, timeout=5).raise_for_status()


def hear(brand: Mastodon, status: dict[str, Any]) -> Mention:
    """The mention of a post, as the channel fetches it."""
    (fetched,) = brand.fetch([{"instance": "", "id": status["id"]}])
    assert fetched.mention is not None
    return fetched.mention
