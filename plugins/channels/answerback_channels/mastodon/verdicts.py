"""What a server's error means, where its status alone says too little.

Error texts are in the language of the account, so a status decides and a text only helps.
Facts: https://docs.joinmastodon.org/entities/Error/
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from answerback.errors import AnswerbackError, Reconnect, RemoteError, TryLater
from answerback.http import Answer

_TOKEN = re.compile(r"token|unauthori[sz]ed|not authenticated", re.IGNORECASE)
_LOGIN = re.compile(
    r"login is currently disabled|confirmed e-?mail|pending approval|outside the authorized scopes",
    re.IGNORECASE,
)
_VALIDATED = (
    *("/api/v1/statuses", "/api/v1/media", "/api/v2/media", "/api/v1/notifications"),
    *("/api/v2/search", "/api/v1/timelines", "/api/v1/conversations", "/api/v1/accounts/lookup"),
)


def classify(answer: Answer) -> type[RemoteError] | None:
    """The error an answer means on this network, or None for the usual meaning of its status."""
    status = answer.status
    if status not in (400, 403, 422):
        return None
    html = "html" in answer.headers.get("Content-Type", "")
    if status == 403 and html:
        return TryLater  # a guard in front of the server, not the server
    if status == 403:
        return Reconnect if _LOGIN.search(_error_of(answer)) else None
    if status == 400:
        # Some servers say so with a bare text where others answer 401.
        return Reconnect if not html and _TOKEN.search(_plain(answer)) else None
    path = urlsplit(answer.url).path
    # "This method requires an authenticated user": nothing else can be wrong with these calls.
    return Reconnect if path and not path.startswith(_VALIDATED) else None


def _error_of(answer: Answer) -> str:
    try:
        body = answer.json()
    except AnswerbackError:
        return ""
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, str) else ""


def _plain(answer: Answer) -> str:
    text = answer.text[:500].strip()
    return "" if text.startswith("{") else text
