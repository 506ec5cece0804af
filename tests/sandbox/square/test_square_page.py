"""The page a person uses, and the methods behind it."""

from html import unescape

import pytest

from answerback_sandbox.square import open_square

HOSTILE = '<script>alert(1)</script> "><img src=x onerror=alert(1)> {{7*7}}'


def test_everything_strangers_write_is_inert_on_the_page(rosa, stranger, running):
    running.square.join("mallory", HOSTILE)
    post = rosa.say(HOSTILE + " https://example.com/?<script>", spoiler_text=HOSTILE)

    for path in ("/", f"/@rosa/{post['id']}", "/@mallory", "/_sandbox/timeline"):
        html = stranger.call("GET", path).text
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "{{7*7}}" in html or "7*7" not in html
    answer = stranger.call("GET", "/")
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")


def test_the_page_needs_nothing_from_elsewhere(stranger):
    page = stranger.call("GET", "/").text
    for asset in ("square.css", "composer.css", "square.js", "composer.js"):
        text = stranger.call("GET", f"/_sandbox/static/{asset}").text
        assert f"/_sandbox/static/{asset}" in page
        assert "http://" not in text.replace("https?://", "")
        assert "@import" not in text


def test_anyone_can_post_as_anyone_with_a_photo_and_answer(stranger, northwind, running):
    picture = stranger.call("GET", "/avatars/rosa.png").content
    fields = {
        "person": "rosa",
        "text": "@northwind broken",
        "visibility": "unlisted",
        "spoiler_text": "rant",
        "language": "es",
        "alt": "a letter",
    }
    files = {"photo": ("a.png", picture, "image/png")}
    made = stranger.post("/_sandbox/posts", data=fields, files=files)
    stranger.post(
        "/_sandbox/posts",
        data={"person": "jonas", "text": "@rosa same", "in_reply_to_id": made["id"]},
    )

    post = northwind.get(f"/api/v1/statuses/{made['id']}")
    assert (post["visibility"], post["spoiler_text"], post["language"]) == (
        "unlisted",
        "rant",
        "es",
    )
    assert post["media_attachments"][0]["description"] == "a letter"
    page = unescape(stranger.call("GET", made["url"]).text)
    assert page.index("broken") < page.index("same")
    assert "answers @rosa" in page
    assert "Quiet public" in page


def test_posts_are_edited_deleted_favourited_and_boosted_from_the_page(stranger, rosa):
    post = rosa.say("first", visibility="unlisted")
    path = f"/_sandbox/posts/{post['id']}"

    assert stranger.call("PUT", path, data={"text": "second", "language": "de"}).ok
    for action in ("favourite", "boost"):
        assert stranger.call("POST", f"{path}/{action}", data={"person": "jonas"}).ok
    shown = rosa.get(f"/api/v1/statuses/{post['id']}")
    assert (shown["content"], shown["visibility"]) == ("<p>second</p>", "unlisted")
    assert (shown["favourites_count"], shown["reblogs_count"]) == (1, 1)
    for action in ("favourite", "boost"):
        assert stranger.call("POST", f"{path}/{action}", data={"person": "jonas"}).ok
    assert rosa.get(f"/api/v1/statuses/{post['id']}")["favourites_count"] == 0

    assert stranger.call("DELETE", path).ok
    assert not rosa.sees(post)


def test_a_refused_post_says_why(stranger):
    answer = stranger.call("POST", "/_sandbox/posts", data={"person": "rosa", "text": ""})

    assert answer.status_code == 422
    assert answer.json()["error"] == "Validation failed: Text can't be blank"


def test_the_timeline_tells_only_what_changed(stranger, rosa):
    first = stranger.get("/_sandbox/timeline")
    assert stranger.get("/_sandbox/timeline", version=first["version"])["threads"] is None

    post = rosa.say("news")
    after = stranger.get("/_sandbox/timeline", version=first["version"])
    assert [one["id"] for one in after["threads"]] == [post["id"]]
    assert "news" in after["threads"][0]["html"]


def test_the_permalinks_in_the_api_open_the_thread(rosa, northwind, stranger):
    post = rosa.say("question")
    answer = northwind.say("@rosa answer", in_reply_to_id=post["id"])
    northwind.say("unrelated")

    for address in (answer["url"], answer["uri"]):
        page = stranger.session.get(address)
        assert page.headers["Content-Type"].startswith("text/html")
        assert "question" in page.text
        assert "unrelated" not in page.text
    assert stranger.call("GET", "/@rosa/99").status_code == 404


@pytest.mark.parametrize(("site", "status"), [("cross-site", 403), ("same-origin", 201)])
def test_a_page_of_another_site_cannot_post(stranger, site, status):
    answer = stranger.call(
        "POST",
        "/_sandbox/posts",
        data={"person": "rosa", "text": "hi"},
        headers={"Sec-Fetch-Site": site},
    )

    assert answer.status_code == status


def test_a_seeded_square_has_the_brand_and_what_is_said_about_it(connect):
    with open_square() as opened:
        assert set(opened.accounts) == {"northwind", "rosa", "jonas", "amina", "kenji", "priya"}
        assert opened.accounts["northwind"]["handle"] == "@northwind"
        client = connect(opened.accounts["northwind"]["token"])
        client.url = opened.url
        notices = client.get("/api/v1/notifications", **{"types[]": "mention"})
        posts = client.get("/api/v1/timelines/public")
        untagged = client.get("/api/v2/search", q="northwind", type="statuses")["statuses"]

    assert {one["account"]["acct"] for one in notices} == {"rosa", "jonas", "kenji"}
    assert {one["language"] for one in posts} == {"en", "es", "de", "ar"}
    assert any(one["media_attachments"] for one in posts)
    assert any(not one["mentions"] and not one["tags"] for one in untagged)
    assert any("northwind" in [tag["name"] for tag in one["tags"]] for one in untagged)
