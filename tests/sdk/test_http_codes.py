"""What a platform's own error codes become, and what is said of it."""

from __future__ import annotations

import pytest
from scripted_server import replying

from answerback.errors import (
    Exhausted,
    Gone,
    Reconnect,
    Refused,
    RemoteError,
    TryLater,
    Unsure,
)
from answerback.http import Answer, Http, Transport, by_code

CODES: dict[str, type[RemoteError]] = {
    "not_logged_in": Reconnect,
    "190": Reconnect,
    "daily_limit": Exhausted,
    "too_long": Refused,
    "slow_down": TryLater,
    "deleted": Gone,
}
WORDS = "Where-is-my-parcel"


def classify(answer: Answer) -> RemoteError | None:
    return by_code(answer, CODES, "error")


def error_of(body: str, status: int = 400, *, repeats: bool = False) -> RemoteError:
    way = Http(
        plugin="square",
        account="ford",
        transport=Transport(private_hosts=["127.0.0.1"]),
        classify=classify,
    )
    with replying(body, status) as server, pytest.raises(RemoteError) as caught:
        way.write("POST", f"{server.url}/post", repeats=repeats)
    return caught.value


@pytest.mark.parametrize(
    ("code", "kind", "sentence"),
    [
        ("not_logged_in", Reconnect, "no longer accepts our login"),
        ("daily_limit", Exhausted, "says the paid allowance is used up"),
        ("too_long", Refused, "refused the call"),
        ("slow_down", TryLater, "cannot do this now"),
        ("deleted", Gone, "no longer has this, or no longer shows it to us"),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_a_code_becomes_its_error_with_the_usual_sentence(
    code: str, kind: type[RemoteError], sentence: str, status: int
) -> None:
    error = error_of(f'{{"error": "{code}"}}', status)

    assert type(error) is kind
    assert (error.code, error.status) == (code, status)
    assert sentence in error.sentence
    assert (error.plugin, error.account) == ("square", "ford")


def test_where_the_status_means_the_same_its_words_are_used() -> None:
    assert "asks to slow down" in error_of('{"error": "slow_down"}', 429).sentence
    assert "does not allow this" in error_of('{"error": "too_long"}', 403).sentence


def test_a_class_alone_has_the_usual_sentence_as_well() -> None:
    way = Http(
        plugin="square",
        transport=Transport(private_hosts=["127.0.0.1"]),
        classify=lambda _: Reconnect,
    )
    with replying("{}", 400) as server, pytest.raises(Reconnect) as caught:
        way.get(server.url)
    assert caught.value.sentence.endswith("Connect the account again.")


def test_every_error_has_a_sentence_of_its_own() -> None:
    kinds = (TryLater, Unsure, Exhausted, Reconnect, Gone, Refused, RemoteError)
    sentences = set()
    for kind in kinds:
        way = Http(
            plugin="square",
            transport=Transport(private_hosts=["127.0.0.1"]),
            classify=lambda _, kind=kind: kind(""),
        )
        with replying("{}") as server, pytest.raises(kind) as caught:
            way.get(server.url)
        sentences.add(caught.value.sentence.partition(server.url.partition("//")[2])[2])
    assert len(sentences) == len(kinds)


def test_a_code_that_is_not_known_leaves_the_usual_meaning_and_is_not_shown() -> None:
    error = error_of(f'{{"error": "{WORDS}"}}', 404)

    assert type(error) is Gone
    assert error.code is None
    assert WORDS not in str(error)


def test_a_code_may_be_a_number_and_stand_deeper() -> None:
    found = by_code(Answer(status=400, content=b'{"error": {"code": 190}}'), CODES, "error", "code")

    assert isinstance(found, Reconnect)
    assert found.code == "190"


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"[]", b"null", b'"error"', b'{"error": null}', b'{"error": true}',
     b'{"error": ["too_long"]}', b'{"error": {"too_long": 1}}', b'{"errors": "too_long"}'],
)  # fmt: skip
def test_an_answer_without_a_code_leaves_the_usual_meaning(content: bytes) -> None:
    for answer in (
        Answer(status=400, content=content),
        Answer(status=200, content=content, lost=Unsure),
    ):
        assert by_code(answer, CODES, "error") is None
