"""Native payloads and what they mean, in pairs: `NAME.native.json` is read as `NAME.as2.json`.

And error answers in `errors/`, each with the error that says what to do next.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from mastodon_stage import channel
from scripted_server import replying

from answerback import errors
from answerback.activitystreams import from_as2, to_as2
from answerback.channel import Account
from answerback.errors import RemoteError
from answerback.model import Activity
from answerback_channels.mastodon import Mastodon

FOLDER = Path(__file__).parents[1] / "golden" / "mastodon"
NATIVE = sorted(FOLDER.glob("*.native.json"))
ERRORS = sorted((FOLDER / "errors").glob("*.json"))
OFFLINE = Mastodon(account=Account(id="help", settings={"instance": "https://acme.example"}))


def activities(native: Path) -> list[Activity]:
    payload = json.loads(native.read_text(encoding="utf-8"))
    return [item for item in OFFLINE.read(payload) if isinstance(item, Activity)]


def pair_of(native: Path) -> Path:
    return native.with_name(native.name.replace(".native.", ".as2."))


def name_of(path: Path) -> str:
    return path.name.partition(".")[0]


@pytest.mark.parametrize("native", NATIVE, ids=name_of)
def test_a_native_payload_is_read_as_its_pair_says(native: Path) -> None:
    said = json.loads(pair_of(native).read_text(encoding="utf-8"))

    assert [to_as2(one) for one in activities(native)] == said
    assert [from_as2(one) for one in said] == activities(native)


def test_every_native_payload_has_its_pair() -> None:
    assert len(NATIVE) >= 15
    assert {pair_of(native) for native in NATIVE} == set(FOLDER.glob("*.as2.json"))


@pytest.mark.parametrize("file", ERRORS, ids=name_of)
def test_an_error_answer_becomes_what_to_do_next(file: Path) -> None:
    recorded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    body = recorded["body"]
    content = body if recorded.get("text") else json.dumps(body)
    with replying(content, recorded["status"], recorded["headers"]) as server:
        http = channel(server.url, "token").http
        send = (
            http.get if recorded["method"] == "GET" else partial(http.write, "POST", repeats=False)
        )
        with pytest.raises(RemoteError) as caught:
            send(server.url + recorded["path"])

    assert type(caught.value) is getattr(errors, recorded["becomes"])
    assert json.dumps(body)[1:20] not in str(caught.value)
    if "retry_after" in recorded:
        assert caught.value.retry_after == pytest.approx(recorded["retry_after"], abs=2)
