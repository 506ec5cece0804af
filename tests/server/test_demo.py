"""`answerback demo` and `answerback sandbox`, started as a visitor starts them."""

from __future__ import annotations

import json
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from commands import Running, answerback, running
from selectolax.lexbor import LexborHTMLParser
from town import until

TIMEOUT = 15
STEPS = ["heard", "filed", "answered", "posted", "edited", "deleted"]


@pytest.fixture
def place(tmp_path: Path) -> dict[str, str]:
    """An environment with a folder of its own for what is temporary."""
    return {"TMPDIR": str(tmp_path)}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with running("sandbox", "--json", environment={}) as command:
        command.first_line()
        yield command


@contextmanager
def taken_port() -> Iterator[int]:
    """A port somebody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield int(taken.getsockname()[1])


def test_the_script_plays_every_step_in_order_and_leaves_nothing(
    place: dict[str, str], tmp_path: Path
) -> None:
    with running("demo", "--script", environment=place) as command:
        assert command.process.wait(120) == 0, command.complained
        command.all_gone(seconds=1)
    lines = [line.split(maxsplit=1) for line in command.said]
    assert [step for step, _ in lines] == STEPS
    told = dict(lines)
    assert re.match(r"http://127\.0\.0\.1:\d+/@rosa/\d+", told["heard"])
    assert re.match(r"http://127\.0\.0\.1:\d+/@northwind/\d+", told["posted"])
    assert len({told[step].split()[1].strip(":") for step in ("filed", "answered", "edited")}) == 1
    assert command.complained == []
    assert list(tmp_path.iterdir()) == []


def test_the_page_shows_square_and_desk_on_a_free_port_and_ctrl_c_ends_it_all(
    place: dict[str, str], tmp_path: Path
) -> None:
    with taken_port() as port, running("demo", "--port", str(port), environment=place) as command:
        opened = until(lambda: [line for line in command.said if "http" in line], seconds=60)
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", opened[0])
        assert found
        assert int(found[1]) != port
        assert command.complained == [f"Port {port} is taken.\n"]
        page = requests.get(found[0], timeout=TIMEOUT)
        assert page.status_code == 200
        frames = LexborHTMLParser(page.text).css("iframe")
        addresses = [str(frame.attributes["src"]) for frame in frames]
        assert len(addresses) == 2
        for address in addresses:
            shown = requests.get(address, timeout=TIMEOUT)
            assert shown.status_code == 200
            assert "text/html" in shown.headers["Content-Type"]
        assert command.stop(signal.SIGINT, seconds=30) == 0
        assert command.family() == []
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(requests.ConnectionError):
        requests.get(found[0], timeout=TIMEOUT)


def test_the_sandbox_says_in_its_first_line_all_a_client_needs(sandbox: Running) -> None:
    facts = json.loads(sandbox.first_line())
    assert set(facts["square"]) == {"url", "accounts"}
    assert "northwind" in facts["square"]["accounts"]
    for account in facts["square"]["accounts"].values():
        assert set(account) == {"handle", "token"}
    assert set(facts["zendesk"]) == {"url", "subdomain", "email", "api_token", "oauth_token"}


def test_what_the_sandbox_says_opens_both_of_its_services(sandbox: Running) -> None:
    facts = json.loads(sandbox.first_line())
    square, desk = facts["square"], facts["zendesk"]
    me = requests.get(
        f"{square['url']}/api/v1/accounts/verify_credentials",
        headers={"Authorization": f"Bearer {square['accounts']['rosa']['token']}"},
        timeout=TIMEOUT,
    )
    assert me.json()["username"] == "rosa"
    tickets = f"{desk['url']}/api/v2/tickets.json"
    key = (f"{desk['email']}/token", desk["api_token"])
    assert requests.get(tickets, auth=key, timeout=TIMEOUT).status_code == 200
    bearer = {"Authorization": f"Bearer {desk['oauth_token']}"}
    assert requests.get(tickets, headers=bearer, timeout=TIMEOUT).status_code == 200
    assert requests.get(tickets, timeout=TIMEOUT).status_code == 401


def test_the_sandbox_listens_on_loopback_and_nowhere_else(sandbox: Running) -> None:
    addresses = {address for address, _port in listening(sandbox.process.pid)}
    assert len(listening(sandbox.process.pid)) == 2
    assert addresses == {"127.0.0.1"}


def test_a_taken_port_of_the_sandbox_is_told_in_one_line() -> None:
    with taken_port() as port:
        ran = answerback("sandbox", "--square-port", str(port), environment={})
    assert (ran.status, ran.said) == (1, "")
    assert len(ran.complained.splitlines()) == 1
    assert str(port) in ran.complained


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_sandbox(by: signal.Signals) -> None:
    with running("sandbox", "--json", "--empty", environment={}) as command:
        command.first_line()
        assert command.stop(by) == 0
        assert command.family() == []
    assert command.complained == []


def listening(pid: int) -> list[tuple[str, int]]:
    """The addresses and ports a process listens on, as the kernel knows them."""
    sockets = {
        found[1]
        for link in Path(f"/proc/{pid}/fd").iterdir()
        if (found := re.fullmatch(r"socket:\[(\d+)\]", str(link.readlink())))
    }
    heard = []
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        path = Path(f"/proc/{pid}/net/{table}")
        for line in path.read_text().splitlines()[1:] if path.exists() else []:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:
                address, port = fields[1].split(":")
                words = [bytes.fromhex(address[i : i + 8])[::-1] for i in range(0, len(address), 8)]
                heard.append((socket.inet_ntop(family, b"".join(words)), int(port, 16)))
    return heard
