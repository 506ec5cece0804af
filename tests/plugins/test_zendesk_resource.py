"""Filings as Zendesk's external resources: always valid, never silent about what was cut."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from zendesk_bridge import ACME
from zendesk_schemas import assert_valid

from answerback.helpdesk import Filing, Installation
from answerback.model import Actor, Attachment, Mention, Rating, Reach
from answerback_sandbox.desk.rules import resource_breaches
from answerback_zendesk.host import Host
from answerback_zendesk.resource import external_resource

HOST = Host.of(Installation(id="inst_1", settings={"subdomain": "acme"}))
SANDBOX = Host.of(
    Installation(id="inst_1", settings={"subdomain": "acme", "url": "http://127.0.0.1:8080"})
)
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ROSA = Actor(
    id="https://square.example/users/rosa",
    preferred_username="rosa@square.example",
    name="Rosa",
    url="https://square.example/@rosa",
)


def mention(text: str | None = "My parcel is late", **changes: Any) -> Mention:
    """A post of Rosa's."""
    values = {
        "id": "https://square.example/1",
        "channel": "mastodon",
        "url": "https://square.example/@rosa/1",
        "text": text,
        "attributed_to": ROSA,
        "visibility": "public",
    }
    return Mention(**{**values, **changes})


def filing(said: Mention | None = None, **changes: Any) -> Filing:
    """A filing of it."""
    values = {
        "external_id": "mastodon:1",
        "conversation": "mastodon:1",
        "kind": "post",
        "brand": ACME,
        "created": NOON,
        "mention": said or mention(),
    }
    return Filing(**{**values, **changes})


def resource(said: Mention | None = None, host: Host = HOST, **changes: Any) -> dict[str, Any]:
    """What Zendesk gets, checked on the way."""
    made = external_resource(filing(said, **changes), host)
    check(made, host)
    return made


def check(made: dict[str, Any], host: Host = HOST) -> None:
    """Fail unless it is within every published limit, and can be sent at all."""
    assert [str(breach) for breach in resource_breaches(made)] == []
    assert made.get("message", "").strip()
    assert made["external_id"].isascii()
    assert made["author"]["external_id"].isascii()
    assert len(made["message"].encode()) <= 65535
    json.dumps(made, ensure_ascii=False).encode()
    if not host.is_sandbox:
        assert_valid("external_resource.json", made)


def fields(made: dict[str, Any]) -> dict[str, Any]:
    """Ticket fields by name."""
    return {one["id"]: one["value"] for one in made["fields"]}


# Everything strangers can write: any character, half ones, long ones, marks that mean something.
WILD = st.one_of(
    st.text(alphabet=st.characters(), max_size=300),
    st.text(alphabet=st.characters(categories=["Cs", "Cc", "Cf", "Mn", "So"]), max_size=60),
    st.text(alphabet="{}%\u202e\u2066\x00\n <>&\"'", max_size=60),
    st.sampled_from(
        ["", " ", "\u200b", "مرحبا بكم", "👩‍👩‍👧‍👦" * 90, "é\u0301" * 400, "\x00", "\ud83d"]
    ),
    st.sampled_from(["x", "ü", "漢", "👍", "<", "{{", "a "]).map(lambda one: one * 70_000),
)
ADDRESSES = st.one_of(
    st.none(),
    WILD,
    st.sampled_from(
        [
            "https://media.example/a.png",
            "http://media.example/a.png",
            "javascript:alert(1)",
            "https://media.example/" + "a" * 600,
            "https://user:pass@media.example/",
            "https://münchen.example/ü?{{x}}",
            'https://media.example/"><script>',
        ]
    ),
)
ACTORS = st.builds(
    Actor,
    id=st.one_of(WILD, st.just("https://square.example/users/rosa")),
    preferred_username=st.none() | WILD,
    name=st.none() | WILD,
    url=ADDRESSES,
    icon=ADDRESSES,
)
ATTACHMENTS = st.builds(
    Attachment,
    type=st.sampled_from(["Image", "Video", "Audio", "Document"]),
    url=ADDRESSES,
    name=st.none() | WILD,
    policy=st.sampled_from([None, "link-only", "may-copy"]),
)
MENTIONS = st.builds(
    Mention,
    id=WILD,
    channel=st.just("mastodon"),
    url=ADDRESSES,
    content=st.none() | WILD,
    text=st.none() | WILD,
    summary=st.none() | WILD,
    name=st.none() | WILD,
    language=st.one_of(st.none(), WILD, st.sampled_from(["de", "pt-BR", "en"])),
    attributed_to=st.none() | ACTORS,
    attachment=st.none() | st.lists(ATTACHMENTS, max_size=14).map(tuple),
    visibility=st.sampled_from([None, "public", "direct"]),
    rating=st.none() | st.just(Rating(value=2.5, best=5)),
    reach=st.none() | st.just(Reach(likes=3)),
)
FILINGS = st.builds(
    Filing,
    external_id=st.just("mastodon:1"),
    conversation=st.just("mastodon:1"),
    kind=st.sampled_from(["post", "edit", "deletion", "note"]),
    brand=st.builds(replace, st.just(ACME), handle=WILD, channel_title=WILD),
    created=st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5.75))]))
    | st.datetimes(),
    heard=st.sampled_from(["mention", "reply", "comment", "keyword", "review", "direct", "quote"]),
    mention=st.none() | MENTIONS,
    parent=st.none() | MENTIONS,
    note=st.none() | WILD,
    allow_reply=st.booleans(),
    priority=st.sampled_from([None, "urgent"]),
    tags=st.lists(WILD, max_size=3).map(tuple),
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(FILINGS)
def test_whatever_strangers_write_the_resource_is_valid(wild: Filing) -> None:
    made = external_resource(wild, HOST)
    check(made)
    written = json.dumps(made, ensure_ascii=False)
    for mark in ("{{", "{%", "%}", "\u202e", "\u2066", "\\u0000", 'javascript:alert(1)\\"'):
        assert mark not in written.replace("}}", "")
    for said in (made["message"], made.get("html_message", ""), made["author"].get("name", "")):
        assert "}}" not in said
    assert "<script" not in made.get("html_message", "")
    assert "parent_id" not in made


