"""An empty square on a real port, a clock that stands still, and clients that speak HTTP to it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from answerback_sandbox.square import RunningSquare, Square, open_square


class Clock:
    """Stands still until told to go on."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 21, 12, 0, 0, 250000, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def pass_(self, **duration: float) -> None:
        self.moment += timedelta(**duration)


class Client:
    """One person's client, or a stranger's without a token."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = url
        self.session = requests.Session()
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(method, self.url + path, timeout=5, **options)

    def get(self, path: str, **params: Any) -> Any:
        answer = self.call("GET", path, params=params)
        assert answer.ok, answer.text
        return answer.json()

    def post(self, path: str, **options: Any) -> Any:
        answer = self.call("POST", path, **options)
        assert answer.ok, answer.text
        return answer.json()

    def say(self, text: str, **fields: Any) -> Any:
        return self.post("/api/v1/statuses", json={"status": text, **fields})

    def sees(self, status: dict[str, Any]) -> bool:
        return self.call("GET", f"/api/v1/statuses/{status['id']}").ok


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def running(clock: Clock) -> Iterator[RunningSquare]:
    with open_square(square=Square(clock=clock)) as opened:
        for name in ("northwind", "rosa", "jonas"):
            opened.square.join(name)
        yield opened


@pytest.fixture
def connect(running: RunningSquare) -> Iterator[Callable[[str | None], Client]]:
    opened: list[Client] = []

    def make(token: str | None) -> Client:
        opened.append(Client(running.url, token))
        return opened[-1]

    yield make
    for client in opened:
        client.session.close()


@pytest.fixture
def northwind(running: RunningSquare, connect: Callable[[str | None], Client]) -> Client:
    return connect(running.accounts["northwind"]["token"])


@pytest.fixture
def rosa(running: RunningSquare, connect: Callable[[str | None], Client]) -> Client:
    return connect(running.accounts["rosa"]["token"])


@pytest.fixture
def jonas(running: RunningSquare, connect: Callable[[str | None], Client]) -> Client:
    return connect(running.accounts["jonas"]["token"])


@pytest.fixture
def stranger(connect: Callable[[str | None], Client]) -> Client:
    return connect(None)
