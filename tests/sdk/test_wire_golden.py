"""The wire form as it was once written: still read, still described by the JSON Schema.

A file in `tests/golden/wire` is never changed. What a release adds to the wire gets a new file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from source_tree import ROOT

from answerback import (
    Activity,
    Actor,
    Attachment,
    Hint,
    Mention,
    Part,
    Rating,
    Reach,
    Receipt,
    Tag,
    Tombstone,
    from_wire,
    json_schema,
    load_channel,
    to_as2,
    to_wire,
)
from answerback._shapes import WIRE, class_of, shape, type_names
from answerback.cli import main
from answerback.model import Ignored, Page, Unreadable

GOLDEN = ROOT / "tests" / "golden"
FILES = sorted((GOLDEN / "wire").glob("*.json"))
NATIVE = sorted((GOLDEN / "mastodon").glob("*.native.json"))
EVERY = (*WIRE, Tag, Attachment, Rating, Reach)
VALIDATOR = Draft202012Validator(json_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def stored(path: Path) -> dict[str, Any]:
    """What a golden file holds."""
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def inside(data: Any, cls: type) -> Iterator[tuple[type, dict[str, Any]]]:
    """Every object of the wire form in this one, itself first, with its class."""
    yield cls, data
    for each in shape(cls):
        value = data.get(each.wire)
        if each.of is not None and value:
            for one in value if each.kind == "many" else [value]:
                yield from inside(one, each.of)
        elif each.kind == "object" and isinstance(value, dict):
            yield from inside(value, class_of()[value["type"]])


@each_file
def test_every_golden_wire_file_fits_the_json_schema(path: Path) -> None:
    VALIDATOR.validate(stored(path))


@each_file
def test_every_golden_wire_file_is_read_and_written_as_it_was(path: Path) -> None:
    data = stored(path)
    read = from_wire(data, class_of()[data["type"]])
    assert to_wire(read, raw=True) == data


def test_the_golden_wire_files_show_every_field_of_every_class() -> None:
    shown = {
        (cls, name)
        for path in FILES
        for cls, data in inside(stored(path), class_of()[stored(path)["type"]])
        for name in data
    }
    missing = [
        f"{cls.__name__}.{each.wire}"
        for cls in EVERY
        for each in shape(cls)
        if (cls, each.wire) not in shown
    ]
    assert missing == []


@pytest.mark.parametrize("path", NATIVE, ids=lambda path: path.name.partition(".")[0])
def test_every_golden_payload_becomes_a_wire_form_that_fits_the_json_schema(path: Path) -> None:
    for item in load_channel("mastodon")().read(json.loads(path.read_text(encoding="utf-8"))):
        if isinstance(item, Activity | Hint):
            VALIDATOR.validate(to_wire(item, raw=isinstance(item, Activity)))


@each_file
def test_a_golden_wire_file_does_not_fit_with_a_field_spoilt(path: Path) -> None:
    data = stored(path)
    assert not VALIDATOR.is_valid({**data, "type": "Sermon"})
    [cls] = {cls for cls in WIRE if data["type"] in type_names(cls)}
    for each in shape(cls):
        if each.required or each.wire in ("published", "attachment", "ref"):
            assert not VALIDATOR.is_valid({**data, each.wire: 7.5}), each.wire


def test_the_schema_command_prints_the_schema_the_files_are_held_against() -> None:
    printed = CliRunner().invoke(main, ["schema"])
    assert printed.exit_code == 0
    assert json.loads(printed.output) == json_schema()


def test_the_json_schema_of_any_class_is_valid_and_says_what_every_field_means() -> None:
    for cls in (None, *EVERY, Page, Ignored, Unreadable):
        schema = json_schema(cls)
        Draft202012Validator.check_schema(schema)
        for name, defined in schema["$defs"].items():
            assert defined["description"], name
            undescribed = [
                field for field, each in defined["properties"].items() if not each["description"]
            ]
            assert undescribed == [], name


def test_json_schemas_of_different_things_have_different_ids() -> None:
    ids = [json_schema(cls)["$id"] for cls in (None, *EVERY)]
    assert len(set(ids)) == len(ids)


def test_what_stands_only_inside_another_object_needs_no_envelope() -> None:
    validator = Draft202012Validator(json_schema(Rating))
    assert validator.is_valid({"value": 2})
    assert not validator.is_valid({"best": 5})


@pytest.mark.parametrize("cls", [*EVERY, Page, Ignored, Unreadable], ids=lambda cls: cls.__name__)
def test_every_field_has_a_meaning_and_a_unit_where_it_measures(cls: type) -> None:
    assert [each.name for each in shape(cls) if not each.meaning.strip()] == []
    measures = {"whole", "number", "time"}
    assert [each.name for each in shape(cls) if (each.kind in measures) != bool(each.unit)] == []
    described = json_schema(cls)["$defs"][cls.__name__]["properties"]
    for each in shape(cls):
        assert described[each.wire]["description"].startswith(each.meaning)
        assert each.unit is None or f"unit: {each.unit}" in described[each.wire]["description"]


def test_every_field_of_what_people_said_has_an_as2_term() -> None:
    said = (Mention, Activity, Tombstone, Actor, Tag, Attachment, Rating, Reach)
    without = [f"{cls.__name__}.{each.name}" for cls in said for each in shape(cls) if not each.as2]
    assert without == ["Mention.raw"]


def test_the_as2_terms_are_those_that_are_written() -> None:
    def keys(data: Any) -> Iterator[str]:
        if isinstance(data, dict):
            yield from data
            data = data.values()
        elif not isinstance(data, list):
            return
        for value in data:
            yield from keys(value)

    written: set[str] = set()
    for path in FILES:
        read = from_wire(stored(path), class_of()[stored(path)["type"]])
        if not isinstance(read, Part | Receipt | Hint):
            written |= set(keys(to_as2(read)))
    terms = {
        each.as2
        for cls in (Mention, Activity, Tombstone, Actor, Tag, Attachment, Rating, Reach)
        for each in shape(cls)
        if each.as2
    }
    assert terms <= written
