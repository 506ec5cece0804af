"""Native payloads, good and bad, read offline."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.channel import Account
from answerback.model import Activity, Hint, Ignored, Item, Mention, Unreadable
from answerback.schema import from_wire, to_wire
from answerback_channels.mastodon import Mastodon

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus" / "mastodon"
GOLDEN = ROOT / "tests" / "golden" / "mastodon"
OFFLINE = Mastodon(account=Account(id="help", settings={"instance": "https://acme.example"}))


def native(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.native.json").read_text(encoding="utf-8"))


def status(**changes: Any) -> dict[str, Any]:
    return {**native("unlisted_with_content_warning"), **changes}


def read(payload: object) -> list[Item]:
    return list(OFFLINE.read(payload))


def only(payload: object) -> Mention:
    (item,) = read(payload)
    assert isinstance(item, Activity)
    assert isinstance(item.object, Mention)
    return item.object


def reason(payload: object) -> str:
    (item,) = read(payload)
    assert isinstance(item, Unreadable)
    return f"{item.position}: {item.reason}"


# What was recorded of a real server


def recordings() -> list[Any]:
    if not CORPUS.is_dir():
        return [pytest.param(None, marks=pytest.mark.skip(reason="no corpus beside this checkout"))]
    return [pytest.param(file, id=file.name) for file in sorted(CORPUS.glob("*.json"))]


@pytest.mark.parametrize("file", recordings())
def test_a_recorded_answer_is_read_without_a_failure(file: Path) -> None:
    exchange = json.loads(file.read_text(encoding="utf-8"))
    items = list(Mastodon().read(exchange))

    assert items
    assert not [item for item in items if isinstance(item, Unreadable)]
    body = exchange["body"]
    if isinstance(body, dict) and "visibility" in body:
        (item,) = items
        assert isinstance(item, Activity)
        assert isinstance(item.object, Mention)
        assert item.object.id == body["uri"]
        assert item.object.text
        assert item.type == ("Update" if body["edited_at"] else "Create")
        assert from_wire(to_wire(item.object), Mention) == item.object


# What is bad in itself, and costs nobody else anything


def test_a_missing_id_is_named_and_the_others_are_read() -> None:
    nameless = status()
    del nameless["id"]
    first, second, third = read([status(), nameless, status()])

    assert isinstance(first, Activity)
    assert second == Unreadable(position="[1]", reason="'id' is missing.")
    assert isinstance(third, Activity)


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (status(uri=None, url=None), ": 'uri' is missing."),
        (status(created_at="2026-11-21T13:51:42"), ": 'created_at' has no time zone."),
        (status(edited_at="yesterday"), ": 'edited_at' is not a time."),
        (status(created_at=[1]), ": 'created_at' is not a time."),
        ({"id": "7", "type": "mention", "status": None}, ": 'status' is missing."),
        ({"event": "update", "payload": "{"}, ": 'payload' is not JSON."),
        ({"event": "update", "payload": "[" * 100_000}, ": 'payload' is not JSON."),
        ({"event": "delete", "payload": None}, ": 'payload' names no post."),
        ({}, ": It is no object of the Mastodon API that we know."),
        ("words", ": It is neither an object nor a list."),
        (None, ": It is neither an object nor a list."),
    ],
)
def test_what_cannot_be_read_is_told_by_its_field_and_never_by_its_content(
    payload: object, told: str
) -> None:
    assert reason(payload) == told


def test_lists_in_lists_without_end_are_unreadable_not_fatal() -> None:
    nested: Any = status()
    for _ in range(500):
        nested = [nested]

    assert "nested too deeply" in reason(nested)


def test_ten_megabytes_of_text_are_read() -> None:
    mention = only(status(content="<p>" + "word &amp; " * 1_000_000 + "</p>"))

    assert mention.text is not None
    assert len(mention.text) == 7 * 1_000_000 - 1


def test_html_as_deep_as_it_likes_is_read() -> None:
    assert only(status(content="<blockquote>" * 100_000 + "deep")).text == "> " * 8 + "deep"


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"content": ""}, "text", ""),
        ({"content": None}, "text", ""),
        ({"account": None}, "attributed_to", None),
        ({"language": 7}, "language", None),
        ({"url": None}, "url", None),
        ({"mentions": "many", "emojis": None}, "tag", ()),
        ({"media_attachments": [None, 7, "x"]}, "attachment", ()),
        ({"in_reply_to_id": 12}, "in_reply_to", "tag:acme.example,2016:statuses/12"),
        ({"visibility": "mutuals_only"}, "visibility", "direct"),
        ({"visibility": "private"}, "visibility", "followers"),
        ({"spoiler_text": ""}, "summary", None),
        ({"created_at": None}, "published", None),
        ({"quote": {"id": "1", "uri": "https://old.example/1"}}, "quote_of", "https://old.example/1"),
        ({"quote": "yes"}, "quote_of", None),
    ],
)  # fmt: skip
def test_odd_fields_are_not_told_rather_than_fatal(
    changes: dict[str, Any], field: str, value: object
) -> None:
    assert getattr(only(status(**changes)), field) == value


def test_an_author_without_anything_but_a_handle_is_somebody() -> None:
    author = only(status(account={"acct": "solo"})).attributed_to

    assert author is not None
    assert author.id == "acct:solo@acme.example"
    assert author.name is None


def test_ids_stay_as_they_came_and_never_become_numbers() -> None:
    mention = only(status(id="007", in_reply_to_id="0012"))

    assert mention.ref is not None
    assert mention.ref["id"] == "007"
    assert mention.ref["in_reply_to_id"] == "0012"


def test_a_version_changes_with_words_warning_alt_text_and_edit_but_not_with_likes() -> None:
    def version(**changes: Any) -> str | None:
        return only(status(**changes)).version

    picture = {"id": "1", "type": "image", "url": "https://f.example/1.png", "description": "a"}
    versions = [
        version(),
        version(content="<p>other</p>"),
        version(spoiler_text="other"),
        version(media_attachments=[picture]),
        version(media_attachments=[{**picture, "description": "b"}]),
        version(edited_at="2026-11-21T14:02:11.023Z"),
    ]

    assert len(set(versions)) == len(versions)
    assert version(favourites_count=9, replies_count=4) == versions[0]


def test_objects_without_a_post_are_ignored_and_named() -> None:
    account = status()["account"]
    told = [
        account,
        {"error": "Record not found"},
        {"ancestors": [], "descendants": []},
        {"accounts": [], "statuses": [], "hashtags": []},
        {"id": "1", "unread": False, "accounts": [account], "last_status": None},
        {"domain": "acme.example", "api_versions": {"mastodon": 11}},
        {"content": "<p>x</p>", "created_at": "2026-11-21T13:51:42.823Z", "account": account},
        {"id": "9", "type": "admin.sign_up", "account": account},
        {"id": "9", "type": "quite_new", "account": account, "status": status()},
        {"event": "filters_changed", "stream": ["user"]},
        {"request": {"method": "GET", "path": "/"}, "status": 404, "body": {"error": "no"}},
    ]

    assert all(isinstance(item, Ignored) for payload in told for item in read(payload))
    assert all(len(read(payload)) == 1 for payload in told)


def test_grouped_notifications_give_the_posts_they_name() -> None:
    post = status()
    grouped = {
        "accounts": [post["account"]],
        "statuses": [post],
        "notification_groups": [
            {"type": "mention", "status_id": post["id"], "sample_account_ids": []},
            {"type": "favourite", "status_id": post["id"],
             "sample_account_ids": [post["account"]["id"]]},
            {"type": "mention", "status_id": "gone"},
        ],
    }  # fmt: skip

    first, second, third = read(grouped)

    assert isinstance(first, Activity)
    assert isinstance(second, Activity)
    assert (first.type, second.type) == ("Create", "Like")
    assert third == Unreadable(position=".notification_groups[2]", reason="'status' is missing.")


def test_a_push_message_is_a_hint_and_its_token_is_not_kept() -> None:
    (item,) = read({"access_token": "secret", "notification_id": 21, "title": "x"})

    assert item == Hint(listener="mentions", reason="a push message")


def test_a_parent_in_the_same_list_is_known_by_its_uri() -> None:
    parent = status(id="1", uri="https://a.example/1")
    child = status(id="2", uri="https://a.example/2", in_reply_to_id="1")

    items = read([child, parent])

    assert [item.object.in_reply_to for item in items] == ["https://a.example/1", None]


def test_without_settings_a_parent_is_named_after_the_server_that_tells() -> None:
    told = status(in_reply_to_id="12")
    (item,) = Mastodon().read(told)
    (nameless,) = Mastodon().read({**told, "mentions": []})

    assert item.object.in_reply_to == "tag:acme.example,2016:statuses/12"
    assert nameless.object.in_reply_to == "tag:instance.invalid,2016:statuses/12"


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.data())
def test_whatever_stands_in_a_field_nothing_but_an_item_comes_out(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([file.name for file in GOLDEN.glob("*.native.json")]))
    payload = copy.deepcopy(native(name.partition(".")[0]))
    target: Any = payload
    while True:
        inner = list(target.values()) if isinstance(target, dict) else target
        below = [each for each in inner if isinstance(each, dict | list) and each]
        if not below or data.draw(st.booleans()):
            break
        target = data.draw(st.sampled_from(below))
    key = data.draw(st.sampled_from(sorted(target) if isinstance(target, dict) else [0]))
    target[key] = data.draw(_JUNK)

    for item in read(payload):
        assert isinstance(item, Activity | Hint | Ignored | Unreadable)
        if isinstance(item, Activity):
            to_wire(item)
