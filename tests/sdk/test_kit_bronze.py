"""Each bronze check about what a channel declares fails for one with just that fault.

Of the checks about reading and about calls that come in see `test_kit_bronze_reading` and
`test_kit_bronze_calls`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from bronze_findings import findings, golden_in
from grand_tavern import GrandTavern
from mutants import outcome
from tavern_channel import Tavern

from answerback.budget import Budget
from answerback.channel import Channel, Listener, Listening, Repeat
from answerback.errors import ConfigError
from answerback.http import Answer
from answerback.model import Page
from answerback.settings import Setting


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    return golden_in(tmp_path)


def variant(**constants: Any) -> type[Channel]:
    """The reference channel with other constants."""
    return type("Variant", (Tavern,), constants)


def more(*settings: Setting) -> dict[str, Any]:
    return {"settings": (*Tavern.settings, *settings)}


def setting(name: str = "region", **told: Any) -> Setting:
    return Setting(
        **{"name": name, "scope": "account", "help": "Where it is.", "required": False, **told}
    )


def listening(**told: Any) -> Listening:
    return Listening(**{"kind": "keyword", "title": "Words", **told})


class Trusting(Tavern):
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.account.settings['token']}"}


class Careless(Tavern):
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.account.settings.get('token')}"}


class Vague(Tavern):
    def _headers(self) -> dict[str, str]:
        if "token" not in self.account.settings:
            raise ConfigError("tavern: something is missing.")
        return super()._headers()


class OtherWords(Tavern):
    def poll(self, listener: Listener, position: str | None) -> Page:  # type: ignore[override]
        return super().poll(listener, position)


class MoreWords(Tavern):
    def poll(self, listener: Listener, cursor: str | None, most: int = 10) -> Page:
        return super().poll(listener, cursor)


class BoundClassify(Tavern):
    def classify(self, answer: Answer) -> None:  # type: ignore[override]
        return None


BROKEN: list[tuple[str, type[Channel]]] = [
    ("settings_are_declared_and_scoped", variant(**more(setting("Home-Region")))),
    ("settings_are_declared_and_scoped", variant(**more(setting(scope="listener")))),
    ("settings_are_declared_and_scoped", variant(**more(setting(help="")))),
    ("settings_are_declared_and_scoped", variant(**more(setting(default="x", choices=("a", "b"))))),
    ("settings_are_declared_and_scoped", variant(**more(setting(default="x", type=int)))),
    ("settings_are_declared_and_scoped", variant(**more(setting(), setting(scope="app")))),
    ("secrets_are_marked", variant(**more(setting("api_key")))),
    ("secrets_are_marked", variant(**more(setting("client_password")))),
    ("secrets_are_marked", variant(**more(setting(secret=True, default="letmein")))),
    (
        "secrets_are_marked",
        variant(
            listeners=(
                *Tavern.listeners,
                listening(settings=(setting("word", scope="listener", secret=True),)),
            )
        ),
    ),
    ("a_missing_setting_is_named", variant(**more(setting(required=True, default="")))),
    ("a_missing_setting_stops_every_call", Trusting),
    ("a_missing_setting_stops_every_call", Careless),
    ("a_missing_setting_stops_every_call", Vague),
    ("it_has_a_name_and_a_title", variant(title=" ")),
    ("its_docstring_states_purpose_limits_and_source", variant(__doc__="Hears. Answers.")),
    (
        "its_docstring_states_purpose_limits_and_source",
        variant(__doc__="Hears and never answers: https://tavern.example/"),
    ),
    (
        "its_docstring_states_purpose_limits_and_source",
        variant(__doc__="Hears the tavern. Answers it. https://tavern.example/"),
    ),
    (
        "its_docstring_states_purpose_limits_and_source",
        variant(__doc__="Hears the tavern. It cannot answer. See http://tavern.example/"),
    ),
    ("methods_have_the_contracts_signatures", OtherWords),
    ("methods_have_the_contracts_signatures", MoreWords),
    ("answers_have_limits", variant(limits=replace(Tavern.limits, length=0))),
    ("answers_have_limits", variant(limits=replace(Tavern.limits, count=lambda text: 1))),
    ("answers_have_limits", variant(limits=replace(Tavern.limits, parts=0))),
    ("answers_have_limits", variant(limits=replace(Tavern.limits, attachment_size=0))),
    (
        "answers_have_limits",
        variant(limits=replace(Tavern.limits, media_types=frozenset({"png"}))),
    ),
    ("a_second_try_is_declared", variant(sent=Channel.sent)),
    ("a_second_try_is_declared", variant(repeat=Repeat(by="key"))),
    ("a_second_try_is_declared", variant(repeat=Repeat(by="luck"))),  # type: ignore[arg-type]
    (
        "a_second_try_is_declared",
        variant(repeat=Repeat(by="read_back", settle=timedelta(seconds=-1))),
    ),
    (
        "budgets_can_be_kept",
        variant(budgets=(Budget(name="calls", units=0, per=timedelta(minutes=1)),)),
    ),
    ("budgets_can_be_kept", variant(budgets=Tavern.budgets * 2)),
    ("budgets_can_be_kept", variant(budgets=(replace(Tavern.budgets[0], timezone="Mars/Base"),))),
    ("listeners_can_be_heard", variant(listeners=())),
    ("listeners_can_be_heard", variant(listeners=Tavern.listeners * 2)),
    ("listeners_can_be_heard", variant(listeners=(listening(kind="gossip"),))),
    ("listeners_can_be_heard", variant(listeners=(listening(every=timedelta(0)),))),
    ("listeners_can_be_heard", variant(listeners=(listening(title=""),))),
    (
        "listeners_can_be_heard",
        variant(poll=Channel.poll, parse=Channel.parse, signature=None),
    ),
]


def test_the_reference_channel_passes_every_bronze_check() -> None:
    assert findings(slow=True, network=GrandTavern) == set()


def test_a_part_of_its_golden_folder_is_enough_for_that(golden: Path) -> None:
    assert findings(golden=golden) == set()


@pytest.mark.parametrize(("check", "channel"), BROKEN, ids=lambda it: getattr(it, "__name__", it))
def test_what_is_declared_wrongly_is_found_by_its_check_alone(
    golden: Path, check: str, channel: type[Channel]
) -> None:
    assert findings(channel, golden=golden) == {check}


def test_a_name_that_is_no_plain_name_is_found() -> None:
    assert outcome("it_has_a_name_and_a_title", channel=variant(name="The Tavern")).seen


def test_a_constructor_the_engine_cannot_call_is_found() -> None:
    class Demanding(Tavern):
        def __init__(self, token: str, **more: Any) -> None:
            super().__init__(**more)

    found = outcome("methods_have_the_contracts_signatures", channel=Demanding)

    assert (found.result, "`__init__`" in found.seen) == ("failed", True)


def test_a_classify_that_needs_an_instance_is_found() -> None:
    found = outcome("methods_have_the_contracts_signatures", channel=BoundClassify)

    assert (found.result, "`classify`" in found.seen) == ("failed", True)


def test_a_finding_names_the_setting_and_says_what_to_write() -> None:
    found = outcome("secrets_are_marked", channel=variant(**more(setting("api_key"))))

    assert found.seen == "The setting 'api_key' looks like a secret and is not marked as one."
    assert "secret=True" in found.mend


def test_a_name_that_only_speaks_of_a_secret_is_none() -> None:
    names = ("key_id", "token_url", "public_key", "keyword", "secretary")
    channel = variant(**more(*(setting(name) for name in names)))

    assert outcome("secrets_are_marked", channel=channel).result == "passed"


BESIDE = {
    "a_connection_at_import": ("import socket\nsocket.create_connection(('tavern.test', 80))", ""),
    "a_listening_port": ("", "import socket; socket.create_server(('127.0.0.1', 0))"),
    "a_file_written": ("", "open('tavern.cache', 'w')"),
    "a_folder_made": ("import os; os.makedirs('tavern_cache')", ""),
    "a_setting_needed": ("", "self.token = self.account.settings['token']"),
}


@pytest.mark.parametrize("beside", BESIDE.values(), ids=list(BESIDE))
def test_what_is_done_beside_importing_and_making_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside: tuple[str, str]
) -> None:
    channel = written(tmp_path / "busy_tavern.py", *beside, monkeypatch)

    found = outcome("importing_and_constructing_opens_nothing", channel=channel)

    assert found.result == "failed"
    assert not list(tmp_path.glob("tavern*"))


def written(
    path: Path, at_import: str, at_making: str, monkeypatch: pytest.MonkeyPatch
) -> type[Channel]:
    """A channel of a module of its own, imported as this process knows it: without its mischief."""
    source = (
        "from tavern_channel import Tavern\n{}\n"
        "class Busy(Tavern):\n"
        "    def __init__(self, app=None, account=None, http=None, state=None):\n"
        "        super().__init__(app, account, http, state)\n"
        "        {}\n"
    )
    path.write_text(source.format("", "pass"), encoding="utf-8")
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, path.stem, module)
    monkeypatch.chdir(path.parent)
    spec.loader.exec_module(module)
    path.write_text(source.format(at_import, at_making or "pass"), encoding="utf-8")
    channel: type[Channel] = module.Busy
    return channel


@pytest.mark.parametrize(("name", "result"), [("tavern", "passed"), ("pub", "failed")])
def test_an_entry_point_of_another_name_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, result: str
) -> None:
    folder = tmp_path / "tavern-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: tavern\nVersion: 1.0\n")
    point = f"[answerback.channels]\n{name} = tavern_channel:Tavern\n"
    (folder / "entry_points.txt").write_text(point)
    monkeypatch.syspath_prepend(tmp_path)

    assert outcome("the_entry_point_has_its_name").result == result


def test_settings_are_looked_for_where_the_pretend_network_gives_none() -> None:
    class Silent(GrandTavern):
        account_settings: Mapping[str, Any] = {}

    found = outcome("a_missing_setting_stops_every_call", channel=Trusting, network=Silent)

    assert found.seen.startswith("`poll of mentions` fails with KeyError (test_kit_bronze.py:")
