"""What every API method needs: the square, who asks, what they may do, and answers in pages."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flask import Response, current_app, g, jsonify, request

from answerback_sandbox.square.entities import Entities
from answerback_sandbox.square.paging import link_header, page
from answerback_sandbox.square.parameters import Parameters
from answerback_sandbox.square.problems import Problem, bad_token
from answerback_sandbox.square.records import Grant, Person
from answerback_sandbox.square.state import Square

Item = TypeVar("Item")


def square() -> Square:
    """The square this app serves."""
    found: Square = current_app.extensions["square"]
    return found


def parameters() -> Parameters:
    """What the client sent with this request."""
    if "parameters" not in g:
        g.parameters = Parameters(request)
    asked: Parameters = g.parameters
    return asked


def sent_token() -> str | None:
    """The access token of this request, if it has one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return request.args.get("access_token") or request.form.get("access_token")


def grant() -> Grant | None:
    """What the access token of this request stands for; Problem 401 when it is unknown."""
    token = sent_token()
    if token is None:
        return None
    found = square().grants.get(token)
    if found is None:
        raise bad_token()
    return found


def reader(*scopes: str) -> Person | None:
    """Who asks, None for somebody without a token or with an app's own."""
    given = grant()
    if given is None or given.person_id is None:
        return None
    _check(given, scopes)
    return square().people[given.person_id]


def viewer(*scopes: str) -> Person:
    """Who asks; any one of the scopes will do. Problem 401, 403 or 422 for everybody else."""
    given = grant()
    if given is None:
        raise bad_token()
    if given.person_id is None:
        raise Problem(422, "This method requires an authenticated user")
    _check(given, scopes)
    return square().people[given.person_id]


def entities(person: Person | None) -> Entities:
    """Entities as this person, or a stranger, sees them."""
    return Entities(square(), person)


def answer_page(
    items: Sequence[Item],
    write: Callable[[Item], Any],
    *,
    id_of: Callable[[Item], str],
    default: int = 20,
    most: int = 40,
) -> Response:
    """The page of a newest-first list that the client asked for, with its Link header."""
    asked = parameters()
    found = page(items, asked, id_of=id_of, default=default, most=most)
    response = jsonify([write(item) for item in found])
    link = link_header(f"{square().base_url}{request.path}", asked, [id_of(item) for item in found])
    if link is not None:
        response.headers["Link"] = link
    return response


def _check(given: Grant, scopes: tuple[str, ...]) -> None:
    for scope in scopes:
        umbrella = scope.partition(":")[0]
        if scope in given.scopes or umbrella in given.scopes:
            return
        if scope == "write:follows" and "follow" in given.scopes:
            return
    if scopes:
        raise Problem(403, "This action is outside the authorized scopes")
