"""Native payloads in which nobody can be recognised and which mean the same to a channel.

Names, handles, addresses, telephone numbers, hosts, ids and every word people wrote are replaced,
the same by the same throughout a payload, so that links between its posts stay. Times, counts,
structure and lengths stay. Secrets go. It decides by the names of keys and the shape of values
(see `payload_keys`) and knows no network, so it can be wrong both ways: look its work through.
What is kept of numbers and codes beside their length is their order; times are kept whole, and may
let whoever has the original find it.

The same payload always gives the same, and what was replaced once stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

from answerback.testing.golden.disguise import Disguise
from answerback.testing.golden.payload_keys import (
    Sort,
    is_handle,
    is_secret,
    may_be_fixed,
    sort_of,
    stays,
)
from answerback.testing.golden.pseudonyms import Pseudonyms

#: What stands where a secret stood.
DROPPED = "…"

_NO_NAME = re.compile(r"[@/]|^did:|^\d{5,}$|^\d+_\d+$")
_EPOCH = re.compile(r"1\d{9}(?:\d{3}){0,3}")


def anonymous(payload: Any, *, keep: Collection[str] = ()) -> Any:
    """A copy of a JSON value in which nobody can be recognised.

    `keep` holds keys whose values stay, everywhere, and hosts that stay. Raises RecursionError
    for what nests deeper than JSON can be read.
    """
    kept = frozenset(each.lower() for each in keep)
    walk = _Walk(Pseudonyms(kept), frozenset(keep))
    walk.value(payload, "")
    walk.pseudonyms.settle()
    return walk.value(payload, "")


def perhaps_fixed(payload: Any, *, keep: Collection[str] = ()) -> list[str]:
    """The keys under which a value was replaced that looks like one of a few fixed ones."""
    found: dict[str, None] = {}
    rest = [("", payload)]
    while rest:
        key, value = rest.pop(0)
        if key in keep:
            continue
        if isinstance(value, dict):
            rest += value.items()
        elif isinstance(value, list):
            rest += ((key, each) for each in value)
        elif isinstance(value, str) and may_be_fixed(value, key):
            found[key] = None
    return list(found)


class _Walk:
    def __init__(self, pseudonyms: Pseudonyms, keep: frozenset[str]) -> None:
        self.pseudonyms = pseudonyms
        self._disguise = Disguise(pseudonyms)
        self._keep = keep

    def value(self, value: Any, key: str) -> Any:
        """What stands in for a value under a key; that of a list is its entries' too."""
        if key and key in self._keep:
            return value
        secret = sort_of(key) == "secret"
        if isinstance(value, dict):
            # All that stands under a secret's name is secret.
            return {
                self._key(name): self.value(each, key if secret else name)
                for name, each in value.items()
            }
        if isinstance(value, list):
            return [self.value(each, key) for each in value]
        if isinstance(value, str):
            return self._text(value, key) if value else value
        if isinstance(value, bool) or value is None:
            return value
        return self._number(value, sort_of(key))

    def _key(self, key: str) -> str:
        """A key as it is, unless it is somebody's id, handle or address."""
        if key in self._keep or stays(key, "", ""):
            return key
        known = self.pseudonyms.knows(key) or self.pseudonyms.is_handle(key)
        return self._disguise.text(key, "id") if known or _NO_NAME.search(key) else key

    def _number(self, value: float, sort: Sort) -> float:
        if sort in ("place", "secret"):
            return type(value)(0)
        if isinstance(value, float) or sort == "count":
            return value
        digits = str(abs(value))
        long = len(digits) >= 10 and not _EPOCH.fullmatch(digits)
        learn = sort in ("id", "digits") or long
        if not learn and len(digits) < 5:
            return value
        found = int(self.pseudonyms.number(digits, learn=learn))
        return found if value >= 0 else -found

    def _text(self, value: str, key: str) -> str:
        sort = sort_of(key)
        if is_secret(value, sort):
            return DROPPED
        if sort == "place":
            return "0"
        if stays(value, key, sort):
            return value
        inside = _json(value)
        if inside is not None:
            return self._rewritten(value, inside, key)
        if sort == "digits":
            return self._disguise.digits(value)
        if is_handle(key):
            self.pseudonyms.handle(value.lstrip("@~").partition("@")[0])
        return self._disguise.text(value, sort if sort in ("name", "id") else "text")

    def _rewritten(self, value: str, inside: Any, key: str) -> str:
        """JSON within a string, in the manner in which it was written."""
        spaced = '": ' in value
        return json.dumps(
            self.value(inside, key),
            ensure_ascii=value.isascii(),
            separators=(", ", ": ") if spaced else (",", ":"),
        )


def _json(value: str) -> Any:
    """The object or list a string holds, or None."""
    if value[:1] not in "{[" or value[-1:] not in "}]":
        return None
    try:
        found = json.loads(value)
    except ValueError:
        return None
    return found if isinstance(found, dict | list) else None
