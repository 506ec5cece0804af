"""A call as the framework has it, as our own framework-free request."""

from __future__ import annotations

from collections.abc import Mapping

import flask
from werkzeug.exceptions import RequestEntityTooLarge

from answerback.calls import Request


def request(incoming: flask.Request, path: str, base: str) -> Request:
    """The whole call, its body read; `base` is the address it was mounted at.

    Raises RequestEntityTooLarge as soon as more came than is taken.
    """
    headers = _headers(incoming)
    # Ours alone: whatever a caller sent under this name is overwritten.
    headers["x-answerback-base"] = base
    return Request(
        method=incoming.method,
        path=path,
        query=query(incoming),
        headers=headers,
        body=_body(incoming),
    )


def _headers(incoming: flask.Request) -> dict[str, str]:
    """Every header by its name in lower case; read off the environment, which is quicker."""
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in incoming.environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if value := incoming.environ.get(name):
            headers[name.replace("_", "-").lower()] = value
    return headers


def query(incoming: flask.Request) -> Mapping[str, tuple[str, ...]]:
    """The fields of the address, each with all it was given."""
    if not incoming.query_string:
        return {}
    return {
        # No id of ours holds a NUL, and PostgreSQL takes none.
        name: tuple(value.replace("\0", "") for value in values)
        for name, values in incoming.args.lists()
    }


def _body(incoming: flask.Request) -> bytes:
    body = incoming.get_data(cache=False)
    # Without a length the framework stops reading at the bound, and says nothing.
    if incoming.content_length is None and len(body) >= (incoming.max_content_length or 0) > 0:
        raise RequestEntityTooLarge
    return body
