"""Timelines, search, people, media and what the server says of itself."""

import json
import struct
import zlib
from pathlib import Path

import pytest

from answerback_sandbox.square.pictures import avatar

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "mastodon"


def contents(items):
    return [one["content"] for one in items]


def test_a_hashtag_lists_public_posts_in_any_case(rosa, northwind, stranger):
    rosa.say("one #Coffee")
    rosa.say("two #coffee", visibility="unlisted")
    northwind.say("three #COFFEE")

    found = stranger.get("/api/v1/timelines/tag/coffee")
    assert [one["account"]["acct"] for one in found] == ["northwind", "rosa"]


def test_home_has_oneself_and_those_one_follows(rosa, jonas):
    jonas.say("from jonas")
    rosa.say("from rosa")
    assert contents(rosa.get("/api/v1/timelines/home")) == ["<p>from rosa</p>"]

    jonas_id = jonas.get("/api/v1/accounts/verify_credentials")["id"]
    rosa.post(f"/api/v1/accounts/{jonas_id}/follow")
    assert len(rosa.get("/api/v1/timelines/home")) == 2


def test_an_account_lists_its_posts_with_the_filters_asked_for(rosa, northwind):
    post = northwind.say("hello")
    me = rosa.get("/api/v1/accounts/lookup", acct="rosa")["id"]
    rosa.say("plain")
    rosa.say("@northwind answer", in_reply_to_id=post["id"])
    rosa.post(f"/api/v1/statuses/{post['id']}/reblog")

    path = f"/api/v1/accounts/{me}/statuses"
    assert len(rosa.get(path)) == 3
    assert len(rosa.get(path, exclude_replies="true")) == 2
    assert contents(rosa.get(path, exclude_replies="true", exclude_reblogs="true")) == [
        "<p>plain</p>"
    ]


@pytest.mark.parametrize("acct", ["rosa", "@rosa", "ROSA", "rosa@{domain}"])
def test_a_person_is_found_by_handle(stranger, running, acct):
    asked = acct.format(domain=running.url.removeprefix("http://"))

    assert stranger.get("/api/v1/accounts/lookup", acct=asked)["username"] == "rosa"
    assert stranger.call("GET", "/api/v1/accounts/lookup?acct=nobody").status_code == 404


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("NORTHWIND", 2),
        ("northwind queue", 1),
        ('"northwind is"', 1),
        ("northwind -queue", 1),
        ("from:rosa northwind", 1),
        ("language:de", 1),
        ("tea", 0),
    ],
)
def test_search_finds_words_wherever_they_stand(rosa, jonas, northwind, query, hits):
    rosa.say("northwind is great")
    jonas.say("#northwind: the queue!", language="de")
    jonas.say("northwind, unlisted", visibility="unlisted")

    assert len(northwind.get("/api/v2/search", q=query, type="statuses")["statuses"]) == hits


def test_search_gives_strangers_nothing_but_resolves_addresses(rosa, stranger):
    post = rosa.say("northwind")

    assert stranger.get("/api/v2/search", q="northwind", type="statuses")["statuses"] == []
    for address in (post["url"], post["uri"]):
        [found] = rosa.get("/api/v2/search", q=address, resolve="true")["statuses"]
        assert found["id"] == post["id"]


def test_a_photo_is_uploaded_described_posted_and_served_inert(rosa):
    data = avatar("R", "#b4446c")
    media = rosa.post("/api/v2/media", files={"file": ("a b.png", data, "image/png")})
    assert media["meta"]["original"]["size"] == "120x120"

    rosa.call("PUT", f"/api/v1/media/{media['id']}", data={"description": "the letter R"})
    post = rosa.post("/api/v1/statuses", data={"media_ids[]": media["id"]})

    [attachment] = post["media_attachments"]
    assert (attachment["type"], attachment["description"]) == ("image", "the letter R")
    served = rosa.session.get(attachment["url"])
    assert served.content == data
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in served.headers["Content-Security-Policy"]


