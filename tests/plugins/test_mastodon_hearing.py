"""What the Mastodon channel hears on the sandbox's square, over real HTTP."""

from __future__ import annotations

from dataclasses import replace

import pytest
from mastodon_square import brand, hear, jonas, rosa, square
from mastodon_stage import Person, heard, listener, walked

from answerback.errors import Gone
from answerback_channels.mastodon import Mastodon

__all__ = ["brand", "jonas", "rosa", "square"]


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


def test_two_messages_under_one_of_ours_are_both_heard(brand: Mastodon, rosa: Person) -> None:
    opening = rosa.say("@northwind hello", visibility="direct")
    ours = brand.http.write(
        "POST",
        f"{brand.account.settings['instance']}/api/v1/statuses",
        repeats=False,
        headers={"Authorization": f"Bearer {brand.account.settings['access_token']}"},
        json={"status": "@rosa yes?", "visibility": "direct", "in_reply_to_id": opening["id"]},
    ).json()
    cursor = brand.poll(listener("direct"), None).cursor
    for words in ("@northwind one", "@northwind two"):
        rosa.say(words, visibility="direct", in_reply_to_id=ours["id"])

    found, _ = walked(brand, listener("direct"), cursor)

    assert {"@northwind one", "@northwind two"} <= {each.object.text for each in found}


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
