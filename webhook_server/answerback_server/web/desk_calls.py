"""Help desks' calls: everything of an installation under one unguessable path."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import flask
from flask import Blueprint
from werkzeug.exceptions import HTTPException

from answerback.calls import Response
from answerback.errors import BadRequest
from answerback_server.engine.alarms import Watchman
from answerback_server.engine.bridge import EngineBridge
from answerback_server.store import installations
from answerback_server.store.database import StoreError
from answerback_server.web import incoming

if TYPE_CHECKING:
    from answerback_server.engine.assembly import Assembly

_PATH = re.compile(r"[\w-]{1,64}", re.ASCII)

#: Seconds after which a desk may ask again while the database cannot take the write.
RETRY = "5"

log = logging.getLogger(__name__)


def blueprint(assembly: Assembly) -> Blueprint:
    """`/d/<path>/…`: the calls the installation's plugin declares, and 404 for all else."""
    desk = Blueprint("desk_calls", __name__)
    watchman = Watchman(assembly)

    @desk.route("/d/<path>/<path:rest>", methods=["GET", "POST"])
    def call(path: str, rest: str) -> flask.Response:
        try:
            answer = _answer(_call(assembly, path, f"/{rest}"))
            if watchman.is_due():
                # A worker that is gone cannot say so; whoever is called by a desk can.
                watchman.look()
            return answer
        except BadRequest as error:
            return _answer(Response.of_text(str(error), error.status))
        except StoreError as error:
            log.error("store away", extra={"error": type(error).__name__})
            return _later("The store is away; try again.")
        except HTTPException:
            raise
        except Exception as error:  # noqa: BLE001 (answered, and its kind logged)
            # The address is a secret and the error may quote the call: only its kind is logged.
            log.error("call failed", extra={"call": rest, "error": type(error).__name__})
            return _later("This call cannot be answered now; try again.")

    return desk


def _call(assembly: Assembly, path: str, rest: str) -> Response:
    row = None
    if _PATH.fullmatch(path):
        with assembly.database.read() as tx:
            row = installations.at_path(tx, path)
    if row is None:
        return Response.of_text("There is nothing here.", 404)
    help_desk = assembly.help_desk(row)
    for declared in help_desk.calls:
        if declared.path == rest and declared.verb == flask.request.method:
            request = incoming.request(
                flask.request, rest, f"{assembly.config.public_url}/d/{path}"
            )
            response: Response = getattr(help_desk, declared.method)(
                request, EngineBridge(assembly, row)
            )
            return response
    return Response.of_text("There is nothing here.", 404)


def _later(words: str) -> flask.Response:
    answer = _answer(Response.of_text(words, 503))
    answer.headers["Retry-After"] = RETRY
    return answer


def _answer(response: Response) -> flask.Response:
    return flask.Response(response.body, response.status, dict(response.headers))
