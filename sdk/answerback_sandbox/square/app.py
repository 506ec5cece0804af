"""The square as a Flask app: API, files and page at the root of one port."""

from typing import Any

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from answerback_sandbox.faults import Faults
from answerback_sandbox.square.api.accounts import accounts
from answerback_sandbox.square.api.asking import sent_token
from answerback_sandbox.square.api.instance import instance
from answerback_sandbox.square.api.lists import lists
from answerback_sandbox.square.api.media import PROCESSING, media_routes
from answerback_sandbox.square.api.notifications import notifications
from answerback_sandbox.square.api.oauth import oauth
from answerback_sandbox.square.api.statuses import statuses
from answerback_sandbox.square.api.timelines import timelines
from answerback_sandbox.square.limits import Caller, Limit, Meter, is_paging, relaxed
from answerback_sandbox.square.page import page
from answerback_sandbox.square.photos import VIDEO_SIZE_LIMIT
from answerback_sandbox.square.problems import Problem
from answerback_sandbox.square.state import Square

_CROSS_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Expose-Headers": "Link, X-RateLimit-Limit, X-RateLimit-Remaining, "
    "X-RateLimit-Reset",
}
_API_ERRORS = {404: "Not Found", 405: "Not Found", 413: "File size must be less than allowed"}


class SquareApp(Flask):
    """The Flask app of one square; requests are served one at a time, under the square's lock."""

    def __init__(self, square: Square) -> None:
        super().__init__(__name__)
        self.square = square
        self.extensions["square"] = square
        self.url_map.strict_slashes = False
        self.json.ensure_ascii = False  # type: ignore[attr-defined]
        self.config["MAX_CONTENT_LENGTH"] = VIDEO_SIZE_LIMIT + 1024 * 1024

    def full_dispatch_request(self) -> Response:
        # The body is read before the lock is taken: a slow sender holds up nobody else.
        try:
            request.get_data(parse_form_data=True)
        except HTTPException:
            return self.make_response((jsonify(error=_API_ERRORS[413]), 413))
        with self.square.lock:
            if not self.square.base_url:
                self.square.base_url = request.host_url.rstrip("/")
            return super().full_dispatch_request()


def create_square(
    square: Square | None = None,
    *,
    limits: tuple[Limit, ...] | None = None,
    faults: Faults | None = None,
) -> SquareApp:
    """The app that serves a square; without one, an empty one.

    `limits` are those nobody meets by accident unless told otherwise, `REAL_LIMITS` a server's own.
    """
    shown = square or Square()
    meter = Meter(relaxed() if limits is None else limits, shown.now)
    switched = faults or Faults(ratelimit=meter.refusal, own={PROCESSING})
    app = SquareApp(shown)
    for blueprint in (
        instance,
        oauth,
        accounts,
        statuses,
        notifications,
        timelines,
        lists,
        media_routes(switched),
        page,
    ):
        app.register_blueprint(blueprint)
    _admit_browsers(app)
    _measure(app, meter)
    _refuse(app)
    switched.install(app)
    return app


def _admit_browsers(app: SquareApp) -> None:
    """Lets clients that run in a browser use the API; tokens are what protects it."""

    def admit(response: Response) -> Response:
        if not request.path.startswith(("/_sandbox/", "/oauth/authorize")):
            response.headers.update(_CROSS_ORIGIN)
        return response

    app.after_request(admit)


def _measure(app: SquareApp, meter: Meter) -> None:
    def count() -> tuple[Response, int] | None:
        if not request.path.startswith("/api/") or request.method == "OPTIONS":
            return None
        token = sent_token()
        known = app.square.grants.get(token or "")
        g.standing = meter.count(
            Caller(
                token=token if known else None,
                person=known.person_id if known else None,
                address=None if known else request.remote_addr,
                method=request.method,
                path=request.path.rstrip("/"),
                paging=is_paging(request.args),
            )
        )
        if g.standing.exceeded:
            return jsonify(error="Too many requests"), 429
        return None

    def report(response: Response) -> Response:
        if "standing" in g:
            response.headers.update(g.standing.headers)
        return response

    app.before_request(count)
    app.after_request(report)


def _refuse(app: SquareApp) -> None:
    def foreign_page() -> tuple[Response, int] | None:
        # The page's own methods need no token: a page of another site must not use them.
        foreign = request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
        if foreign and request.method != "GET" and request.path.startswith("/_sandbox/"):
            return jsonify(error="This belongs to the square's own page"), 403
        return None

    def problem(error: Problem) -> tuple[Response, int]:
        return jsonify(error.body), error.status

    def missing(error: HTTPException) -> Any:
        return _worded(error)

    app.before_request(foreign_page)
    app.register_error_handler(Problem, problem)
    app.register_error_handler(HTTPException, missing)


def _worded(error: HTTPException) -> tuple[Response, int] | AnyResponse:
    status = error.code or 500
    if error.response is not None or 300 <= status < 400:
        return error.get_response()
    answered = 404 if status == 405 else status
    return jsonify(error=_API_ERRORS.get(status, error.name)), answered
