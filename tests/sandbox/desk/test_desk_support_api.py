"""Tickets in the Support API: what real clients send and expect, in Zendesk's shapes."""

import pytest
import requests


def test_only_staff_with_credentials_come_in(desk):
    url = f"{desk.url}/api/v2/users/me.json"

    def asked(**more):
        return requests.get(url, timeout=5, **more)

    anonymous = asked()
    assert (anonymous.status_code, anonymous.json()) == (
        401,
        {"error": "Couldn't authenticate you"},
    )
    assert asked(auth=("admin@acme.example/token", "wrong")).status_code == 401
    assert asked(auth=("admin@acme.example", desk.connection["api_token"])).status_code == 401
    assert asked(auth=("no@acme.example/token", desk.connection["api_token"])).status_code == 401
    bearer = asked(headers={"Authorization": f"Bearer {desk.connection['oauth_token']}"})
    assert bearer.json()["user"]["email"] == "admin@acme.example"
    assert desk.api("GET", "/users/me", status=200)["user"]["role"] == "admin"


def test_a_created_ticket_comes_back_with_its_audit(desk):
    told = desk.created(
        external_id="x:1",
        priority="high",
        tags=["Social", "x"],
        requester={"name": "Rosa", "email": "rosa@shop.example"},
        custom_fields=[{"id": 360011, "value": "v"}],
        metadata={"answerback": {"post": "x:1"}},
    )

    ticket, audit = told["ticket"], told["audit"]
    assert ticket["status"] == "new"
    assert ticket["tags"] == ["social", "x"]
    assert ticket["via"]["channel"] == "api"
    assert ticket["description"] == "My parcel"
    assert ticket["url"].endswith(f"/api/v2/tickets/{ticket['id']}.json")
    assert audit["metadata"]["custom"] == {"answerback": {"post": "x:1"}}
    comment, *creates = audit["events"]
    assert (comment["type"], comment["body"], comment["public"]) == ("Comment", "My parcel", True)
    assert {"id": creates[0]["id"], "type": "Create", "field_name": "subject"}.items() <= creates[
        0
    ].items()
    found = desk.api("GET", "/tickets.json?external_id=x:1", status=200)
    assert [one["id"] for one in found["tickets"]] == [ticket["id"]]
    assert found["count"] == 1
    assert desk.api("GET", "/tickets?external_id=x:2", status=200)["tickets"] == []


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"comment": None}, "base"),
        ({"comment": {"body": " "}}, "comment"),
        ({"status": "sleeping"}, "status"),
        ({"priority": "huge"}, "priority"),
        ({"requester_id": 42}, "requester_id"),
        ({"requester": {}}, "requester"),
        ({"comment": {"body": "m" * 65536}}, "comment"),
    ],
)
def test_what_does_not_fit_is_a_record_error(desk, members, field):
    ticket = {"subject": "s", "comment": {"body": "b"}, **members}
    told = desk.api("POST", "/tickets", json={"ticket": ticket}, status=422)

    assert told["error"] == "RecordInvalid"
    assert field in told["details"]


def test_a_key_makes_creation_happen_once_for_two_hours(desk, clock):
    body = b'{"ticket":{"comment":{"body":"once"}}}'
    headers = {"Idempotency-Key": "k1", "Content-Type": "application/json"}

    first = desk.api("POST", "/tickets", data=body, headers=headers)
    again = desk.api("POST", "/tickets", data=body, headers=headers)
    other = desk.api("POST", "/tickets", data=body.replace(b"once", b"else"), headers=headers)
    clock.forward(hours=2, seconds=1)
    later = desk.api("POST", "/tickets", data=body, headers=headers)

    assert (first.status_code, first.headers["x-idempotency-lookup"]) == (201, "miss")
    assert (again.status_code, again.headers["x-idempotency-lookup"]) == (201, "hit")
    assert again.json() == first.json()
    assert (other.status_code, other.json()["error"]) == (400, "IdempotentRequestError")
    assert later.headers["x-idempotency-lookup"] == "miss"
    assert later.json()["ticket"]["id"] != first.json()["ticket"]["id"]


