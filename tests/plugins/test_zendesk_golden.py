"""Golden pairs: a filing on the left, what Zendesk is sent for it on the right."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from zendesk_bridge import ACME
from zendesk_schemas import assert_valid

from answerback.helpdesk import Filing, Installation
from answerback.model import Mention
from answerback.schema import from_wire
from answerback_zendesk.host import Host
from answerback_zendesk.resource import external_resource

FOLDER = Path(__file__).parents[1] / "golden" / "zendesk"
PAIRS = sorted(path.name.removesuffix(".filing.json") for path in FOLDER.glob("*.filing.json"))
HOST = Host.of(Installation(id="inst_1", settings={"subdomain": "acme"}))


def read(name: str) -> dict[str, Any]:
    """A golden file."""
    found: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return found


def filing(told: dict[str, Any]) -> Filing:
    """The filing a golden file describes, for one and the same brand."""
    said = {name: from_wire(told[name], Mention) for name in ("mention", "parent") if name in told}
    changes = {
        "created": datetime.fromisoformat(told["created"]),
        "tags": tuple(told.get("tags", ())),
        "brand": ACME,
    }
    return Filing(**{**told, **said, **changes})


def test_there_are_golden_pairs_to_compare() -> None:
    assert len(PAIRS) >= 8
    assert {path.name for path in FOLDER.iterdir()} == {
        f"{name}.{side}.json" for name in PAIRS for side in ("filing", "resource")
    }


@pytest.mark.parametrize("name", PAIRS)
def test_a_filing_becomes_its_golden_resource(name: str) -> None:
    made = external_resource(filing(read(f"{name}.filing.json")), HOST)
    assert made == read(f"{name}.resource.json")


@pytest.mark.parametrize("name", PAIRS)
def test_a_golden_resource_is_one_zendesk_takes(name: str) -> None:
    assert_valid("external_resource.json", read(f"{name}.resource.json"))
