"""The command `answerback`: above all `read`, what it gives and what it says of the rest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from answerback import Activity, Mention, from_as2, from_wire, json_schema
from answerback.cli import main

from .distributions import BOX, install

COMMANDS = """
import click

def commands():
    return {"wave": click.Command("wave", callback=lambda: click.echo("hello"))}
"""
MUTE = """
from answerback import Channel

class Mute(Channel):
    name = "mute"
"""
FAILING = """
import click
from answerback import ConfigError, TryLater

def commands():
    def settings():
        raise ConfigError("The box has no lid.\\nPut one on.")
    def network():
        raise TryLater("The lid is stuck.", plugin="box", status=503)
    return {
        "settings": click.Command("settings", callback=settings),
        "network": click.Command("network", callback=network),
    }
"""

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "mastodon"
COMMAND = (sys.executable, "-W", "error", "-m", "answerback")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of a run of the command."""

    returncode: int
    stdout: bytes
    stderr: bytes


Answerback = Callable[..., Done]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of strangers' distributions: one channel, and commands that work, fail and break."""
    folder = tmp_path_factory.mktemp("site")
    install(
        folder,
        "stranger-box",
        modules={"box": BOX, "mute": MUTE},
        entry_points={
            "answerback.channels": {"box": "box:Box", "mute": "mute:Mute", "gone": "gone:Gone"}
        },
    )
    install(
        folder,
        "stranger-commands",
        modules={"waving": COMMANDS, "failing": FAILING, "breaking": "raise OSError('secret')"},
        entry_points={
            "answerback.commands": {
                "wave": "waving:commands",
                "failing": "failing:commands",
                "breaking": "breaking:commands",
            }
        },
    )
    return folder


@pytest.fixture
def answerback(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Answerback:
    """Runs the command in this process, in an empty folder and without any setting."""
    monkeypatch.syspath_prepend(site)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ANSWERBACK_PLUGINS", raising=False)

    def run(*words: str, put_in: bytes = b"") -> Done:
        done = CliRunner().invoke(main, words, input=put_in, prog_name="answerback")
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        return Done(returncode=done.exit_code, stdout=done.stdout_bytes, stderr=done.stderr_bytes)

    return run


@pytest.fixture
def fresh(site: Path) -> Answerback:
    """Runs a command line in processes of its own."""

    def run(*words: str, put_in: bytes = b"") -> Done:
        done = subprocess.run(
            words,
            input=put_in,
            capture_output=True,
            check=False,
            timeout=60,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(site)},
        )
        return Done(returncode=done.returncode, stdout=done.stdout, stderr=done.stderr)

    return run


def heard(done: Done) -> list[str]:
    """The ids of the mentions on stdout, each of which is valid wire JSON."""
    ids = []
    for line in done.stdout.decode().splitlines():
        data = json.loads(line)
        Draft202012Validator(json_schema()).validate(data)
        activity = from_wire(data, Activity)
        assert isinstance(activity.object, Mention)
        ids.append(activity.object.id)
    return ids


def entry(id: str, **rest: Any) -> dict[str, Any]:
    return {"id": id, **rest}


def exchange(body: Any, status: int = 200) -> dict[str, Any]:
    return {
        "request": {"method": "GET", "path": "/box"},
        "status": status,
        "headers": {},
        "body": body,
    }


@pytest.mark.parametrize(
    "payload",
    [
        json.dumps([entry("1"), entry("2")]),
        json.dumps([entry("1"), entry("2")], indent=2),
        "\ufeff" + json.dumps([entry("1"), entry("2")]),
        '{"id": "1"}\n{"id": "2"}\n',
        '{"id": "1"}\r\n\r\n{"id": "2"}',
        '{\n "id": "1"\n}\n{\n "id": "2"\n}\n',
        '{"id": "1"}{"id": "2"}',
        json.dumps(exchange([entry("1"), entry("2")])),
        json.dumps([exchange(entry("1")), exchange([entry("2")])]),
        json.dumps(exchange(entry("1"))) + "\n" + json.dumps(exchange(entry("2"))),
        json.dumps(exchange(json.dumps([entry("1"), entry("2")]))),
    ],
    ids=[
        "list", "indented", "bom", "lines", "lines-crlf", "documents", "joined", "exchange",
        "exchanges", "exchange-lines", "exchange-of-text",
    ],
)  # fmt: skip
def test_every_shape_of_payload_is_read_from_stdin(answerback: Answerback, payload: str) -> None:
    done = answerback("read", "box", put_in=payload.encode())
    assert (done.returncode, done.stderr) == (0, b"")
    assert heard(done) == ["1", "2"]


def test_files_and_stdin_are_read_in_order(answerback: Answerback, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"id": "a"}')
    (tmp_path / "b.json").write_text('{"id": "b"}')
    done = answerback("read", "box", "b.json", "-", "a.json", put_in=b'{"id": "in"}')
    assert done.returncode == 0
    assert heard(done) == ["b", "in", "a"]


