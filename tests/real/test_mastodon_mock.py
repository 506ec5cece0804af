"""The Mastodon channel against `mastodon_mock`, a Mastodon API written by others, over real HTTP.

It runs in an environment of its own, which `make test-slow` sets up under `build/`.
"""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from mastodon_stage import Person, channel, heard, listener, walked
from scripted_server import Peer, scripted

from answerback.errors import Gone, Reconnect, RemoteError, TryLater, Unsure
from answerback.model import Attachment, Mention, Part
from answerback_channels.mastodon import Mastodon

pytestmark = pytest.mark.slow

PROGRAM = Path(__file__).parents[2] / "build" / "mastodon-mock" / "bin" / "mastodon_mock"
NAME = "testuser"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    if not PROGRAM.exists():
        pytest.skip("mastodon_mock is not installed; make test-slow installs it")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [PROGRAM, "serve", "--in-memory", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen([*command, "--log-level", "critical"])
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while not _answers(url):
            assert process.poll() is None, "mastodon_mock ended by itself"
            assert time.monotonic() < deadline, "mastodon_mock did not start"
            time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/api/v2/instance", timeout=5).ok
    except requests.ConnectionError:
        return False


@pytest.fixture
def url(server: str) -> Iterator[str]:
    requests.delete(f"{server}/api/v1/_mock/faults", timeout=5)
    yield server
    requests.delete(f"{server}/api/v1/_mock/faults", timeout=5)


@pytest.fixture
def brand(url: str) -> Mastodon:
    return channel(url, "mock_token")


@pytest.fixture
def customer(url: str) -> Person:
    return join(url)


def join(url: str) -> Person:
    name = f"c{uuid4().hex[:12]}"
    app = requests.post(
        f"{url}/api/v1/apps",
        data={"client_name": "t", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "write"},
        timeout=5,
    ).json()
    keys = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    grant = {"grant_type": "client_credentials", "scope": "write", **keys}
    token = requests.post(f"{url}/oauth/token", data=grant, timeout=5).json()["access_token"]
    made = requests.post(
        f"{url}/api/v1/accounts",
        headers={"Authorization": f"Bearer {token}"},
        data={
            "username": name,
            "email": f"{name}@mail.example",
            "password": uuid4().hex,
            "agreement": "true",
            "locale": "en",
        },
        timeout=5,
    ).json()
    return Person(url, made["access_token"])


def breaks(url: str, effect: dict[str, Any], path: str, *methods: str) -> None:
    fault = {"match": {"methods": list(methods), "path": path}, "effect": effect, "count": 1}
    requests.post(f"{url}/api/v1/_mock/faults", json=fault, timeout=5).raise_for_status()


def hear(brand: Mastodon, status: dict[str, Any]) -> Mention:
    (fetched,) = brand.fetch([{"instance": "", "id": status["id"]}])
    assert fetched.mention is not None
    return fetched.mention


def part(text: str, **more: Any) -> Part:
    return Part(key=f"key-{uuid4()}", text=text, **more)


def test_a_mention_is_heard_with_its_author(brand: Mastodon, customer: Person) -> None:
    cursor = brand.poll(listener("mentions"), None).cursor
    post = customer.say(f"@{NAME} my order is late", language="en")

    (mention,) = heard(brand.poll(listener("mentions"), cursor))

    assert mention.id == post["uri"]
    assert mention.text == f"@{NAME} my order is late"
    assert mention.language == "en"
    assert mention.published is not None
    assert mention.attributed_to is not None
    assert (mention.attributed_to.preferred_username or "").startswith("c")


def test_a_walk_over_three_pages_neither_skips_nor_repeats(
    brand: Mastodon, customer: Person
) -> None:
    _, cursor = walked(brand, listener("mentions"), None)
    for number in range(90):
        customer.say(f"@{NAME} number {number}")

    found, after = walked(brand, listener("mentions"), cursor)

    assert [each.object.text for each in found] == [f"@{NAME} number {n}" for n in range(90)]
    assert walked(brand, listener("mentions"), after)[0] == []


def test_hashtag_and_keyword_are_heard_without_a_handle(brand: Mastodon, customer: Person) -> None:
    word = f"w{uuid4().hex[:10]}"
    tag, query = listener("hashtag", tag=f"#{word}"), listener("keyword", query=word)
    at_tag, at_word = brand.poll(tag, None).cursor, brand.poll(query, None).cursor
    post = customer.say(f"something about #{word}")

    for which, cursor in ((tag, at_tag), (query, at_word)):
        found, _ = walked(brand, which, cursor)
        assert [each.object.id for each in found] == [post["uri"]]


def test_a_direct_message_is_heard_and_answered_in_private(
    brand: Mastodon, customer: Person
) -> None:
    cursor = brand.poll(listener("direct"), None).cursor
    post = customer.say(f"@{NAME} in private", visibility="direct")

    (mention,) = heard(brand.poll(listener("direct"), cursor))
    brand.reply(mention, part("In private, too."), {})

    assert mention.visibility == "direct"
    assert [each["visibility"] for each in customer.replies(post["id"])] == ["direct"]


def test_a_reply_lands_under_its_target_and_a_repeated_key_gives_one_post(
    brand: Mastodon, customer: Person
) -> None:
    post = customer.say(f"@{NAME} late")
    mention, words = hear(brand, post), part("On its way.")

    first, again = (brand.reply(mention, words, {}) for _ in range(2))

    assert first.id == again.id
    (shown,) = customer.replies(post["id"])
    assert shown["uri"] == first.id
    assert "On its way." in shown["content"]


def test_a_reply_without_our_handle_is_found_in_the_open_conversation(
    brand: Mastodon, customer: Person, url: str
) -> None:
    root = customer.say(f"@{NAME} late")
    watch = listener("conversation", root=root["id"])
    first = brand.poll(watch, None)
    other = join(url).say("mine too", in_reply_to_id=root["id"])

    second = brand.poll(watch, first.cursor)

    assert [each.id for each in heard(second)] == [root["uri"], other["uri"]]
    assert heard(second)[1].in_reply_to == root["uri"]


def test_a_lost_answer_is_unsure_found_by_reading_back_and_not_posted_twice(
    url: str, brand: Mastodon, customer: Person
) -> None:
    post = customer.say(f"@{NAME} late")
    mention, words = hear(brand, post), part("See https://shop.example/orders?id=7 🎉")
    began = datetime.now(UTC)

    def pass_on_and_hang_up(peer: Peer) -> None:
        request = peer.receive()
        assert request is not None
        passed = requests.request(
            request.method,
            url + request.target,
            data=request.body,
            headers={name: value for name, value in request.headers.items() if name != "host"},
            timeout=5,
        )
        assert passed.ok

    with scripted(pass_on_and_hang_up) as relay:
        cut = channel(url, "mock_token", through=relay.url)
        with pytest.raises(Unsure):
            cut.reply(mention, words, {})
    found = brand.sent(mention, words, began)

    assert [each.id for each in found] == [each["uri"] for each in customer.replies(post["id"])]
    assert len(found) == 1
    assert brand.reply(mention, words, {}).id == found[0].id


def test_a_reply_is_edited_and_taken_back(brand: Mastodon, customer: Person) -> None:
    post = customer.say(f"@{NAME} late", spoiler_text="coffee")
    receipt = brand.reply(hear(brand, post), part("On its wya."), {})

    brand.edit(receipt, part("On its way."))
    (shown,) = customer.replies(post["id"])
    brand.delete(receipt)
    brand.delete(receipt)

    assert "On its way." in shown["content"]
    assert shown["spoiler_text"] == "re: coffee"
    assert customer.replies(post["id"]) == []


def test_a_customers_edit_and_deletion_show_when_the_post_is_fetched(
    brand: Mastodon, customer: Person
) -> None:
    kept, lost = customer.say(f"@{NAME} late"), customer.say(f"@{NAME} wrong place")
    before = hear(brand, kept)
    customer.call("PUT", f"/api/v1/statuses/{kept['id']}", json={"status": f"@{NAME} here now"})
    customer.call("DELETE", f"/api/v1/statuses/{lost['id']}")

    present, missing = brand.fetch([before.ref or {}, {"id": lost["id"]}])

    assert (present.state, missing.state) == ("present", "missing")
    assert present.mention is not None
    assert present.mention.version != before.version
    assert present.mention.text == f"@{NAME} here now"


def test_likes_and_boosts_come_and_go(brand: Mastodon, customer: Person) -> None:
    post = customer.say("thank you")
    mention = hear(brand, post)

    brand.like(mention)
    brand.boost(mention)
    shown = customer.get(f"/api/v1/statuses/{post['id']}")
    brand.unlike(mention)
    brand.unboost(mention)
    after = customer.get(f"/api/v1/statuses/{post['id']}")

    assert (shown["favourites_count"], shown["reblogs_count"]) == (1, 1)
    assert (after["favourites_count"], after["reblogs_count"]) == (0, 0)


@pytest.mark.parametrize(
    ("effect", "raised"),
    [
        ({"type": "ratelimit"}, TryLater),
        ({"type": "malformed"}, TryLater),
        ({"type": "status", "status": 503}, TryLater),
        ({"type": "status", "status": 401}, Reconnect),
        ({"type": "status", "status": 404, "body": "<html>no</html>"}, Gone),
    ],
)
def test_a_failed_read_says_what_to_do_and_loses_nothing(
    url: str, brand: Mastodon, customer: Person, effect: dict[str, Any], raised: type[RemoteError]
) -> None:
    cursor = brand.poll(listener("mentions"), None).cursor
    post = customer.say(f"@{NAME} late")
    breaks(url, effect, "/api/v1/notifications*", "GET")

    with pytest.raises(raised) as caught:
        brand.poll(listener("mentions"), cursor)

    if effect["type"] == "ratelimit":
        assert caught.value.retry_after is not None
    again = channel(url, "mock_token")
    assert [each.id for each in heard(again.poll(listener("mentions"), cursor))] == [post["uri"]]


@pytest.mark.parametrize(
    ("effect", "raised"),
    [
        ({"type": "ratelimit"}, TryLater),
        ({"type": "malformed"}, Unsure),
        ({"type": "status", "status": 502}, Unsure),
        ({"type": "status", "status": 401}, Reconnect),
    ],
)
def test_a_failed_answer_says_whether_it_may_stand(
    url: str, brand: Mastodon, customer: Person, effect: dict[str, Any], raised: type[RemoteError]
) -> None:
    post = customer.say(f"@{NAME} late")
    mention = hear(brand, post)
    breaks(url, effect, "/api/v1/statuses", "POST")

    with pytest.raises(raised):
        brand.reply(mention, part("On its way."), {})

    assert customer.replies(post["id"]) == []


def test_a_token_nobody_gave_asks_to_connect_again(url: str) -> None:
    with pytest.raises(Reconnect):
        channel(url, "no-such-token").poll(listener("mentions"), None)


def test_a_file_is_attached_with_its_description(
    url: str, brand: Mastodon, customer: Person
) -> None:
    picture = customer.get("/api/v1/accounts/verify_credentials")["avatar"]
    address = url + picture.partition("://")[2].partition("/")[1] + picture.split("/", 3)[3]
    post = customer.say(f"@{NAME} late")
    file = Attachment(type="Image", url=address, media_type="image/png", name="A portrait")
    words = part("Look.", attachment=(file,))
    mention = hear(brand, post)

    brand.reply(mention, words, brand.prepare(mention, words))

    (shown,) = customer.replies(post["id"])
    assert [each["description"] for each in shown["media_attachments"]] == ["A portrait"]
