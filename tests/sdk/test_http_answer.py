"""An answer reads the same whatever the server's habits."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.errors import RemoteError, TryLater, Unsure
from answerback.fields import needed
from answerback.http import Answer


def test_header_names_have_no_case() -> None:
    answer = Answer(status=200, headers={"x-ratelimit-RESET": "1"})
    assert answer.headers["X-RateLimit-Reset"] == "1"


def test_links_are_absolute_and_found_by_their_relation() -> None:
    header = (
        '</api?max_id=7>; rel="next", <https://other.example/a,b>; rel=prev; title="x, y",'
        ' <#top>; rel="self Alternate", <second>; rel="next", <broken'
    )
    answer = Answer(status=200, headers={"link": header}, url="https://square.example/api?limit=2")
    links = answer.links
    assert links["next"] == "https://square.example/api?max_id=7"
    assert links["prev"] == "https://other.example/a,b"
    assert links["self"] == links["alternate"] == "https://square.example/api?limit=2#top"
    assert Answer(status=200).links == {}


@given(st.text())
def test_any_link_header_is_read_or_passed_over(header: str) -> None:
    assert isinstance(
        Answer(status=200, headers={"Link": header}, url="https://a.example").links, dict
    )


@pytest.mark.parametrize(
    ("content_type", "content", "text"),
    [
        ("text/html; charset=iso-8859-1", b"Gr\xfc\xdfe", "Grüße"),
        ("text/html", "Grüße".encode(), "Grüße"),
        ("text/html; charset=klingon", b"a\xff", "a\ufffd"),
        ("text/html; charset=hex", b"61", "61"),
        ("", b"", ""),
    ],
)
def test_text_is_read_in_its_charset_or_as_utf8(
    content_type: str, content: bytes, text: str
) -> None:
    answer = Answer(status=200, headers={"Content-Type": content_type}, content=content)
    assert answer.text == text


@given(st.text(), st.binary())
def test_any_content_gives_text_and_json_or_a_lost_answer(
    content_type: str, content: bytes
) -> None:
    answer = Answer(
        status=200, headers={"Content-Type": content_type}, content=content, lost=Unsure
    )
    assert isinstance(answer.text, str)
    with suppress(Unsure):
        answer.json()


@pytest.mark.parametrize("content", [b"", b"<html>", b"[" * 200_000, b"\xff\xfe", b"{"])
def test_content_that_is_not_json_is_a_lost_answer(content: bytes) -> None:
    answer = Answer(status=200, content=content, url="https://square.example/x", plugin="square")
    with pytest.raises(TryLater, match=r"square: square\.example .* not JSON") as caught:
        answer.json()
    assert caught.value.__context__ is None


def test_an_answer_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Answer(status=200).status = 500  # type: ignore[misc]


@pytest.mark.parametrize("content", [b"<h1>Hello</h1>", b"[]", b"null", b'{"name": "secret"}'])
@pytest.mark.parametrize("lost", [TryLater, Unsure])
def test_an_answer_that_is_not_what_was_asked_for_is_lost(
    content: bytes, lost: type[RemoteError]
) -> None:
    answer = Answer(
        status=200, content=content, url="https://a.example/x", lost=lost, account="brand"
    )
    with pytest.raises(lost) as raised:
        answer.understood(lambda told: needed(told, "id"))
    assert (raised.value.status, raised.value.account) == (200, "brand")
    assert "a.example" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_an_answer_is_read_as_an_object_or_as_the_kind_that_was_asked_for() -> None:
    assert Answer(status=200, content=b'{"id": 7}').understood(lambda told: told["id"]) == 7
    assert Answer(status=200, content=b"[1, 2]").understood(sum, list) == 3


def test_a_mistake_of_whoever_reads_an_answer_stays_one() -> None:
    with pytest.raises(KeyError):
        Answer(status=200, content=b"{}").understood(lambda told: told["id"])