def test_a_page_is_not_taken_as_a_photo(rosa):
    files = {"file": ("a.html", b"<script>", "text/html")}

    assert rosa.call("POST", "/api/v2/media", files=files).status_code == 422


def test_slow_media_cannot_be_posted_until_it_is_ready(rosa, running, stranger, clock):
    effect = {"type": "processing", "delay_ms": 5000}
    stranger.post("/_sandbox/faults", json={"effect": effect, "count": 1})
    files = {"file": ("a.png", avatar("R", "#b4446c"), "image/png")}

    upload = rosa.call("POST", "/api/v2/media", files=files)
    media = upload.json()
    assert (upload.status_code, media["url"]) == (202, None)
    assert rosa.call("GET", f"/api/v1/media/{media['id']}").status_code == 206
    fields = {"status": "look", "media_ids": [media["id"]]}
    assert rosa.call("POST", "/api/v1/statuses", json=fields).status_code == 422

    clock.pass_(seconds=6)
    assert rosa.call("GET", f"/api/v1/media/{media['id']}").status_code == 200
    assert rosa.call("POST", "/api/v1/statuses", json=fields).ok


def test_somebody_elses_photo_cannot_be_posted(rosa, jonas):
    files = {"file": ("a.png", avatar("R", "#b4446c"), "image/png")}
    media = rosa.post("/api/v2/media", files=files)

    answer = jonas.call("POST", "/api/v1/statuses", json={"media_ids": [media["id"]]})
    assert answer.status_code == 422


def test_pictures_are_whole_png_files(rosa):
    data = rosa.session.get(f"{rosa.url}/avatars/rosa.png").content

    position, names = 8, []
    while position < len(data):
        size = struct.unpack(">I", data[position : position + 4])[0]
        chunk = data[position + 4 : position + 8 + size]
        checksum = struct.unpack(">I", data[position + 8 + size : position + 12 + size])[0]
        assert zlib.crc32(chunk) == checksum
        names.append(chunk[:4])
        position += size + 12
    assert names == [b"IHDR", b"IDAT", b"IEND"]


def test_the_instance_says_what_a_client_must_know(stranger, running):
    instance = stranger.get("/api/v2/instance")

    assert instance["domain"] == running.url.removeprefix("http://")
    assert instance["version"].startswith("4.6.4 (compatible; ")
    assert instance["api_versions"] == {"mastodon": 11}
    assert instance["configuration"]["statuses"] == {
        "max_characters": 500,
        "max_media_attachments": 4,
        "characters_reserved_per_url": 23,
    }
    assert stranger.get("/api/v1/instance")["uri"] == instance["domain"]


def recorded(name):
    if not CORPUS.is_dir():
        pytest.skip("the recorded exchanges (../shared/corpus/mastodon) are not here")
    return json.loads((CORPUS / name).read_text())["body"]


def test_entities_have_every_field_that_a_real_server_was_recorded_to_send(rosa, northwind):
    real_notice = recorded("notifications_mentions_only.1.json")[0]
    real_post = recorded("notifications_mentions_only.0.json")
    real_history = recorded("status_edit.4.json")[0]
    real_self = recorded("status_reply.1.json")

    post = rosa.say("@northwind hello")
    [notice] = northwind.get("/api/v1/notifications")
    history = rosa.get(f"/api/v1/statuses/{post['id']}/history")[0]
    me = rosa.get("/api/v1/accounts/verify_credentials")

    assert set(post) == set(real_post)
    assert set(post["account"]) == set(real_post["account"])
    assert set(post["mentions"][0]) == set(real_post["mentions"][0])
    assert set(notice) == set(real_notice)
    assert set(notice["status"]) | {"pinned"} == set(real_notice["status"]) | {"pinned"}
    assert set(history) == set(real_history)
    assert set(me["source"]) == set(real_self["source"])
