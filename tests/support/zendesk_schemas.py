"""Zendesk's own JSON Schemas, where the corpus lies beside the checkout."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import jsonschema
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

_FOLDER = Path(__file__).parents[3] / "shared" / "corpus" / "zendesk"
# Where the manifest would lie: its addresses may be relative to that.
_MANIFEST_URL = "https://bridge.example/d/token/manifest.json"

_FORMATS = jsonschema.FormatChecker(formats=["date-time"])


@_FORMATS.checks("https-url")
def _is_https(value: object) -> bool:
    return isinstance(value, str) and urljoin(_MANIFEST_URL, value).startswith("https://")


@_FORMATS.checks("external-id")
def _is_trimmed(value: object) -> bool:
    return isinstance(value, str) and value == value.strip()


@cache
def _schemas() -> Registry[Any]:
    if not have_schemas():
        pytest.skip("Zendesk's schemas are not here: no ../shared/corpus/zendesk")
    resources = []
    for path in sorted(_FOLDER.glob("*.json")):
        text = path.read_text(encoding="utf-8")
        # Two types JSON Schema does not have.
        text = re.sub(r'"type":\s*"any"', '"description": "any"', text)
        text = re.sub(r'"type":\s*"time"', '"type": "string", "format": "date-time"', text)
        # Siblings of $ref are ignored by the older drafts, so the reference is set beside them.
        schema = _beside(json.loads(text))
        resources.append((path.name, Resource.from_contents(schema, DRAFT4)))
    return Registry().with_resources(resources)


def _beside(node: Any) -> Any:
    if isinstance(node, list):
        return [_beside(one) for one in node]
    if not isinstance(node, dict):
        return node
    node = {key: _beside(value) for key, value in node.items()}
    if isinstance(node.get("$ref"), str) and len(node) > 1:
        node["allOf"] = [{"$ref": node.pop("$ref")}]
    return node


def have_schemas() -> bool:
    """Whether the corpus is here."""
    return _FOLDER.is_dir()


def assert_valid(name: str, value: object) -> None:
    """Fail unless Zendesk would take this JSON; skip where its schemas are absent."""
    validator = jsonschema.Draft4Validator(
        {"$ref": name}, registry=_schemas(), format_checker=_FORMATS
    )
    problems = [
        f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)
    ]
    assert not problems, "\n".join(problems)
