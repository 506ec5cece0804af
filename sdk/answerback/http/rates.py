"""What an answer says about limits: how long to wait, how many calls are left, until when.

Platforms agree on neither spelling nor unit: X-RateLimit-Reset is ISO 8601 at Mastodon, seconds
since 1970 at Bluesky and X, and seconds from now at Zendesk and Reddit. The size of a number
tells the two apart.

Retry-After: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

#: No platform's word stops us for longer than this; then one call asks again.
LONGEST_WAIT = 24 * 3600.0

_SECONDS = re.compile(r"\d+(\.\d*)?", re.ASCII)
_EPOCH_FROM = 1e9
_EPOCH_MILLISECONDS_FROM = 1e11


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A platform's own count: `remaining` calls for the next `seconds`."""

    remaining: float
    seconds: float


def wait_of(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds to wait after a 429: Retry-After, else the reset of the rate limit, else None.

    Always between 0 and 24 hours; what cannot be read is taken as not said. A moment counts
    from the answer's own Date where it has one, since the server's clock set both.
    """
    asked = retry_after_of(headers, now)
    if asked is not None:
        return asked
    return _reset(_rate_headers(headers).get("reset", ""), _date(headers.get("Date", "")) or now)


def retry_after_of(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds Retry-After asks to wait, given as seconds or as a date, or None."""
    asked = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(asked):
        return _bounded(float(asked))
    moment = _date(asked)
    if moment is None:
        return None
    return _bounded((moment - (_date(headers.get("Date", "")) or now)).total_seconds())


def rate_of(headers: Mapping[str, str], now: datetime) -> Rate | None:
    """The rate limit an answer reports, if it says both how many are left and until when."""
    found = _rate_headers(headers)
    left = found.get("remaining", "").strip()
    seconds = _reset(found.get("reset", ""), _date(headers.get("Date", "")) or now)
    if seconds is None or not _SECONDS.fullmatch(left):
        return None
    return Rate(remaining=float(left), seconds=seconds)


def _rate_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The values of the rate limit headers by their last word, whatever their spelling."""
    found: dict[str, str] = {}
    for name, value in headers.items():
        plain = name.lower().removeprefix("x-").replace("-", "")
        if plain.startswith("ratelimit"):
            found.setdefault(plain.removeprefix("ratelimit"), value)
    return found


def _reset(text: str, now: datetime) -> float | None:
    """Seconds until a reset given as ISO 8601, seconds since 1970, or seconds from now."""
    text = text.strip()
    if _SECONDS.fullmatch(text):
        number = float(text)
        if number >= _EPOCH_MILLISECONDS_FROM:
            number /= 1000
        return _bounded(number - now.timestamp() if number >= _EPOCH_FROM else number)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return _bounded((moment - now).total_seconds())


def _date(text: str) -> datetime | None:
    """An HTTP date, or None."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_WAIT)
