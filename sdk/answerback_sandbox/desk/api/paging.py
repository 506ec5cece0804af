"""Pages of a list, by cursor (``page[size]``) or by number (``page``, ``per_page``).

https://developer.zendesk.com/api-reference/introduction/pagination/
"""

import base64
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request

from answerback_sandbox.desk.api.gate import this_desk
from answerback_sandbox.desk.refusals import bad_request

MOST = 100
Item = TypeVar("Item")


def paged(
    name: str,
    items: Sequence[Item],
    form: Callable[[Item], Any],
    *,
    default: int = MOST,
    most: int = MOST,
) -> dict[str, Any]:
    """One page of `items` in the style the request asks for."""
    if any(key.startswith("page[") for key in request.args):
        return by_cursor(name, items, form, most=most)
    size = min(_number("per_page", default), most)
    page = _number("page", 1)
    start = (page - 1) * size
    return {
        name: [form(item) for item in items[start : start + size]],
        "next_page": _here(page=page + 1) if start + size < len(items) else None,
        "previous_page": _here(page=page - 1) if page > 1 else None,
        "count": len(items),
    }


def by_cursor(
    name: str, items: Sequence[Item], form: Callable[[Item], Any], *, most: int = MOST
) -> dict[str, Any]:
    """One page by cursor; a cursor is a place in the list, opaque to the caller."""
    size = min(_number("page[size]", most), most)
    start, end = 0, size
    if request.args.get("page[after]"):
        start = _place("page[after]")
        end = start + size
    elif request.args.get("page[before]"):
        end = _place("page[before]")
        start = max(0, end - size)
    shown = items[start:end]
    after = _cursor(start + len(shown)) if shown else None
    before = _cursor(start) if shown else None
    more = end < len(items)
    return {
        name: [form(item) for item in shown],
        "meta": {"has_more": more, "after_cursor": after, "before_cursor": before},
        "links": {
            "next": _here(**{"page[size]": size, "page[after]": after}) if more else None,
            "prev": _here(**{"page[size]": size, "page[before]": before}) if start > 0 else None,
        },
    }


def _number(name: str, default: int) -> int:
    told = request.args.get(name)
    if told is None:
        return default
    if not told.isdecimal() or int(told) < 1:
        raise bad_request("InvalidPaginationParameter", f"{name} is a number from 1")
    return int(told)


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(f"place:{place}".encode()).decode().rstrip("=")


def _place(name: str) -> int:
    told = request.args[name]
    try:
        text = base64.urlsafe_b64decode(told + "=" * (-len(told) % 4)).decode()
    except ValueError:
        text = ""
    word, _, place = text.partition(":")
    if word != "place" or not place.isdecimal():
        raise bad_request("InvalidPaginationParameter", f"{name} is not valid")
    return int(place)


def _here(**changed: object) -> str:
    values = request.args.to_dict()
    for key in [key for key in values if key.startswith("page[")]:
        del values[key]
    values |= {key: str(value) for key, value in changed.items()}
    suffix = request.environ.get("desk.suffix", "")
    return f"{this_desk().store.url}{request.path}{suffix}?{urlencode(values)}"
