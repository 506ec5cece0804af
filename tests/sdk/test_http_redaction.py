"""No secret and nobody's words get into a message, a log or a repr."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_server import Peer, answer, replying, scripted

from answerback.errors import RemoteError
from answerback.http import Answer, Http, Transport, redact

TOKEN = "tok-3n/ä%&4711"
WORDS = {"status": "Frau Krause"}
PATH = "/hooks/s3cr3t-path/statuses?access_token=query-t0ken"


def http(**more: object) -> Http:
    return Http(
        plugin="square",
        account="ford",
        transport=Transport(private_hosts=["127.0.0.1"]),
        secrets=[TOKEN, "s3cr3t-path"],
        deadline=1,
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Authorization: Bearer abc.DEF-123", "Authorization: Bearer ***"),
        ("authorization: bearer abc", "authorization: bearer ***"),
        ("Basic Zm9yZDpzZWNyZXQ=", "Basic ***"),
        ("the basic understanding", "the basic understanding"),
        ("https://ford:pw@square.example/x", "https://***@square.example/x"),
        (
            "https://x.example/?a=1&access_token=abc&b=2",
            "https://x.example/?a=1&access_token=***&b=2",
        ),
        ("?code=4/0Ab&state=1", "?code=***&state=1"),
        ("client_secret=abc", "client_secret=***"),
        ("hub.verify_token=abc", "hub.verify_token=***"),
        ("API-KEY=abc;x", "API-KEY=***;x"),
        ("password=a b", "password=*** b"),
        ("monkey=banana zipcode=12345", "monkey=banana zipcode=12345"),
        ('{"refresh_token": "a\\"b", "id": "1"}', '{"refresh_token": "***", "id": "1"}'),
        ("{'password': 'x'}", "{'password': '***'}"),
        ("the token expired", "the token expired"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, clean: str) -> None:
    assert redact(text) == clean


def test_a_known_secret_is_hidden_in_every_form() -> None:
    text = redact(f"{TOKEN} tok-3n%2F%C3%A4%25%264711 a+b a%20b", [TOKEN, "a b", "a b c d"])
    assert text == "*** *** a+b a%20b"
    assert redact("pass phrase pass+phrase pass%20phrase", ["pass phrase"]) == "*** *** ***"


def test_a_secret_too_short_to_hide_leaves_the_text_alone() -> None:
    assert redact("banana", ["a", ""]) == "banana"


@given(st.text(), st.lists(st.text(min_size=4), max_size=3))
def test_no_text_breaks_redaction(text: str, secrets: list[str]) -> None:
    assert isinstance(redact(text, secrets), str)


def test_a_long_text_is_redacted_quickly() -> None:
    for text in ("a" * 200_000, "token" * 40_000, "a://" * 50_000, '"key":"' * 30_000):
        begun = time.monotonic()
        redact(text)
        assert time.monotonic() - begun < 2


def refuse(peer: Peer) -> None:
    peer.serve(lambda _: answer('{"error": "Frau Krause wrote too much"}', 422))


def drop(peer: Peer) -> None:
    peer.receive()


def mumble(peer: Peer) -> None:
    peer.serve(lambda _: answer("Frau Krause", headers={"Bad Header": "x", "X-Echo": TOKEN}))


def send_away(peer: Peer) -> None:
    peer.serve(lambda r: answer("", 302, {"Location": "https://127.0.0.9/?code=query-t0ken"}))


@pytest.mark.parametrize("script", [refuse, drop, mumble, send_away])
def test_neither_errors_nor_logs_show_secrets_or_words(
    script: Callable[[Peer], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with scripted(script) as server:
        for repeats in (None, True, False):
            with pytest.raises(RemoteError) as caught:
                call(f"{server.url}{PATH}", repeats).json()
            error = caught.value
            shown = "".join(traceback.format_exception(error)) + repr(error) + str(error.sentence)
            check_nothing_shows(shown)
            assert error.__context__ is None
    check_nothing_shows(
        "".join(f"{record.__dict__}{record.getMessage()}" for record in caplog.records)
    )
    assert {record.name for record in caplog.records} == {"answerback.http"}


def call(url: str, repeats: bool | None) -> Answer:
    headers = {"Authorization": f"Bearer {TOKEN.replace('ä', 'a')}"}
    if repeats is None:
        return http().get(url, headers=headers)
    return http().write("POST", url, repeats=repeats, headers=headers, json=WORDS)


def check_nothing_shows(text: str) -> None:
    for secret in (TOKEN, "tok-3n", "query-t0ken", "s3cr3t-path", "Krause"):
        assert secret not in text


def test_a_call_is_logged_once_with_its_ids(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with replying() as server:
        http().get(f"{server.url}/api/statuses?q=brand")
    [record] = caplog.records
    assert record.getMessage() == "http.call"
    seen = record.__dict__
    assert (seen["plugin"], seen["account"], seen["method"]) == ("square", "ford", "GET")
    assert (seen["path"], seen["status"], seen["error"]) == ("/api/statuses", 200, None)
    assert seen["host"].startswith("127.0.0.1:")
    assert seen["milliseconds"] >= 0


def test_what_others_do_with_urllib3_is_still_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("urllib3.connectionpool").debug("their own call")
    assert "their own call" in caplog.text


def test_what_a_plugin_says_is_redacted_too() -> None:
    with replying(status=400) as server, pytest.raises(RemoteError) as caught:
        http(classify=lambda _: RemoteError(f"Bad token {TOKEN}.")).get(server.url)
    assert caught.value.sentence == "Bad token ***."


def test_reprs_show_no_content_query_or_secret() -> None:
    given = Answer(
        status=200, headers={"X": TOKEN}, content=b"Krause", url=f"https://u:p@a.example:8{PATH}"
    )
    assert repr(given) == "Answer(status=200, host='a.example:8')"
    assert repr(http()) == "Http(plugin='square', account='ford')"