def test_a_post_becomes_a_ticket_people_can_read() -> None:
    parent = mention("We ship within a day!", attributed_to=replace(ROSA, name="Acme"))
    said = mention(
        "Still nothing.\n\nSee https://track.example/?a=1&b=2.",
        summary="complaint",
        attachment=(
            Attachment(type="Image", url="https://media.example/box.png", name="a crushed box"),
            Attachment(type="Video", url="https://media.example/v.mp4"),
        ),
        reach=Reach(likes=3),
    )
    made = resource(said, parent=parent, tags=("Social Media", "mastodon"), priority="high")
    assert made["message"] == (
        "> Acme: We ship within a day!\n\n"
        "Content warning: complaint\n\n"
        "Still nothing.\n\nSee https://track.example/?a=1&b=2.\n\n"
        "Image (a crushed box): https://media.example/box.png\n"
        "Video (no description): https://media.example/v.mp4\n"
        "Original post: https://square.example/@rosa/1"
    )
    assert made["html_message"] == (
        "<blockquote><p>Acme: We ship within a day!</p></blockquote>"
        "<p><strong>Content warning: complaint</strong></p>"
        '<p>Still nothing.</p><p>See <a href="https://track.example/?a=1&amp;b=2"'
        ' rel="noopener nofollow">https://track.example/?a=1&amp;b=2</a>.</p>'
        '<p><a href="https://media.example/box.png" rel="noopener nofollow">'
        "Image (a crushed box)</a></p>"
        '<p><a href="https://media.example/v.mp4" rel="noopener nofollow">'
        "Video (no description)</a></p>"
        '<p><a href="https://square.example/@rosa/1" rel="noopener nofollow">Original post</a></p>'
    )
    assert made["thread_id"] == "mastodon:1"
    assert made["created_at"] == "2026-11-21T12:00:00Z"
    assert made["file_urls"] == ["https://media.example/box.png", "https://media.example/v.mp4"]
    assert made["display_info"][0]["data"]["likes"] == 3
    assert made["display_info"][0]["data"]["permalink"] == "https://square.example/@rosa/1"
    assert fields(made) == {
        "subject": "Mastodon mention: complaint",
        "tags": ["social_media", "mastodon"],
        "priority": "high",
    }


@pytest.mark.parametrize(
    ("heard", "start"),
    [
        ("mention", "Mastodon mention: My parcel"),
        ("reply", "Mastodon reply: My parcel"),
        ("keyword", "Mastodon post: My parcel"),
        ("review", "Mastodon review: My parcel"),
    ],
)
def test_the_subject_names_network_kind_and_beginning(heard: str, start: str) -> None:
    assert fields(resource(heard=heard))["subject"].startswith(start)


