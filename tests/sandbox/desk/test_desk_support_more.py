"""The Support API around the tickets: users, files, search, exports, redaction."""

import pytest


def test_users_are_created_or_updated_by_external_id_and_found(desk):
    body = {"user": {"external_id": "x:901", "name": "Rosa", "user_fields": {"handle": "rosa"}}}

    made = desk.api("POST", "/users/create_or_update.json", json=body)
    body["user"] |= {"name": "Rosa B", "external_id": "X:901"}
    again = desk.api("POST", "/users/create_or_update.json", json=body)

    assert (made.status_code, again.status_code) == (201, 200)
    id = made.json()["user"]["id"]
    assert again.json()["user"]["id"] == id
    assert again.json()["user"]["name"] == "Rosa B"
    assert made.headers["Location"].endswith(f"/users/{id}.json")
    for path in ("/users/search?external_id=x:901", "/users/search?query=rosa"):
        assert [one["id"] for one in desk.api("GET", path, status=200)["users"]] == [id]
    many = desk.api("GET", "/users/show_many?external_ids=x:901", status=200)["users"]
    assert [one["id"] for one in many] == [id]
    identity = {"identity": {"type": "twitter", "value": "rosa"}}
    desk.api("POST", f"/users/{id}/identities", json=identity, status=201)
    desk.api("POST", f"/users/{id}/identities", json=identity, status=422)
    assert len(desk.api("GET", f"/users/{id}/identities", status=200)["identities"]) == 1
    desk.api("POST", "/users/create_or_update_many", json={"users": []}, status=403)


def test_uploads_are_attached_by_token_once_and_within_the_hour(desk, clock):
    def upload(name, token=""):
        return desk.api(
            "POST",
            f"/uploads.json?filename={name}&token={token}",
            data=b"bytes of " + name.encode(),
            headers={"Content-Type": "image/png"},
            status=201,
        )["upload"]

    first = upload("a.png")
    both = upload("b.png", first["token"])
    assert both["token"] == first["token"]
    assert len(both["attachments"]) == 2
    told = desk.created(comment={"body": "see", "uploads": [first["token"]]})
    files = told["audit"]["events"][0]["attachments"]
    assert [one["file_name"] for one in files] == ["a.png", "b.png"]
    answer = desk.session.get(files[0]["content_url"])
    assert (answer.content, answer.headers["Content-Type"]) == (b"bytes of a.png", "image/png")
    late = upload("c.png")
    clock.forward(minutes=61)
    told = desk.created(comment={"body": "see", "uploads": [late["token"], first["token"]]})
    assert told["audit"]["events"][0]["attachments"] == []
    gone = upload("d.png")
    desk.api("DELETE", f"/uploads/{gone['token']}", status=204)
    assert desk.session.get(gone["attachment"]["content_url"]).status_code == 404


def test_a_file_from_a_stranger_cannot_run_here(desk):
    told = desk.api(
        "POST",
        "/uploads?filename=x.html",
        data=b"<script>alert(1)</script>",
        headers={"Content-Type": "text/html"},
        status=201,
    )

    answer = desk.session.get(told["upload"]["attachment"]["content_url"])

    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("type:ticket external_id:x:1", [1]),
        ("type:ticket status:new", [1]),
        ("type:ticket status<solved", [1, 2]),
        ("type:ticket tags:red", [2]),
        ("type:ticket -tags:red", [1]),
        ('type:ticket "strange words"', [2]),
        ("type:ticket requester:rosa@shop.example", [2]),
        ("nowhere", []),
    ],
)
def test_search_finds_tickets_by_words_and_keys(desk, query, ids):
    desk.created(external_id="x:1")
    requester = {"name": "Rosa", "email": "rosa@shop.example"}
    comment = {"body": "some strange words"}
    desk.created(tags=["red"], status="open", requester=requester, comment=comment)

    told = desk.api("GET", "/search.json", params={"query": query}, status=200)

    assert [one["id"] for one in told["results"]] == ids
    assert all(one["result_type"] == "ticket" for one in told["results"])


def test_search_finds_users_and_exports_by_cursor(desk):
    desk.created()
    desk.created()

    users = desk.api("GET", "/search?query=type:user role:admin", status=200)["results"]
    assert [one["result_type"] for one in users] == ["user"]
    params = {"query": "status:new", "filter[type]": "ticket", "page[size]": 1}
    page = desk.api("GET", "/search/export", params=params, status=200)
    assert [one["id"] for one in page["results"]] == [1]
    assert page["meta"]["has_more"] is True
    assert desk.api("GET", "/search?query=", status=422)["error"] == "invalid"


def test_exports_leave_out_the_newest_minute_and_go_on_by_cursor(desk, clock):
    desk.created()
    clock.forward(seconds=61)
    desk.created()

    first = desk.api("GET", "/incremental/tickets/cursor.json?start_time=0", status=200)
    clock.forward(seconds=61)
    after = first["after_cursor"]
    second = desk.api("GET", "/incremental/tickets/cursor.json", params={"cursor": after})
    third = desk.api(
        "GET",
        "/incremental/tickets/cursor",
        params={"cursor": second.json()["after_cursor"]},
        status=200,
    )

    assert [one["id"] for one in first["tickets"]] == [1]
    assert [one["id"] for one in second.json()["tickets"]] == [2]
    assert third["tickets"] == []
    assert third["end_of_stream"] is True


def test_ticket_events_carry_whole_comments(desk, clock):
    id = desk.created()["ticket"]["id"]
    clock.forward(seconds=2)
    put = {"ticket": {"comment": {"body": "An answer"}, "status": "open"}}
    desk.api("PUT", f"/tickets/{id}", json=put, status=200)
    clock.forward(minutes=2)

    path = "/incremental/ticket_events.json?start_time=0&include=comment_events"
    told = desk.api("GET", path, status=200)

    assert [one["ticket_id"] for one in told["ticket_events"]] == [id, id]
    comment, change = told["ticket_events"][1]["child_events"]
    assert (comment["event_type"], comment["plain_body"]) == ("Comment", "An answer")
    assert (change["event_type"], change["status"]) == ("Change", "open")
    assert told["end_of_stream"] is True
    more = f"/incremental/ticket_events?start_time={told['end_time']}&per_page=1"
    assert len(desk.api("GET", more, status=200)["ticket_events"]) == 1


def test_comments_are_made_private_and_redacted_for_good(desk):
    told = desk.created(comment={"body": "My card is 4111 1111, thanks"})
    id, comment = told["ticket"]["id"], told["audit"]["events"][0]["id"]

    desk.api("PUT", f"/tickets/{id}/comments/{comment}/make_private.json", status=200)
    path = f"/tickets/{id}/comments/{comment}/redact"
    older = desk.api("PUT", path, json={"text": "4111 1111"}, status=200)["comment"]
    body = {"ticket_id": id, "html_body": "<p>My <redact>card</redact> is gone</p>"}
    newer = desk.api("PUT", f"/comment_redactions/{comment}", json=body, status=200)["comment"]

    assert older["plain_body"] == "My card is ▇▇▇▇▇▇▇▇▇, thanks"
    assert newer["plain_body"] == "My ▇▇▇▇ is gone"
    assert newer["public"] is False
