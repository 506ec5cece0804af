"""Client applications and their tokens. https://docs.joinmastodon.org/methods/oauth/

The page where a person approves an app lets whoever opens it choose the person: it is a sandbox.
"""

import base64
import hashlib
import hmac
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from answerback_sandbox.square.api.asking import grant, parameters, square
from answerback_sandbox.square.problems import Problem, bad_token, invalid
from answerback_sandbox.square.records import App, Code, Grant
from answerback_sandbox.square.state import ALL_SCOPES

oauth = Blueprint("oauth", __name__)
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
CODE_LIFETIME = timedelta(minutes=10)
UMBRELLAS = ("read", "write", "follow", "push", "profile")


@oauth.get("/.well-known/oauth-authorization-server")
def metadata() -> Response:
    base = square().base_url
    return jsonify(
        issuer=f"{base}/",
        authorization_endpoint=f"{base}/oauth/authorize",
        token_endpoint=f"{base}/oauth/token",
        revocation_endpoint=f"{base}/oauth/revoke",
        app_registration_endpoint=f"{base}/api/v1/apps",
        scopes_supported=list(ALL_SCOPES),
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=["authorization_code", "client_credentials"],
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
        code_challenge_methods_supported=["S256"],
    )


@oauth.post("/api/v1/apps")
def register() -> Response:
    asked = parameters()
    name = (asked.text("client_name") or "").strip()
    if not name:
        raise invalid("Application name can't be blank")
    uris = tuple(one for value in asked.many("redirect_uris") for one in value.split())
    if not uris:
        raise invalid("Redirect URI can't be blank")
    if not all(urlsplit(uri).scheme for uri in uris):
        raise invalid("Redirect URI must be an absolute URI.")
    scopes = _scopes(asked.text("scopes") or "read")
    app = square().register(name, uris, scopes, asked.text("website"))
    return jsonify(
        _app(app)
        | {
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "client_secret_expires_at": 0,
            "redirect_uri": "\n".join(app.redirect_uris),
        }
    )


@oauth.get("/api/v1/apps/verify_credentials")
def verify_app() -> Response:
    given = grant()
    if given is None:
        raise bad_token()
    return jsonify(_app(square().app_of(given)))


@oauth.get("/oauth/authorize")
def ask() -> str | tuple[str, int]:
    try:
        app, scopes = _request()
    except Problem as problem:
        return render_template("authorize.html", problem=problem.description), problem.status
    return render_template(
        "authorize.html",
        app=app,
        scopes=scopes,
        people=square().people.values(),
        asked=request.args,
    )


@oauth.post("/oauth/authorize")
def decide() -> AnyResponse | str:
    app, scopes = _request()
    asked = parameters()
    uri, state = asked.required("redirect_uri"), asked.text("state")
    if asked.text("decision") != "approve":
        return _back(
            uri,
            state,
            error="access_denied",
            error_description="The resource owner or authorization server denied the request.",
        )
    person = square().named(asked.required("person"))
    if person is None:
        raise invalid("Person is not on this square")
    code = Code(
        code=square().secret(),
        app_id=app.id,
        person_id=person.id,
        scopes=scopes,
        redirect_uri=uri,
        challenge=asked.text("code_challenge") or None,
        expires_at=square().now() + CODE_LIFETIME,
    )
    square().codes[code.code] = code
    if uri == OUT_OF_BAND:
        return render_template("authorize.html", code=code.code)
    return _back(uri, state, code=code.code)


@oauth.post("/oauth/token")
def token() -> Response:
    app = _client()
    kind = parameters().text("grant_type")
    if kind == "client_credentials":
        scopes = _subset(app, parameters().text("scope") or "read")
        return _token(square().grant(app, None, scopes))
    if kind == "authorization_code":
        return _token(_exchange(app))
    raise Problem(
        400,
        "unsupported_grant_type",
        "The authorization grant type is not supported by the authorization server.",
    )


@oauth.post("/oauth/revoke")
def revoke() -> Response:
    app = _client()
    sent = parameters().text("token") or ""
    known = square().grants.get(sent)
    if known is not None and known.app_id != app.id:
        raise Problem(403, "unauthorized_client", "You are not authorized to revoke this token")
    square().grants.pop(sent, None)
    return jsonify({})


def _exchange(app: App) -> Grant:
    asked = parameters()
    code = square().codes.pop(asked.text("code") or "", None)
    challenge = None
    if code is not None and code.challenge is not None:
        digest = hashlib.sha256((asked.text("code_verifier") or "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if (
        code is None
        or code.app_id != app.id
        or code.expires_at < square().now()
        or code.redirect_uri != asked.text("redirect_uri")
        or code.challenge != challenge
    ):
        raise Problem(
            400,
            "invalid_grant",
            "The provided authorization grant is invalid, expired, revoked, does not match the "
            "redirection URI used in the authorization request, or was issued to another client.",
        )
    return square().grant(app, square().people[code.person_id], code.scopes)


def _request() -> tuple[App, tuple[str, ...]]:
    asked = parameters()
    app = square().apps.get(asked.text("client_id") or "")
    if app is None:
        raise Problem(
            401,
            "invalid_client",
            "Client authentication failed due to unknown client, no client authentication "
            "included, or unsupported authentication method.",
        )
    if asked.text("redirect_uri") not in app.redirect_uris:
        raise Problem(400, "invalid_redirect_uri", "The redirect URI included is not valid.")
    if asked.text("response_type") != "code":
        raise Problem(
            400,
            "unsupported_response_type",
            "The authorization server does not support this response type.",
        )
    if asked.text("code_challenge") and asked.text("code_challenge_method") != "S256":
        raise Problem(400, "invalid_code_challenge_method", "The code challenge method is S256.")
    return app, _subset(app, asked.text("scope") or "read")


def _client() -> App:
    basic = request.authorization
    client_id = basic.username if basic else parameters().text("client_id")
    secret = basic.password if basic else parameters().text("client_secret")
    app = square().apps.get(client_id or "")
    if app is None or not hmac.compare_digest(app.client_secret, secret or ""):
        raise Problem(
            401,
            "invalid_client",
            "Client authentication failed due to unknown client, no client authentication "
            "included, or unsupported authentication method.",
        )
    return app


def _scopes(asked: str) -> tuple[str, ...]:
    scopes = tuple(dict.fromkeys(asked.split()))
    unknown = [one for one in scopes if one.partition(":")[0] not in UMBRELLAS]
    if unknown:
        raise invalid("Scopes doesn't match configured on the server.")
    return scopes


def _subset(app: App, asked: str) -> tuple[str, ...]:
    scopes = tuple(dict.fromkeys(asked.split()))
    for scope in scopes:
        if scope not in app.scopes and scope.partition(":")[0] not in app.scopes:
            raise Problem(
                400, "invalid_scope", "The requested scope is invalid, unknown, or malformed."
            )
    return scopes


def _token(given: Grant) -> Response:
    response = jsonify(
        access_token=given.token,
        token_type="Bearer",  # noqa: S106 - the name of a scheme
        scope=" ".join(given.scopes),
        created_at=int(given.created_at.timestamp()),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _app(app: App) -> dict[str, object]:
    return {
        "id": app.id,
        "name": app.name,
        "website": app.website,
        "scopes": list(app.scopes),
        "redirect_uris": list(app.redirect_uris),
    }


def _back(uri: str, state: str | None, **answer: str) -> AnyResponse:
    query = urlencode(answer | ({"state": state} if state else {}))
    return redirect(f"{uri}{'&' if urlsplit(uri).query else '?'}{query}")
