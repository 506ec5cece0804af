"""How platforms sign the calls they make: descriptors that verify and, for tests, sign.

A scheme that signs no time cannot tell a repeated call from a new one; its receiver must do
nothing twice. Also the two handshakes by which Meta and X check an address before using it:
https://developers.facebook.com/docs/graph-api/webhooks/getting-started and
https://docs.x.com/x-api/webhooks/introduction
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

from answerback.calls import Request, Response
from answerback.errors import BadSignature, ConfigError, NotSupported, Stale

_EPOCH = re.compile(r"\d{1,16}(\.\d{1,9})?", re.ASCII)
_EPOCH_MILLISECONDS_FROM = 1e11
_HUB_CHALLENGE = re.compile(r"[A-Za-z0-9]{1,64}")
_CRC_TOKEN = re.compile(r"[A-Za-z0-9+/=_.\-]{1,256}")


class Signature(Protocol):
    """A scheme by which a platform proves that a call is its own."""

    def verify(self, request: Request, secrets: Sequence[str], *, now: datetime) -> None:
        """Return if one of the secrets proves this call; several allow for rotation.

        Raises BadSignature, or Stale when the signed time is too far from `now`. Without a
        secret of our own every call is refused. Takes equally long whatever is wrong.
        """

    def sign(self, request: Request, secret: str, *, now: datetime) -> dict[str, str]:
        """The headers the platform would add to this call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HmacSignature:
    """A keyed hash, sent in a header.

    `signed` lists what is hashed, in order: "body" is the body byte for byte, "timestamp" the
    text of `timestamp_header`, anything else stands for itself. The signed time is ISO 8601 or
    seconds since 1970; calls older or newer than `age` are stale.
    """

    header: str
    algorithm: Literal["sha1", "sha256", "sha384", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    signed: tuple[str, ...] = ("body",)
    timestamp_header: str | None = None
    timestamp_form: Literal["iso", "epoch"] = "iso"
    age: timedelta | None = None

    def __post_init__(self) -> None:
        if "body" not in self.signed:
            raise ConfigError(f"The signature in {self.header!r} does not cover the body.")
        timed = "timestamp" in self.signed
        if timed != (self.timestamp_header is not None) or (self.age is not None and not timed):
            raise ConfigError(
                f"The signature in {self.header!r} needs a timestamp header exactly where it "
                f"signs a timestamp, and only then an age."
            )

    def verify(self, request: Request, secrets: Sequence[str], *, now: datetime) -> None:
        """Return if one of the secrets signed this call. Raises BadSignature or Stale."""
        given = self._given(request)
        timestamp = self._timestamp(request)
        message = self._message(request, timestamp)
        matched = False
        for secret in _usable(secrets):
            matched |= hmac.compare_digest(given, self._digest(secret, message))
        if not matched:
            raise BadSignature("The signature does not match the call.")
        if self.age is not None and abs(now.timestamp() - _seconds(timestamp)) > (
            self.age.total_seconds()
        ):
            raise Stale(f"The call's signed time is more than {self.age} from now.")

    def sign(self, request: Request, secret: str, *, now: datetime) -> dict[str, str]:
        """The headers the platform would add to this call."""
        headers: dict[str, str] = {}
        timestamp = ""
        if self.timestamp_header is not None:
            moment = now.astimezone(UTC)
            timestamp = (
                moment.strftime("%Y-%m-%dT%H:%M:%SZ")
                if self.timestamp_form == "iso"
                else str(int(moment.timestamp()))
            )
            headers[self.timestamp_header] = timestamp
        [usable] = _usable([secret])
        digest = self._digest(usable, self._message(request, timestamp))
        text = digest.hex() if self.encoding == "hex" else base64.b64encode(digest).decode()
        headers[self.header] = f"{self.prefix}{text}"
        return headers

    def _digest(self, secret: str, message: bytes) -> bytes:
        return hmac.digest(_bytes(secret), message, self.algorithm)

    def _message(self, request: Request, timestamp: str) -> bytes:
        fields = {"body": request.body, "timestamp": _bytes(timestamp)}
        return b"".join(fields.get(part, _bytes(part)) for part in self.signed)

    def _given(self, request: Request) -> bytes:
        text = _header(request, self.header)
        if not text.startswith(self.prefix):
            raise BadSignature(f"The header {self.header!r} does not hold a signature.")
        encoded = _bytes(text.removeprefix(self.prefix))
        try:
            if self.encoding == "hex":
                return binascii.unhexlify(encoded)
            return binascii.a2b_base64(encoded, strict_mode=True)
        except ValueError:
            raise BadSignature(f"The header {self.header!r} does not hold a signature.") from None

    def _timestamp(self, request: Request) -> str:
        return "" if self.timestamp_header is None else _header(request, self.timestamp_header)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedSecret:
    """The secret itself, sent along in a header or a query field.

    It proves who calls, and nothing about what is said.
    """

    header: str | None = None
    query: str | None = None
    prefix: str = ""

    def __post_init__(self) -> None:
        if (self.header is None) == (self.query is None):
            raise ConfigError("A shared secret is sent either in a header or in a query field.")

    def verify(self, request: Request, secrets: Sequence[str], *, now: datetime) -> None:  # noqa: ARG002
        """Return if the call carries one of the secrets. Raises BadSignature."""
        given = _bytes(self._given(request))
        matched = False
        for secret in _usable(secrets):
            matched |= hmac.compare_digest(given, _bytes(f"{self.prefix}{secret}"))
        if not matched:
            raise BadSignature("The call does not carry the secret.")

    def sign(self, request: Request, secret: str, *, now: datetime) -> dict[str, str]:  # noqa: ARG002
        """The header with the secret. Raises NotSupported where it belongs into the query."""
        if self.header is None:
            raise NotSupported(f"The secret belongs into the query field {self.query!r}.")
        [usable] = _usable([secret])
        return {self.header: f"{self.prefix}{usable}"}

    def _given(self, request: Request) -> str:
        if self.header is not None:
            return _header(request, self.header)
        values = request.query.get(self.query or "", ())
        if len(values) != 1:
            raise BadSignature("The call does not carry the secret.")
        return values[0]


def hub_challenge(request: Request, verify_token: str) -> Response | None:
    """The answer to Meta's check of our address, or None if this is no check.

    403 unless it names our token. The challenge is sent back only where it is plain letters and
    digits, so that nobody can make us show a script.
    """
    if request.method != "GET" or "hub.mode" not in request.query:
        return None
    given = _single(request, "hub.verify_token")
    known = bool(verify_token) and hmac.compare_digest(_bytes(given), _bytes(verify_token))
    challenge = _single(request, "hub.challenge")
    if (
        not known
        or _single(request, "hub.mode") != "subscribe"
        or not _HUB_CHALLENGE.fullmatch(challenge)
    ):
        return Response(status=403)
    return Response.of_text(challenge)


def crc_token(request: Request, secret: str) -> Response | None:
    """The answer to X's challenge-response check, or None if this is no check.

    X signs its deliveries with the same key in the same form, so whoever may have anything
    signed here could forge a delivery. Hence only what cannot be JSON is signed, else 403.
    """
    if request.method != "GET" or "crc_token" not in request.query:
        return None
    token = _single(request, "crc_token")
    if not secret or not _CRC_TOKEN.fullmatch(token):
        return Response(status=403)
    digest = hmac.digest(_bytes(secret), _bytes(token), "sha256")
    return Response.of_json({"response_token": f"sha256={base64.b64encode(digest).decode()}"})


def _usable(secrets: Sequence[str]) -> list[str]:
    usable = [secret for secret in secrets if secret]
    if not usable:
        raise BadSignature("No secret is set to check the call with, so it is refused.")
    return usable


def _header(request: Request, name: str) -> str:
    text = request.headers.get(name.lower())
    if not text:
        raise BadSignature(f"The call has no header {name!r}.")
    return text


def _single(request: Request, name: str) -> str:
    """A query field given exactly once, else nothing."""
    values = request.query.get(name, ())
    return values[0] if len(values) == 1 else ""


def _seconds(timestamp: str) -> float:
    """Seconds since 1970 of a time as platforms sign it. Raises BadSignature."""
    text = timestamp.strip()
    if _EPOCH.fullmatch(text):
        number = float(text)
        return number / 1000 if number >= _EPOCH_MILLISECONDS_FROM else number
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise BadSignature("The call's signed time cannot be read.") from None


def _bytes(text: str) -> bytes:
    # What cannot be encoded cannot match either.
    return text.encode("utf-8", "replace")