def test_a_hint_is_printed_as_a_hint(answerback: Answerback) -> None:
    for form in ([], ["--as2"]):
        done = answerback("read", "box", *form, put_in=b'{"id": "bell"}')
        assert json.loads(done.stdout) == {
            "schema": "answerback/1",
            "type": "Hint",
            "refs": [{"id": "7"}],
            "reason": "doorbell",
        }


def test_activitystreams_and_raw_come_when_asked_for(answerback: Answerback) -> None:
    payload = {"id": "1", "text": "zwei\u2028Zeilen"}
    put_in = json.dumps(payload).encode()
    as2 = answerback("read", "box", "--as2", put_in=put_in)
    assert len(as2.stdout.decode().splitlines()) == 1
    words = Mention(id="1", channel="box", text="zwei\u2028Zeilen")
    assert from_as2(json.loads(as2.stdout)) == Activity(type="Create", channel="box", object=words)
    raw = answerback("read", "box", "--raw", put_in=put_in)
    assert json.loads(raw.stdout)["object"]["raw"] == payload
    both = answerback("read", "box", "--raw", "--as2", put_in=put_in)
    assert (both.returncode, both.stdout) == (2, b"")


def test_what_is_ignored_is_silent_unless_asked_for(answerback: Answerback) -> None:
    put_in = json.dumps([exchange({"error": "no"}, 404), exchange(entry("advert"))]).encode()
    quiet = answerback("read", "box", put_in=put_in)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, b"", b"")
    told = answerback("read", "box", "-v", put_in=put_in)
    assert told.stderr.decode().splitlines() == [
        "stdin: item 1: ignored: an exchange that ended with status 404",
        "stdin: item 2: ignored: an advertisement",
    ]
    assert told.returncode == 0


def test_what_is_no_json_is_handed_on_as_bytes(answerback: Answerback) -> None:
    feed = b"\xef\xbb\xbf \n<?xml version='1.0' encoding='latin-1'?><rss>\xe9</rss>"
    done = answerback("read", "box", "-v", put_in=feed)
    assert done.stderr.decode() == f"stdin: ignored: {len(feed) - 3} bytes\n"