def test_the_subject_ends_after_sixty_characters_people_see() -> None:
    subject = fields(resource(mention("👩‍👩‍👧‍👦 " * 40)))["subject"]
    words = subject.removeprefix("Mastodon mention: ")
    assert len(words) <= 60
    assert words.endswith("👩‍👩‍👧‍👦…")


@pytest.mark.parametrize("changes", [{"heard": "direct"}, {"heard": "mention"}])
def test_a_direct_message_shows_none_of_its_words_in_the_subject(changes: dict[str, str]) -> None:
    made = resource(mention("my card number is secret", visibility="direct"), **changes)
    assert fields(made)["subject"] == "Mastodon direct message"


@pytest.mark.parametrize(
    ("attachment", "words"),
    [
        ((Attachment(type="Image", url="https://media.example/a.png"),), "(photo)"),
        ((Attachment(type="Video"),), "(video)"),
        ((), "(no text)"),
        (None, "(no text)"),
    ],
)
@pytest.mark.parametrize("text", ["", None, " \n", "\u200b\u2066"])
def test_a_post_without_text_still_says_what_it_is(
    text: str | None, attachment: tuple[Attachment, ...] | None, words: str
) -> None:
    made = resource(mention(text, attachment=attachment))
    assert made["message"].startswith(words)
    assert fields(made)["subject"] == f"Mastodon mention: {words}"


def test_words_given_only_as_html_arrive_as_text() -> None:
    content = "<p>Hello <b>there</b><script>alert(1)</script></p>"
    made = resource(mention(None, content=content, media_type="text/html"))
    assert "Hello there" in made["message"]
    assert "<b>" not in made["html_message"] + made["message"]


def test_markup_in_words_is_shown_and_not_obeyed() -> None:
    made = resource(mention('<img src=x onerror="alert(1)"> & {{ticket.requester.email}} {% if %}'))
    assert "&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; " in made["html_message"]
    assert "{{" not in made["message"] + made["html_message"]
    assert "{%" not in made["message"] + made["html_message"]


def test_direction_overrides_cannot_disguise_a_name_or_an_address() -> None:
    actor = replace(ROSA, name="\u202egpj.exe\u202c")
    made = resource(mention("pay \u202eelpmaxe\u2069", attributed_to=actor))
    written = json.dumps(made, ensure_ascii=False)
    assert not any(control in written for control in "\u202a\u202b\u202c\u202d\u202e\u2066\u2069")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://user@evil.example/",
        "https://",
        "//x",
        "https://a b.example/",
    ],
)
def test_only_plain_web_addresses_become_links(address: str) -> None:
    said = mention("x", url=address, attachment=(Attachment(type="Image", url=address),))
    made = resource(said)
    assert "href" not in made["html_message"]
    assert "file_urls" not in made
    assert "permalink" not in made["display_info"][0]["data"]


@pytest.mark.parametrize("letter", ["x", "ü", "漢", "👍", "word "])
def test_what_is_too_long_is_cut_with_a_notice_and_keeps_its_place(letter: str) -> None:
    made = resource(mention(letter * 70_000))
    assert "… (cut; open the original)" in made["message"]
    assert made["message"].endswith("Original post: https://square.example/@rosa/1")
    assert "html_message" not in made
    assert len(made["message"].encode()) > 65_000


def test_many_attachments_are_counted_and_none_is_dropped_silently() -> None:
    media = tuple(
        Attachment(type="Image", url=f"https://media.example/{number}.png", name="x" * 3000)
        for number in range(14)
    )
    made = resource(mention("w" * 70_000, attachment=media))
    assert "… and 4 more in the original" in made["message"]
    assert len(made["file_urls"]) == 10


def test_media_a_network_forbids_to_copy_is_linked_only() -> None:
    image = Attachment(type="Image", url="https://media.example/a.png", policy="link-only")
    made = resource(mention("x", attachment=(image,)))
    assert "file_urls" not in made
    assert "https://media.example/a.png" in made["message"]


def test_a_sandbox_fetches_media_from_this_machine() -> None:
    local, remote = "http://127.0.0.1:9/a.png", "http://media.example/b.png"
    said = mention("x", attachment=tuple(Attachment(type="Image", url=u) for u in (local, remote)))
    assert resource(said, SANDBOX)["file_urls"] == [local]
    assert "file_urls" not in resource(said)