def test_an_update_changes_and_comments_at_once(desk):
    id = desk.created()["ticket"]["id"]

    told = desk.api(
        "PUT",
        f"/tickets/{id}.json",
        json={"ticket": {"status": "open", "comment": {"body": "note", "public": False}}},
        status=200,
    )

    assert told["ticket"]["status"] == "open"
    comment, change = told["audit"]["events"]
    assert comment["public"] is False
    assert (change["field_name"], change["value"], change["previous_value"]) == (
        "status",
        "open",
        "new",
    )


def test_a_safe_update_with_an_old_stamp_is_a_conflict(desk, clock):
    ticket = desk.created()["ticket"]
    stamp = ticket["updated_at"]
    clock.forward(seconds=5)
    desk.api("PUT", f"/tickets/{ticket['id']}", json={"ticket": {"priority": "low"}}, status=200)

    safe = {"safe_update": "true", "updated_stamp": stamp}
    put = {"ticket": {"priority": "high", **safe}}
    told = desk.api("PUT", f"/tickets/{ticket['id']}", json=put, status=409)
    tags = {"tags": ["a"], **safe}
    desk.api("PUT", f"/tickets/{ticket['id']}/tags", json=tags, status=409)

    assert told["error"] == "UpdateConflict"
    now = desk.api("GET", f"/tickets/{ticket['id']}", status=200)["ticket"]["updated_at"]
    put["ticket"]["updated_stamp"] = now
    desk.api("PUT", f"/tickets/{ticket['id']}", json=put, status=200)


def test_a_closed_ticket_refuses_updates_and_is_followed_up(desk):
    id = desk.created(tags=["t"])["ticket"]["id"]
    desk.api("PUT", f"/tickets/{id}", json={"ticket": {"status": "closed"}}, status=200)

    put = {"ticket": {"comment": {"body": "more"}}}
    told = desk.api("PUT", f"/tickets/{id}", json=put, status=422)
    desk.api("PUT", f"/tickets/{id}/tags", json={"tags": ["x"]}, status=422)
    later = desk.created(via_followup_source_id=id)["ticket"]

    assert "closed prevents ticket update" in told["details"]["status"][0]["description"]
    assert later["tags"] == ["t"]
    assert later["via"]["source"]["rel"] == "follow_up"
    assert later["via"]["source"]["from"]["ticket_id"] == id
    assert desk.api("GET", f"/tickets/{id}", status=200)["ticket"]["followup_ids"] == [later["id"]]


def test_tags_are_added_set_and_removed(desk):
    path = f"/tickets/{desk.created(tags=['a'])['ticket']['id']}/tags"

    assert desk.api("PUT", path, json={"tags": ["b"]}, status=200) == {"tags": ["a", "b"]}
    assert desk.api("DELETE", path, json={"tags": ["a"]}, status=200) == {"tags": ["b"]}
    assert desk.api("POST", path, json={"tags": ["c", "c"]}, status=201) == {"tags": ["c"]}
    assert desk.api("GET", path, status=200) == {"tags": ["c"]}


def test_comments_are_paged_by_cursor_in_both_orders(desk):
    id = desk.created()["ticket"]["id"]
    for number in range(4):
        put = {"ticket": {"comment": {"body": f"c{number}", "public": False}}}
        desk.api("PUT", f"/tickets/{id}", json=put, status=200)

    seen, url = [], f"{desk.url}/api/v2/tickets/{id}/comments.json?page[size]=2&sort=-created_at"
    auth = (f"{desk.connection['email']}/token", desk.connection["api_token"])
    while url:
        page = desk.session.get(url, auth=auth).json()
        assert page["meta"]["has_more"] is bool(page["links"]["next"])
        seen += [one["plain_body"] for one in page["comments"]]
        url = page["links"]["next"]

    assert seen == ["c3", "c2", "c1", "c0", "My parcel"]


