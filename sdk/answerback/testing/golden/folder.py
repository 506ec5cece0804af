"""Golden folders: native payloads and what they mean, as files beside one another.

::

    golden/
        NAME.native.json   what the network sent     (any other ending is read as bytes: a feed)
        NAME.as2.json      the activities it means, a list of ActivityStreams 2.0
        errors/*.json      {"method", "path", "status", "headers", "body", "becomes"}, and where
                           they matter "retry_after" in seconds and "text": true for a raw body
        handshakes/*.json  {"settings", "request": {"method", "path", "query", "headers", "body"},
                           "response": {"status", "headers", "body"}}
        deliveries/*.json  {"headers", "body"}, and where they matter "method", "path", "query"

A body that is no text stands for its JSON; in errors/ one that is text too, since some platforms
answer with a bare JSON string, unless "text" says that it is raw. Whatever is wrong with a file
is a ConfigError that names it and says what to do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from answerback import _values, errors
from answerback.calls import Request, Response
from answerback.errors import ConfigError, Malformed, RemoteError

_NATIVE = ".native."
_MEANING = ".as2.json"
_OUTCOMES: Mapping[str, type[RemoteError]] = {
    name: found
    for name, found in vars(errors).items()
    if isinstance(found, type) and issubclass(found, RemoteError) and found is not RemoteError
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A native payload and the activities it means; `path` is the native file.

    `native` is the value of a JSON file, and the bytes of any other.
    """

    name: str
    native: Any = field(repr=False)
    as2: list[dict[str, Any]] = field(repr=False)
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorAnswer:
    """An answer that is no success, to which request it came, and the error it has to become.

    `method` and `path` are the request's; `becomes` is the exact class, `retry_after` the
    seconds it has to carry, or None where that does not matter.
    """

    name: str
    method: str
    path: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    becomes: type[RemoteError]
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """A platform's check of our address, with the settings it is for and the answer expected."""

    name: str
    settings: Mapping[str, Any] = field(repr=False)
    request: Request
    response: Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A webhook call as it came, unsigned: the signature is made with a key of the test."""

    name: str
    request: Request


def pairs(folder: Path) -> list[Pair]:
    """The golden pairs by name. Raises ConfigError: no folder, half a pair, or an unusable file."""
    if not folder.is_dir():
        raise ConfigError(
            f"There is no golden folder {folder}: make it, or let "
            "'answerback new golden CHANNEL FILE' put a first pair into it."
        )
    natives: dict[str, Path] = {}
    for path in sorted(folder.glob(f"*{_NATIVE}*")):
        name = path.name.partition(_NATIVE)[0]
        if name in natives:
            _unusable(path, f"stands beside {natives[name].name}; keep one of the two")
        natives[name] = path
    meanings = {path.name.removesuffix(_MEANING): path for path in folder.glob(f"*{_MEANING}")}
    for name in sorted(natives.keys() - meanings.keys()):
        _unusable(
            natives[name],
            f"has no pair: write {name}{_MEANING} beside it, or let 'answerback new golden' do it",
        )
    for name in sorted(meanings.keys() - natives.keys()):
        _unusable(meanings[name], f"has no pair: put {name}{_NATIVE}json beside it, or delete it")
    return [
        Pair(name=name, native=_native(path), as2=_meaning(meanings[name]), path=path)
        for name, path in natives.items()
    ]


def error_answers(folder: Path) -> list[ErrorAnswer]:
    """The error answers of a golden folder by name; none where it has no `errors`."""
    return [_error_answer(path) for path in _files(folder, "errors")]


def handshakes(folder: Path) -> list[Handshake]:
    """The handshakes of a golden folder by name; none where it has no `handshakes`."""
    found = []
    for path in _files(folder, "handshakes"):
        told = _mapping(path)
        answer = _told(path, told, "response", dict)
        response = Response(
            status=_told(path, answer, "status", int, 200),
            headers=_texts(path, answer, "headers"),
            body=_body(answer.get("body", "")),
        )
        found.append(
            Handshake(
                name=path.stem,
                settings=_told(path, told, "settings", dict, {}),
                request=_request(path, _told(path, told, "request", dict), "GET"),
                response=response,
            )
        )
    return found


def deliveries(folder: Path) -> list[Delivery]:
    """The deliveries of a golden folder by name; none where it has no `deliveries`."""
    found = []
    for path in _files(folder, "deliveries"):
        told = _mapping(path)
        if "body" not in told:
            _unusable(path, "has no 'body'; add it, as it came")
        found.append(Delivery(name=path.stem, request=_request(path, told, "POST")))
    return found


def _files(folder: Path, kind: str) -> Iterator[Path]:
    yield from sorted((folder / kind).glob("*.json"))


def _native(path: Path) -> Any:
    return _json(path) if path.suffix == ".json" else path.read_bytes()


def _meaning(path: Path) -> list[dict[str, Any]]:
    value = _json(path)
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        _unusable(path, "is no list of objects; write the activities as a list, [] for none")
    return value


def _error_answer(path: Path) -> ErrorAnswer:
    told = _mapping(path)
    becomes = _told(path, told, "becomes", str)
    if becomes not in _OUTCOMES:
        _unusable(
            path,
            f"becomes '{becomes}', which is no error of a remote call; "
            f"write one of {', '.join(_OUTCOMES)}",
        )
    retry_after = told.get("retry_after")
    if isinstance(retry_after, bool) or not isinstance(retry_after, int | float | None):
        _unusable(path, "has a 'retry_after' that is no number of seconds; mend it or leave it out")
    if "body" not in told:
        _unusable(path, "has no 'body'; add it, as it came, \"\" for an empty one")
    body = told["body"]
    raw = _told(path, told, "text", bool, default=False)
    if raw and not isinstance(body, str):
        _unusable(path, "says \"text\": true of a body that is no text; leave out 'text'")
    return ErrorAnswer(
        name=path.stem,
        method=_told(path, told, "method", str, "GET").upper(),
        path=_told(path, told, "path", str),
        status=_told(path, told, "status", int),
        headers=_texts(path, told, "headers"),
        body=body.encode() if raw else _written(body),
        becomes=_OUTCOMES[becomes],
        retry_after=retry_after,
    )


def _request(path: Path, told: Mapping[str, Any], method: str) -> Request:
    headers = {name.lower(): value for name, value in _texts(path, told, "headers").items()}
    body = told.get("body", "")
    if not isinstance(body, str):
        headers.setdefault("content-type", "application/json")
    return Request(
        method=_told(path, told, "method", str, method).upper(),
        path=_told(path, told, "path", str, "/"),
        query=_query(path, told),
        headers=headers,
        body=_body(body),
    )


def _query(path: Path, told: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    query: dict[str, tuple[str, ...]] = {}
    for name, value in _told(path, told, "query", dict, {}).items():
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str) for each in values):
            _unusable(path, f"has something else than text for '{name}' in 'query'; mend it")
        query[name] = tuple(values)
    return query


def _texts(path: Path, told: Mapping[str, Any], name: str) -> dict[str, str]:
    """A mapping of texts, empty where none is told."""
    value: dict[str, Any] = _told(path, told, name, dict, {})
    if not all(isinstance(each, str) for each in value.values()):
        _unusable(path, f"has something else than text in '{name}'; write every value as text")
    return value


def _told(path: Path, told: Mapping[str, Any], name: str, kind: type, default: Any = None) -> Any:
    """The value under a name, of the right type."""
    value = told.get(name, default)
    if value is None:
        _unusable(path, f"has no '{name}'; add it")
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        words = {dict: "an object", str: "a text", int: "a whole number", bool: "true or false"}
        _unusable(path, f"has something else than {words[kind]} in '{name}'; mend it")
    return value


def _body(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else _written(value)


def _written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _mapping(path: Path) -> dict[str, Any]:
    value = _json(path)
    if not isinstance(value, dict):
        _unusable(path, "is no JSON object; write one")
    return value


def _json(path: Path) -> Any:
    try:
        return _values.parse(path.read_bytes())
    except Malformed as error:
        raise ConfigError(f"{path} cannot be read ({error}); mend the file.") from None


def _unusable(path: Path, reason: str) -> NoReturn:
    raise ConfigError(f"{path} {reason}.")
