"""A platform's own error codes: which error each one means."""

from __future__ import annotations

from collections.abc import Mapping

from answerback.errors import RemoteError
from answerback.fields import identifier
from answerback.http.answer import UNREADABLE, Answer


def by_code(
    answer: Answer, codes: Mapping[str, type[RemoteError]], *path: str
) -> RemoteError | None:
    """The error that the code in an answer means, for `classify`; None leaves the usual meaning.

    The code stands in the JSON at `path`, as text or a number: ``"error", "code"`` for
    {"error": {"code": 190}}. Only codes that `codes` names are shown, since what else an answer
    says may be anybody's words; the error's sentence is the one its class usually has.
    """
    try:
        found = answer.json()
    except RemoteError as error:
        if error.code != UNREADABLE:
            raise
        return None
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    code = identifier(found)
    return codes[code]("", code=code) if code is not None and code in codes else None
