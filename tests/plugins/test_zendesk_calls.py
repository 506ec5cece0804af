"""The plugin as declared: its calls, settings, manifest, clickthrough and health."""

import json

import pytest
from zendesk_bridge import StandInBridge
from zendesk_schemas import assert_valid

from answerback.calls import Request
from answerback.errors import ConfigError
from answerback.helpdesk import Installation
from answerback.settings import read_settings
from answerback_zendesk import Zendesk
from answerback_zendesk.host import Host
from answerback_zendesk.manifest import manifest


def installed(id: str = "inst_1", **settings: object) -> Installation:
    """An installation with settings as the server reads them."""
    told = {"subdomain": "acme", **settings}
    read = read_settings(Zendesk.settings, told, scope="installation", where=id)
    return Installation(id=id, settings=read)


def click(bridge: StandInBridge, external_id: str, language: str = "") -> tuple[int, str, str]:
    """Status, Location and words of a clickthrough."""
    query = {"external_id": (external_id,)}
    headers = {"accept-language": language}
    request = Request(method="GET", path="/open", query=query, headers=headers)
    response = Zendesk().open_original(request, bridge)
    return response.status, response.headers.get("Location", ""), response.body.decode()


def test_every_declared_call_has_its_method() -> None:
    plugin = Zendesk()
    assert all(callable(getattr(plugin, call.method)) for call in Zendesk.calls)
    assert len({(call.verb, call.path) for call in Zendesk.calls}) == len(Zendesk.calls) == 9


def test_the_manifest_is_valid_and_every_address_is_a_declared_call() -> None:
    told = json.loads(
        Zendesk().manifest(Request(method="GET", path="/manifest.json"), StandInBridge()).body
    )
    declared = {call.path for call in Zendesk.calls}
    assert {url.removeprefix(".") for url in told["urls"].values()} <= declared
    assert told["channelback_files"] is True
    assert told["id"] == "urn:answerback:zendesk:inst_1"
    assert_valid("manifest.json", told)


def test_the_version_changes_when_the_content_does() -> None:
    versions = {
        manifest(one)["version"]
        for one in (
            installed(),
            installed(),
            installed(display_name="Acme Social"),
            installed(create_followup_tickets="no"),
            installed("inst_2"),
        )
    }
    assert len(versions) == 4


def test_two_installations_never_share_an_integration_id() -> None:
    assert manifest(installed("a"))["id"] != manifest(installed("b"))["id"]


def test_settings_have_the_defaults_zendesk_advises() -> None:
    host = Host.of(installed())
    assert host.origin == "https://acme.zendesk.com"
    assert host.display_name == "answerback"
    assert manifest(installed())["create_followup_tickets"] is True
    assert manifest(installed(create_followup_tickets="no"))["create_followup_tickets"] is False


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"subdomain": "acme.zendesk.com"}, "subdomain"),
        ({"subdomain": "a/b"}, "subdomain"),
        ({"url": "acme"}, "url"),
        ({"url": "ftp://acme.example"}, "url"),
        ({"url": "http://acme.example"}, "https"),
    ],
)
def test_settings_that_cannot_work_are_named(settings: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        Host.of(installed(**settings))


def test_a_click_leads_to_the_original() -> None:
    bridge = StandInBridge(originals={"mastodon:1": "https://square.example/@rosa/1?x=ü"})
    status, location, _ = click(bridge, "mastodon:1")
    assert (status, location) == (302, "https://square.example/@rosa/1?x=%C3%BC")


@pytest.mark.parametrize(
    "original",
    [
        None,
        "javascript:alert(1)",
        "//evil.example",
        "https://square.example/\r\nX: y",
        "https://a@b.example/",
    ],
)
def test_a_click_leads_nowhere_but_to_our_own_records(original: str | None) -> None:
    bridge = StandInBridge(originals={"known": original} if original else {})
    for external_id in ("known", "https://evil.example/", "", "x" * 5000):
        status, location, words = click(bridge, external_id)
        assert (status, location) == (404, "")
        assert "There is no original to open" in words


def test_a_click_that_leads_nowhere_says_so_in_the_agents_language() -> None:
    assert "kein Original" in click(StandInBridge(), "x", "de-DE,de;q=0.9")[2]


def test_health_is_a_word() -> None:
    response = Zendesk().health(Request(method="GET", path="/health"), StandInBridge())
    assert (response.status, response.body) == (200, b"ok")
