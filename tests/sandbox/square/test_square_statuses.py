"""Posting, reading, editing and deleting over the API."""

import pytest

TEXT = "/api/v1/statuses"


def test_a_post_comes_back_with_mentions_tags_and_linked_html(rosa, northwind, running):
    post = rosa.say("@northwind <b>cold</b> #Coffee\n\nsee https://example.com/a", language="es")

    assert [one["acct"] for one in post["mentions"]] == ["northwind"]
    assert [one["name"] for one in post["tags"]] == ["coffee"]
    assert post["language"] == "es"
    assert post["uri"] == f"{running.url}/users/rosa/statuses/{post['id']}"
    assert post["url"] == f"{running.url}/@rosa/{post['id']}"
    assert post["content"] == (
        '<p><span class="h-card" translate="no">'
        f'<a href="{running.url}/@northwind" class="u-url mention">@<span>northwind</span></a>'
        "</span> &lt;b&gt;cold&lt;/b&gt; "
        f'<a href="{running.url}/tags/coffee" class="mention hashtag" rel="tag">'
        "#<span>Coffee</span></a></p>"
        '<p>see <a href="https://example.com/a" target="_blank" rel="nofollow noopener" '
        'translate="no"><span class="invisible">https://</span>'
        '<span class="">example.com/a</span><span class="invisible"></span></a></p>'
    )


def test_a_full_local_handle_is_a_mention_and_a_foreign_one_is_not(rosa, running):
    domain = running.url.removeprefix("http://")

    post = rosa.say(f"@northwind@{domain} and @jonas@elsewhere.example")

    assert [one["acct"] for one in post["mentions"]] == ["northwind"]


def test_custom_emoji_are_listed_with_their_picture(rosa):
    post = rosa.say("so cold :blobcat: and :unknown:")

    assert [one["shortcode"] for one in post["emojis"]] == ["blobcat"]
    assert rosa.session.get(post["emojis"][0]["url"]).content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"status": "hello", "visibility": "unlisted"}},
        {"json": {"status": "hello", "visibility": "unlisted"}},
        {"files": {"status": (None, "hello"), "visibility": (None, "unlisted")}},
    ],
    ids=["form", "json", "multipart"],
)
def test_a_post_may_come_as_form_json_or_multipart(rosa, sent):
    post = rosa.post(TEXT, **sent)

    assert (post["content"], post["visibility"]) == ("<p>hello</p>", "unlisted")


def test_without_a_visibility_the_accounts_own_default_counts(running, connect):
    running.square.join("quiet", privacy="unlisted")
    quiet = connect(running.accounts["quiet"]["token"])

    assert quiet.say("hello")["visibility"] == "unlisted"
    assert quiet.get("/api/v1/accounts/verify_credentials")["source"]["privacy"] == "unlisted"


def test_the_same_key_gives_the_same_post_for_an_hour(rosa, clock):
    def say(text):
        return rosa.post(TEXT, json={"status": text}, headers={"Idempotency-Key": "once"})

    first = say("hello")
    assert say("something else")["id"] == first["id"]
    clock.pass_(seconds=3601)
    assert say("hello")["id"] != first["id"]


def test_a_key_belongs_to_one_account(rosa, jonas):
    posts = [
        who.post(TEXT, json={"status": "hello"}, headers={"Idempotency-Key": "once"})
        for who in (rosa, jonas)
    ]

    assert posts[0]["id"] != posts[1]["id"]


@pytest.mark.parametrize("text", ["", "  \n", "x" * 501], ids=["empty", "blank", "long"])
def test_an_empty_or_overlong_post_is_refused(rosa, text):
    answer = rosa.call("POST", TEXT, json={"status": text})

    assert answer.status_code == 422
    assert answer.json()["error"].startswith("Validation failed: Text ")


def test_the_content_warning_counts_towards_the_limit(rosa):
    assert rosa.call("POST", TEXT, json={"status": "x" * 500}).ok
    answer = rosa.call("POST", TEXT, json={"status": "x" * 500, "spoiler_text": "y"})
    assert answer.status_code == 422


def test_a_content_warning_makes_a_post_sensitive(rosa):
    post = rosa.say("the end", spoiler_text="film")

    assert (post["spoiler_text"], post["sensitive"]) == ("film", True)


def test_private_posts_are_seen_only_by_those_they_are_for(rosa, northwind, jonas, stranger):
    direct = rosa.say("@northwind just for you", visibility="direct")
    followers = rosa.say("friends", visibility="private")

    assert [who.sees(direct) for who in (rosa, northwind, jonas, stranger)] == [1, 1, 0, 0]
    assert [who.sees(followers) for who in (rosa, jonas)] == [1, 0]
    jonas.post(f"/api/v1/accounts/{followers['account']['id']}/follow")
    assert jonas.sees(followers)


def test_nobody_can_answer_what_is_gone_or_hidden(rosa, jonas):
    hidden = rosa.say("@northwind hush", visibility="direct")

    for missing in (hidden["id"], "99"):
        answer = jonas.call("POST", TEXT, json={"status": "what?", "in_reply_to_id": missing})
        assert answer.status_code == 404


def test_answering_oneself_still_answers_the_other(rosa, northwind):
    question = rosa.say("@northwind?")
    first = northwind.say("@rosa one", in_reply_to_id=question["id"])
    second = northwind.say("@rosa two", in_reply_to_id=first["id"])

    assert second["in_reply_to_id"] == first["id"]
    assert second["in_reply_to_account_id"] == question["account"]["id"]


