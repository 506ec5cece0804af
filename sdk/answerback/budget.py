"""How much a platform may be asked: what a channel declares and `answerback.http` keeps to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """`units` calls (or costs) in `per`; aligned to the clock of `timezone` where one is given.

    `scope` says who shares it: all accounts of one `app`, nobody beside the `account`, or whoever
    calls the same `address`, which is a host with its port.
    """

    name: str
    units: int
    per: timedelta
    scope: Literal["app", "account", "address"] = "account"
    timezone: str | None = None
