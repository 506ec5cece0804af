"""How the Mastodon channel answers on the sandbox's square, over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mastodon_square import brand, breaks, hear, rosa, square
from mastodon_stage import Person, channel, listener

from answerback.errors import Gone, Reconnect, Refused, TryLater, Unsure
from answerback.model import Attachment, Part
from answerback_channels.mastodon import Mastodon
from answerback_sandbox.square import RunningSquare

__all__ = ["brand", "rosa", "square"]


def part(text: str, key: str = "part-1", **more: Any) -> Part:
    return Part(key=key, text=text, **more)


def test_a_reply_names_the_author_and_stands_under_the_post(brand: Mastodon, rosa: Person) -> None:
    post = rosa.say("@northwind late")

    receipt = brand.reply(hear(brand, post), part("On its way.", language="en"), {})

    (shown,) = rosa.replies(post["id"])
    assert receipt.id == shown["uri"]
    assert [each["acct"] for each in shown["mentions"]] == ["rosa"]
    assert shown["language"] == "en"
    assert "On its way." in shown["content"]


def test_a_reply_pulls_nobody_else_in(brand: Mastodon, rosa: Person) -> None:
    post = rosa.say("@northwind late")

    brand.reply(hear(brand, post), part("Our driver @jonas is near, @Rosa."), {})

    (shown,) = rosa.replies(post["id"])
    assert [each["acct"] for each in shown["mentions"]] == ["rosa"]


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
def test_a_reply_inherits_visibility_and_content_warning(
    square: RunningSquare, brand: Mastodon, visibility: str
) -> None:
    rosa = Person(square.url, square.accounts["rosa"]["token"])
    Person(square.url, square.accounts["northwind"]["token"]).call(
        "POST", f"/api/v1/accounts/{rosa.get('/api/v1/accounts/verify_credentials')['id']}/follow"
    )
    post = rosa.say("@northwind hm", visibility=visibility, spoiler_text="coffee", sensitive=True)

    first = brand.reply(hear(brand, post), part("One.", number=1, of=2), {})
    second = brand.reply(first, part("Two.", "part-2", number=2, of=2), {})

    below = rosa.get(f"/api/v1/statuses/{post['id']}/context")["descendants"]
    assert [each["visibility"] for each in below] == [visibility, visibility]
    assert [each["spoiler_text"] for each in below] == ["re: coffee", "re: coffee"]
    assert [each["mentions"][0]["acct"] for each in below] == ["rosa", "rosa"]
    assert below[1]["in_reply_to_id"] == below[0]["id"]
    assert below[1]["uri"] == second.id


def test_public_answers_can_be_kept_out_of_the_timelines(
    square: RunningSquare, rosa: Person
) -> None:
    quiet = channel(square.url, square.accounts["northwind"]["token"], public_replies="unlisted")
    post = rosa.say("@northwind late")

    quiet.reply(hear(quiet, post), part("On its way."), {})

    assert [each["visibility"] for each in rosa.replies(post["id"])] == ["unlisted"]


def test_the_same_key_gives_one_post(brand: Mastodon, rosa: Person) -> None:
    mention = hear(brand, rosa.say("@northwind late"))

    first = brand.reply(mention, part("On its way."), {})
    again = brand.reply(mention, part("On its way."), {})

    assert first.id == again.id


def test_a_key_used_under_another_post_is_not_taken_for_this_answer(
    brand: Mastodon, rosa: Person
) -> None:
    one, two = hear(brand, rosa.say("@northwind 1")), hear(brand, rosa.say("@northwind 2"))
    brand.reply(one, part("On its way."), {})

    with pytest.raises(Unsure):
        brand.reply(two, part("On its way."), {})


@pytest.mark.parametrize("effect", ["cut_after", "cut_within", "malformed"])
def test_a_lost_answer_is_unsure_and_found_by_reading_back(
    square: RunningSquare, brand: Mastodon, rosa: Person, effect: str
) -> None:
    mention = hear(brand, rosa.say("@northwind late"))
    words = part("See https://shop.example/orders?id=7 — @jonas knows, @rosa 🎉 1/2")
    began = datetime.now(UTC)
    breaks(square, {"type": effect}, "/api/v1/statuses", "POST")

    with pytest.raises(Unsure):
        brand.reply(mention, words, {})
    found = brand.sent(mention, words, began)

    if effect == "malformed":  # this fault answers before anything is posted
        assert found == []
    else:
        assert [each.id for each in found] == [
            each["uri"] for each in rosa.replies(mention.ref["id"])
        ]
    assert brand.sent(mention, part("Something else."), began) == []
    assert brand.sent(mention, words, began + timedelta(hours=1)) == []


def test_a_rate_limit_is_tried_later_with_its_wait(
    square: RunningSquare, brand: Mastodon, rosa: Person
) -> None:
    mention = hear(brand, rosa.say("@northwind late"))
    breaks(square, {"type": "ratelimit", "seconds": 40}, "/api/v1/statuses", "POST")

    with pytest.raises(TryLater) as caught:
        brand.reply(mention, part("On its way."), {})

    assert caught.value.retry_after is not None
    assert rosa.replies(mention.ref["id"]) == []


def test_an_answer_to_a_deleted_post_says_that_it_is_gone(brand: Mastodon, rosa: Person) -> None:
    post = rosa.say("@northwind late")
    mention = hear(brand, post)
    rosa.call("DELETE", f"/api/v1/statuses/{post['id']}")

    with pytest.raises(Gone, match="being answered is gone"):
        brand.reply(mention, part("On its way."), {})


def test_a_text_too_long_is_refused_in_words_of_our_own(brand: Mastodon, rosa: Person) -> None:
    mention = hear(brand, rosa.say("@northwind late"))

    with pytest.raises(Refused, match="may be too long") as caught:
        brand.reply(mention, part("x" * 600), {})

    assert "xxx" not in str(caught.value)


def test_a_dead_token_asks_to_connect_again(square: RunningSquare) -> None:
    stranger = channel(square.url, "no-such-token")

    with pytest.raises(Reconnect):
        stranger.poll(listener("mentions"), None)


def test_a_reply_carries_its_files_with_their_descriptions(
    square: RunningSquare, brand: Mastodon, rosa: Person
) -> None:
    avatar = Attachment(type="Image", url=f"{square.url}/avatars/rosa.png", name="A portrait")
    mention = hear(brand, rosa.say("@northwind late"))
    with_file = part("Look.", attachment=(avatar,))

    prepared = brand.prepare(mention, with_file)
    brand.reply(mention, with_file, prepared)

    (shown,) = rosa.replies(mention.ref["id"])
    assert [each["description"] for each in shown["media_attachments"]] == ["A portrait"]


def test_an_edit_changes_the_words_and_keeps_the_rest(brand: Mastodon, rosa: Person) -> None:
    post = rosa.say("@northwind late", spoiler_text="coffee", sensitive=True)
    receipt = brand.reply(hear(brand, post), part("On its wya."), {})

    edited = brand.edit(receipt, part("On its way."))

    (shown,) = rosa.replies(post["id"])
    assert edited.id == receipt.id
    assert "On its way." in shown["content"]
    assert shown["spoiler_text"] == "re: coffee"
    assert shown["sensitive"] is True
    assert [each["acct"] for each in shown["mentions"]] == ["rosa"]


def test_a_post_can_be_taken_back_twice(brand: Mastodon, rosa: Person) -> None:
    post = rosa.say("@northwind late")
    receipt = brand.reply(hear(brand, post), part("On its way."), {})

    brand.delete(receipt)
    brand.delete(receipt)

    assert rosa.replies(post["id"]) == []


def test_likes_and_boosts_come_and_go_however_often_they_are_asked_for(
    brand: Mastodon, rosa: Person
) -> None:
    post = rosa.say("thank you")
    mention = hear(brand, post)

    for _ in range(2):
        brand.like(mention)
        brand.boost(mention)
    shown = rosa.get(f"/api/v1/statuses/{post['id']}")
    for _ in range(2):
        brand.unlike(mention)
        brand.unboost(mention)
    after = rosa.get(f"/api/v1/statuses/{post['id']}")

    assert (shown["favourites_count"], shown["reblogs_count"]) == (1, 1)
    assert (after["favourites_count"], after["reblogs_count"]) == (0, 0)
