"""What of a call is kept: its words, and of the rest only what is no credential.

Who calls was checked before this; afterwards a credential is of no use to us and of much to a
thief. Whatever looks like one goes, and whatever holds one of the app's secrets, whatever its name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from answerback.calls import Request

_TELLING = re.compile(
    r"auth|cookie|token|secret|signature|password|passwd|credential|api.?key|session|jwt|proof|csrf"
)
#: What machines on the way wrote, and what says where the call went.
_ON_THE_WAY = re.compile(
    r"^(host|connection|via|forwarded|x-forwarded-.*|x-real-ip|true-client-ip|cf-.*|x-request-id"
    r"|x-amzn-trace-id|traceparent|tracestate|accept.*|user-agent|content-length"
    r"|transfer-encoding|expect|date|x-answerback-base)$"
)


def kept(request: Request, *, secrets: Sequence[str], also: Collection[str]) -> dict[str, Any]:
    """Query and headers as they may be stored. `also` names further ones that prove the caller."""
    dropped = {name.lower() for name in also}

    def harmless(name: str, values: Sequence[str]) -> bool:
        return (
            name.lower() not in dropped
            and not _tells(name)
            and not any(secret in value for secret in secrets for value in values)
        )

    return {
        "query": {
            name: list(values) for name, values in request.query.items() if harmless(name, values)
        },
        "headers": {
            name: value
            for name, value in request.headers.items()
            if not _is_of_the_way(name) and harmless(name, (value,))
        },
    }


@lru_cache(maxsize=1000)
def _tells(name: str) -> bool:
    return _TELLING.search(name.lower()) is not None


@lru_cache(maxsize=1000)
def _is_of_the_way(name: str) -> bool:
    return _ON_THE_WAY.match(name) is not None
