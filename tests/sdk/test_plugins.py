"""Plugins are found where they are installed, and a broken one costs the others nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from answerback import (
    Channel,
    ConfigError,
    HelpDesk,
    channels,
    help_desks,
    installed,
    load_channel,
    load_help_desk,
)

from .distributions import BOX, install

Install = Callable[..., None]


@pytest.fixture
def joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs a distribution for one test; what it imported is forgotten afterwards."""
    before = set(sys.modules)
    monkeypatch.delenv("ANSWERBACK_PLUGINS", raising=False)

    def join(
        name: str, source: str = "", *, group: str = "answerback.channels", **points: str
    ) -> None:
        folder = tmp_path / name
        module = name.replace("-", "_")
        install(folder, name, modules={module: source}, entry_points={group: points})
        monkeypatch.syspath_prepend(folder)

    yield join
    for module in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[module], "__file__", "")):
            del sys.modules[module]


def test_a_strangers_channel_is_found_without_being_imported(joined: Install) -> None:
    joined("stranger-box", BOX, box="stranger_box:Box")
    plugin = channels()["box"]
    assert (plugin.kind, plugin.distribution, plugin.version) == ("channel", "stranger-box", "1.2")
    assert "stranger_box" not in sys.modules
    box = load_channel("box")
    assert issubclass(box, Channel)
    assert box.title == "Box"


def test_what_ships_with_answerback_is_found_the_same_way() -> None:
    assert channels()["mastodon"].distribution == "answerback"
    assert help_desks()["zendesk"].distribution == "answerback"
    assert issubclass(load_help_desk("zendesk"), HelpDesk)


def test_an_unknown_name_is_answered_with_the_known_and_the_likely_one(joined: Install) -> None:
    joined("stranger-box", BOX, box="stranger_box:Box")
    with pytest.raises(ConfigError, match=r"no channel 'bix'.*Did you mean 'box'\?.*box, mastodon"):
        load_channel("bix")
    with pytest.raises(ConfigError, match=r"no help desk 'box'.*Known: .*zendesk"):
        load_help_desk("box")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import no_such_thing_at_all", r"ModuleNotFoundError \(no module 'no_such_thing_at_all'"),
        ("raise RuntimeError('token=secret')", r"RuntimeError\.$"),
        ("raise SystemExit(3)", r"SystemExit\.$"),
        ("", r"AttributeError\.$"),
        ("class Box: name = 'box'", "is no Channel"),
        ("from answerback import HelpDesk as Box", "is no Channel"),
        ("Box = 7", "is no Channel"),
        (BOX.replace('name = "box"', 'name = "crate"'), "calls itself 'crate'"),
    ],
)
def test_a_broken_channel_is_named_with_what_is_wrong(
    joined: Install, source: str, said: str
) -> None:
    joined("stranger-box", source, box="stranger_box:Box")
    with pytest.raises(ConfigError, match=said) as refused:
        load_channel("box")
    assert "The channel 'box' from stranger-box 1.2" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_broken_plugin_costs_the_others_nothing(joined: Install) -> None:
    joined("stranger-box", BOX, box="stranger_box:Box")
    joined("broken-box", "import no_such_thing_at_all", crate="broken_box:Crate")
    found = {each.plugin.name: each for each in installed()}
    assert "ModuleNotFoundError" in str(found["crate"].broken)
    assert found["box"].broken is None
    assert found["box"].capabilities == {"read"}
    assert found["zendesk"].plugin.kind == "help desk"


def test_two_plugins_of_one_name_are_refused_naming_both_distributions(joined: Install) -> None:
    joined("stranger-box", BOX, box="stranger_box:Box")
    joined("other-box", BOX, box="other_box:Box")
    with pytest.raises(ConfigError, match="the channel 'box'") as refused:
        channels()
    assert "stranger-box 1.2" in str(refused.value)
    assert "other-box 1.2" in str(refused.value)


def test_a_channel_and_a_help_desk_may_share_a_name(joined: Install) -> None:
    joined("stranger-box", BOX, box="stranger_box:Box")
    joined("other-box", "", group="answerback.help_desks", box="other_box:Box")
    assert channels()["box"].distribution == "stranger-box"
    assert help_desks()["box"].distribution == "other-box"


def test_only_listed_plugins_are_loaded(joined: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    joined("stranger-box", BOX, box="stranger_box:Box")
    monkeypatch.setenv("ANSWERBACK_PLUGINS", " mastodon, zendesk ,")
    assert list(channels()) == ["mastodon"]
    assert list(help_desks()) == ["zendesk"]
    with pytest.raises(ConfigError, match="no channel 'box' \\(ANSWERBACK_PLUGINS limits them"):
        load_channel("box")
    assert "stranger_box" not in sys.modules


def test_an_empty_list_allows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSWERBACK_PLUGINS", "")
    assert channels() == help_desks() == {}


def test_a_listed_plugin_that_is_not_installed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSWERBACK_PLUGINS", "mastadon,zendesk")
    with pytest.raises(ConfigError, match=r"names 'mastadon'.*Did you mean 'mastodon'\?"):
        channels()
