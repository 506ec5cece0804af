"""Only the platform's own calls get in: not forged, not altered, not old."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.calls import Request
from answerback.errors import BadSignature, ConfigError, NotSupported, Stale
from answerback.signatures import (
    HmacSignature,
    SharedSecret,
    Signature,
    crc_token,
    hub_challenge,
)

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
APP = "app-secret-for-tests"
DESK = "desk-secret-for-tests"
BODY = b'{"id":1}'

META = HmacSignature(header="X-Hub-Signature-256", prefix="sha256=")
HUB = HmacSignature(header="X-Hub-Signature", prefix="sha1=", algorithm="sha1")
ZENDESK = HmacSignature(
    header="X-Zendesk-Webhook-Signature",
    encoding="base64",
    signed=("timestamp", "body"),
    timestamp_header="X-Zendesk-Webhook-Signature-Timestamp",
    age=timedelta(minutes=5),
)
DOTTED = HmacSignature(
    header="X-Signature",
    algorithm="sha512",
    signed=("timestamp", ".", "body"),
    timestamp_header="X-Timestamp",
    timestamp_form="epoch",
    age=timedelta(minutes=5),
)
HEADER = SharedSecret(header="Authorization", prefix="Bearer ")
SCHEMES: list[Signature] = [META, HUB, ZENDESK, DOTTED, HEADER]


def request(headers: dict[str, str], body: bytes = BODY) -> Request:
    lower = {name.lower(): value for name, value in headers.items()}
    return Request(method="POST", path="/hooks", headers=lower, body=body)


# Made with `openssl dgst -hmac`, not with this code.
VECTORS: list[tuple[HmacSignature, str, dict[str, str]]] = [
    (
        META,
        APP,
        {
            "X-Hub-Signature-256": "sha256="
            "ee6823ea88607016acc6dcc74f3f077c01861a2a0f6c3a8e6ef7c400f79028f2"
        },
    ),
    (HUB, APP, {"X-Hub-Signature": "sha1=23644be5db96f2d9cea92cf472dd2b81143c27a6"}),
    (
        ZENDESK,
        DESK,
        {
            "X-Zendesk-Webhook-Signature": "2mHvj7Vy7qtZeQckUVTrjGxpnGEq4EHgZ+Y9LiuVHPA=",
            "X-Zendesk-Webhook-Signature-Timestamp": "2026-11-21T10:00:00Z",
        },
    ),
    (
        DOTTED,
        DESK,
        {
            "X-Signature": "73f830855f17afc9b436ccdecdd49be3596158815d46c437c92910923d8611e2"
            "4e855d9c20bd0f22171931979961b1262271b57ea47ca2058a1b3e9d5c8f3e62",
            "X-Timestamp": "1795255200",
        },
    ),
]


@pytest.mark.parametrize(("scheme", "secret", "headers"), VECTORS)
def test_a_signature_made_elsewhere_is_accepted_and_made_alike(
    scheme: HmacSignature, secret: str, headers: dict[str, str]
) -> None:
    scheme.verify(request(headers), [secret], now=NOW)
    assert scheme.sign(request({}), secret, now=NOW) == headers
    with pytest.raises(BadSignature):
        scheme.verify(request(headers, BODY + b" "), [secret], now=NOW)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_any_of_several_secrets_will_do_so_that_they_can_be_rotated(scheme: Signature) -> None:
    for secret in ("old", "new"):
        signed = request(scheme.sign(request({}), secret, now=NOW))
        scheme.verify(signed, ["old", "new"], now=NOW)
        with pytest.raises(BadSignature):
            scheme.verify(signed, ["other"], now=NOW)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("secrets", [[], [""], ["", ""]])
def test_without_a_secret_of_our_own_everything_is_refused(
    scheme: Signature, secrets: list[str]
) -> None:
    signed = request(scheme.sign(request({}), "some", now=NOW))
    with pytest.raises(BadSignature, match="No secret is set"):
        scheme.verify(signed, secrets, now=NOW)
    with pytest.raises(BadSignature):
        scheme.sign(request({}), "", now=NOW)


def test_a_hash_keyed_with_nothing_is_refused() -> None:
    forged = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
    for secrets in ([""], ["", APP]):
        with pytest.raises(BadSignature):
            META.verify(request({"X-Hub-Signature-256": f"sha256={forged}"}, b""), secrets, now=NOW)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_header_that_is_signed_has_to_be_there(scheme: Signature) -> None:
    headers = scheme.sign(request({}), APP, now=NOW)
    for missing in headers:
        for rest in (
            {name: value for name, value in headers.items() if name != missing},
            headers | {missing: ""},
        ):
            with pytest.raises(BadSignature, match="no header"):
                scheme.verify(request(rest), [APP], now=NOW)


@pytest.mark.parametrize(
    "given",
    [
        "ee6823ea88607016acc6dcc74f3f077c01861a2a0f6c3a8e6ef7c400f79028f2",
        "sha1=ee6823ea88607016acc6dcc74f3f077c01861a2a0f6c3a8e6ef7c400f79028f2",
        "sha256=",
        "sha256=ee68",
        "sha256=ee6823ea88607016acc6dcc74f3f077c01861a2a0f6c3a8e6ef7c400f79028f2 ",
        "sha256=ee6823ea88607016acc6dcc74f3f077c01861a2a0f6c3a8e6ef7c400f79028f2,x",
        "sha256=héx",
    ],
)
def test_a_signature_in_another_form_is_refused(given: str) -> None:
    with pytest.raises(BadSignature):
        META.verify(request({"X-Hub-Signature-256": given}), [APP], now=NOW)


@pytest.mark.parametrize("scheme", [ZENDESK, DOTTED])
def test_a_call_too_old_or_too_new_is_stale(scheme: HmacSignature) -> None:
    signed = request(scheme.sign(request({}), APP, now=NOW))
    for minutes in (-5, 0, 5):
        scheme.verify(signed, [APP], now=NOW + timedelta(minutes=minutes))
    for minutes in (-6, 6, 60 * 24 * 365):
        with pytest.raises(Stale):
            scheme.verify(signed, [APP], now=NOW + timedelta(minutes=minutes))


def test_an_old_call_with_a_new_time_is_refused() -> None:
    headers = ZENDESK.sign(request({}), APP, now=NOW - timedelta(days=1))
    altered = headers | {"X-Zendesk-Webhook-Signature-Timestamp": "2026-11-21T10:00:00Z"}
    with pytest.raises(BadSignature):
        ZENDESK.verify(request(altered), [APP], now=NOW)


@pytest.mark.parametrize(
    "timestamp",
    ["2026-11-21T10:00:00.123456789Z", "2026-11-21T11:00:00+01:00", "1795255200", "1795255200123"],
)
def test_a_signed_time_is_read_in_every_form(timestamp: str) -> None:
    plain = HmacSignature(header="X-Signature")
    signature = plain.sign(request({}, timestamp.encode() + BODY), APP, now=NOW)["X-Signature"]
    timed = HmacSignature(
        header="X-Signature",
        signed=("timestamp", "body"),
        timestamp_header="X-Time",
        age=timedelta(minutes=5),
    )
    timed.verify(request({"X-Signature": signature, "X-Time": timestamp}), [APP], now=NOW)
    with pytest.raises(Stale):
        timed.verify(
            request({"X-Signature": signature, "X-Time": timestamp}),
            [APP],
            now=NOW + timedelta(hours=1),
        )


@given(st.text(), st.text(), st.binary())
def test_whatever_is_sent_is_refused_and_nothing_else_happens(
    signature: str, timestamp: str, body: bytes
) -> None:
    headers = {
        "X-Hub-Signature-256": f"sha256={signature}",
        "X-Hub-Signature": signature,
        "X-Zendesk-Webhook-Signature": signature,
        "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
        "X-Signature": signature,
        "X-Timestamp": timestamp,
        "Authorization": signature,
    }
    for scheme in SCHEMES:
        with pytest.raises(BadSignature):
            scheme.verify(request(headers, body), [APP, DESK], now=NOW)


@given(st.text())
def test_a_signed_time_that_makes_no_sense_is_refused_or_stale(timestamp: str) -> None:
    plain = HmacSignature(header="X-Signature")
    body = f"{timestamp}.".encode() + BODY
    signature = HmacSignature(header="X-Signature", algorithm="sha512").sign(
        request({}, body), APP, now=NOW
    )
    with pytest.raises((BadSignature, Stale)):
        DOTTED.verify(request(signature | {"X-Timestamp": timestamp}), [APP], now=NOW)
    with pytest.raises(BadSignature):
        plain.verify(request(signature), [APP], now=NOW)


@given(st.binary(), st.text(min_size=1), st.sampled_from([META, HUB, ZENDESK, DOTTED]))
def test_what_is_signed_verifies_and_what_is_altered_does_not(
    body: bytes, secret: str, scheme: HmacSignature
) -> None:
    headers = scheme.sign(request({}, body), secret, now=NOW)
    scheme.verify(request(headers, body), [secret], now=NOW)
    with pytest.raises(BadSignature):
        scheme.verify(request(headers, body + b"\n"), [secret], now=NOW)


def test_a_scheme_that_would_prove_nothing_cannot_be_declared() -> None:
    with pytest.raises(ConfigError, match="does not cover the body"):
        HmacSignature(header="X", signed=("timestamp",), timestamp_header="Y")
    with pytest.raises(ConfigError, match="timestamp"):
        HmacSignature(header="X", age=timedelta(minutes=5))
    with pytest.raises(ConfigError, match="timestamp"):
        HmacSignature(header="X", signed=("timestamp", "body"))
    with pytest.raises(ConfigError, match="timestamp"):
        HmacSignature(header="X", timestamp_header="Y")
    with pytest.raises(ConfigError, match="either"):
        SharedSecret()
    with pytest.raises(ConfigError, match="either"):
        SharedSecret(header="X", query="y")


def test_a_secret_in_the_query_counts_only_when_given_once() -> None:
    scheme = SharedSecret(query="secret")

    def call(*values: str) -> Request:
        return Request(method="POST", path="/", query={"secret": values} if values else {})

    scheme.verify(call(APP), ["other", APP], now=NOW)
    for values in ((), ("wrong",), ("",), (APP, "wrong"), (f"{APP} ",)):
        with pytest.raises(BadSignature):
            scheme.verify(call(*values), [APP], now=NOW)
    with pytest.raises(NotSupported, match="query"):
        scheme.sign(call(), APP, now=NOW)


def hub(**changes: tuple[str, ...]) -> Request:
    query = {
        "hub.mode": ("subscribe",),
        "hub.challenge": ("1158201444",),
        "hub.verify_token": ("our-token",),
    }
    named = {name.replace("hub_", "hub."): values for name, values in changes.items()}
    return Request(method="GET", path="/", query=query | named)


def test_a_check_of_our_address_gets_its_challenge_back_exactly() -> None:
    response = hub_challenge(hub(), "our-token")
    assert response is not None
    assert (response.status, response.body) == (200, b"1158201444")
    assert response.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("check", "token"),
    [
        (hub(hub_verify_token=("wrong",)), "our-token"),
        (hub(hub_verify_token=()), "our-token"),
        (hub(hub_verify_token=("our-token", "wrong")), "our-token"),
        (hub(hub_verify_token=("",)), ""),
        (hub(hub_mode=("unsubscribe",)), "our-token"),
        (hub(hub_challenge=("<script>alert(1)</script>",)), "our-token"),
        (hub(hub_challenge=("1\n",)), "our-token"),
        (hub(hub_challenge=("1" * 65,)), "our-token"),
        (hub(hub_challenge=()), "our-token"),
    ],
)
def test_any_other_check_of_our_address_gets_an_empty_403(check: Request, token: str) -> None:
    response = hub_challenge(check, token)
    assert response is not None
    assert (response.status, response.body) == (403, b"")


def crc(*tokens: str) -> Request:
    return Request(method="GET", path="/", query={"crc_token": tokens})


def test_a_crc_is_answered_with_the_hash_of_its_token() -> None:
    response = crc_token(crc("crc-1234"), "consumer-secret-for-tests")
    assert response is not None
    assert json.loads(response.body) == {
        "response_token": "sha256=zoN5qgmmRLraNNJFOMy3BMKxf9DL0mh0+tR36l0PDT0="
    }


@pytest.mark.parametrize(
    ("check", "secret"),
    [
        (crc("token"), ""),
        (crc(""), APP),
        (crc("a", "b"), APP),
        (crc("a" * 257), APP),
        (crc('{"for_user_id":"1","tweet_create_events":[]}'), APP),
        (crc("[]"), APP),
    ],
)
def test_a_crc_never_signs_what_could_be_a_delivery(check: Request, secret: str) -> None:
    response = crc_token(check, secret)
    assert response is not None
    assert (response.status, response.body) == (403, b"")


def test_a_call_that_is_no_check_is_left_to_others() -> None:
    delivery = request({})
    assert hub_challenge(delivery, "our-token") is None
    assert crc_token(delivery, APP) is None
    assert hub_challenge(Request(method="GET", path="/"), "our-token") is None
    posted = Request(method="POST", path="/", query={"crc_token": ("a",), "hub.mode": ("x",)})
    assert hub_challenge(posted, "our-token") is None
    assert crc_token(posted, APP) is None
