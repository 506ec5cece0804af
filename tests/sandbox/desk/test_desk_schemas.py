"""The desk is as strict as Zendesk's own schemas, and what it sends passes them."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from answerback_sandbox.desk.rules import (
    channelback_breaches,
    manifest_breaches,
    pull_breaches,
    resource_breaches,
)

FOLDER = Path(__file__).parents[4] / "shared" / "corpus" / "zendesk"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the corpus is not beside the checkout")


def schema(name):
    # Two types in the published schemas are none of JSON Schema's: "any" and "time".
    text = (FOLDER / name).read_text()
    return json.loads(text.replace('{"type": "any"}', "{}").replace('{"type": "time"}', "{}"))


def validator(name):
    names = [one.name for one in FOLDER.glob("*.json")]
    found = [(one, Resource.from_contents(schema(one), DRAFT4)) for one in names]
    registry = Registry().with_resources(found)
    return Draft4Validator({"$ref": name}, registry=registry)


def whole_pull_breaches(answer):
    found = pull_breaches(answer)
    items = answer.get("external_resources") if isinstance(answer, dict) else None
    for one in items if isinstance(items, list) else []:
        found += resource_breaches(one)
    return found


DOCUMENTS = {
    "external_resource.json": resource_breaches,
    "channelback_payload_v2.json": channelback_breaches,
    "pull_payload.json": whole_pull_breaches,
    "manifest.json": manifest_breaches,
}
GOOD = {
    "external_resource.json": {
        "external_id": "e",
        "message": "m",
        "created_at": "2026-11-21T09:58:03Z",
        "author": {"external_id": "a"},
    },
    "channelback_payload_v2.json": {"external_id": "e"},
    "pull_payload.json": {"external_resources": []},
    "manifest.json": {"name": "n", "id": "i", "urls": {"admin_ui": "./a"}},
}
WRONG = [None, 1, "", "x" * 70000, [], {}, True, ["x"], [{}] * 300]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_whatever_the_schema_refuses_the_desk_refuses(name):
    breaches, valid = DOCUMENTS[name], validator(name)
    assert valid.is_valid(GOOD[name])
    assert breaches(GOOD[name]) == []
    refused = 0
    members = schema(name)
    members = members.get("definitions", {}).get("manifest", members)["properties"]
    for member in members:
        for value in WRONG:
            document = {**GOOD[name], member: value}
            if not valid.is_valid(document):
                refused += 1
                assert breaches(document), f"{member} = {str(value)[:40]}"
    for member in GOOD[name]:
        document = {key: value for key, value in GOOD[name].items() if key != member}
        assert bool(breaches(document)) >= (not valid.is_valid(document))
    assert refused > 10


def test_every_event_the_desk_sends_passes_the_schemas(desk, service, make, wait):
    account_id = desk.connect(service)
    service.resources = [make("a", thread_id="t"), make("b", parent_id="none")]
    desk.pull()
    desk.pull()
    service.channelback = lambda: ("no", 422)
    desk.reply(1, "Hello", status="closed")
    service.resources = [make("c", thread_id="t")]
    desk.pull()
    desk.sandbox("POST", f"/accounts/{account_id}/deactivate")
    desk.sandbox("DELETE", f"/accounts/{account_id}")
    (integration,) = desk.sandbox("GET", "/integrations")["integrations"]
    desk.sandbox("DELETE", f"/integrations/{integration['id']}")
    desk.told("destroy_integration")
    desk.told("channelback")
    events = service.called("event")

    kinds = {event["type_id"] for event in events}
    assert len(kinds) == 9, kinds
    for event in events:
        specific = f"event_callback_{event['type_id']}.json"
        for name in (specific, "event_callback_base.json"):
            errors = list(validator(name).iter_errors(event))
            assert errors == [], (name, event)
