"""What holds for every payload in which nobody may be recognised, made up or real."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.cli.payloads import Native, payloads
from answerback.testing.golden.anonymity import anonymous
from answerback.testing.golden.placeholders import is_placeholder, words
from answerback.testing.golden.web_paths import ROUTES

NATIVE = sorted((Path(__file__).parents[1] / "golden" / "mastodon").glob("*.native.json"))
CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "mastodon"

WORD = re.compile(r"[^\W\d_]{4,}")
TAG = re.compile(r"<[^<>]*>")


def texts(value: Any) -> Iterator[str]:
    """Every string of a payload, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inside in value.values() if isinstance(value, dict) else value:
            yield from texts(inside)


def words_of(value: Any) -> set[str]:
    """The words of four and more letters in the strings of a payload."""
    return {word.lower() for text in texts(value) for word in WORD.findall(text)}


def shape(value: Any) -> Any:
    """A payload without what its strings and numbers say."""
    if isinstance(value, dict):
        return {key: shape(inside) for key, inside in value.items()}
    if isinstance(value, list):
        return [shape(inside) for inside in value]
    return type(value).__name__ if isinstance(value, str | int | float) else value


def recorded() -> list[Path]:
    return sorted(CORPUS.glob("*.json"))


def everything() -> list[Any]:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in (*NATIVE, *recorded())]
    assert len(found) >= len(NATIVE) >= 15
    return found


LETTERS = ("aeionrstvw", "aeionéñü", "бвгде", "جدهو", "中国人民")
WORDS = st.sampled_from(LETTERS).flatmap(lambda some: st.text(some, min_size=4, max_size=10))
SAID = WORDS.filter(lambda word: not is_placeholder(word) and word not in ROUTES)
HANDLES = st.text("aeionrstvw", min_size=4, max_size=9).filter(
    lambda word: not is_placeholder(word) and word not in ROUTES
)


@st.composite
def posts(draw: st.DrawFn) -> tuple[dict[str, Any], set[str]]:
    """A post with people and words in it, and the words that must not survive."""
    handle, site, topic = draw(HANDLES), draw(HANDLES), draw(SAID)
    said = draw(st.lists(SAID, min_size=1, max_size=12))
    name = draw(SAID)
    host = f"{site}.net"
    marks = draw(st.lists(st.sampled_from([" ", ", ", "! ", "\n", " 😡 "]), min_size=12))
    text = "".join(word + mark for word, mark in zip(said, marks, strict=False))
    post = {
        "id": draw(st.integers(10**9, 10**18)),
        "account": {"username": handle, "acct": f"{handle}@{host}", "display_name": name},
        "url": f"https://{host}/@{handle}/1",
        "content": f"<p>{text} #{topic}<br>@<span>{handle}</span></p>",
        "unheard_of": {"deeper": [text, name.upper()]},
        "card": json.dumps({"title": text}),
        "type": "Note",
    }
    return post, {word.lower() for word in (handle, site, topic, name, *said)}


@given(posts())
def test_no_word_of_anybody_survives(made: tuple[dict[str, Any], set[str]]) -> None:
    post, said = made
    done = anonymous(post)
    assert not said & words_of(done)
    assert shape(done) == shape(post)
    assert len(done["content"]) == len(post["content"])
    assert done["url"].endswith(f"/@{done['account']['username']}/1")


@given(posts())
def test_what_was_replaced_once_stays_as_it_is(made: tuple[dict[str, Any], set[str]]) -> None:
    once = anonymous(made[0])
    assert anonymous(once) == once
    assert anonymous(made[0]) == once


@given(st.lists(HANDLES, min_size=2, max_size=80, unique=True))
def test_two_people_never_become_one(handles: list[str]) -> None:
    done = anonymous([{"username": each} for each in handles])
    assert len({each["username"] for each in done}) == len(handles)


@given(st.lists(st.from_regex(r"[0-9a-zA-Z]{6,12}", fullmatch=True), unique=True, max_size=30))
def test_two_posts_never_become_one(codes: list[str]) -> None:
    mixed = [code for code in codes if re.search(r"\d", code) and re.search("[a-zA-Z]{3}", code)]
    done = anonymous([{"id": each} for each in mixed])
    assert len({each["id"] for each in done}) == len(mixed)


@given(st.recursive(st.text() | st.integers() | st.none(), lambda x: st.lists(x, max_size=4)))
def test_any_strings_come_out_as_strings_of_the_same_shape(value: Any) -> None:
    assert shape(anonymous({"content": value})) == shape({"content": value})


@given(st.text(alphabet="<>a/ =\"'&;#@.:h1éß{}[]\ud800\u0301-+%", max_size=40))
def test_awkward_text_keeps_its_marks(text: str) -> None:
    done = anonymous({"content": text})["content"]
    assert re.findall(r"[<>]", done) == re.findall(r"[<>]", text)


# Real ones


def test_nobody_is_left_in_real_payloads_and_their_shape_is() -> None:
    keys = re.compile(r"(?:user|display_)?name|acct|content|note|title|description|spoiler_text")

    def personal(value: Any, key: str = "") -> Iterator[str]:
        if isinstance(value, dict):
            for name, inside in value.items():
                yield from personal(inside, name)
        elif isinstance(value, list):
            for inside in value:
                yield from personal(inside, key)
        elif isinstance(value, str) and keys.fullmatch(key):
            # Reserved hosts name nobody, nor do the words that paths on any site begin with.
            yield re.sub(r"https?://|[\w.-]+\.(?:example|org)\b\S*", "", TAG.sub(" ", value))

    tried = 0
    for payload in everything():
        done = anonymous(payload)
        said = {word.lower() for text in personal(payload) for word in WORD.findall(text)}
        said = {word for word in said if not is_placeholder(word)}
        tried += len(said)
        assert not said & {word.lower() for text in personal(done) for word in WORD.findall(text)}
        assert shape(done) == shape(payload)
        assert anonymous(done) == done
    assert tried > 50


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the recorded payloads are not here")
def test_recorded_exchanges_keep_their_account_out_of_file_paths() -> None:
    seen = 0
    for path in recorded():
        for _, native in payloads(path.read_bytes()):
            if not isinstance(native, Native) or not isinstance(native.value, dict):
                continue
            id = (native.value.get("account") or {}).get("id", "")
            done = json.dumps(anonymous(native.value))
            if id:
                seen += 1
                assert id not in done
                assert "/".join(re.findall("...", id)) not in done
    assert seen > 5


# The stand-ins


def test_stand_ins_are_many_different_and_known_for_what_they_are() -> None:
    for length in range(3, 15):
        some = [word for _, word in zip(range(60), words(length), strict=False)]
        assert len(some) == len(set(some)) >= 30
        assert all(len(word) == length and is_placeholder(word) for word in some)
    assert not any(map(is_placeholder, ["Anna", "kunde", "Zoe", "public", "x"]))
