"""Being told of things, and walking through what one was told."""

import pytest

NOTICES = "/api/v1/notifications"


def ids(items):
    return [one["id"] for one in items]


def test_a_mention_tells_the_one_it_names_with_the_whole_post(rosa, northwind, jonas):
    post = rosa.say("@northwind hello")

    [notice] = northwind.get(NOTICES)
    assert (notice["type"], notice["account"]["acct"]) == ("mention", "rosa")
    assert notice["status"]["id"] == post["id"]
    assert northwind.get(f"{NOTICES}/{notice['id']}") == notice
    assert jonas.get(NOTICES) == []


def test_an_answer_without_the_handle_tells_nobody(rosa, northwind):
    post = northwind.say("hello")
    rosa.say("no handle", in_reply_to_id=post["id"])

    assert northwind.get(NOTICES) == []


def test_an_edit_tells_only_those_it_newly_names_and_those_who_boosted(rosa, northwind, jonas):
    post = rosa.say("@northwind one")
    jonas.post(f"/api/v1/statuses/{post['id']}/reblog")

    rosa.call("PUT", f"/api/v1/statuses/{post['id']}", json={"status": "@northwind @jonas two"})

    assert [one["type"] for one in northwind.get(NOTICES)] == ["mention"]
    assert sorted(one["type"] for one in jonas.get(NOTICES)) == ["mention", "update"]


def test_the_cursors_mean_what_the_documentation_says(rosa, northwind):
    for number in range(6):
        rosa.say(f"@northwind {number}")
    newest_first = ids(northwind.get(NOTICES))
    third = newest_first[3]

    assert ids(northwind.get(NOTICES, limit=2, max_id=third)) == newest_first[4:6]
    assert ids(northwind.get(NOTICES, limit=2, since_id=third)) == newest_first[0:2]
    assert ids(northwind.get(NOTICES, limit=2, min_id=third)) == newest_first[1:3]


def test_walking_by_min_id_neither_skips_nor_repeats_while_more_arrives(rosa, northwind):
    rosa.say("@northwind start")
    cursor = northwind.get(NOTICES)[0]["id"]
    for number in range(5):
        rosa.say(f"@northwind {number}")

    heard = []
    while page := northwind.get(NOTICES, limit=2, min_id=cursor):
        heard += [one["status"]["content"][-5:-4] for one in reversed(page)]
        cursor = page[0]["id"]
        if len(heard) == 2:
            rosa.say("@northwind 5")
    assert heard == ["0", "1", "2", "3", "4", "5"]


def test_the_link_header_leads_through_all_pages(rosa, northwind):
    for number in range(5):
        rosa.say(f"@northwind {number}")

    answer = northwind.call("GET", f"{NOTICES}?limit=2&types[]=mention")
    seen = ids(answer.json())
    while answer.json():
        following = answer.links.get("next")
        if following is None:
            break
        assert "types%5B%5D=mention" in following["url"]
        answer = northwind.session.get(following["url"])
        seen += ids(answer.json())
    assert len(seen) == len(set(seen)) == 5
    assert "prev" in northwind.call("GET", NOTICES).links


def test_a_foreign_cursor_gives_the_oldest_page_as_real_servers_do(rosa, northwind):
    for number in range(3):
        rosa.say(f"@northwind {number}")

    [oldest] = northwind.get(NOTICES, limit=1, min_id="01HZXFOREIGN")
    assert "0</p>" in oldest["status"]["content"]


def test_types_and_people_can_be_chosen(rosa, jonas, northwind):
    post = northwind.say("roast")
    rosa.post(f"/api/v1/statuses/{post['id']}/favourite")
    jonas.say("@northwind hi")

    assert [one["type"] for one in northwind.get(NOTICES, **{"types[]": "mention"})] == ["mention"]
    assert [one["type"] for one in northwind.get(NOTICES, **{"exclude_types[]": "mention"})] == [
        "favourite"
    ]
    me = jonas.get("/api/v1/accounts/verify_credentials")["id"]
    [only] = northwind.get(NOTICES, account_id=me)
    assert only["account"]["acct"] == "jonas"


def test_a_strangers_direct_message_is_filtered_unless_asked_for(rosa, northwind):
    rosa.say("@northwind private", visibility="direct")

    assert northwind.get(NOTICES) == []
    [notice] = northwind.get(NOTICES, include_filtered="true")
    assert (notice["status"]["visibility"], notice["filtered"]) == ("direct", True)
    summary = northwind.get("/api/v2/notifications/policy")["summary"]
    assert summary == {"pending_requests_count": 1, "pending_notifications_count": 1}


def test_the_direct_answer_to_ones_own_message_is_not_filtered(rosa, northwind):
    first = northwind.say("@rosa may we help?", visibility="direct")

    rosa.say("@northwind yes", visibility="direct", in_reply_to_id=first["id"])

    assert len(northwind.get(NOTICES)) == 1


@pytest.mark.parametrize(("verdict", "shown", "kept"), [("accept", 1, 1), ("drop", 0, 0)])
def test_the_policy_decides_what_becomes_of_strangers(rosa, northwind, verdict, shown, kept):
    answer = northwind.call(
        "PATCH", "/api/v2/notifications/policy", json={"for_private_mentions": verdict}
    )

    rosa.say("@northwind private", visibility="direct")

    assert answer.json()["for_private_mentions"] == verdict
    assert len(northwind.get(NOTICES)) == shown
    assert len(northwind.get(NOTICES, include_filtered="true")) == kept


def test_an_accepted_request_brings_its_notifications_into_the_list(rosa, northwind):
    rosa.say("@northwind private", visibility="direct")
    [request] = northwind.get(f"{NOTICES}/requests")

    northwind.post(f"{NOTICES}/requests/{request['id']}/accept")

    assert len(northwind.get(NOTICES)) == 1
    assert northwind.get(f"{NOTICES}/requests/merged") == {"merged": True}


def test_conversations_show_the_last_message_and_can_be_read(rosa, northwind):
    first = rosa.say("@northwind one", visibility="direct")
    rosa.say("@northwind two", visibility="direct", in_reply_to_id=first["id"])

    [thread] = northwind.get("/api/v1/conversations")
    assert thread["unread"] is True
    assert "two" in thread["last_status"]["content"]
    assert [one["acct"] for one in thread["accounts"]] == ["rosa"]
    assert northwind.post(f"/api/v1/conversations/{thread['id']}/read")["unread"] is False
