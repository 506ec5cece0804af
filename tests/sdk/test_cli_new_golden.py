"""`answerback new golden`: a pair from a real payload, and what is left to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from answerback import load_channel
from answerback.activitystreams import from_as2, to_as2
from answerback.channel import Account
from answerback.cli import main
from answerback.cli.new.gaps import changed, unused
from answerback.cli.new.reading import Reader
from answerback.cli.payloads import Native, payloads
from answerback.model import Activity
from answerback.testing.golden.anonymity import anonymous
from answerback.testing.golden.folder import pairs

from .distributions import install

ROOT = Path(__file__).parents[2]
NATIVE = sorted((ROOT / "tests" / "golden" / "mastodon").glob("*.native.json"))
CORPUS = ROOT.parent / "shared" / "corpus" / "mastodon"
RECORDED = sorted(CORPUS.glob("*.json"))

SHELF = '''
from datetime import datetime
from answerback import Activity, Actor, Channel, Hint, Ignored, Mention, Unreadable


class Shelf(Channel):
    """Hears what is written on slips. Cannot answer."""

    name = "shelf"
    title = "Shelf"

    def read(self, payload):
        for number, slip in enumerate(payload if isinstance(payload, list) else [payload]):
            if "id" not in slip:
                yield Unreadable(position=f"[{number}]", reason="'id' is missing.")
            elif slip.get("mood") == "advert":
                yield Ignored(reason="an advertisement")
            elif slip.get("mood") == "bell":
                yield Hint(reason="doorbell")
            elif slip.get("mood") == "bug":
                raise KeyError(slip["text"])
            else:
                host = self.account.settings.get("host", "shelf.example")
                yield Activity(
                    type="Create",
                    channel="shelf",
                    object=Mention(
                        id=f"https://{host}/{slip['id']}",
                        channel="shelf",
                        text=slip.get("text"),
                        visibility="direct" if slip.get("mood") == "secret" else "public",
                        attributed_to=Actor(
                            id="https://shelf.example/u", bot=slip["by"]["robot"] is True
                        ) if "by" in slip else None,
                    ),
                )
'''
MUTE = """
from answerback import Channel

class Mute(Channel):
    name = "mute"
