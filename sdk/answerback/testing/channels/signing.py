"""Signing a call as the platform would, be it that it signs or that it sends a key along."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from answerback.calls import Request
from answerback.signatures import SharedSecret, Signature

#: A key no real app has.
KEY = "answerback-check-signing-secret"
OTHER_KEY = "answerback-check-another-secret"


def signed(signature: Signature, request: Request, secret: str, *, now: datetime) -> Request:
    """The call with what the platform adds to prove that it is its own."""
    if isinstance(signature, SharedSecret) and signature.query is not None:
        query = {**request.query, signature.query: (f"{signature.prefix}{secret}",)}
        return replace(request, query=query)
    added = signature.sign(request, secret, now=now)
    headers = {name.lower(): value for name, value in added.items()}
    return replace(request, headers={**request.headers, **headers})
