"""Payloads in which nobody can be recognised: what goes, what stays, and what stays in step."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from answerback.testing.golden.anonymity import DROPPED, anonymous

WORD = re.compile(r"[^\W\d_]{4,}")
TAG = re.compile(r"<[^<>]*>")


def texts(value: Any) -> Iterator[str]:
    """Every string of a payload, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inside in value.values() if isinstance(value, dict) else value:
            yield from texts(inside)


def words_of(value: Any) -> set[str]:
    """The words of four and more letters in the strings of a payload."""
    return {word.lower() for text in texts(value) for word in WORD.findall(text)}


# What stays in step


def test_one_person_has_one_name_wherever_they_are_named() -> None:
    done = anonymous(
        {
            "username": "mirabelle",
            "acct": "mirabelle@posts.net",
            "display_name": "Mirabelle",
            "url": "https://posts.net/@mirabelle",
            "content": "Ask @Mirabelle, or write to mirabelle@posts.net",
        }
    )
    name = done["username"]
    host = done["acct"].partition("@")[2]
    assert name != "mirabelle"
    assert re.fullmatch(r"[a-z]\.example", host)
    assert done["acct"] == f"{name}@{host}"
    assert done["display_name"] == name.capitalize()
    assert done["url"] == f"https://{host}/@{name}"
    assert done["content"].split()[1] == f"@{name.capitalize()},"
    assert done["content"].endswith(f"{name}@{host}")


def test_links_between_posts_stay() -> None:
    done = anonymous(
        [
            {"id": "117020583245459824", "in_reply_to_id": None},
            {
                "id": 117020583245459999,
                "in_reply_to_id": "117020583245459824",
                "uri": "https://posts.net/users/117/statuses/117020583245459999",
                "avatar": "https://posts.net/system/accounts/117/020/583/245/459/824/a.png",
            },
        ]
    )
    parent, child = done
    assert child["in_reply_to_id"] == parent["id"] != "117020583245459824"
    assert isinstance(child["id"], int)
    assert child["uri"].endswith(f"/users/117/statuses/{child['id']}")
    assert child["avatar"].endswith("/" + "/".join(re.findall("...", parent["id"])) + "/a.png")
    assert len(parent["id"]) == 18
    assert int(parent["id"]) < child["id"], "the newer post still has the higher id"


def test_codes_and_their_parts_stay_in_step() -> None:
    done = anonymous(
        {
            "id": "n7k2zzz",
            "name": "t1_n7k2zzz",
            "parent_id": "t3_1kxyz9a",
            "context": "/r/acme/comments/1kxyz9a/broken_kettle/n7k2zzz/?context=3",
            "uri": "at://did:plc:kunde77abc/app.bsky.feed.post/3n2toklmem22l",
            "rkey": "3n2toklmem22l",
            "did": "did:plc:kunde77abc",
        }
    )
    assert done["name"] == f"t1_{done['id']}"
    post = done["parent_id"].removeprefix("t3_")
    assert re.fullmatch(
        rf"/r/[a-z]{{4}}/comments/{post}/[a-z]{{6}}_[a-z]{{6}}/{done['id']}/\?context=3",
        done["context"],
    )
    assert done["uri"] == f"{'at://' + done['did']}/app.bsky.feed.post/{done['rkey']}"
    assert "kunde" not in json.dumps(done)
    assert "n7k2" not in json.dumps(done)


def test_keys_that_are_ids_or_handles_follow() -> None:
    done = anonymous(
        {
            "author_id": "5550001",
            "username": "dana",
            "users": {"5550001": {"bot": False}, "dana": {"bot": True}, "d@mail.net": {}},
        }
    )
    assert list(done["users"])[:2] == [done["author_id"], done["username"]]
    assert "5550001" not in json.dumps(done)
    assert re.fullmatch(r"[a-z]@abc\.test|[a-z]@[a-z]+\.test", list(done["users"])[2])


