"""Pages through lists as Mastodon does: newest first, by max_id, since_id and min_id.

https://docs.joinmastodon.org/api/guidelines/#pagination
"""

from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from answerback_sandbox.square.ids import age
from answerback_sandbox.square.parameters import Parameters

Item = TypeVar("Item")
_CURSORS = ("max_id", "since_id", "min_id")


def page(
    items: Sequence[Item],
    asked: Parameters,
    *,
    id_of: Callable[[Item], str],
    default: int,
    most: int,
) -> list[Item]:
    """The part of a newest-first list that the parameters ask for.

    since_id gives the newest page above it, min_id the page directly above it.
    """
    limit = asked.limit(default, most)
    found = list(items)
    if asked.text("max_id"):
        found = [item for item in found if age(id_of(item)) < _cursor(asked, "max_id")]
    if asked.text("min_id"):
        newer = [item for item in found if age(id_of(item)) > _cursor(asked, "min_id")]
        return newer[max(0, len(newer) - limit) :]
    if asked.text("since_id"):
        found = [item for item in found if age(id_of(item)) > _cursor(asked, "since_id")]
    return found[:limit]


def link_header(url: str, asked: Parameters, ids: Sequence[str]) -> str | None:
    """The Link header for a page with these ids, newest first; None for an empty page."""
    if not ids:
        return None
    kept = [(name, value) for name, value in asked.query if name not in _CURSORS]
    older = urlencode([("max_id", ids[-1]), *kept])
    newer = urlencode([("min_id", ids[0]), *kept])
    return f'<{url}?{older}>; rel="next", <{url}?{newer}>; rel="prev"'


def _cursor(asked: Parameters, name: str) -> tuple[int, str]:
    value = asked.text(name) or "0"
    # A server reads an id of another make as zero, and so gives the oldest page for min_id.
    return age(value) if value.isdecimal() else age("0")
