"""Filings as Zendesk's external resources: readable, private where due, never cut silently."""

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from zendesk_filings import ROSA, SANDBOX, fields, mention, resource

from answerback.model import Attachment, Reach


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


def test_why_a_post_is_urgent_stands_beside_its_comment_and_not_in_it() -> None:
    made = resource(mention(), priority="urgent", reasons=("angry words", "12,000 followers"))
    shown = made["display_info"][0]["data"]
    assert shown["priority"] == "urgent"
    assert shown["reasons"] == ["angry words", "12,000 followers"]
    assert "angry" not in made["message"]


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
