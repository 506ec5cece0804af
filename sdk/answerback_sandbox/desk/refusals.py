"""The desk's ways of saying no, in the shapes of Zendesk's API.

https://developer.zendesk.com/api-reference/introduction/requests/#response-format
"""

from collections.abc import Mapping
from typing import Any


class RefusalError(Exception):
    """Carries the HTTP status and body of an error answer."""

    def __init__(
        self, status: int, body: Mapping[str, Any] | str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{status} {body if isinstance(body, str) else body.get('error')}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})

    @property
    def sentence(self) -> str:
        """The reason as one would tell a person."""
        if isinstance(self.body, str):
            return self.body
        details = self.body.get("details")
        if isinstance(details, dict):
            texts = [one["description"] for found in details.values() for one in found]
            return "; ".join(texts)
        return str(self.body.get("description") or self.body.get("error"))


def not_found() -> RefusalError:
    """There is no such record."""
    return RefusalError(404, {"error": "RecordNotFound", "description": "Not found"})


def unauthenticated() -> RefusalError:
    """Nobody, or nobody known, is asking."""
    headers = {"WWW-Authenticate": 'Basic realm="Web Password"'}
    return RefusalError(401, {"error": "Couldn't authenticate you"}, headers)


def forbidden(message: str) -> RefusalError:
    """Who asks is known and may not."""
    return RefusalError(403, {"error": {"title": "Forbidden", "message": message}})


def bad_request(error: str, description: str, **more: Any) -> RefusalError:
    """The request itself cannot be used; nothing was changed."""
    return RefusalError(400, {"error": error, "description": description, **more})


def invalid(member: str, description: str, error: str = "InvalidValue") -> RefusalError:
    """One member does not pass the checks of its record."""
    return RefusalError(
        422,
        {
            "error": "RecordInvalid",
            "description": "Record validation errors",
            "details": {member: [{"description": description, "error": error}]},
        },
    )


def outdated() -> RefusalError:
    """A safe update came with an old stamp; read again, then decide."""
    return RefusalError(
        409,
        {
            "error": "UpdateConflict",
            "description": "Safe Update prevented the update due to outdated ticket data. "
            "Please fetch the latest ticket data and try again.",
        },
    )


def too_many(seconds: int, what: str = "API requests per minute") -> RefusalError:
    """A limit is used up for so many seconds."""
    headers = {"Retry-After": str(seconds)}
    return RefusalError(429, f"Number of allowed {what} exceeded", headers)
