"""docs/schema.md: the wire form, read off the model and the JSON Schema made from it."""

import inspect
import json
from datetime import UTC, datetime
from typing import Any

from answerback import (
    Activity,
    Actor,
    Attachment,
    Ignored,
    Mention,
    Page,
    Rating,
    Reach,
    Tag,
    Tombstone,
    Unreadable,
    from_as2,
    from_wire,
    json_schema,
    to_as2,
    to_wire,
)
from answerback._shapes import WIRE, Attribute, shape, type_names
from answerback._values import MAX_ACTIVITIES, MAX_BITS, MAX_DEPTH
from answerback.activitystreams import context
from answerback.schema import SCHEMA
from generators.markdown import block, bullets, filled, flowing, page, table

#: What people said and did, and what stands in it.
SAID = (Mention, Activity, Tombstone, Actor, Tag, Attachment, Rating, Reach)
#: What stands on the wire as well, between answerback and itself.
ANSWERED = tuple(cls for cls in WIRE if cls not in SAID)
#: What a plugin gives to the engine and nobody writes down.
GIVEN = (Page, Ignored, Unreadable)

TYPES = {
    "text": "text",
    "whole": "whole number",
    "number": "number",
    "flag": "`true` or `false`",
    "time": "time",
    "mapping": "JSON object",
    "mappings": "list of JSON objects",
    "anything": "any JSON",
}

ROSA = Actor(
    id="https://square.example/users/rosa",
    preferred_username="rosa",
    name="Rosa",
    url="https://square.example/@rosa",
    followers=112,
    bot=False,
)
MENTION = Mention(
    id="https://square.example/users/rosa/statuses/117",
    channel="mastodon",
    url="https://square.example/@rosa/117",
    content="<p>@northwind my parcel is late</p>",
    media_type="text/html",
    text="@northwind my parcel is late",
    language="en",
    attributed_to=ROSA,
    tag=(
        Tag(
            type="Mention",
            name="@northwind",
            href="https://square.example/users/northwind",
            start=0,
            end=10,
        ),
    ),
    attachment=(),
    visibility="public",
    published=datetime(2026, 11, 21, 13, 51, 42, 823000, tzinfo=UTC),
    reach=Reach(followers=112, likes=3, shares=0, replies=1),
    ref={"id": "117"},
)
ACTIVITY = Activity(
    type="Create",
    channel="mastodon",
    actor=Actor(id=ROSA.id),
    published=datetime(2026, 11, 21, 13, 58, 3, tzinfo=UTC),
    object=Mention(
        id="https://square.example/users/rosa/statuses/118",
        channel="mastodon",
        text="Has it left at all?",
        in_reply_to=MENTION.id,
        published=datetime(2026, 11, 21, 13, 58, 3, tzinfo=UTC),
    ),
)


def linked(cls: type) -> str:
    """The class's name, leading to its table."""
    return f"[{cls.__name__}](#{cls.__name__.lower()})"


def choices(names: tuple[str, ...]) -> str:
    """The values as alternatives."""
    return ", ".join(f"`{name}`" for name in names)


def type_of(attribute: Attribute) -> str:
    """What stands in a field, in plain words."""
    if attribute.kind == "choice":
        return choices(attribute.choices)
    if attribute.kind == "object":
        return f"{linked(Mention)}, {linked(Tombstone)}, {linked(Activity)} or an id"
    if attribute.of is not None:
        return (
            linked(attribute.of) if attribute.kind == "one" else f"list of {linked(attribute.of)}"
        )
    return TYPES[attribute.kind]


def absence(attribute: Attribute, required: set[str]) -> str:
    """Whether the field may be missing, and what that means."""
    if attribute.wire in required:
        return "no"
    if attribute.name == "raw":
        return "yes: not asked for"
    if attribute.default is None:
        return "yes: not told"
    if attribute.default in ((), ""):
        return "yes: empty"
    default = attribute.default
    return f"yes: means `{str(default).lower() if isinstance(default, bool) else default}`"


def rows(cls: type) -> list[list[str]]:
    """A row a field: name, meaning, type, unit, AS2 term, absence."""
    definition: dict[str, Any] = json_schema(cls)["$defs"][cls.__name__]
    required = set(definition["required"])
    found = [
        [
            f"`{attribute.wire}`",
            attribute.meaning,
            type_of(attribute),
            attribute.unit or "",
            f"`{attribute.as2}`" if attribute.as2 else "—",
            absence(attribute, required),
        ]
        for attribute in shape(cls)
    ]
    if "type" in definition["properties"] and len(type_names(cls)) == 1:
        as2 = "`type`" if cls is Tombstone else "—"
        kind = ["`type`", f"always `{type_names(cls)[0]}`", choices(type_names(cls)), "", as2, "no"]
        found.insert(0, kind)
    return found


