"""The Mastodon channel against the sandbox's square, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from mastodon_stage import Person, channel, heard, listener, walked

from answerback.errors import Gone, Reconnect, Refused, TryLater, Unsure
from answerback.model import Attachment, Mention, Part
from answerback_channels.mastodon import Mastodon
from answerback_sandbox.square import RunningSquare, Square, open_square
from answerback_sandbox.square.seed import settle


@pytest.fixture
def square() -> Iterator[RunningSquare]:
    with open_square(square=Square()) as running:
        settle(running.square)
        yield running


@pytest.fixture
def brand(square: RunningSquare) -> Mastodon:
    return channel(square.url, square.accounts["northwind"]["token"])


@pytest.fixture
def rosa(square: RunningSquare) -> Person:
    return Person(square.url, square.accounts["rosa"]["token"])


@pytest.fixture
def jonas(square: RunningSquare) -> Person:
    return Person(square.url, square.accounts["jonas"]["token"])


def breaks(square: RunningSquare, effect: dict[str, Any], path: str, *methods: str) -> None:
    match = {"methods": list(methods), "path": path}
    fault = {"match": match, "effect": effect, "count": 1}
    requests.post(f"{square.url}/_sandbox/faults", json=fault, timeout=5).raise_for_status()


def hear(brand: Mastodon, status: dict[str, Any]) -> Mention:
    """The mention of a post, as the channel fetches it."""
    (fetched,) = brand.fetch([{"instance": "", "id": status["id"]}])
    assert fetched.mention is not None
    return fetched.mention


def part(text: str, key: str = "part-1", **more: Any) -> Part:
    return Part(key=key, text=text, **more)


# Hearing


def test_nothing_from_before_the_connection_is_heard(brand: Mastodon, rosa: Person) -> None:
    rosa.say("@northwind before")
    first = brand.poll(listener("mentions"), None)
    rosa.say("@northwind after")

    found, _ = walked(brand, listener("mentions"), first.cursor)

    assert first.activities == ()
    assert [each.object.text for each in found] == ["@northwind after"]


def test_as_much_from_before_as_was_asked_for_is_heard(brand: Mastodon, rosa: Person) -> None:
    for number in range(3):
        rosa.say(f"@northwind {number}")

    page = brand.poll(listener("mentions", backfill=2), None)

    assert [each.text for each in heard(page)] == ["@northwind 1", "@northwind 2"]


def test_a_walk_over_three_pages_neither_skips_nor_repeats(brand: Mastodon, rosa: Person) -> None:
    cursor = brand.poll(listener("mentions"), None).cursor
    for number in range(95):
        rosa.say(f"@northwind {number}")

    found, after = walked(brand, listener("mentions"), cursor)

    assert [each.object.text for each in found] == [f"@northwind {n}" for n in range(95)]
    assert walked(brand, listener("mentions"), after)[0] == []


def test_the_same_cursor_gives_the_same_page(brand: Mastodon, rosa: Person) -> None:
    cursor = brand.poll(listener("mentions"), None).cursor
    rosa.say("@northwind hello")

    assert brand.poll(listener("mentions"), cursor) == brand.poll(listener("mentions"), cursor)


def test_a_strangers_direct_message_is_heard_although_it_is_filtered(
    brand: Mastodon, jonas: Person
) -> None:
    cursor = brand.poll(listener("mentions"), None).cursor
    jonas.say("@northwind in private", visibility="direct")

    found, _ = walked(brand, listener("mentions"), cursor)

    assert [each.object.visibility for each in found] == ["direct"]


def test_all_messages_of_a_conversation_are_heard_not_only_the_last(
    brand: Mastodon, rosa: Person
) -> None:
    cursor = brand.poll(listener("direct"), None).cursor
    first = rosa.say("@northwind one", visibility="direct")
    second = rosa.say("@northwind two", visibility="direct", in_reply_to_id=first["id"])
    rosa.say("@northwind three", visibility="direct", in_reply_to_id=second["id"])

    found, _ = walked(brand, listener("direct"), cursor)

    assert [each.object.text for each in found] == [
        "@northwind one",
        "@northwind two",
        "@northwind three",
    ]


def test_hashtag_and_keyword_are_heard_without_a_handle(brand: Mastodon, rosa: Person) -> None:
    tag, word = listener("hashtag", tag="#Espresso"), listener("keyword", query="lukewarm")
    at_tag, at_word = brand.poll(tag, None).cursor, brand.poll(word, None).cursor
    rosa.say("lukewarm #espresso again")

    for which, cursor in ((tag, at_tag), (word, at_word)):
        found, after = walked(brand, which, cursor)
        assert [each.object.text for each in found] == ["lukewarm #espresso again"]
        assert walked(brand, which, after)[0] == []


def test_a_reply_without_our_handle_is_found_in_the_open_conversation(
    brand: Mastodon, rosa: Person, jonas: Person
) -> None:
    root = rosa.say("@northwind late again")
    watch = listener("conversation", root=root["id"])
    first = brand.poll(watch, None)
    jonas.say("mine too", in_reply_to_id=root["id"])

    second = brand.poll(watch, first.cursor)

    assert [each.text for each in heard(first)] == ["@northwind late again"]
    assert [each.text for each in heard(second)] == ["@northwind late again", "mine too"]
    assert heard(second)[1].in_reply_to == root["uri"]
    assert brand.poll(watch, second.cursor).activities == ()


def test_an_edit_shows_in_the_open_conversation_as_another_version(
    brand: Mastodon, rosa: Person
) -> None:
    root = rosa.say("@northwind late again")
    watch = listener("conversation", root={"instance": brand.account.settings["instance"], **root})
    first = brand.poll(watch, None)
    rosa.call("PUT", f"/api/v1/statuses/{root['id']}", json={"status": "@northwind all is well"})

    (before,), (after,) = heard(first), heard(brand.poll(watch, first.cursor))

    assert after.version != before.version
    assert after.updated is not None
    assert before.updated is None


def test_a_parent_is_known_by_its_uri_though_the_server_tells_a_number(
    brand: Mastodon, rosa: Person, jonas: Person
) -> None:
    cursor = brand.poll(listener("mentions"), None).cursor
    root = rosa.say("nobody is named here")
    jonas.say("@northwind look at this", in_reply_to_id=root["id"])

    found, _ = walked(brand, listener("mentions"), cursor)

    assert [each.object.in_reply_to for each in found] == [root["uri"]]


def test_a_thread_is_given_from_its_root(brand: Mastodon, rosa: Person, jonas: Person) -> None:
    root = rosa.say("one")
    middle = jonas.say("two", in_reply_to_id=root["id"])
    last = rosa.say("@northwind three", in_reply_to_id=middle["id"])

    above = brand.thread(hear(brand, last))

    assert [each.text for each in above] == ["one", "two"]
    assert above[1].in_reply_to == root["uri"]


def test_fetch_tells_present_from_missing_in_order(brand: Mastodon, rosa: Person) -> None:
    posts = [rosa.say(f"post {number}") for number in range(3)]
    rosa.call("DELETE", f"/api/v1/statuses/{posts[1]['id']}")

    fetched = brand.fetch([{"id": each["id"]} for each in posts])

    assert [each.state for each in fetched] == ["present", "missing", "present"]
    assert [each.mention.text for each in fetched if each.mention] == ["post 0", "post 2"]


def test_the_profile_of_an_author_is_looked_up(brand: Mastodon, rosa: Person) -> None:
    author = hear(brand, rosa.say("hello")).attributed_to
    assert author is not None

    assert brand.profile(author) == author
    with pytest.raises(Gone):
        brand.profile(replace(author, id="https://elsewhere.example/1", url=None))


def test_a_token_tells_whose_account_it_is(brand: Mastodon) -> None:
    (account,) = brand.accounts(brand.account.settings)

    assert account.actor is not None
    assert account.id == account.actor.id
    assert account.actor.name == "Northwind Coffee"


def test_limits_are_what_the_server_says(brand: Mastodon) -> None:
    limits = brand.own_limits()

    assert limits.length == 500
    assert limits.attachments == 4
    assert "image/png" in limits.media_types
    assert limits.count("https://shop.example/" + "x" * 80) == 23


# Answering


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