@pytest.mark.parametrize(
    ("payload", "said", "read"),
    [
        (b"", "stdin: empty, nothing to read", []),
        (b" \n\t", "stdin: empty, nothing to read", []),
        (b'{"id": "1"', "stdin: line 1 column 11: not JSON: Expecting ',' delimiter", []),
        (b'{\n "id": "1",\n oops\n}', "stdin: line 3 column 2: not JSON: Expecting property", []),
        (b'{"id": "1"}\noops\n{"id": "2"}', "stdin: line 2: column 1: not JSON", ["1", "2"]),
        (b'oops\n{"id": "2"}', "stdin: line 1: column 1: not JSON", ["2"]),
        (b'{"id": "1"}\n{"id": "\xff"}\n{"id": "3"}', "stdin: line 2: not UTF-8", ["1", "3"]),
        (b'{\n"id": "\xff"}', "stdin: line 2: not UTF-8 (byte 9)", []),
        ('{"id": "1"}'.encode("utf-16"), "stdin: line 1: not UTF-8", []),
        (b'{\n"id": \n}\n{\n"id": "2"\n}', "stdin: line 3 column 1: not JSON", ["2"]),
        (b'[{"id": "1"}, {"name": "x"}, 7, {"id": "4"}]', "item 2: an entry without", ["1", "4"]),
        (b'{"id": "1"}\n[{"id": "2"}, {}]', "line 2: item 2: an entry without id", ["1", "2"]),
        (b'{"id": "bad"}\n{"id": "2"}', "stdin: line 1: no slip in the box", ["2"]),
        (b'{"id": "bug", "text": "private"}\n{"id": "2"}', "failed with KeyError", ["2"]),
        (b'{"id": 7}', "stdin: not a text in 'object.id'", []),
        (b'{"id": "1", "n": NaN}', "stdin: line 1 column 1: NaN is not JSON", []),
        (b'{"id": ' + b"9" * 5000 + b"}", "stdin: line 1 column 1: a number too long", []),
        (b"[" * 100_000 + b"]" * 100_000, "stdin: line 1 column 1: nested too deeply", []),
        (b'{"id":' * 100_000, "stdin: line 1 column 1: nested too deeply", []),
        (b'{"id": "1"}\n' + b"[" * 100_000, "stdin: line 2: column 1: nested too deeply", ["1"]),
        (b'{\n"id":\n' * 100_000, "20 documents could not be read; the rest is left out", []),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_and_the_rest_goes_on(
    answerback: Answerback, payload: bytes, said: str, read: list[str]
) -> None:
    done = answerback("read", "box", put_in=payload)
    assert done.returncode == 1
    assert said in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert "private" not in done.stderr.decode()
    assert heard(done) == read


def test_a_file_that_cannot_be_opened_is_named_and_the_rest_goes_on(
    answerback: Answerback, tmp_path: Path
) -> None:
    (tmp_path / "good.json").write_text('{"id": "1"}')
    (tmp_path / "folder").mkdir()
    done = answerback("read", "box", "missing.json", "folder", "/dev/null", "good.json")
    assert done.returncode == 1
    assert heard(done) == ["1"]
    assert done.stderr.decode().splitlines() == [
        "missing.json: No such file or directory",
        "folder: Is a directory",
        "/dev/null: empty, nothing to read",
    ]


def test_ten_megabytes_of_text_are_read(answerback: Answerback) -> None:
    text = "ä" * 5_000_000
    done = answerback("read", "box", put_in=json.dumps(entry("1", text=text)).encode())
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["object"]["text"] == text


def test_half_a_character_in_a_payload_does_not_lose_it(answerback: Answerback) -> None:
    done = answerback("read", "box", put_in=b'{"id": "1", "text": "a\\ud83d"}')
    assert json.loads(done.stdout)["object"]["text"] == "a\ufffd"


def test_an_unknown_channel_is_answered_with_the_known_ones(answerback: Answerback) -> None:
    done = answerback("read", "bux")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    for word in ("'bux'", "Did you mean 'box'?", "mastodon"):
        assert word in done.stderr.decode()


def test_a_channel_that_cannot_read_says_so(answerback: Answerback) -> None:
    done = answerback("read", "mute", put_in=b"{}")
    assert done.returncode == 1
    assert done.stderr.decode() == "Error: mute cannot read native payloads.\n"


def test_a_reader_that_leaves_early_is_no_error_to_shout_about(fresh: Answerback) -> None:
    program = f"{sys.executable} -m answerback read box - | head -n 1"
    put_in = b'{"id": "1", "text": "words and words and words"}\n' * 20_000
    done = fresh("/bin/sh", "-c", program, put_in=put_in)
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == b""


def test_reading_loads_no_server_and_no_stranger(fresh: Answerback) -> None:
    program = """
import sys
from answerback.cli import main
main(["read", "box", "/dev/null"], standalone_mode=False)
heavy = {"flask", "sqlalchemy", "authlib", "requests", "answerback_server", "waving", "breaking"}
sys.exit(f"loaded {sorted(heavy & set(sys.modules))}" if heavy & set(sys.modules) else 0)
"""
    done = fresh(sys.executable, "-c", program)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside the checkout")
def test_what_a_real_mastodon_answered_is_read(answerback: Answerback) -> None:
    files = sorted(str(file) for file in CORPUS.glob("*.json"))
    wire = answerback("read", "mastodon", *files)
    assert (wire.returncode, wire.stderr) == (0, b"")
    assert len(heard(wire)) >= len(files) // 2
    as2 = answerback("read", "mastodon", "--as2", *files)
    assert [from_as2(json.loads(line)) for line in as2.stdout.splitlines()] == [
        from_wire(json.loads(line)) for line in wire.stdout.splitlines()
    ]


def test_commands_of_others_join_and_a_broken_one_is_named(fresh: Answerback) -> None:
    listed = fresh(*COMMAND, "--help")
    assert listed.returncode == 0
    commands = listed.stdout.decode().partition("Commands:")[2].split()
    assert {"plugins", "read", "schema", "settings", "wave"} <= set(commands)
    said = "The commands 'breaking' of stranger-commands cannot be loaded: OSError."
    assert said in listed.stderr.decode()
    assert "secret" not in listed.stderr.decode()


def test_a_command_is_found_without_loading_the_others(fresh: Answerback) -> None:
    waved = fresh(*COMMAND, "wave")
    assert (waved.returncode, waved.stdout, waved.stderr) == (0, b"hello\n", b"")


def test_errors_made_on_purpose_are_one_line(answerback: Answerback) -> None:
    settings = answerback("settings")
    assert settings.returncode == 2
    assert settings.stderr.decode().splitlines()[-1] == "Error: The box has no lid. Put one on."
    network = answerback("network")
    assert network.returncode == 1
    said = "Error: box: The lid is stuck. (status 503)"
    assert network.stderr.decode().splitlines()[-1] == said


def test_an_unknown_command_is_a_usage_error(answerback: Answerback) -> None:
    done = answerback("raed")
    assert done.returncode == 2
    assert "No such command 'raed'" in done.stderr.decode()


def test_plugins_are_listed_with_what_they_can_do(
    answerback: Answerback, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = answerback("plugins")
    assert done.returncode == 0
    assert "channel box (stranger-box 1.2): Box\n    can read\n" in done.stdout.decode()
    assert "help desk zendesk (answerback " in done.stdout.decode()
    assert "broken: The channel 'gone' from stranger-box 1.2 cannot" in done.stdout.decode()
    monkeypatch.setenv("ANSWERBACK_PLUGINS", "box")
    limited = answerback("plugins")
    assert limited.stdout.decode() == "channel box (stranger-box 1.2): Box\n    can read\n"


def test_the_schema_is_printed_as_json(answerback: Answerback) -> None:
    done = answerback("schema")
    assert json.loads(done.stdout) == json_schema()
