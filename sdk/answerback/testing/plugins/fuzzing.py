"""Arbitrary payloads and bytes, made by hypothesis, for what must take anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

from answerback.calls import Request
from answerback.errors import BadRequest
from answerback.testing.checks import Broken, NotTried

_EXAMPLES = 150
#: What fields of calls are tried with beside arbitrary text.
_NASTY = ["", "\0", "\r\nX-More: 1", "{}", "[]", "null", "-1", "9" * 400, "\ud800", "é"]


def try_payloads(call: Callable[[Any], None], seeds: list[Any]) -> None:
    """Call it with arbitrary JSON, and with the seeds in which something was replaced.

    Raises Broken with the first error it raises, NotTried where hypothesis is not installed.
    """
    hypothesis = _hypothesis()
    make = hypothesis.strategies
    keys = sorted({key for seed in seeds for key in _keys(seed)}) or ["id"]
    anything = make.recursive(
        make.none()
        | make.booleans()
        | make.integers()
        | make.floats(allow_nan=False)
        | make.text(),
        lambda inner: (
            make.lists(inner, max_size=4)
            | make.dictionaries(make.sampled_from(keys) | make.text(), inner, max_size=4)
        ),
        max_leaves=20,
    )
    cases = anything
    if seeds:
        changes = make.dictionaries(make.sampled_from(keys), anything, max_size=3)
        cases |= make.builds(_replaced, make.sampled_from(seeds), changes)
    _run(hypothesis, cases, call)


def try_bytes(call: Callable[[bytes], None]) -> None:
    """Call it with arbitrary bytes. Raises as `try_payloads` does."""
    hypothesis = _hypothesis()
    _run(hypothesis, hypothesis.strategies.binary(max_size=500), call)


def try_requests(call: Callable[[Request], None], seeds: list[Request]) -> None:
    """Call it with each seed, changed beyond recognition or in one place only.

    Query, headers and body become arbitrary; forms and JSON also keep their fields and get other
    values. Raises as `try_payloads` does.
    """
    hypothesis = _hypothesis()
    make = hypothesis.strategies
    text = make.text(max_size=40) | make.sampled_from(_NASTY)
    fields = sorted({name for seed in seeds for name in _fields(seed)}) or ["id"]
    names = make.sampled_from(fields) | text
    values = make.dictionaries(names, text, max_size=4)
    json_values = make.recursive(
        make.none() | make.booleans() | make.integers() | text,
        lambda inner: make.lists(inner, max_size=3) | make.dictionaries(names, inner, max_size=3),
        max_leaves=10,
    )
    cases = make.builds(
        _request,
        make.sampled_from(seeds),
        query=make.none() | values,
        headers=make.dictionaries(
            make.sampled_from(["content-type", "cookie", "authorization", "accept-language"]),
            text,
            max_size=3,
        ),
        body=make.none() | make.binary(max_size=300) | json_values.map(_json_bytes),
        form=make.none() | values,
    )
    # What hurts most often is tried in every field, and not only when chance has it.
    for seed in seeds:
        for name in fields:
            for nasty in _NASTY:
                told = {name: nasty}
                _try(call, _request(seed, query=told, headers={}, body=None, form=told))
    _run(hypothesis, cases, call)


def _fields(request: Request) -> list[str]:
    found = [*request.query]
    with suppress(BadRequest):
        found += request.form()
    with suppress(BadRequest):
        found += _keys(request.json())
    return [name for name in found if name]


def _request(
    seed: Request,
    *,
    query: dict[str, str] | None,
    headers: dict[str, str],
    body: bytes | None,
    form: dict[str, str] | None,
) -> Request:
    """The seed with some of it replaced; a form keeps the fields that are not named."""
    if body is None and form is not None:
        with suppress(BadRequest):
            told = {name: values[-1] for name, values in seed.form().items()}
            body = urlencode({**told, **form}, errors="replace").encode()
    return replace(
        seed,
        query=seed.query if query is None else {name: (value,) for name, value in query.items()},
        headers={**seed.headers, **headers},
        body=seed.body if body is None else body,
    )


def _json_bytes(value: Any) -> bytes:
    return json.dumps(value).encode()


def _hypothesis() -> ModuleType:
    try:
        import hypothesis
        import hypothesis.strategies
    except ImportError as error:
        raise NotTried("hypothesis is not installed: pip install 'answerback[testing]'.") from error
    return hypothesis


def _run(hypothesis: Any, cases: Any, call: Callable[[Any], None]) -> None:
    settings = hypothesis.settings(
        max_examples=_EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        # No example is shown, as it may hold what somebody said: none need be made smaller.
        phases=(hypothesis.Phase.generate,),
        suppress_health_check=list(hypothesis.HealthCheck),
    )

    def attempt(case: Any) -> None:
        _try(call, case)

    settings(hypothesis.given(cases)(attempt))()


def _try(call: Callable[[Any], None], case: Any) -> None:
    try:
        call(case)
    except AssertionError:
        raise
    # Whatever a plugin raises is a finding about that plugin.
    except Exception as error:
        raise Broken(f"It raised {type(error).__name__}.") from error


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _replaced(value: Any, changes: dict[str, Any]) -> Any:
    """The value with everything under some keys replaced, wherever they stand."""
    if isinstance(value, dict):
        return {
            key: changes[key] if key in changes else _replaced(inner, changes)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_replaced(inner, changes) for inner in value]
    return value