def test_tickets_are_paged_by_number_too(desk):
    for _ in range(3):
        desk.created()

    first = desk.api("GET", "/tickets.json?per_page=2", status=200)
    auth = (f"{desk.connection['email']}/token", desk.connection["api_token"])
    second = desk.session.get(first["next_page"], auth=auth).json()

    assert [one["id"] for one in first["tickets"] + second["tickets"]] == [1, 2, 3]
    assert (first["count"], second["next_page"]) == (3, None)
    assert second["previous_page"]
    bad = desk.api("GET", "/tickets?page[after]=nonsense", status=400)
    assert bad["error"] == "InvalidPaginationParameter"


def test_many_are_shown_but_not_too_many(desk):
    desk.created()
    desk.created()

    assert len(desk.api("GET", "/tickets/show_many?ids=1,2,9", status=200)["tickets"]) == 2
    many = ",".join(map(str, range(101)))
    told = desk.api("GET", f"/tickets/show_many?ids={many}", status=400)
    assert (told["error"], told["max_count"]) == ("TooManyValues", 100)


def test_a_deleted_ticket_is_gone_for_readers_and_named_in_the_export(desk, clock):
    id = desk.created()["ticket"]["id"]

    desk.api("DELETE", f"/tickets/{id}", status=204)

    told = desk.api("GET", f"/tickets/{id}", status=404)
    assert told == {"error": "RecordNotFound", "description": "Not found"}
    clock.forward(minutes=2)
    export = desk.api("GET", "/incremental/tickets/cursor?start_time=0", status=200)
    assert [one["status"] for one in export["tickets"]] == ["deleted"]


def test_merging_closes_the_source_and_tells_both(desk):
    desk.created()
    desk.created()

    body = {"ids": [2], "target_comment": "2 joins", "source_comment": "Goes on in 1"}
    job = desk.api("POST", "/tickets/1/merge.json", json=body, status=200)["job_status"]

    assert job["status"] == "completed"
    assert desk.api("GET", f"/job_statuses/{job['id']}", status=200)["job_status"] == job
    assert desk.api("GET", "/tickets/2", status=200)["ticket"]["status"] == "closed"
    assert desk.ticket(1)["comments"][-1]["plain_body"] == "2 joins"
    last = desk.ticket(2)["comments"][-1]
    assert (last["plain_body"], last["via"]["source"]["rel"]) == ("Goes on in 1", "merge")
    desk.api("POST", "/tickets/1/merge", json={"ids": [2]}, status=422)


def test_every_answer_tells_of_the_limit_and_the_next_minute_is_a_new_one(desk, clock):
    desk.sandbox("POST", "/settings", json={"rate_limit": 2})

    first = desk.api("GET", "/users/me")
    desk.api("GET", "/users/me", status=200)
    third = desk.api("GET", "/users/me")

    assert (first.headers["X-Rate-Limit"], first.headers["X-Rate-Limit-Remaining"]) == ("2", "1")
    assert third.status_code == 429
    assert third.headers["Retry-After"] == "60"
    assert third.text == "Number of allowed API requests per minute exceeded"
    clock.forward(seconds=60)
    desk.api("GET", "/users/me", status=200)


def test_one_ticket_takes_thirty_updates_in_ten_minutes(desk, clock):
    desk.created()
    put = {"ticket": {"priority": "low"}}
    for _ in range(30):
        desk.api("PUT", "/tickets/1", json=put, status=200)

    told = desk.api("PUT", "/tickets/1", json=put)

    assert (told.status_code, told.headers["Retry-After"]) == (429, "600")
    clock.forward(minutes=10)
    desk.api("PUT", "/tickets/1", json=put, status=200)


@pytest.mark.parametrize("kind", ["groups", "brands", "ticket_fields", "views", "organizations"])
def test_the_account_has_lists_to_be_asked_for(desk, kind):
    told = desk.api("GET", f"/{kind}.json", status=200)

    assert told["count"] == len(told[kind])


def test_a_broken_body_is_a_bad_request(desk):
    told = desk.api("POST", "/tickets", data=b"{", headers={"Content-Type": "application/json"})

    assert told.status_code == 400
    assert desk.api("POST", "/tickets", json={"subject": "s"}).status_code == 400