def reference(cls: type) -> str:
    """The section of one class."""
    heads = ["field", "meaning", "type", "unit", "AS2 term", "may be absent"]
    return (
        f"### {cls.__name__}\n\n{flowing(inspect.getdoc(cls) or '')}\n\n{table(heads, rows(cls))}"
    )


def example(thing: Mention | Activity) -> str:
    """The thing in both forms. Raises AssertionError if either cannot be read back."""
    wire, as2 = to_wire(thing), to_as2(thing)
    assert from_wire(wire) == thing == from_as2(as2)
    return "\n\n".join(
        [
            block("json", json.dumps(wire, indent=2, ensure_ascii=False)),
            "The same as ActivityStreams 2.0:",
            block("json", json.dumps(as2, indent=2, ensure_ascii=False)),
        ]
    )


INTRODUCTION = """
What people say in public, in one schema. Names are those of
[ActivityStreams 2.0](https://www.w3.org/TR/activitystreams-vocabulary/) (AS2) where it has one:
camelCase on the wire as listed here, snake_case in Python (`inReplyTo` is `in_reply_to`).
"""

RULES = f"""
**Envelope.** {", ".join(linked(cls) for cls in WIRE)} can stand alone. Each then carries
`"schema": "{SCHEMA}"` and its `type`; what stands inside another has no `schema`.

**Versions.** The number after `answerback/` is the major. Fields may be added under the same major,
which may then be written as `{SCHEMA}.1`: ignore fields you do not know. Readers refuse
another major. [Versions](versioning.md) says what a release may change.

**Not told.** What the network did not say is left out; readers take `null` for the same. It never
erases what is known from elsewhere. An empty list is told: there are none.

**Times.** RFC 3339, written in UTC with `Z` and up to microseconds. Readers take other zones, and
refuse a time without zone.

**Positions.** `start` and `end` count code points of `text` from 0; `end` is the first one after.

**Sizes.** Counts fit 64 bits, numbers in `ref` and `raw` {MAX_BITS} bits. `ref` and `raw` nest at
most {MAX_DEPTH} deep, activities in one another at most {MAX_ACTIVITIES}.

**`raw`**, what the network sent, is written only by `to_wire(thing, raw=True)`.

**Wrong input** raises `Malformed`, which names the field and never its value ([errors](errors.md)).
"""

BETWEEN_US = """
These travel between answerback and a plugin. They are never written as ActivityStreams; the term
is that of the same thing there. The [contract](contract.md) says who gives them to whom.
"""

NOT_WRITTEN = """
These have no wire form: a plugin gives them in Python, and the engine acts on them at once.
"""


def activitystreams() -> str:
    """What the AS2 form is, with the context it is written under."""
    vocabulary, own = context()
    return filled(f"""
        `to_as2` writes a {linked(Mention)}, {linked(Activity)}, {linked(Tombstone)} or
        {linked(Actor)} as JSON-LD under one fixed context: `{vocabulary}`, and `ab:`, which stands
        for `{own["ab"]}`, for what that has no term for. Counts are
        collections with `totalItems`. Nothing but `raw` is lost on the way and
        back. `from_as2` also reads what others write, by the names they commonly use.
    """)


ROUND_TRIP = """
from answerback import Mention, dumps, loads

said = Mention(id="https://square.example/1", channel="mastodon", text="Late again")
assert loads(dumps(said)) == said
"""


def schema_page() -> str:
    """The whole page."""
    return page(
        "The schema",
        "`answerback.model`",
        filled(INTRODUCTION),
        "As JSON Schema (2020-12), for validators in any language:",
        block("sh", "answerback schema"),
        "In Python:",
        block("python", ROUND_TRIP.strip()),
        "## On the wire",
        bullets(RULES),
        "## What people said",
        *(reference(cls) for cls in SAID),
        "## What is answered, and what is announced",
        filled(BETWEEN_US),
        *(reference(cls) for cls in ANSWERED),
        "## What stays in Python",
        filled(NOT_WRITTEN),
        *(reference(cls) for cls in GIVEN),
        "## As ActivityStreams 2.0",
        activitystreams(),
        "## Examples",
        "A mention:",
        example(MENTION),
        "An activity, as plugins yield them. The mention in it is a sparse one:",
        example(ACTIVITY),
    )
