"""Servers of other makes and moods: what they leave out, refuse or get wrong costs nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from mastodon_stage import channel, heard, listener
from scripted_server import Received, ScriptedServer, answer, scripted

from answerback.channel import Account
from answerback.errors import ConfigError, Reconnect, Refused, TryLater, Unsure
from answerback.model import Attachment, Mention, Part, Receipt
from answerback.text import split
from answerback_channels.mastodon import Mastodon

GOLDEN = Path(__file__).parents[1] / "golden" / "mastodon"
HTML = b"<!DOCTYPE html><p>nothing here</p>"
Routes = Mapping[str, Any]


def status(**changes: Any) -> dict[str, Any]:
    native = (GOLDEN / "direct_message.native.json").read_text(encoding="utf-8")
    last: dict[str, Any] = json.loads(native)["last_status"]
    return {**last, "visibility": "public", **changes}


@contextmanager
def server(routes: Routes) -> Iterator[ScriptedServer]:
    """Answers by method and path: JSON, ready bytes, or what a function makes of the request."""

    def reply(request: Received) -> bytes:
        path = urlsplit(request.target).path
        found = routes.get(f"{request.method} {path}", answer(HTML, 404))
        if isinstance(found, Callable):
            found = found(request)
        return found if isinstance(found, bytes) else answer(json.dumps(found))

    with scripted(lambda peer: peer.serve(reply)) as running:
        yield running


def query_of(request: Received) -> dict[str, list[str]]:
    return parse_qs(urlsplit(request.target).query)


def asked(running: ScriptedServer, path: str) -> list[Received]:
    return [each for each in running.received if urlsplit(each.target).path == path]


def mention_at(running: ScriptedServer, **changes: Any) -> Mention:
    (item,) = channel(running.url, "token").read(status(**changes))
    assert isinstance(item.object, Mention)
    return item.object


def test_a_server_that_refuses_unknown_kinds_is_asked_for_mentions_alone() -> None:
    def notifications(request: Received) -> object:
        kinds = query_of(request)["types[]"]
        if kinds != ["mention"]:
            return answer('{"error": "unknown type"}', 400)
        return [{"id": "7", "type": "mention", "status": status()}]

    with server({"GET /api/v1/notifications": notifications}) as running:
        channel_here = channel(running.url, "token")
        page = channel_here.poll(listener("mentions", backfill=1), None)
        channel_here.poll(listener("mentions"), page.cursor)

    assert len(heard(page)) == 1
    assert len(asked(running, "/api/v1/notifications")) == 3


def test_a_server_without_the_call_for_many_is_asked_one_by_one() -> None:
    routes = {
        "GET /api/v1/statuses": answer('{"error":"Not Found"}', 404),
        "GET /api/v1/statuses/1": status(id="1", uri="https://a.example/1"),
        "GET /api/v1/statuses/2": answer('{"error":"Gone"}', 410),
    }
    with server(routes) as running:
        here = channel(running.url, "token")
        fetched = here.fetch([{"id": "1"}, {"id": "2"}, {"id": "3"}])
        here.fetch([{"id": "1"}, {"id": "2"}])

    assert [each.state for each in fetched] == ["present", "gone", "missing"]
    assert len(asked(running, "/api/v1/statuses")) == 1


def test_a_server_that_shows_none_of_many_is_not_believed() -> None:
    routes = {
        "GET /api/v1/statuses": [],
        "GET /api/v1/statuses/1": status(id="1", uri="https://a.example/1"),
    }
    with server(routes) as running:
        fetched = channel(running.url, "token").fetch([{"id": "1"}, {"id": "2"}])

    assert [each.state for each in fetched] == ["present", "missing"]


def test_a_refusal_is_never_taken_for_a_deletion() -> None:
    routes = {"GET /api/v1/statuses/1": answer('{"error":"This action is not allowed"}', 403)}
    with server(routes) as running, pytest.raises(Refused):
        channel(running.url, "token").fetch([{"id": "1"}])


def test_a_shown_post_that_cannot_be_read_is_still_present() -> None:
    routes = {"GET /api/v1/statuses/1": status(id="1", created_at="2026-11-21T13:51:42")}
    with server(routes) as running:
        (fetched,) = channel(running.url, "token").fetch([{"id": "1"}])

    assert fetched.state == "present"
    assert fetched.mention is None


def test_a_post_told_by_another_server_is_found_here_by_its_uri() -> None:
    def search(request: Received) -> object:
        assert query_of(request) == {
            "q": ["https://social.example/1"], "type": ["statuses"], "resolve": ["true"]
        }  # fmt: skip
        # The first only names it: answering that one would answer somebody else.
        return {"statuses": [status(id="54"), status(id="55", uri="https://social.example/1")]}

    routes = {"GET /api/v2/search": search, "POST /api/v1/statuses/55/favourite": status(id="55")}
    with server(routes) as running:
        here = channel(running.url, "token")
        mention = mention_at(running)
        ref = {"instance": "https://social.example", "id": "1", "uri": "https://social.example/1"}
        here.like(Mention(id=mention.id, channel="mastodon", ref=ref))

    assert len(asked(running, "/api/v1/statuses/55/favourite")) == 1


def test_a_closed_hashtag_feed_is_told_from_a_dead_token() -> None:
    closed = {"GET /api/v1/timelines/tag/coffee": answer('{"error":"no"}', 401)}
    alive = {"GET /api/v1/accounts/verify_credentials": {"id": "1"}}
    dead = {"GET /api/v1/accounts/verify_credentials": answer('{"error":"no"}', 401)}

    with server(closed | alive) as running, pytest.raises(Refused, match="does not show"):
        channel(running.url, "token").poll(listener("hashtag", tag="coffee"), None)
    with server(closed | dead) as running, pytest.raises(Reconnect):
        channel(running.url, "token").poll(listener("hashtag", tag="coffee"), None)


def test_a_switched_off_hashtag_feed_is_told_though_it_answers_with_nothing() -> None:
    feeds = {"hashtag_feeds": {"local": "disabled", "remote": "disabled"}}
    routes = {
        "GET /api/v2/instance": {"configuration": {"timelines_access": feeds}},
        "GET /api/v1/timelines/tag/coffee": [],
    }
    with server(routes) as running, pytest.raises(Refused, match="switched its hashtag feeds off"):
        channel(running.url, "token").poll(listener("hashtag", tag="coffee"), None)


def test_a_search_that_finds_nothing_at_all_is_told() -> None:
    with server({"GET /api/v2/search": {"statuses": []}}) as running:
        page = channel(running.url, "token").poll(listener("keyword", query="acme"), None)

    assert page.activities == ()
    assert page.gap is not None
    assert "no search" in page.gap


def test_limits_of_a_server_before_version_four_are_read() -> None:
    with server({"GET /api/v1/instance": {"max_toot_chars": 5000, "uri": "x"}}) as running:
        limits = channel(running.url, "token").own_limits()

    assert limits.length == 5000
    assert limits.attachments == 4


def test_a_server_is_asked_once_a_day_what_it_takes() -> None:
    with server({"GET /api/v2/instance": {"domain": "acme.example"}}) as running:
        first = channel(running.url, "token")
        first.own_limits()
        again = Mastodon(account=first.account, http=first.http, state=first.state)
        again.own_limits()
        again.state["server"]["at"] = datetime(2020, 1, 1, tzinfo=UTC).isoformat()
        again.own_limits()

    assert len(asked(running, "/api/v2/instance")) == 2


@pytest.mark.parametrize("nonsense", [HTML, b"{}", b"7", b'{"error":"no"}'])
def test_nonsense_in_place_of_a_list_is_tried_later(nonsense: bytes) -> None:
    routes = {"GET /api/v1/notifications": answer(nonsense)}
    with server(routes) as running, pytest.raises(TryLater):
        channel(running.url, "token").poll(listener("mentions"), None)


@pytest.mark.parametrize("nonsense", [HTML, b"[]", b"{}", b'{"id":"9"}'])
def test_nonsense_in_answer_to_a_post_is_unsure(nonsense: bytes) -> None:
    with server({"POST /api/v1/statuses": answer(nonsense)}) as running, pytest.raises(Unsure):
        channel(running.url, "token").reply(mention_at(running), Part(key="k", text="Hello."), {})


def test_a_server_that_loses_the_parent_has_posted_all_the_same() -> None:
    said = status(id="9", content="<p>@kunde Hello.</p>", in_reply_to_id=None)
    with server({"POST /api/v1/statuses": said}) as running:
        receipt = channel(running.url, "token").reply(
            mention_at(running), Part(key="k", text="Hello."), {}
        )

    assert receipt.id == said["uri"]
    (sent,) = asked(running, "/api/v1/statuses")
    assert sent.headers["idempotency-key"] == "k"
    assert json.loads(sent.body) == {
        "status": "@kunde@social.example Hello.",
        "in_reply_to_id": "117020577157693900",
        "visibility": "public",
        "sensitive": False,
        "language": "en",
    }


def test_a_post_rendered_otherwise_is_recognised_by_its_source() -> None:
    rendered = status(id="9", content="<p>@kunde <em>Hello</em></p>", in_reply_to_id="7")
    other = status(id="8", content="<p>@kunde Good bye</p>", in_reply_to_id="7")
    routes = {
        "GET /api/v1/accounts/verify_credentials": {"id": "1"},
        "GET /api/v1/accounts/1/statuses": [rendered, other],
        "GET /api/v1/statuses/9/source": {"id": "9", "text": "@kunde@social.example *Hello*"},
    }
    with server(routes) as running:
        found = channel(running.url, "token").sent(
            mention_at(running, id="7"),
            Part(key="k", text="*Hello*"),
            datetime(2026, 11, 21, tzinfo=UTC),
        )

    assert [(each.ref or {})["id"] for each in found] == ["9"]


def test_an_unfinished_file_is_waited_for_before_the_post() -> None:
    looks = iter([answer("{}", 206), answer('{"id":"5"}')])
    said = status(id="9", in_reply_to_id="117020577157693900")
    routes = {
        "GET /cup.png": answer(b"PNG", headers={"Content-Type": "image/png"}),
        "POST /api/v2/media": answer('{"id":"5","url":null}', 202),
        "GET /api/v1/media/5": lambda _: next(looks),
        "POST /api/v1/statuses": said,
    }
    with server(routes) as running:
        here, mention = channel(running.url, "token"), mention_at(running)
        file = Attachment(type="Image", url=f"{running.url}/cup.png", name="A cup")
        part = Part(key="k", text="Look.", attachment=(file,))
        prepared = here.prepare(mention, part)
        here.reply(mention, part, json.loads(json.dumps(prepared)))

    (upload,) = asked(running, "/api/v2/media")
    assert b"A cup" in upload.body
    assert "authorization" not in asked(running, "/cup.png")[0].headers
    assert json.loads(asked(running, "/api/v1/statuses")[0].body)["media_ids"] == ["5"]
    assert len(asked(running, "/api/v1/media/5")) == 2


@pytest.mark.parametrize("url", [None, "ftp://files.example/x", "file:///etc/passwd", "http://["])
def test_a_file_without_a_web_address_is_refused(url: str | None) -> None:
    part = Part(key="k", text="x", attachment=(Attachment(type="Image", url=url),))
    with server({}) as running:
        here, mention = channel(running.url, "token"), mention_at(running)
        with pytest.raises(Refused, match="no address"):
            here.prepare(mention, part)


# Settings and what is decided without the network


@pytest.mark.parametrize(
    "instance", ["", "ftp://x.example", "https://x.example/path", "https://u:p@x.example", "a b",
                 "https://x.example?q", "https://["]
)  # fmt: skip
def test_an_instance_that_is_no_address_is_a_setting_to_mend(instance: str) -> None:
    settings = {"instance": instance, "access_token": "t"}
    with pytest.raises(ConfigError, match="instance"):
        Mastodon(account=Account(id="a", settings=settings)).own_limits()


def offline(**settings: Any) -> Mastodon:
    told = {"instance": "https://acme.example", "access_token": "t", **settings}
    return Mastodon(account=Account(id="a", settings=told))


def test_what_is_put_in_front_is_reserved_and_the_parts_then_fit() -> None:
    mention = Mention(
        id="x",
        channel="mastodon",
        summary="coffee",
        ref={"instance": "https://acme.example", "id": "1", "acct": "kunde@social.example"},
    )
    framing, limits = offline().framing(mention), offline().limits

    assert framing.before == "@kunde@social.example "
    assert framing.reserved == len("re: coffee")
    text = "Ask @jonas@far.example or @petra. " * 40
    room = limits.length - framing.reserved
    for part in split(text, limit=room, count=limits.count, before=framing.before):
        assert limits.count(framing.before + part) <= room


@pytest.mark.parametrize(
    ("action", "changes", "refused"),
    [
        ("reply", {}, None),
        ("boost", {}, None),
        ("boost", {"visibility": "private"}, "Only public posts"),
        ("boost", {"visibility": "direct"}, "Only public posts"),
        ("like", {"visibility": "direct"}, None),
        ("reply", {"account": None}, "Nobody knows who wrote"),
    ],
)
def test_what_cannot_be_done_is_said_before(
    action: Any, changes: dict[str, Any], refused: str | None
) -> None:
    here = offline()
    (item,) = here.read(status(**changes))

    told = here.refusal(action, item.object, here.account)

    assert told is None if refused is None else refused in told


def test_an_account_without_a_token_or_a_post_without_a_number_is_refused() -> None:
    here = offline()
    (item,) = here.read(status())

    assert "not connected" in str(here.refusal("reply", item.object, Account(id="a")))
    assert "number" in str(here.refusal("reply", Mention(id="x", channel="mastodon"), here.account))


def test_no_secret_is_in_a_representation() -> None:
    assert "hidden-token" not in repr(offline(access_token="hidden-token").account)


def test_a_receipt_holds_all_that_the_next_part_needs() -> None:
    said = status(id="9", in_reply_to_id="117020577157693900", spoiler_text="re: coffee")
    with server({"POST /api/v1/statuses": said}) as running:
        here = channel(running.url, "token")
        first = here.reply(mention_at(running), Part(key="k", text="One."), {})
        stored = Receipt(id=first.id, ref=json.loads(json.dumps(first.ref)))
        with pytest.raises(Unsure):  # the script answers with the first post again
            here.reply(stored, Part(key="l", text="Two.", number=2, of=2), {})

    body = json.loads(asked(running, "/api/v1/statuses")[1].body)
    assert body["in_reply_to_id"] == "9"
    assert body["status"] == "@kunde@social.example Two."
    assert body["spoiler_text"] == "re: coffee"
    assert body["visibility"] == "public"