def test_offsets_into_a_text_hold_in_characters_and_in_bytes() -> None:
    text = "Grüße @kunde_23 😡 siehe https://t.co/abc123defg #Kaputt данных ok"
    done = anonymous({"text": text, "username": "kunde_23", "tag": "kaputt"})
    found = done["text"]
    assert len(found) == len(text)
    for mark in ("@", "😡", "https", "#"):
        assert found.index(mark) == text.index(mark)
        assert len(found.partition(mark)[0].encode()) == len(text.partition(mark)[0].encode())
    assert len(found.encode()) == len(text.encode())
    assert len(found.encode("utf-16-le")) == len(text.encode("utf-16-le"))
    assert f"@{done['username']} " in found
    assert f"#{done['tag'].capitalize()} " in found


def test_percent_codes_are_read_and_written_again() -> None:
    done = anonymous(
        {
            "tag": "grüße",
            "url": "https://posts.net/tags/gr%C3%BC%C3%9Fe?q=a%26b%2fAnna%2",
            "user": "anna",
        }
    )
    start, _, tag = done["url"].partition("?")[0].rpartition("/")
    assert start.endswith("/tags")
    assert unquote(tag) == done["tag"] != "grüße"
    assert re.fullmatch(rf".\%26.%2f{done['user'].capitalize()}%2", done["url"].partition("=")[2])


def test_html_keeps_its_tags_and_a_link_shows_where_it_leads() -> None:
    address = "https://shop.net/order/kettle-of-anna"
    content = (
        '<p class="quote-inline">Hello &amp; welcome<br>to <a href="https://posts.net/@anna" '
        'class="u-url mention" title="Anna">@<span>anna</span></a> <b>now</b> 1 &lt; 2 '
        f'<a href="{address}" rel="nofollow"><span class="invisible">https://</span>'
        '<span class="ellipsis">shop.net/order/ket</span>'
        '<span class="invisible">tle-of-anna</span></a></p>'
    )
    done = anonymous({"content": content, "username": "anna"})
    found = done["content"]
    assert re.findall(r"<(/?\w+)", found) == re.findall(r"<(/?\w+)", content)
    assert re.findall(r'(?:class|rel)="[^"]*"', found) == re.findall(
        r'(?:class|rel)="[^"]*"', content
    )
    assert "&amp;" in found
    assert "1 &lt; 2" in found
    assert f"<span>{done['username']}</span>" in found
    assert f'title="{done["username"].capitalize()}"' in found
    link = re.findall(r'href="([^"]*)" rel', found)[0]
    assert TAG.sub("", found).endswith(link)
    assert not {"hello", "welcome", "kettle", "order"} & words_of(done)


def test_json_within_a_string_is_gone_through_too() -> None:
    inside = {"id": "117020583245459824", "text": "Kettle broken", "type": "update"}
    done = anonymous({"payload": json.dumps(inside), "id": "117020583245459824"})
    found = json.loads(done["payload"])
    assert found["id"] == done["id"]
    assert found["type"] == "update"
    assert not {"kettle", "broken"} & words_of(found)
    assert ", " in done["payload"], "in the manner in which it was written"


@pytest.mark.parametrize("host", ["posts.net", "a.b.posts.net", "fb.me", "kunde.bsky.social"])
def test_every_host_becomes_one_that_nobody_has(host: str) -> None:
    done = anonymous({"url": f"https://{host}/x", "text": f"see {host}/x", "site": host})
    found = done["site"]
    assert re.fullmatch(r"[a-z.]+\.(example|test)", found)
    assert done["url"] == f"https://{found}/{done['url'][-1]}"
    assert found in done["text"]
    if len(host) >= 6:
        assert len(found) == len(host)


def test_a_host_below_another_stays_below_it() -> None:
    done = anonymous(["https://acme.org/", "https://files.acme.org/", "https://media.acme.org/"])
    parent, files, media = (each.removeprefix("https://") for each in done)
    assert files.endswith(f".{parent}")
    assert media.endswith(f".{parent}")
    assert files != media


