"""Each bronze check about calls that come in fails for a channel that has just that fault."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from shutil import rmtree

import pytest
from bronze_findings import findings, golden_in
from mutants import outcome
from tavern_channel import Tavern

from answerback.calls import Request, Response
from answerback.channel import Channel
from answerback.errors import BadSignature, Malformed
from answerback.model import Hint, Item, Unreadable
from answerback.signatures import HmacSignature, SharedSecret

ONCE = Tavern.signature
AGE = timedelta(minutes=5)


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    return golden_in(tmp_path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """The Tavern's signature, to be broken in one place."""

    age: timedelta = AGE

    def verify(self, request: Request, secrets: Sequence[str], *, now: datetime) -> None:
        ONCE.verify(request, secrets, now=now)

    def sign(self, request: Request, secret: str, *, now: datetime) -> dict[str, str]:
        return ONCE.sign(request, secret, now=now)


def given(request: Request) -> str:
    return request.headers.get("x-tavern-signature", "").removeprefix("sha256=")


class Impatient(Scheme):
    def verify(self, request: Request, secrets: Sequence[str], *, now: datetime) -> None:
        replace(ONCE, age=timedelta(minutes=1)).verify(request, secrets, now=now)


class TrustingTheUnsigned(Scheme):
    def verify(self, request: Request, secrets: Sequence[str], *, now: datetime) -> None:
        if any(secrets) and "x-tavern-signature" not in request.headers:
            return
        ONCE.verify(request, secrets, now=now)


class FailingOnTheUnsigned(Scheme):
    def verify(self, request: Request, secrets: Sequence[str], *, now: datetime) -> None:
        if any(secrets):
            request.headers["x-tavern-signature"]
        ONCE.verify(request, secrets, now=now)


class ComparingTheBeginning(Scheme):
    def verify(self, request: Request, secrets: Sequence[str], *, now: datetime) -> None:
        for last in ("", *"0123456789abcdef"):
            headers = {**request.headers, "x-tavern-signature": f"sha256={given(request)}{last}"}
            try:
                return ONCE.verify(replace(request, headers=headers), secrets, now=now)
            except BadSignature:
                continue
        raise BadSignature("Nothing matches.")


class SigningTheTimeAlone(Scheme):
    def verify(self, request: Request, secrets: Sequence[str], *, now: datetime) -> None:
        ONCE.verify(replace(request, body=b""), secrets, now=now)

    def sign(self, request: Request, secret: str, *, now: datetime) -> dict[str, str]:
        return ONCE.sign(replace(request, body=b""), secret, now=now)


class LookingBackOnly(Scheme):
    def verify(self, request: Request, secrets: Sequence[str], *, now: datetime) -> None:
        told = request.headers.get("x-tavern-time", "")
        ahead = told.isdecimal() and int(told) > now.timestamp()
        (replace(ONCE, age=None) if ahead else ONCE).verify(request, secrets, now=now)


class TrustingWithoutSecret(Scheme):
    def verify(self, request: Request, secrets: Sequence[str], *, now: datetime) -> None:
        if any(secrets):
            ONCE.verify(request, secrets, now=now)


class TryingTheFirst(Scheme):
    def verify(self, request: Request, secrets: Sequence[str], *, now: datetime) -> None:
        ONCE.verify(request, secrets[:1], now=now)


SCHEMES: list[tuple[str, object]] = [
    ("a_signed_call_is_believed", Impatient()),
    ("a_missing_signature_is_refused", TrustingTheUnsigned()),
    ("a_missing_signature_is_refused", FailingOnTheUnsigned()),
    ("a_wrong_signature_is_refused", ComparingTheBeginning()),
    ("an_altered_call_is_refused", SigningTheTimeAlone()),
    ("an_old_or_future_call_is_refused", replace(ONCE, age=None)),
    ("an_old_or_future_call_is_refused", LookingBackOnly()),
    ("an_empty_secret_proves_nothing", TrustingWithoutSecret()),
    ("both_keys_are_good_during_rotation", TryingTheFirst()),
    ("an_unsigned_delivery_only_hints", None),
]


@pytest.mark.parametrize(
    ("check", "scheme"), SCHEMES, ids=[type(scheme).__name__ for _, scheme in SCHEMES]
)
def test_a_broken_signature_is_found_by_its_check_alone(
    golden: Path, check: str, scheme: HmacSignature | None
) -> None:
    channel = type("Variant", (Tavern,), {"signature": scheme})

    assert findings(channel, golden=golden) == {check}


@pytest.mark.parametrize(
    "signature",
    [
        HmacSignature(header="X-Hub-Signature-256", prefix="sha256="),
        HmacSignature(header="X-Signature", algorithm="sha1", encoding="base64"),
        SharedSecret(header="Authorization", prefix="Bearer "),
        SharedSecret(query="key"),
    ],
)
def test_every_scheme_of_the_sdk_passes(golden: Path, signature: HmacSignature) -> None:
    channel = type("Variant", (Tavern,), {"signature": signature})

    assert findings(channel, golden=golden) == set()


