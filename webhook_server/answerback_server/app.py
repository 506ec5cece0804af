"""The Flask application: routes in, framework-free calls out, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from answerback_server.config import Config, read_config
from answerback_server.engine.assembly import Assembly, assemble
from answerback_server.logs import log_to_stderr
from answerback_server.store.start import check_schema, mark
from answerback_server.web import desk_calls, hooks, ops

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

#: The largest body anyone may send; Zendesk's channelback is at most 64 KiB of text.
MAX_BODY = 1_000_000


def create_app(assembly: Assembly) -> Flask:
    """The application around an assembly whose database is ready."""
    app = Flask("answerback_server", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    # A redirect to a tidier path would name whatever host the caller claimed.
    app.url_map.merge_slashes = False
    app.wsgi_app = _whole(app.wsgi_app)  # type: ignore[method-assign, assignment]
    app.register_blueprint(ops.blueprint(assembly))
    app.register_blueprint(desk_calls.blueprint(assembly))
    app.register_blueprint(hooks.blueprint(assembly))
    return app


def _whole(application: WSGIApplication) -> WSGIApplication:
    """Bodies sent in pieces arrive whole: every server this runs on ends the input itself."""

    def with_end(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if "HTTP_TRANSFER_ENCODING" in environ:
            environ["wsgi.input_terminated"] = True
        return application(environ, start)

    return with_end


def ready(config: Config) -> Assembly:
    """An assembly whose database has this release's schema and mark. Raises ConfigError."""
    log_to_stderr(config.log_level)
    assembly = assemble(config)
    check_schema(assembly.database)
    mark(assembly.database, environment=config.environment, keys=config.keys)
    return assembly


def wsgi() -> Flask:
    """What a WSGI server loads; configured from the environment."""
    return create_app(ready(read_config(web=True)))