# What stays


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("created_at", "2026-08-01T13:53:15.714Z"),
        ("birth_of_venus", ""),
        ("when", "Wed Aug 27 13:08:45 +0000 2025"),
        ("published", "Sat, 21 Nov 2026 13:08:45 GMT"),
        ("day", "2026-08-01"),
        ("created_timestamp", "1784970000123"),
        ("timestamp", 1784970000123),
        ("followers_count", 123456),
        ("visibility", "unlisted"),
        ("$type", "app.bsky.feed.post"),
        ("event_type", "post.mention.create"),
        ("eventName", "service-review-created"),
        ("starRating", "TWO"),
        ("reply_settings", "everyone"),
        ("automatic", "followers"),
        ("whatever", "UPPER_STATE"),
        ("anything", "public"),
        ("language", "pt-BR"),
        ("langs", ["de", "en"]),
        ("media_type", "image/png"),
        ("whatever", "video/mp4"),
        ("author", "[deleted]"),
        ("avatar_template", "/user_avatar/forum.example/{size}/31_2.png"),
        ("url", "https://posts.example/media/small.jpg"),
        ("to", "https://www.w3.org/ns/activitystreams#Public"),
        ("locked", True),
        ("edited_at", None),
        ("text", "😡 … 4.2! 👩‍👩‍👧"),
    ],
)
def test_what_tells_nothing_of_anybody_stays(key: str, value: Any) -> None:
    assert anonymous({key: value}) == {key: value}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "public"),
        ("text", "deleted"),
        ("status", "My kettle broke"),
        ("visibility", "only for Anna"),
        ("language", "Annas language"),
        ("unknown", "kettle"),
        ("birthday", "1987-05-03"),
        ("phone", "+49 30 1234567"),
        ("order_number", "88121"),
        ("latitude", 52.52),
        ("coordinates", [13.4, 52.5]),
    ],
)
def test_what_may_be_personal_goes(key: str, value: Any) -> None:
    done = anonymous({key: value})[key]
    assert done != value
    assert not set(re.findall(r"[^\W\d_]{4,}|\d{3,}", str(value))) & set(
        re.findall(r"[^\W\d_]{4,}|\d{3,}", str(done))
    )


def test_a_number_to_call_in_a_text_loses_every_digit_group() -> None:
    done = anonymous({"text": "call +49 170 4455-66 now, version 4.2"})["text"]
    assert "4455" not in done
    assert "170" not in done
    assert done.endswith("4.2")
    assert len(done) == len("call +49 170 4455-66 now, version 4.2")


@pytest.mark.parametrize(
    "secret",
    [
        {"access_token": "abc"},
        {"clientSecret": "abc"},
        {"headers": {"Authorization": "whatever it says"}},
        {"x-hub-signature-256": "sha256=abc"},
        {"note": "Bearer abcdefgh"},
        {"value": "eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmVk"},
    ],
)
def test_secrets_are_dropped(secret: dict[str, Any]) -> None:
    assert list(texts(anonymous(secret))) == [DROPPED]


def test_keys_and_hosts_that_are_kept_stay() -> None:
    payload = {"flavour": "kettlish", "url": "https://posts.net/kettle", "name": "kettle"}
    done = anonymous(payload, keep=["flavour", "posts.net"])
    assert done["flavour"] == "kettlish"
    assert done["url"] == f"https://posts.net/{done['name']}"
    assert done["name"] != "kettle"


def test_all_that_stands_under_a_secrets_name_goes() -> None:
    told = anonymous({"token": 12345, "secret": {"value": "abcdefgh", "parts": [77, "xyzxyz"]}})

    assert told["token"] == 0
    assert "abcdefgh" not in str(told)
    assert told["secret"]["parts"][0] == 0
    assert "xyzxyz" not in str(told)


def test_an_address_of_a_machine_does_not_stay() -> None:
    told = anonymous({"ip": "84.12.3.4", "text": "I am at 84.12.3.4 today"})

    assert "84.12.3.4" not in str(told)
    assert told["ip"] in told["text"]