def test_the_context_has_what_is_above_and_what_is_below(rosa, northwind, jonas, stranger):
    root = rosa.say("root")
    left = northwind.say("left", in_reply_to_id=root["id"])
    right = jonas.say("right", in_reply_to_id=root["id"])
    deep = rosa.say("deep", in_reply_to_id=left["id"])
    rosa.say("@jonas hush", in_reply_to_id=right["id"], visibility="direct")

    below = stranger.get(f"{TEXT}/{root['id']}/context")["descendants"]
    above = stranger.get(f"{TEXT}/{deep['id']}/context")["ancestors"]
    assert [one["id"] for one in below] == [left["id"], deep["id"], right["id"]]
    assert [one["id"] for one in above] == [root["id"], left["id"]]
    assert len(jonas.get(f"{TEXT}/{root['id']}/context")["descendants"]) == 4


def test_an_edit_shows_its_time_and_keeps_what_was_said_before(rosa, clock):
    post = rosa.say("first")
    clock.pass_(seconds=5)

    edited = rosa.call("PUT", f"{TEXT}/{post['id']}", json={"status": "second"}).json()

    assert post["edited_at"] is None
    assert edited["edited_at"] == "2026-11-21T12:00:05.250Z"
    history = rosa.get(f"{TEXT}/{post['id']}/history")
    assert [one["content"] for one in history] == ["<p>first</p>", "<p>second</p>"]
    assert rosa.get(f"{TEXT}/{post['id']}/source")["text"] == "second"


def test_others_cannot_edit_or_delete_a_post(rosa, jonas):
    post = rosa.say("mine")

    for method in ("PUT", "DELETE"):
        answer = jonas.call(method, f"{TEXT}/{post['id']}", json={"status": "yours"})
        assert answer.status_code == 404
    assert rosa.sees(post)


def test_a_deleted_post_is_answered_as_typed_and_then_gone(rosa, northwind):
    post = rosa.say("@northwind never mind")

    deleted = rosa.call("DELETE", f"{TEXT}/{post['id']}").json()

    assert deleted["text"] == "@northwind never mind"
    assert "content" not in deleted
    gone = rosa.call("GET", f"{TEXT}/{post['id']}")
    assert (gone.status_code, gone.json()) == (404, {"error": "Record not found"})
    assert northwind.get("/api/v1/notifications") == []


def test_an_answer_outlives_its_parent_and_forgets_it(rosa, northwind):
    post = rosa.say("@northwind?")
    answer = northwind.say("@rosa yes", in_reply_to_id=post["id"])
    rosa.call("DELETE", f"{TEXT}/{post['id']}")

    assert northwind.get(f"{TEXT}/{answer['id']}")["in_reply_to_id"] is None
    assert northwind.get(f"{TEXT}/{answer['id']}/context")["ancestors"] == []


def test_reading_many_leaves_the_missing_out(rosa, jonas):
    kept, hidden = rosa.say("kept"), rosa.say("@northwind hush", visibility="direct")

    found = jonas.get(TEXT, **{"id[]": [kept["id"], hidden["id"], "99"]})

    assert [one["id"] for one in found] == [kept["id"]]


def test_an_unknown_route_and_an_unknown_post_are_told_apart(stranger):
    assert stranger.call("GET", f"{TEXT}/99").json() == {"error": "Record not found"}
    assert stranger.call("GET", f"{TEXT}/0").json() == {"error": "Not Found"}
    assert stranger.call("GET", "/api/v1/nonsense").json() == {"error": "Not Found"}


def test_favourite_and_boost_count_once_and_can_be_taken_back(rosa, northwind):
    post = rosa.say("praise")
    boosts = [northwind.post(f"{TEXT}/{post['id']}/reblog") for _ in range(2)]
    for _ in range(2):
        northwind.post(f"{TEXT}/{post['id']}/favourite")

    marked = northwind.get(f"{TEXT}/{post['id']}")
    assert boosts[0]["id"] == boosts[1]["id"]
    assert boosts[0]["reblog"]["id"] == post["id"]
    assert (marked["favourites_count"], marked["reblogs_count"]) == (1, 1)
    assert (marked["favourited"], marked["reblogged"]) == (True, True)
    [fan] = rosa.get(f"{TEXT}/{post['id']}/favourited_by")
    assert fan["acct"] == "northwind"

    northwind.post(f"{TEXT}/{post['id']}/unfavourite")
    plain = northwind.post(f"{TEXT}/{post['id']}/unreblog")
    assert (plain["favourites_count"], plain["reblogs_count"]) == (0, 0)
    assert rosa.get("/api/v1/notifications") == []


def test_a_direct_post_cannot_be_boosted(rosa, northwind):
    post = rosa.say("@northwind hush", visibility="direct")

    assert northwind.call("POST", f"{TEXT}/{post['id']}/reblog").status_code == 403


def test_a_quote_carries_the_quoted_post_and_tells_its_author(rosa, northwind):
    post = northwind.say("autumn roast")

    quote = rosa.say("lovely", quoted_status_id=post["id"])

    assert quote["quote"]["quoted_status"]["id"] == post["id"]
    [notice] = northwind.get("/api/v1/notifications", **{"types[]": ["mention", "quote"]})
    assert (notice["type"], notice["status"]["id"]) == ("quote", quote["id"])
