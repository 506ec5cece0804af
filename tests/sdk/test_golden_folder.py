"""Golden folders on disk: what is found in them, and what is said where a file is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from answerback.errors import ConfigError, TryLater, Unsure
from answerback.testing.golden.folder import deliveries, error_answers, handshakes, pairs

MASTODON = Path(__file__).parents[1] / "golden" / "mastodon"

Put = Callable[[str, Any], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Writes a file into the golden folder: JSON, or a text or bytes as they are."""

    def write(name: str, value: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(value, bytes):
            path.write_bytes(value)
        else:
            path.write_text(value if isinstance(value, str) else json.dumps(value))
        return path

    return write


ERROR = {"method": "POST", "path": "/posts", "status": 503, "body": {}, "becomes": "TryLater"}


def test_pairs_come_by_name_with_both_sides(put: Put, tmp_path: Path) -> None:
    native = put("zebra.native.json", [{"id": "1"}])
    put("zebra.as2.json", [{"type": "Create"}])
    feed = put("apple.native.xml", b"<rss/>")
    put("apple.as2.json", [])
    apple, zebra = pairs(tmp_path)
    assert (apple.name, apple.native, apple.as2, apple.path) == ("apple", b"<rss/>", [], feed)
    assert (zebra.name, zebra.native, zebra.path) == ("zebra", [{"id": "1"}], native)
    assert zebra.as2 == [{"type": "Create"}]
    assert "id" not in repr(zebra)


def test_every_golden_pair_and_error_of_mastodon_is_found() -> None:
    assert [pair.name for pair in pairs(MASTODON)] == sorted(
        path.name.partition(".")[0] for path in MASTODON.glob("*.native.json")
    )
    answers = {answer.name: answer for answer in error_answers(MASTODON)}
    assert len(answers) == len(list((MASTODON / "errors").glob("*.json")))
    limited = answers["too_many_requests"]
    assert (limited.method, limited.status, limited.becomes) == ("GET", 429, TryLater)
    assert (limited.path, limited.retry_after) == ("/api/v1/notifications", 40)
    assert limited.headers["Retry-After"] == "40"
    assert json.loads(limited.body) == {"error": "Too many requests"}
    assert answers["gateway_in_html_after_a_post"].body.startswith(b"<!DOCTYPE html>")
    assert answers["gateway_in_html_after_a_post"].becomes is Unsure
    assert answers["token_refused_as_a_json_string"].body == b'"invalid token"'


@pytest.mark.parametrize(
    ("files", "named", "said"),
    [
        ({"a.native.json": []}, "a.native.json", "has no pair: write a.as2.json"),
        ({"a.as2.json": []}, "a.as2.json", "has no pair: put a.native.json"),
        ({"a.native.json": "{", "a.as2.json": []}, "a.native.json", "not JSON: line 1"),
        ({"a.native.json": [], "a.as2.json": '[{"x": NaN}]'}, "a.as2.json", "NaN is not JSON"),
        ({"a.native.json": [], "a.as2.json": {}}, "a.as2.json", "is no list of objects"),
        ({"a.native.json": [], "a.as2.json": ["x"]}, "a.as2.json", "is no list of objects"),
        (
            {"a.native.json": [], "a.native.xml": "<a/>", "a.as2.json": []},
            "a.native.xml",
            "stands beside a.native.json",
        ),
    ],
)
def test_half_a_pair_and_a_broken_one_are_named(
    put: Put, tmp_path: Path, files: dict[str, Any], named: str, said: str
) -> None:
    for name, value in files.items():
        put(name, value)
    with pytest.raises(ConfigError) as caught:
        pairs(tmp_path)
    assert str(tmp_path / named) in str(caught.value)
    assert said in str(caught.value)


def test_a_folder_that_is_not_there_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="answerback new golden"):
        pairs(tmp_path / "golden")
    assert error_answers(tmp_path) == []
    assert handshakes(tmp_path) == []
    assert deliveries(tmp_path) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"becomes": "TryLatr"}, "becomes 'TryLatr'"),
        ({"becomes": "ConfigError"}, "becomes 'ConfigError'"),
        ({"becomes": "RemoteError"}, "write one of TryLater"),
        ({"becomes": None}, "has no 'becomes'; add it"),
        ({"status": "503"}, "has something else than a whole number in 'status'"),
        ({"status": True}, "has something else than a whole number in 'status'"),
        ({"path": None}, "has no 'path'; add it"),
        ({"headers": {"Retry-After": 40}}, "something else than text in 'headers'"),
        ({"headers": []}, "something else than an object in 'headers'"),
        ({"retry_after": "40"}, "'retry_after' that is no number"),
        ({"text": True}, "of a body that is no text"),
    ],
)
def test_an_unusable_error_answer_says_what_to_mend(
    put: Put, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    path = put("errors/outage.json", ERROR | change)
    with pytest.raises(ConfigError) as caught:
        error_answers(tmp_path)
    assert str(path) in str(caught.value)
    assert said in str(caught.value)


def test_an_error_answer_needs_a_body_and_little_else(put: Put, tmp_path: Path) -> None:
    put("errors/outage.json", {"path": "/posts", "status": 503, "body": "", "becomes": "TryLater"})
    (answer,) = error_answers(tmp_path)
    assert (answer.method, answer.body, answer.retry_after) == ("GET", b'""', None)
    path = put("errors/outage.json", {name: ERROR[name] for name in ERROR if name != "body"})
    with pytest.raises(ConfigError, match="has no 'body'"):
        error_answers(tmp_path)
    path.write_text("[]")
    with pytest.raises(ConfigError, match="is no JSON object"):
        error_answers(tmp_path)


def test_a_handshake_is_a_request_with_the_answer_expected(put: Put, tmp_path: Path) -> None:
    put(
        "handshakes/challenge.json",
        {
            "settings": {"verify_token": "sesame"},
            "request": {
                "path": "/hooks",
                "query": {"hub.challenge": "42", "both": ["a", "b"]},
                "headers": {"X-Check": "yes"},
            },
            "response": {"headers": {"Content-Type": "text/plain"}, "body": "42"},
        },
    )
    (found,) = handshakes(tmp_path)
    assert (found.name, found.settings) == ("challenge", {"verify_token": "sesame"})
    assert (found.request.method, found.request.path) == ("GET", "/hooks")
    assert found.request.query == {"hub.challenge": ("42",), "both": ("a", "b")}
    assert found.request.headers == {"x-check": "yes"}
    assert (found.response.status, found.response.body) == (200, b"42")
    assert "sesame" not in repr(found)


def test_a_delivery_is_a_request_with_its_body_as_it_came(put: Put, tmp_path: Path) -> None:
    put("deliveries/a_text.json", {"headers": {"X-Kind": "post"}, "body": "a=1&b=ü"})
    put("deliveries/b_json.json", {"body": {"words": "Grüße"}, "path": "/h", "method": "put"})
    text, parsed = (each.request for each in deliveries(tmp_path))
    assert (text.method, text.path, text.body) == ("POST", "/", "a=1&b=ü".encode())
    assert text.headers == {"x-kind": "post"}
    assert (parsed.method, parsed.path) == ("PUT", "/h")
    assert parsed.json() == {"words": "Grüße"}
    assert parsed.headers == {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("file", "value", "said"),
    [
        ("deliveries/a.json", {"headers": {}}, "has no 'body'"),
        ("deliveries/a.json", {"body": "", "query": {"a": 1}}, "text for 'a' in 'query'"),
        ("handshakes/a.json", {"response": {"body": ""}}, "has no 'request'"),
        ("handshakes/a.json", {"request": {}}, "has no 'response'"),
        ("handshakes/a.json", "nothing", "not JSON"),
    ],
)
def test_an_unusable_delivery_or_handshake_is_named(
    put: Put, tmp_path: Path, file: str, value: Any, said: str
) -> None:
    path = put(file, value)
    with pytest.raises(ConfigError) as caught:
        [*deliveries(tmp_path), *handshakes(tmp_path)]
    assert str(path) in str(caught.value)
    assert said in str(caught.value)