def test_a_shared_secret_is_not_asked_to_cover_the_body() -> None:
    channel = type("Variant", (Tavern,), {"signature": SharedSecret(query="key")})

    for check in ("an_altered_call_is_refused", "an_old_or_future_call_is_refused"):
        assert outcome(check, channel=channel).result == "not applicable"


class Echoing(Tavern):
    def _proves(self, request: Request, challenge: str) -> bool:
        return True


class TakingAllForChecks(Tavern):
    def handshake(self, request: Request) -> Response | None:
        return super().handshake(request) or Response(status=403)


class AnsweringJson(Tavern):
    def handshake(self, request: Request) -> Response | None:
        answer = super().handshake(request)
        return answer and replace(answer, body=json.dumps({"ok": answer.body.decode()}).encode())


class Quiet(Tavern):
    def parse(self, request: Request) -> Iterator[tuple[str | None, Item]]:
        request.json()
        return iter(())


class WithoutAccounts(Tavern):
    def parse(self, request: Request) -> Iterator[tuple[str | None, Item]]:
        return (item for _, item in super().parse(request))  # type: ignore[misc]


class AllOrNothing(Tavern):
    def parse(self, request: Request) -> Iterator[tuple[str | None, Item]]:
        found = list(super().parse(request))
        if any(isinstance(item, Unreadable) for _, item in found):
            raise Malformed("The delivery cannot be read.")
        return iter(found)


class KeepingQuietOfTheBroken(Tavern):
    def parse(self, request: Request) -> Iterator[tuple[str | None, Item]]:
        found = super().parse(request)
        return (one for one in found if not isinstance(one[1], Unreadable))


class Stumbling(Tavern):
    def parse(self, request: Request) -> Iterator[tuple[str | None, Item]]:
        json.loads(request.body)
        return super().parse(request)


class QuotingBodies(Tavern):
    def parse(self, request: Request) -> Iterator[tuple[str | None, Item]]:
        try:
            request.json()
        except Malformed:
            raise Malformed(f"No JSON: {request.body.decode(errors='replace')}") from None
        return super().parse(request)


CALLS: list[tuple[str, type[Channel]]] = [
    ("a_strangers_handshake_is_refused", Echoing),
    ("a_handshake_is_answered", TakingAllForChecks),
    ("a_handshake_is_answered", AnsweringJson),
    ("a_delivery_is_read", Quiet),
    ("a_broken_entry_in_a_delivery_keeps_the_others", AllOrNothing),
    ("a_broken_entry_in_a_delivery_keeps_the_others", KeepingQuietOfTheBroken),
    ("an_odd_delivery_is_malformed", Stumbling),
    ("a_refused_delivery_shows_neither", QuotingBodies),
]


@pytest.mark.parametrize(("check", "channel"), CALLS, ids=[each.__name__ for _, each in CALLS])
def test_a_call_that_is_taken_wrongly_is_found_by_its_check_alone(
    golden: Path, check: str, channel: type[Channel]
) -> None:
    assert findings(channel, golden=golden) == {check}


@pytest.mark.parametrize(
    ("check", "folder"),
    [
        ("there_is_a_golden_handshake", "handshakes"),
        ("there_is_a_golden_delivery", "deliveries"),
    ],
)
def test_a_method_nothing_golden_is_there_for_is_found(
    golden: Path, check: str, folder: str
) -> None:
    rmtree(golden / folder)

    assert findings(golden=golden) == {check}


def test_what_is_no_pair_of_account_and_item_is_found() -> None:
    found = outcome("a_delivery_is_read", channel=WithoutAccounts)

    assert found.seen == "Parsing it gives something else than (account_id, item)."


def test_an_unsigned_delivery_that_hints_is_fine(golden: Path) -> None:
    class Hinting(Tavern):
        signature = None

        def parse(self, request: Request) -> Iterator[tuple[str | None, Item]]:
            for account, item in super().parse(request):
                yield account, item if isinstance(item, Unreadable) else Hint(reason="news")

    assert findings(Hinting, golden=golden) == set()


def test_a_check_that_rests_on_no_secret_is_told_by_its_settings(golden: Path) -> None:
    for path in (golden / "handshakes").glob("*.json"):
        told = json.loads(path.read_bytes())
        path.write_text(json.dumps({**told, "settings": {}}), "utf-8")

    found = outcome("a_strangers_handshake_is_refused", channel=Echoing, golden=golden)

    assert found.result == "not applicable"


def test_the_golden_handshake_proves_that_the_secret_is_known(golden: Path) -> None:
    told = json.loads((golden / "handshakes" / "challenge.json").read_bytes())
    secret, asked = told["settings"]["signing_secret"], told["request"]["query"]

    wanted = hmac.digest(secret.encode(), asked["challenge"].encode(), "sha256").hex()

    assert asked["proof"] == wanted