"""

SLIP: dict[str, Any] = {
    "id": 4711,
    "text": "The kettle of Annegret leaks",
    "by": {"robot": False, "hat": "green", "shoes": {"left": "brown", "right": "black"}},
    "paper": "yellow",
    "stamps": ["red", "blue"],
    "nothing": None,
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(
        tmp_path_factory.mktemp("site"),
        "stranger-shelf",
        modules={"shelf": SHELF, "mute_shelf": MUTE},
        entry_points={
            "answerback.channels": {"shelf": "shelf:Shelf", "mute": "mute_shelf:Mute"},
        },
    )


New = Callable[..., Result]


@pytest.fixture
def new(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> New:
    """Runs `answerback new golden` in an empty project, with a payload in slip.json."""
    monkeypatch.syspath_prepend(site)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ANSWERBACK_PLUGINS", raising=False)

    def run(payload: Any, *words: str, channel: str = "shelf", file: str = "slip.json") -> Result:
        text = payload if isinstance(payload, str) else json.dumps(payload)
        Path("slip.json").write_text(text, encoding="utf-8")
        Path("pyproject.toml").touch()
        done = CliRunner().invoke(
            main, ["new", "golden", channel, file, *words], input=text, prog_name="answerback"
        )
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        return done

    return run


def written(name: str = "slip", folder: str = "tests/golden") -> tuple[Any, list[dict[str, Any]]]:
    """The native payload and the activities of a pair."""
    (pair,) = [each for each in pairs(Path(folder)) if each.name == name]
    return pair.native, pair.as2


def test_a_pair_is_written_without_anybody_in_it(new: New) -> None:
    done = new(SLIP)
    assert (done.exit_code, done.stderr) == (0, "")
    native, as2 = written()
    assert list(native) == list(SLIP)
    assert native["id"] != 4711
    assert len(native["text"]) == len(SLIP["text"])
    assert not {"kettle", "annegret", "leaks"} & set(native["text"].lower().split())
    assert [each["type"] for each in as2] == ["Create"]
    assert as2[0]["object"]["id"] == f"https://shelf.example/{native['id']}"
    assert "tests/golden/slip.native.json" in done.output
    assert "1 activity (Create)" in done.output
    assert "look through it before you commit it" in " ".join(done.output.split())


def test_what_is_written_is_what_the_channel_reads_in_it(new: New) -> None:
    new(SLIP)
    native, as2 = written()
    items = list(load_channel("shelf")().read(native))
    assert [to_as2(each) for each in items if isinstance(each, Activity)] == as2
    assert [from_as2(each) for each in as2] == items


def test_untold_fields_are_named_with_their_meaning(new: New) -> None:
    output = new(SLIP).output
    assert "not told: in_reply_to (id of the parent)" in output
    assert "not told: attributed_to.preferred_username (handle without @)" in output
    assert "not told: text" not in output
    assert "not told: attributed_to (" not in output
    assert "not told: raw" not in output
    without = new({"id": 1, "text": "words"}, "--name", "other").output
    assert "not told: attributed_to (the author)" in without
    assert "attributed_to." not in without


def test_unused_values_are_named_by_the_highest_key_nothing_is_read_under(new: New) -> None:
    assert "  not used: by.hat, by.shoes, paper, stamps\n" in new(SLIP).output


def test_a_false_that_is_read_counts_as_used(new: New) -> None:
    assert "by.robot" not in new(SLIP).output


def test_what_is_unreadable_or_ignored_is_named(new: New) -> None:
    slips = [SLIP, {"text": "lost"}, {"id": 5, "mood": "advert"}, {"id": 6, "mood": "bell"}]
    done = new(slips, "--keep", "mood")
    assert done.exit_code == 0
    assert "  unreadable: [1]: 'id' is missing.\n" in done.output
    assert "  ignored: an advertisement\n" in done.output
    assert "  hints: 1, which a golden pair does not hold\n" in done.output
    assert len(written()[1]) == 1


def test_a_replaced_value_with_a_fixed_meaning_is_noticed_and_can_be_kept(new: New) -> None:
    slip = SLIP | {"mood": "secret"}
    done = new(slip)
    assert "read otherwise than the real payload: object.ab:visibility" in done.output
    assert "--keep KEY" in done.output
    done = new(slip, "--keep", "mood", "--force")
    assert "read otherwise" not in done.output
    native, as2 = written()
    assert native["mood"] == "secret"
    assert as2[0]["object"]["ab:visibility"] == "direct"


def test_states_stay_and_what_may_be_one_is_named(new: New) -> None:
    states = {"subscribed": "NotSubscribed", "joining": "approval_required", "open": "Waiting"}
    guesses = {"mode_of_hat": "WornBackwards", "shoe": "WornInside"}
    done = new(SLIP | states | guesses, "--keep", "shoe")
    native, _ = written()
    assert (native["subscribed"], native["joining"]) == ("NotSubscribed", "approval_required")
    assert native["mode_of_hat"] != "WornBackwards"
    assert native["shoe"] == "WornInside"
    assert "perhaps one of a few fixed values: mode_of_hat\n" in done.output
    assert "leave it with --keep KEY" in done.output
    assert "perhaps one of" not in new(SLIP, "--force").output


def test_a_handle_with_its_host_is_at_the_host_of_its_address(new: New) -> None:
    new(
        {
            "id": 1,
            "text": "Hey @northwind@lemmy.world, or ＠northwind@lemmy.world; or @northwind!",
            "who": {"name": "northwind", "actor_id": "https://lemmy.world/u/northwind"},
        }
    )
    native, _ = written()
    name, address = native["who"]["name"], native["who"]["actor_id"]
    host = address.split("/")[2]
    assert host.endswith((".example", ".test"))
    assert name != "northwind"
    assert address == f"https://{host}/u/{name}"
    assert f" @{name}@{host}, " in native["text"]
    assert f" ＠{name}@{host}; " in native["text"]
    assert native["text"].endswith(f" @{name}!")


def test_no_golden_folder_is_made_outside_a_project(
    new: New, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slip = tmp_path / "slip.json"
    assert new(SLIP, "--name", "other").exit_code == 0
    (elsewhere := tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(elsewhere)
    done = CliRunner().invoke(main, ["new", "golden", "shelf", str(slip)])
    assert done.exit_code == 2
    assert "neither tests/golden nor pyproject.toml here" in done.output
    assert list(elsewhere.iterdir()) == []
    named = ["new", "golden", "shelf", str(slip), "--folder", "tests/golden"]
    assert CliRunner().invoke(main, named).exit_code == 0


def test_nothing_is_overwritten_unless_forced(new: New) -> None:
    new(SLIP)
    before = written()
    done = new(SLIP | {"text": "Other words entirely, many more"})
    assert done.exit_code == 2
    assert "slip.native.json is there already" in done.stderr
    assert "--force" in done.stderr
    assert written() == before
    assert new(SLIP | {"text": "Other words entirely, many more"}, "--force").exit_code == 0
    assert written() != before


def test_it_can_be_run_again_on_its_own_pair(new: New) -> None:
    new(SLIP)
    before = written()
    done = new("", "--force", file="tests/golden/slip.native.json")
    assert done.exit_code == 0
    assert written() == before


def test_folder_name_and_settings_can_be_chosen(new: New) -> None:
    done = new(
        SLIP, "--folder", "golden", "--name", "leak", "--setting", "host=other.example", file="-"
    )
    assert done.exit_code == 0
    _, as2 = written("leak", "golden")
    assert as2[0]["object"]["id"].startswith("https://other.example/")
    assert sorted(path.name for path in Path("golden").iterdir()) == [
        "leak.as2.json",
        "leak.native.json",
    ]


def test_several_payloads_become_pairs_whose_links_stay(new: New) -> None:
    done = new('{"id": 4711, "text": "one"}\n{"id": 4712, "parent_id": 4711}\n')
    assert done.exit_code == 0
    first, second = written("slip_1")[0], written("slip_2")[0]
    assert second["parent_id"] == first["id"] != 4711


def test_the_body_of_a_recorded_exchange_is_the_payload(new: New) -> None:
    exchange = {"request": {"method": "GET"}, "status": 200, "headers": {}, "body": SLIP}
    assert new(exchange).exit_code == 0
    assert list(written()[0]) == list(SLIP)


@pytest.mark.parametrize(
    ("payload", "words", "said"),
    [
        ("{", (), "slip.json, line 1 column 2 cannot be read: not JSON"),
        ("<rss/>", (), "NAME.native.xml"),
        ("", (), "cannot be read: empty"),
        ('{"request": {}, "status": 404, "body": {}}', (), "holds no payload"),
        (SLIP, ("--name", "../slip"), "letters, digits, - and _ only"),
        (SLIP, ("--setting", "host"), "write NAME=VALUE"),
        ({"id": 1, "mood": "bug", "text": "x"}, ("--keep", "mood"), "failed with KeyError in line"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    new: New, payload: Any, words: tuple[str, ...], said: str
) -> None:
    done = new(payload, *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert not Path("tests").exists()


def test_a_channel_that_cannot_read_is_refused(new: New) -> None:
    done = new(SLIP, channel="mute")
    assert done.exit_code == 1
    assert "mute cannot read native payloads" in done.stderr


def test_large_payloads_are_looked_at_in_part(new: New) -> None:
    reader = Reader(load_channel("shelf"), {})
    found = unused({"id": 1, **{f"key{n}": n for n in range(50)}}, reader, most=10)
    assert len(found.paths) + found.unseen == 50
    assert found.unseen == 41
    alike = unused([{"id": n, "hat": "green"} for n in range(40)], reader, most=10)
    assert (alike.paths, alike.unseen) == (("hat",), 0)


def test_looking_for_gaps_leaves_the_payload_as_it_was(new: New) -> None:
    payload = json.loads(json.dumps(SLIP))
    unused(payload, Reader(load_channel("shelf"), {}))
    assert json.dumps(payload) == json.dumps(SLIP)


# Real payloads

MASTODON = Account(id="help", settings={"instance": "https://acme.example"})


@pytest.mark.parametrize("path", NATIVE, ids=lambda path: path.name.partition(".")[0])
def test_golden_payloads_are_read_the_same_once_replaced(path: Path) -> None:
    reader = Reader(load_channel("mastodon"), MASTODON.settings)
    payload = json.loads(path.read_text(encoding="utf-8"))
    real, replaced = reader.read(payload), reader.read(anonymous(payload))
    assert changed(real, replaced) == []
    assert len(replaced.as2) == len(real.as2)


@pytest.mark.skipif(not RECORDED, reason="the recorded payloads are not here")
def test_recorded_payloads_are_read_the_same_once_replaced() -> None:
    reader = Reader(load_channel("mastodon"), {})
    mentions = 0
    for path in RECORDED:
        for _, native in payloads(path.read_bytes()):
            if isinstance(native, Native):
                real = reader.read(native.value)
                replaced = reader.read(anonymous(native.value))
                assert changed(real, replaced) == [], path.name
                mentions += len(list(replaced.mentions()))
    assert mentions > 15


@pytest.mark.skipif(not RECORDED, reason="the recorded payloads are not here")
def test_a_pair_is_proposed_for_a_recorded_mention(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").touch()
    file = str(CORPUS / "notifications_mentions_only.1.json")
    done = CliRunner().invoke(main, ["new", "golden", "mastodon", file, "--name", "mention"])
    assert done.exit_code == 0, done.output
    native, as2 = written("mention")
    assert "mastodonpy" not in json.dumps([native, as2])
    assert "read otherwise" not in done.output
    assert "status.account.locked" in done.output
    assert "not told: quote_of (id of the post it quotes)" in done.output
