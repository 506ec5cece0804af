"""Hypothesis strategies for every field of the model, drawn from the model itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from answerback._shapes import Attribute, shape
from answerback.model import Activity, Mention, Tombstone

#: A few characters that JSON, HTML or a line reader may stumble over, and ordinary ones.
text = st.text(max_size=12) | st.sampled_from(
    ["", "\u2028", "\x00", "é", "👩‍👩‍👧", "</script>", '"', "\\"]
)
language = st.from_regex(r"[a-z]{2,3}(-[A-Z]{2})?", fullmatch=True)
whole = st.integers(-(2**63) + 1, 2**63 - 1)
number = st.floats(allow_nan=False, allow_infinity=False)
zone = st.timedeltas(timedelta(hours=-14), timedelta(hours=14)).map(
    lambda delta: timezone(timedelta(minutes=delta // timedelta(minutes=1)))
)
time = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=zone)  # noqa: DTZ001
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | number | text,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(text, inside, max_size=3),
    max_leaves=6,
)
mapping = st.dictionaries(text, plain, max_size=3)

_SIMPLE: Mapping[str, st.SearchStrategy[Any]] = {
    "text": text,
    "whole": whole,
    "number": number,
    "flag": st.booleans(),
    "time": time,
    "mapping": mapping,
    "mappings": st.lists(mapping, max_size=2).map(tuple),
    "anything": plain,
}

#: Any JSON, with keys and values our readers look for, so that they get past the first one.
_known = st.sampled_from(
    [
        "@context", "@value", "ab:channel", "ab:rating", "ab:reach", "ab:ref", "ab:visibility",
        "actor", "attachment", "attributedTo", "content", "contentMap", "context", "formerType",
        "href", "icon", "id", "inReplyTo", "likes", "name", "object", "published", "rating", "ref",
        "schema", "tag", "to", "totalItems", "type", "url", "reach", "channel",
    ]
)  # fmt: skip
_words = st.sampled_from(
    [
        "answerback/1", "Note", "Create", "Undo", "Tombstone", "Person", "Mention", "Image",
        "2026-08-01T13:55:55Z", "2026-08-01T13:55:55", "public", "de",
    ]
)  # fmt: skip
json_value = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | _words
    | st.text(st.characters(), max_size=5),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(_known, inside, max_size=6),
    max_leaves=25,
)


def made(cls: type) -> st.SearchStrategy[Any]:
    """Objects of a class of the model, each field told or not."""
    return st.builds(cls, **{each.name: _field(each) for each in shape(cls) if each.name != "raw"})


def _field(attribute: Attribute) -> st.SearchStrategy[Any]:
    one = _told(attribute)
    return st.none() | one if attribute.optional else one


def _told(attribute: Attribute) -> st.SearchStrategy[Any]:
    if attribute.name == "language":
        return language
    if attribute.kind == "choice":
        return st.sampled_from(attribute.choices)
    if attribute.kind == "object":
        return st.deferred(lambda: done_to)
    if attribute.of is not None:
        one = made(attribute.of)
        return one if attribute.kind == "one" else st.lists(one, max_size=2).map(tuple)
    return _SIMPLE[attribute.kind]


mentions = made(Mention)
tombstones = made(Tombstone)
activities: st.SearchStrategy[Any] = made(Activity)
done_to: st.SearchStrategy[Any] = text | mentions | tombstones | st.deferred(lambda: activities)
