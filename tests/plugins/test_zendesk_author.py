"""Who a comment is from, as Zendesk is told."""

from dataclasses import replace

import pytest
from zendesk_filings import ROSA, mention, resource


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
