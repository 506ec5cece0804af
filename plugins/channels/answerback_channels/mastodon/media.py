"""Files for a post: fetched, uploaded, and waited for until the server has worked on them.

Facts: https://docs.joinmastodon.org/methods/media/
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from answerback.errors import Gone, Reconnect, Refused, RemoteError, TryLater
from answerback.fields import identifier, site_of
from answerback.http import Answer
from answerback.model import Attachment, Part

from .server import Server

_TYPES_WITHOUT_NAME = "application/octet-stream"
_LOOKS = 10
_PAUSE = 1.0
_LARGEST = 16 * 1024 * 1024


def upload(server: Server, part: Part, largest: int | None) -> dict[str, Any]:
    """The media ids of the part's files, uploaded but not yet public; `unfinished` ones apart."""
    uploaded = [_upload(server, file, largest or _LARGEST) for file in part.attachment]
    if not uploaded:
        return {}
    unfinished = [local for local, finished in uploaded if not finished]
    return {"media_ids": [local for local, _ in uploaded], "unfinished": unfinished}


def wait_for(server: Server, prepared: Mapping[str, Any]) -> None:
    """Returns when the server has worked on all files. Raises TryLater while nothing is posted."""
    for local in prepared.get("unfinished") or ():
        for _ in range(_LOOKS):
            if _is_finished(server, str(local)):
                break
            time.sleep(_PAUSE)
        else:
            raise server.error(TryLater, "The server is still working on the attached file.")


def _is_finished(server: Server, local: str) -> bool:
    if server.http.remaining() <= _PAUSE:
        raise server.error(TryLater, "The server is still working on the attached file.")
    try:
        return server.get(f"/api/v1/media/{quote(local, safe='')}").status != 206
    except Gone:
        return True  # no such call on this server: it says with the post whether it can be used


def _fetched(server: Server, url: str, largest: int) -> Answer:
    """The file. Its host is not ours: whatever it refuses says nothing about the account."""
    try:
        return server.http.get(url, max_bytes=largest)
    except (Reconnect, Gone, Refused) as error:
        lost = "The attached file could not be fetched. Attach it anew, or send without it."
        raise server.error(Refused, lost, error.status) from None
    except RemoteError as error:
        # Its address is a key to the file, and the error's words hold the address.
        later = "The attached file cannot be fetched now."
        raise server.error(TryLater, later, error.status) from None


def _upload(server: Server, file: Attachment, largest: int) -> tuple[str, bool]:
    """The file's id, and whether it can be used already."""
    scheme, _, path = site_of(file.url)
    if scheme not in {"http", "https"}:
        raise server.error(Refused, "The attached file has no address it can be fetched from.")
    fetched = _fetched(server, str(file.url), largest)
    kind = file.media_type or fetched.headers.get("Content-Type", _TYPES_WITHOUT_NAME)
    name = unquote(path.rpartition("/")[2]) or "file"
    # An upload nobody uses is cleaned up by the server, so doing it twice harms nothing.
    answer = server.write(
        "POST",
        "/api/v2/media",
        repeats=True,
        form={"description": file.name} if file.name else None,
        files={"file": (name, fetched.content, kind)},
        budget="media",
        bucket="media",
    )
    told = answer.json()
    local = identifier(told.get("id")) if isinstance(told, dict) else None
    if local is None:
        raise server.nonsense("/api/v2/media")
    return local, answer.status != 202
