"""The native payloads in a heap of bytes: JSON, JSON Lines, several documents, recorded exchanges.

What is no JSON but looks like XML is handed on as bytes; a channel that reads feeds takes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from answerback._values import DECODER, unreadable_number
from answerback.model import Ignored, Unreadable

_BOM = b"\xef\xbb\xbf"
_BLANK = re.compile(r"[ \t\r\n]*")
_NEXT_DOCUMENT = re.compile(r"\n(?=[{\[])")
#: After so many broken documents in one file nothing sensible will follow.
MAX_BROKEN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Native:
    """One payload as a channel's `read` takes it."""

    value: object


Found = tuple[str, Native | Ignored | Unreadable]


class _Broken(Exception):  # noqa: N818 - a finding on its way to becoming Unreadable
    def __init__(self, reason: str, at: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at


def payloads(data: bytes) -> Iterator[Found]:
    """Each payload, or what is wrong instead, with its position ("" where there is only one)."""
    data = data.removeprefix(_BOM)
    if not data.strip():
        yield "", Unreadable(position="", reason="empty, nothing to read")
    elif data.lstrip().startswith(b"<"):
        yield "", Native(value=data)
    else:
        for position, document in _documents(data):
            if isinstance(document, Unreadable):
                yield position, document
            else:
                yield from _unwrapped(position, document.value)


def _documents(data: bytes) -> Iterator[tuple[str, Native | Unreadable]]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _is_lines(data.decode("utf-8", "replace")):
            yield from _lines(data)
        else:
            line = data.count(b"\n", 0, error.start) + 1
            reason = f"not UTF-8 (byte {error.start})"
            yield f"line {line}", Unreadable(position="", reason=reason)
        return
    whole = _whole(text)
    if whole is not None:
        yield "", whole
    elif _is_lines(text):
        yield from _lines(data)
    else:
        yield from _sequence(text)


def _whole(text: str) -> Native | None:
    """The text as one document, or None if it is not that."""
    try:
        value, end = _decode(text, 0)
    except _Broken:
        return None
    return Native(value=value) if _BLANK.fullmatch(text, end) else None


def _is_lines(text: str) -> bool:
    """Whether one of the first two lines is a document by itself, and there is more than one."""
    lines = [line for line in text[: 2**20].split("\n") if line.strip()]
    return len(lines) > 1 and any(_is_document(line) for line in lines[:2])


def _is_document(line: str) -> bool:
    found = _whole(line)
    return found is not None and isinstance(found.value, dict | list)


def _lines(data: bytes) -> Iterator[tuple[str, Native | Unreadable]]:
    for number, raw in enumerate(data.split(b"\n"), 1):
        if not raw.strip():
            continue
        position = f"line {number}"
        try:
            line = raw.decode("utf-8")
            value, end = _decode(line, 0)
            if not _BLANK.fullmatch(line, end):
                raise _Broken("more after the end of the JSON", end)
        except UnicodeDecodeError as error:
            reason = f"not UTF-8 (byte {error.start} of the line)"
            yield position, Unreadable(position="", reason=reason)
        except _Broken as broken:
            column = f"column {broken.at + 1}"
            yield position, Unreadable(position=column, reason=broken.reason)
        else:
            yield position, Native(value=value)


def _sequence(text: str) -> Iterator[tuple[str, Native | Unreadable]]:
    """Documents one after another, each over as many lines as it likes."""
    start = line = 0
    counted = failures = 0
    while (match := _BLANK.match(text, start)) and match.end() < len(text):
        start = match.end()
        line += text.count("\n", counted, start)
        counted = start
        try:
            value, start = _decode(text, start)
        except _Broken as broken:
            broken_line = line + text.count("\n", start, broken.at) + 1
            column = broken.at - (text.rfind("\n", 0, broken.at) + 1) + 1
            position = f"line {broken_line} column {column}"
            yield position, Unreadable(position="", reason=broken.reason)
            failures += 1
            following = _NEXT_DOCUMENT.search(text, start)
            if following is None:
                return
            if failures == MAX_BROKEN:
                reason = f"{MAX_BROKEN} documents could not be read; the rest is left out"
                yield position, Unreadable(position="", reason=reason)
                return
            start = following.end()
        else:
            yield f"line {line + 1}", Native(value=value)


def _unwrapped(position: str, value: object) -> Iterator[Found]:
    """The value itself; of recorded exchanges, alone or in a list, the bodies."""
    if isinstance(value, list) and any(_is_exchange(item) for item in value):
        for number, item in enumerate(value, 1):
            inside = f"{position} item {number}".lstrip()
            yield inside, _body(item) if _is_exchange(item) else Native(value=item)
    elif _is_exchange(value):
        yield position, _body(value)
    else:
        yield position, Native(value=value)


def _is_exchange(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("request"), dict)
        and isinstance(value.get("status"), int)
        and "body" in value
    )


def _body(exchange: Any) -> Native | Ignored:
    status, body = exchange["status"], exchange["body"]
    if not 200 <= status < 300:
        return Ignored(reason=f"an exchange that ended with status {status}")
    if body is None or body == "":
        return Ignored(reason="an exchange without a body")
    if not isinstance(body, str):
        return Native(value=body)
    return _whole(body) or Native(value=body.encode("utf-8", "replace"))


def _decode(text: str, start: int) -> tuple[Any, int]:
    """The JSON value at or after `start`, and where it ends. Raises _Broken saying where."""
    blank = _BLANK.match(text, start)
    start = blank.end() if blank else start
    try:
        return DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise _Broken(f"not JSON: {error.msg}", error.pos) from None
    except RecursionError:
        raise _Broken("nested too deeply", start) from None
    except ValueError as error:
        raise _Broken(unreadable_number(error), start) from None
