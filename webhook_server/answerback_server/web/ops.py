"""Is it alive, is it ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response

from answerback.errors import ConfigError
from answerback_server.store.database import StoreError
from answerback_server.store.start import check_schema

if TYPE_CHECKING:
    from answerback_server.engine.assembly import Assembly


def blueprint(assembly: Assembly) -> Blueprint:
    """`/healthz`: the process answers. `/readyz`: so does its database."""
    ops = Blueprint("ops", __name__)

    @ops.get("/healthz")
    def alive() -> Response:
        return _text("ok")

    @ops.get("/readyz")
    def ready() -> Response:
        try:
            check_schema(assembly.database)
        except StoreError:
            return _text("the database is away", 503)
        except ConfigError:
            return _text("the database's schema is not this release's", 503)
        return _text("ready")

    @ops.get("/")
    def front() -> Response:
        return _text("answerback is running. Help desks call their own unguessable addresses.")

    return ops


def _text(words: str, status: int = 200) -> Response:
    return Response(words + "\n", status, content_type="text/plain; charset=utf-8")
