"""Apps, tokens, scopes and limits."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from answerback_sandbox.square import Square, open_square
from answerback_sandbox.square.limits import REAL_LIMITS

ME = "/api/v1/accounts/verify_credentials"
BACK = "https://desk.example/back"


@pytest.fixture
def app(stranger):
    fields = {"client_name": "answerback", "redirect_uris": BACK, "scopes": "read write:statuses"}
    return stranger.post("/api/v1/apps", data=fields)


def approve(stranger, app, **fields):
    asked = {
        "client_id": app["client_id"],
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "read",
        "state": "abc",
        "person": "rosa",
        "decision": "approve",
    }
    return stranger.call("POST", "/oauth/authorize", data=asked | fields, allow_redirects=False)


def exchange(stranger, app, code, **fields):
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "redirect_uri": BACK,
    }
    return stranger.call("POST", "/oauth/token", data=asked | fields)


def answered(response):
    return {
        name: one[0] for name, one in parse_qs(urlsplit(response.headers["Location"]).query).items()
    }


def test_an_app_gets_a_token_by_code_and_loses_it_by_revoking(stranger, connect, app):
    back = answered(approve(stranger, app))
    assert back["state"] == "abc"

    token = exchange(stranger, app, back["code"]).json()
    assert (token["token_type"], token["scope"]) == ("Bearer", "read")
    client = connect(token["access_token"])
    assert client.get(ME)["username"] == "rosa"
    assert client.get("/api/v1/apps/verify_credentials")["name"] == "answerback"

    fields = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    for _ in range(2):
        assert stranger.post("/oauth/revoke", data=fields | {"token": token["access_token"]}) == {}
    gone = client.call("GET", ME)
    assert (gone.status_code, gone.json()) == (401, {"error": "The access token is invalid"})


def test_a_code_works_once(stranger, app):
    code = answered(approve(stranger, app))["code"]

    assert exchange(stranger, app, code).ok
    again = exchange(stranger, app, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(("verifier", "status"), [("right" * 10, 200), ("wrong" * 10, 400)])
def test_a_code_with_a_challenge_needs_its_verifier(stranger, app, verifier, status):
    digest = hashlib.sha256(b"right" * 10).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    back = answered(approve(stranger, app, code_challenge=challenge, code_challenge_method="S256"))

    answer = exchange(stranger, app, back["code"], code_verifier=verifier)
    assert answer.status_code == status


def test_saying_no_goes_back_with_access_denied(stranger, app):
    assert answered(approve(stranger, app, decision="deny"))["error"] == "access_denied"


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"redirect_uri": "https://evil.example/"}, 400), ({"scope": "push"}, 400)],
)
def test_another_address_or_wider_scopes_are_refused(stranger, app, fields, status):
    answer = approve(stranger, app, **fields)

    assert answer.status_code == status
    assert "Location" not in answer.headers


def test_a_wrong_secret_is_refused(stranger, app):
    code = answered(approve(stranger, app))["code"]

    answer = exchange(stranger, app, code, client_secret="guess")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_token_does_only_what_its_scopes_say(stranger, connect, app):
    code = answered(approve(stranger, app, scope="write:statuses"))["code"]
    client = connect(exchange(stranger, app, code).json()["access_token"])

    assert client.say("hello")["application"] == {"name": "answerback", "website": None}
    refused = client.call("GET", "/api/v1/notifications")
    assert refused.status_code == 403
    assert refused.json()["error"] == "This action is outside the authorized scopes"


def test_an_apps_own_token_is_nobody(stranger, connect, app):
    fields = {
        "grant_type": "client_credentials",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
    }
    client = connect(stranger.post("/oauth/token", data=fields)["access_token"])

    assert client.call("GET", ME).status_code == 422
    assert client.get("/api/v1/apps/verify_credentials")["name"] == "answerback"


def test_the_metadata_names_the_endpoints_that_exist(stranger, running):
    metadata = stranger.get("/.well-known/oauth-authorization-server")

    assert metadata["token_endpoint"] == f"{running.url}/oauth/token"
    assert metadata["code_challenge_methods_supported"] == ["S256"]


def test_tokens_differ_between_squares_and_stand_in_no_repr(running):
    with open_square(seeded=True) as other:
        tokens = {one["token"] for one in other.accounts.values()}
        assert tokens.isdisjoint(one["token"] for one in running.accounts.values())
        text = repr(other.square.grants.values()) + repr(other.square.apps.values())
        shown = repr([*other.square.grants.values()])
    assert not any(token in shown for token in tokens)
    assert "client_secret" not in text


@pytest.fixture
def limited(clock):
    with open_square(square=Square(clock=clock), limits=REAL_LIMITS) as opened:
        opened.square.join("rosa")
        yield opened


@pytest.fixture
def limited_rosa(limited, connect):
    client = connect(limited.accounts["rosa"]["token"])
    client.url = limited.url
    return client


def test_answers_carry_the_limit_closest_to_being_met(limited_rosa):
    plain = limited_rosa.call("GET", ME).headers
    paging = limited_rosa.call("GET", "/api/v1/notifications?min_id=1").headers
    posting = limited_rosa.call("POST", "/api/v1/statuses", json={"status": "x"}).headers

    assert (plain["X-RateLimit-Limit"], plain["X-RateLimit-Remaining"]) == ("300", "299")
    assert plain["X-RateLimit-Reset"] == "2026-11-21T12:05:00.250000Z"
    assert paging["X-RateLimit-Remaining"] == "298"
    assert posting["X-RateLimit-Remaining"] == "299"
    assert posting["X-RateLimit-Reset"] == "2026-11-21T15:00:00.250000Z"


def test_over_the_limit_everything_is_refused_until_the_window_ends(limited_rosa, clock):
    for _ in range(300):
        assert limited_rosa.call("GET", ME).ok
    over = limited_rosa.call("GET", ME)
    assert (over.status_code, over.json()) == (429, {"error": "Too many requests"})
    assert over.headers["X-RateLimit-Remaining"] == "0"

    clock.pass_(minutes=5)
    assert limited_rosa.call("GET", ME).ok
