"""Every failure comes as the error that says what to do next."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import requests
import responses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripted_server import Peer, answer, replying, scripted

from answerback.errors import (
    Exhausted,
    Gone,
    Reconnect,
    Refused,
    RemoteError,
    TryLater,
    Unsure,
)
from answerback.http import Answer, Http, Transport

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TRANSPORT = Transport(private_hosts=["127.0.0.1", "localhost", "nowhere.invalid"])


def http(**more: object) -> Http:
    settings: dict[str, object] = {"deadline": 5.0, "transport": TRANSPORT, "clock": lambda: NOON}
    return Http(plugin="square", account="ford", **(settings | more))  # type: ignore[arg-type]


def read(url: str) -> Answer:
    return http().get(url)


def write(url: str) -> Answer:
    return http().write("POST", url, repeats=False, json={"status": "hello"})


def write_again(url: str) -> Answer:
    return http().write("POST", url, repeats=True, json={"status": "hello"})


@pytest.mark.parametrize("call", [read, write, write_again])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused),
        (401, Reconnect),
        (402, Exhausted),
        (403, Refused),
        (404, Gone),
        (409, Refused),
        (410, Gone),
        (422, Refused),
        (425, TryLater),
        (429, TryLater),
    ],
)
def test_a_refusal_means_the_same_for_reads_and_writes(
    call: Callable[[str], Answer], status: int, kind: type[RemoteError]
) -> None:
    with replying(status=status) as server, pytest.raises(RemoteError) as caught:
        call(f"{server.url}/api/statuses")
    assert type(caught.value) is kind
    assert caught.value.status == status
    assert (caught.value.plugin, caught.value.account) == ("square", "ford")
    assert "127.0.0.1" in caught.value.sentence
    assert "/api/statuses" in caught.value.sentence


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 599])
def test_a_server_in_trouble_leaves_only_a_lone_write_unsure(status: int) -> None:
    with replying("<h1>Trouble</h1>", status) as server:
        for call, kind in ((read, TryLater), (write, Unsure), (write_again, TryLater)):
            with pytest.raises(RemoteError) as caught:
                call(server.url)
            assert type(caught.value) is kind


def test_trouble_after_a_write_still_says_when_to_look_again() -> None:
    with (
        replying(status=503, headers={"Retry-After": "7"}) as server,
        pytest.raises(Unsure) as caught,
    ):
        write(server.url)
    assert caught.value.retry_after == 7


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30),
        ({"Retry-After": "Sat, 21 Nov 2026 12:01:30 GMT"}, 90),
        ({"Retry-After": "soon", "X-RateLimit-Reset": "2026-11-21T12:05:00.123Z"}, 300.123),
        ({"X-Rate-Limit-Reset": str(int(NOON.timestamp()) + 40)}, 40),
        ({"ratelimit-reset": "41"}, 41),
        ({"Retry-After": "999999999"}, 86400),
        ({"Retry-After": "-5"}, None),
        ({}, None),
    ],
)
def test_a_rate_limit_says_when_to_come_back(
    headers: dict[str, str], seconds: float | None
) -> None:
    with replying(status=429, headers=headers) as server:
        for call in (read, write):
            with pytest.raises(TryLater) as caught:
                call(server.url)
            assert caught.value.retry_after == seconds


def test_a_read_that_finds_nothing_new_is_an_answer() -> None:
    with replying(b"", 304) as server:
        assert read(server.url).status == 304
        with pytest.raises(Refused):
            write(server.url)


def test_a_write_that_is_redirected_was_not_done() -> None:
    with replying(b"", 307, {"Location": "/elsewhere"}) as server:
        with pytest.raises(Refused, match="redirects to another address"):
            write(server.url)
        assert len(server.received) == 1


def test_a_write_answered_see_other_was_perhaps_done() -> None:
    with replying(b"", 303, {"Location": "/made"}) as server, pytest.raises(Unsure):
        write(server.url)


def cut_before_reading(peer: Peer) -> None:
    peer.close()


def cut_after_reading(peer: Peer) -> None:
    peer.receive()


def cut_within_the_head(peer: Peer) -> None:
    peer.receive()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: appl")


def cut_within_the_body(peer: Peer) -> None:
    peer.receive()
    peer.send(answer(b'{"id": "123456789"}')[:-5])


def cut_within_a_chunk(peer: Peer) -> None:
    peer.receive()
    peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{}")


def speak_nonsense(peer: Peer) -> None:
    peer.receive()
    peer.send(b"220 mail.example ESMTP\r\n\r\n")


def contradict_itself(peer: Peer) -> None:
    peer.receive()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello")


def say_it_is_gzip(peer: Peer) -> None:
    peer.receive()
    peer.send(answer(b"not gzip", headers={"Content-Encoding": "gzip", "Connection": "close"}))


@pytest.mark.parametrize(
    "script",
    [
        cut_before_reading,
        cut_after_reading,
        cut_within_the_head,
        cut_within_the_body,
        cut_within_a_chunk,
        speak_nonsense,
        contradict_itself,
        say_it_is_gzip,
    ],
)
def test_a_lost_answer_leaves_only_a_lone_write_unsure(script: Callable[[Peer], None]) -> None:
    with scripted(script) as server:
        for call, kind in ((read, TryLater), (write, Unsure), (write_again, TryLater)):
            with pytest.raises(RemoteError) as caught:
                call(server.url)
            assert type(caught.value) is kind
        assert server.connections == 3


def test_a_refusal_counts_even_if_its_explanation_breaks_off() -> None:
    def script(peer: Peer) -> None:
        peer.receive()
        peer.send(answer(b'{"error": "Text is too long"}', 422)[:-5])

    with scripted(script) as server, pytest.raises(Refused):
        write(server.url)


def test_a_write_nobody_took_was_not_done() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(TryLater, match="could not be reached"):
            write(url)


def test_a_write_to_a_name_nobody_knows_was_not_done() -> None:
    with pytest.raises(TryLater, match=r"nowhere\.invalid could not be found"):
        write("http://nowhere.invalid/")


def test_a_write_to_a_server_without_tls_was_not_done() -> None:
    # The plain server answers what looks like a request to it, or waits for the rest of one.
    with replying() as server, pytest.raises(TryLater, match=r"TLS|longer than"):
        write(server.url.replace("http:", "https:"))


@pytest.mark.parametrize("address", ["https://", "https://a:b:c/", "ftp://square.example/", "/x"])
def test_an_address_that_makes_no_sense_is_refused(address: str) -> None:
    for call in (read, write):
        with pytest.raises(Refused):
            call(address)


def test_a_header_that_cannot_be_sent_is_refused_before_sending() -> None:
    with replying() as server:
        for value in ("two\r\nlines", "☃"):
            with pytest.raises(Refused):
                http().get(server.url, headers={"X-Note": value})
        assert server.received == []


def test_what_is_not_json_is_a_lost_answer() -> None:
    with replying("<html>Welcome</html>") as server:
        for call, kind in ((read, TryLater), (write, Unsure), (write_again, TryLater)):
            with pytest.raises(RemoteError) as caught:
                call(server.url).json()
            assert type(caught.value) is kind
            assert "Welcome" not in str(caught.value)


def test_a_plugin_may_say_what_an_answer_means() -> None:
    def classify(given: Answer) -> RemoteError | type[RemoteError] | None:
        code = given.json().get("code")
        if code == 190:
            return Reconnect
        if code == 4:
            return Exhausted("The day's quota is used up.", code="4")
        return None

    with replying('{"code": 190}') as server, pytest.raises(Reconnect) as caught:
        http(classify=classify).get(server.url)
    assert caught.value.plugin == "square"
    with (
        replying('{"code": 4}', 400, {"Retry-After": "60"}) as server,
        pytest.raises(Exhausted) as said,
    ):
        http(classify=classify).get(server.url)
    assert (said.value.code, said.value.retry_after, said.value.status) == ("4", 60, 400)
    with replying('{"code": 0}', 404) as server, pytest.raises(Gone):
        http(classify=classify).get(server.url)


def test_a_plugin_that_finds_no_json_leaves_the_usual_meaning() -> None:
    def classify(given: Answer) -> None:
        given.json()

    with replying("<html>Not here</html>", 404) as server, pytest.raises(Gone):
        http(classify=classify).write("DELETE", server.url, repeats=False)


def test_what_a_plugin_says_stays_its_own_between_calls() -> None:
    constant = Refused("The window is closed.")
    with replying(status=400) as server, pytest.raises(Refused) as caught:
        http(classify=lambda _: constant).get(server.url)
    assert caught.value.status == 400
    assert constant.status is None


@responses.activate
def test_answers_can_be_played_without_a_server() -> None:
    responses.get("https://square.example/api", json={"id": "1"})
    responses.post("https://square.example/api", body=requests.ConnectionError("reset"))
    way = Http(plugin="square")
    assert way.get("https://square.example/api", params={"a": "b"}).json() == {"id": "1"}
    with pytest.raises(Unsure):
        way.write("POST", "https://square.example/api", repeats=False)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=200), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 "]))
def test_whatever_comes_back_is_an_answer_or_one_of_our_errors(data: bytes, start: bytes) -> None:
    def script(peer: Peer) -> None:
        peer.receive()
        peer.send(start + data)

    with scripted(script) as server:
        try:
            outcome: object = write(server.url)
        except RemoteError as error:
            outcome = error
    assert isinstance(outcome, Answer | RemoteError)
