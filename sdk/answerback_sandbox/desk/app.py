"""The desk as a Flask app: a Zendesk-shaped help desk, for one machine and one process.

``create_desk(subdomain="acme")`` makes it; `desk_of` gives the object behind it, whose `puller`
is started and stopped by whoever serves the app. There is no TLS, no login and no disk.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, jsonify, render_template, request

from answerback_sandbox.desk.api.account import account
from answerback_sandbox.desk.api.comments import comments
from answerback_sandbox.desk.api.exports import exports
from answerback_sandbox.desk.api.files import files
from answerback_sandbox.desk.api.gate import refused
from answerback_sandbox.desk.api.push import push
from answerback_sandbox.desk.api.search import search
from answerback_sandbox.desk.api.tickets import tickets
from answerback_sandbox.desk.api.users import users
from answerback_sandbox.desk.desk import Desk, system_clock
from answerback_sandbox.desk.pages.admin import admin
from answerback_sandbox.desk.pages.agent import agent
from answerback_sandbox.desk.pages.attachments import attachments
from answerback_sandbox.desk.pages.control import control
from answerback_sandbox.desk.pages.shown import ago, file_size
from answerback_sandbox.desk.refusals import RefusalError, not_found
from answerback_sandbox.desk.store import Settings, timestamp

LARGEST = 60 * 1024 * 1024
PARTS = (
    *(tickets, comments, users, files, search, exports, account, push),
    *(agent, admin, control, attachments),
)
# Pictures may be anybody's; scripts and styles are ours, and forms go to integrations.
POLICY = (
    "default-src 'self'; img-src 'self' http: https: data:; media-src 'self' http: https:; "
    "frame-src http: https:; object-src 'none'; base-uri 'none'"
)


def create_desk(
    *,
    subdomain: str,
    clock: Callable[[], datetime] = system_clock,
    pull_seconds: float = 3,
    email: str | None = None,
    api_token: str | None = None,
    oauth_token: str | None = None,
    url: str = "",
    **settings: Any,
) -> Flask:
    """A desk of its own. `settings` are those of `store.Settings`; ValueError says what is wrong.

    `url` is where it will be reached; without it, the address of the latest request counts.
    Nothing is pulled in the background until ``desk_of(app).puller.start()``.
    """
    desk = Desk(
        subdomain=subdomain,
        clock=clock,
        settings=Settings().changed({"pull_seconds": pull_seconds, **settings}),
        email=email,
        api_token=api_token,
        oauth_token=oauth_token,
    )
    desk.store.url = url.rstrip("/")
    app = Flask("answerback_sandbox.desk", static_url_path="/static/desk")
    app.extensions["desk"] = desk
    app.config["MAX_CONTENT_LENGTH"] = LARGEST
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST
    app.json.sort_keys = False  # type: ignore[attr-defined]
    for part in PARTS:
        app.register_blueprint(part)
    app.register_error_handler(RefusalError, _refusal)
    app.register_error_handler(404, lambda _: _refusal(not_found()))
    app.jinja_env.filters["stamp"] = timestamp
    app.jinja_env.filters["file_size"] = file_size

    @app.before_request
    def arrive() -> Response | None:
        if not url:
            desk.store.url = request.host_url.rstrip("/")
        return _stranger()

    @app.after_request
    def inert(answer: Response) -> Response:
        answer.headers.setdefault("Content-Security-Policy", POLICY)
        answer.headers.setdefault("X-Content-Type-Options", "nosniff")
        answer.headers.setdefault("Referrer-Policy", "no-referrer")
        return answer

    @app.context_processor
    def everywhere() -> dict[str, Any]:
        now = desk.store.now()
        hard = sum(not one.breach.warning for one in list(desk.store.problems.values()))
        return {
            "subdomain": subdomain,
            "me": desk.agent,
            "ago": lambda when: ago(when, now),
            "breaches": hard,
        }

    app.wsgi_app = _WithoutSuffix(app.wsgi_app)  # type: ignore[method-assign]
    desk.faults.install(app)
    return app


def desk_of(app: Flask) -> Desk:
    """The desk behind an app made by `create_desk`."""
    desk: Desk = app.extensions["desk"]
    return desk


def connection(app: Flask, url: str) -> dict[str, str]:
    """What a client needs to reach the desk served at `url`."""
    desk = desk_of(app)
    return {
        "url": url,
        "subdomain": desk.store.subdomain,
        "email": desk.email,
        "api_token": desk.api_token,
        "oauth_token": desk.oauth_token,
    }


def _refusal(error: RefusalError) -> Response:
    if request.path.startswith(("/agent", "/admin")):
        return Response(render_template("refused.html", error=error), status=error.status)
    return refused(error)


def _stranger() -> Response | None:
    """Refuses what another site's page tries to do with the desk's own switches."""
    origin = request.headers.get("Origin")
    if request.method in ("GET", "HEAD", "OPTIONS") or not origin:
        return None
    if not request.path.startswith(("/_sandbox/", "/agent")):
        return None
    if urlsplit(origin).netloc == request.host:
        return None
    answer = jsonify(error="This page may not change the desk.")
    answer.status_code = 403
    return answer


class _WithoutSuffix:
    """Takes ``.json`` off the paths of the Support API, where it has never meant anything."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/api/v2/") and path.endswith(".json"):
            environ["PATH_INFO"] = path.removesuffix(".json")
            environ["desk.suffix"] = ".json"
        return self._app(environ, start_response)