def test_the_author_is_known_by_the_networks_own_id() -> None:
    author = resource(mention(language="pt-BR"))["author"]
    assert author == {
        "external_id": "https://square.example/users/rosa",
        "name": "Rosa (@rosa@square.example)",
        "locale": "pt-BR",
        "fields": [
            {"id": "details", "value": "@rosa@square.example\nhttps://square.example/@rosa"}
        ],
    }


@pytest.mark.parametrize(
    ("name", "handle", "shown"),
    [
        (None, "rosa", "@rosa"),
        ("", "@rosa", "@rosa"),
        ("\u200b", "rosa", "@rosa"),
        ("Rosa", None, "Rosa"),
        (None, None, "Someone on Mastodon"),
        ("R" * 300, "rosa", "R" * 246 + "… (@rosa)"),
    ],
)
def test_an_author_without_a_name_goes_by_the_handle(
    name: str | None, handle: str | None, shown: str
) -> None:
    actor = replace(ROSA, name=name, preferred_username=handle)
    author = resource(mention(attributed_to=actor))["author"]
    assert author["name"] == shown
    assert len(author["name"]) <= 255


@pytest.mark.parametrize("id", ["https://é.example/u", "x" * 256, " padded ", "a\nb", "\ud800"])
def test_an_id_zendesk_cannot_hold_is_a_digest_of_its_own(id: str) -> None:
    ids = {
        resource(mention(attributed_to=replace(ROSA, id=one)))["author"]["external_id"]
        for one in (id, id, f"{id}2")
    }
    assert len(ids) == 2
    assert all(one.startswith("sha256:") for one in ids)


def test_two_unknown_authors_are_never_one_customer() -> None:
    first, second = (
        resource(mention(attributed_to=None), external_id=f"mastodon:{number}")["author"]
        for number in (1, 2)
    )
    assert first["name"] == "Someone on Mastodon"
    assert first["external_id"] != second["external_id"]


@pytest.mark.parametrize(
    "icon", ["http://media.example/a.png", "https://media.example/" + "a" * 300, "data:x", None]
)
def test_a_picture_zendesk_could_not_take_is_left_out(icon: str | None) -> None:
    assert "image_url" not in resource(mention(attributed_to=replace(ROSA, icon=icon)))["author"]


@pytest.mark.parametrize(
    ("language", "locale"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("en", "en-US"),
        ("en-GB", "en-GB"),
        ("zh-tw", "zh-TW"),
        ("nb", "no"),
        ("tlh", None),
        ("", None),
        (None, None),
    ],
)
def test_only_locales_zendesk_knows_are_sent(language: str | None, locale: str | None) -> None:
    assert resource(mention(language=language))["author"].get("locale") == locale


def test_an_edit_is_a_private_note_with_the_new_words() -> None:
    made = resource(mention("It came after all, thanks!"), kind="edit", external_id="mastodon:1:v2")
    assert made["internal_note"] is True
    assert made["message"].startswith(
        "The author edited this post. It now says:\n\nIt came after all, thanks!"
    )
    assert made["author"]["external_id"] == "urn:answerback:notes"
    assert "fields" not in made


def test_a_deletion_is_a_private_note_without_the_words() -> None:
    made = resource(kind="deletion")
    assert made["internal_note"] is True
    assert made["message"] == "The author deleted this post."
    assert "parcel" not in json.dumps(made)


def test_our_own_word_to_the_agents_stays_private() -> None:
    made = resource(kind="note", note="The reply was not posted: too long.", mention=None)
    assert made["internal_note"] is True
    assert made["message"] == "The reply was not posted: too long."
    assert "allow_channelback" not in made


def test_a_note_never_leaks_into_a_customers_comment() -> None:
    made = resource(note="for agents only", mention=None)
    assert "agents only" not in json.dumps(made)
    assert made["message"] == "(no text)"


@pytest.mark.parametrize("allowed", [True, False])
def test_whether_a_post_can_be_answered_is_said(allowed: bool) -> None:
    assert resource(allow_reply=allowed)["allow_channelback"] is allowed


@pytest.mark.parametrize(
    ("created", "written"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, 678), "2026-01-02T03:04:05Z"),  # noqa: DTZ001
        (datetime(2026, 1, 2, 1, 0, tzinfo=timezone(timedelta(hours=2))), "2026-01-01T23:00:00Z"),
    ],
)
def test_times_are_utc_whatever_their_zone(created: datetime, written: str) -> None:
    assert resource(created=created)["created_at"] == written
