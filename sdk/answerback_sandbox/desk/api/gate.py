"""What every API request passes: who asks, how often, and how errors are told."""

import base64
import hmac
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import Blueprint, Response, current_app, g, jsonify, request

from answerback_sandbox.desk.desk import Desk
from answerback_sandbox.desk.people import find_user
from answerback_sandbox.desk.records import User
from answerback_sandbox.desk.refusals import RefusalError, bad_request, forbidden, unauthenticated

Asked = ParamSpec("Asked")
View = Callable[Asked, Response | tuple[Response, int]]


def this_desk() -> Desk:
    """The desk that serves this request."""
    desk: Desk = current_app.extensions["desk"]
    return desk


def asker() -> User:
    """The user whose credentials came with this request."""
    user: User = g.asker
    return user


def support_api(name: str) -> Blueprint:
    """A blueprint under ``/api/v2`` for staff with valid credentials."""
    blueprint = Blueprint(name, __name__, url_prefix="/api/v2")
    blueprint.before_request(_pass)
    blueprint.after_request(_counted)
    return blueprint


def refused(error: RefusalError) -> Response:
    """A refusal as an HTTP answer; too many requests is plain text, as on the platform."""
    if isinstance(error.body, str):
        answer = Response(error.body, status=error.status, mimetype="text/plain")
    else:
        answer = jsonify(error.body)
        answer.status_code = error.status
    answer.headers.extend(error.headers)
    return answer


def body() -> dict[str, Any]:
    """The JSON object that was sent."""
    told = request.get_json(silent=True)
    if not isinstance(told, dict):
        raise bad_request("Unparseable", "The request body is not a JSON object")
    return told


def member(name: str) -> dict[str, Any]:
    """The object under `name` in the body, as in ``{"ticket": {…}}``."""
    told = body().get(name)
    if not isinstance(told, dict):
        raise bad_request("ParameterMissing", f"Parameter {name} is required")
    return told


def ids(name: str, most: int = 100) -> list[int]:
    """Numbers from a query parameter such as ``ids=1,2,3``."""
    words = [word for word in request.args.get(name, "").split(",") if word.strip()]
    if len(words) > most:
        raise bad_request("TooManyValues", f"{name} has too many values", max_count=most)
    if not all(word.strip().isdecimal() for word in words):
        raise bad_request("InvalidValue", f"{name} is a list of numbers")
    return [int(word) for word in words]


def locked(view: View[Asked]) -> View[Asked]:
    """Runs a view with the desk's lock, so that what it reads and writes belongs together."""

    @wraps(view)
    def under_lock(
        *arguments: Asked.args, **named: Asked.kwargs
    ) -> Response | tuple[Response, int]:
        with this_desk().store.lock:
            return view(*arguments, **named)

    return under_lock


def _pass() -> None:
    user = _authenticated()
    if user is None:
        raise unauthenticated()
    g.asker = user
    this_desk().limits.count()
    if not user.staff:
        raise forbidden("You do not have access to this page. Only agents and admins do.")


def _counted(answer: Response) -> Response:
    answer.headers.extend(this_desk().limits.headers())
    return answer


def _authenticated() -> User | None:
    desk = this_desk()
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return desk.admin if _same(value.strip(), desk.oauth_token) else None
    if kind.lower() != "basic":
        return None
    try:
        pair = base64.b64decode(value, validate=True).decode()
    except ValueError:
        return None
    name, _, secret = pair.partition(":")
    email, mark, _ = name.rpartition("/token")
    if not mark or not name.endswith("/token") or not _same(secret, desk.api_token):
        return None
    return find_user(desk.store, email=email)


def _same(told: str, expected: str) -> bool:
    return hmac.compare_digest(told.encode(), expected.encode())
