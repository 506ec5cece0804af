"""OAuth *described*: constants a channel declares. The server runs the flow; the SDK never does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """How a network grants access.

    Addresses may hold `{instance}` where every server of a network has its own. `registration`
    is the address for dynamic registration, `rotates` whether a refresh kills the old token.
    """

    authorize: str
    token: str
    scopes: tuple[str, ...]
    revoke: str | None = None
    registration: str | None = None
    pkce: bool = True
    refresh: bool = False
    rotates: bool = False
    scope_separator: str = " "
    extra: tuple[tuple[str, str], ...] = ()
