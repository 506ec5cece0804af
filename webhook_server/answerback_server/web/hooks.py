"""Networks' deliveries: checked, stored, answered; what is in them is read later, elsewhere.

Nothing but the one durable write stands between a call and its 200. Where the write cannot be
made, the network is asked to come again, which all of them do.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import flask
from flask import Blueprint
from werkzeug.exceptions import HTTPException

from answerback.errors import BadRequest
from answerback_server.engine import steps
from answerback_server.engine.doors import Door, Doors
from answerback_server.store.database import StoreError
from answerback_server.web import incoming

if TYPE_CHECKING:
    from answerback.calls import Request
    from answerback_server.engine.assembly import Assembly

_PATH = re.compile(r"[\w-]{1,64}", re.ASCII)
#: Seconds after which a network may come again.
RETRY = "5"
RETRY_WHEN_FULL = "60"

log = logging.getLogger(__name__)


def blueprint(
    assembly: Assembly, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Blueprint:
    """`/h/<path>`: an app's deliveries by POST and its network's checks by GET; else 404."""
    hooks = Blueprint("hooks", __name__)
    doors = Doors(assembly)

    @hooks.route("/h/<path>", methods=["GET", "POST"])
    def call(path: str) -> flask.Response:
        try:
            door = doors.at(path) if _PATH.fullmatch(path) else None
            if door is None or "parse" not in door.can:
                return _told("There is nothing here.", 404)
            if flask.request.method == "GET":
                return _checked(assembly, door, path)
            return _delivered(assembly, door, path, clock)
        except BadRequest as error:
            # Which part did not fit is none of a forger's business.
            log.info("call refused", extra={"app": _name(door), "error": type(error).__name__})
            return _told("This call is not accepted.", 401)
        except StoreError as error:
            log.error("store away", extra={"error": type(error).__name__})
            return _later("The store is away; come again.", RETRY)
        except HTTPException:
            raise
        except Exception as error:  # noqa: BLE001 (answered, and its kind logged)
            # The address is a secret and the error may quote the call: only its kind is logged.
            log.error("call failed", extra={"error": type(error).__name__})
            return _later("This call cannot be answered now; come again.", RETRY)

    return hooks


def _delivered(
    assembly: Assembly, door: Door, path: str, clock: Callable[[], datetime]
) -> flask.Response:
    kind = flask.request.mimetype
    if kind not in door.channel.delivery_types and not kind.endswith("+json"):
        return _told("Deliveries of this kind are not taken.", 415)
    request = _request(assembly, path)
    if door.channel.signature is not None:
        door.channel.signature.verify(request, door.secrets, now=clock())
    if door.full:
        return _later("There is too much to do; come again.", RETRY_WHEN_FULL)
    stored = door.stored_as(request)
    steps.reached("hook.verified")
    assembly.calls.put(stored)
    steps.reached("hook.stored")
    return flask.Response()


def _checked(assembly: Assembly, door: Door, path: str) -> flask.Response:
    """The answer to a network's check of the address."""
    if "handshake" not in door.can:
        return _told("There is nothing here.", 404)
    response = door.channel(assembly.app(door.row)).handshake(_request(assembly, path))
    if response is None:
        return _told("There is nothing here.", 404)
    return flask.Response(response.body, response.status, dict(response.headers))


def _request(assembly: Assembly, path: str) -> Request:
    return incoming.request(flask.request, "/", f"{assembly.config.public_url}/h/{path}")


def _name(door: Door | None) -> str:
    return "" if door is None else door.row.id


def _told(words: str, status: int) -> flask.Response:
    return flask.Response(words, status, content_type="text/plain; charset=utf-8")


def _later(words: str, seconds: str) -> flask.Response:
    answer = _told(words, 503)
    answer.headers["Retry-After"] = seconds
    return answer
