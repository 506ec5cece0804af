"""Pulling: what is imported, into which ticket, and what happens to what breaks the rules."""

import pytest
from flask import Response, jsonify


def test_a_post_becomes_a_ticket_once_with_its_fields(desk, service, make):
    desk.connect(service)
    service.state = "after 1"
    service.resources = [
        make(
            thread_id="thread:1",
            html_message="<p>Words</p>",
            fields=[
                {"id": "subject", "value": "A mention"},
                {"id": "tags", "value": ["social", "Example"]},
                {"id": "priority", "value": "high"},
                {"id": 360011, "value": "https://social.example/1"},
            ],
            display_info=[{"type": "org.example", "data": {"likes": 3}}],
        )
    ]

    first = desk.pull()
    second = desk.pull()

    assert (first["imported"], first["duplicates"]) == (1, 0)
    assert (second["imported"], second["duplicates"]) == (0, 1)
    assert service.called("pull")[0] == {"metadata": ['{"secret":"s"}'], "state": ["start"]}
    assert service.called("pull")[1]["state"] == ["after 1"]
    ticket = desk.ticket(1)
    assert ticket["subject"] == "A mention"
    assert ticket["tags"] == ["social", "example"]
    assert ticket["priority"] == "high"
    assert ticket["custom_fields"] == [{"id": 360011, "value": "https://social.example/1"}]
    assert ticket["via"]["channel"] == "any_channel"
    service_info = ticket["via"]["source"]["from"]["service_info"]
    assert service_info["registered_integration_service_external_id"] == "org.example:social"
    assert ticket["allow_channelback"] is True
    assert len(ticket["comments"]) == 1
    identities = desk.api("GET", f"/users/{ticket['requester_id']}/identities", status=200)
    (identity,) = identities["identities"]
    assert identity["type"] == "any_channel"
    assert identity["value"].split(":", 1)[1] == "person:1"


def test_the_integration_learns_ticket_and_comment_of_each_post(desk, service, make):
    desk.connect(service)
    service.resources = [make("a", thread_id="t"), make("b", thread_id="t")]

    desk.pull()
    desk.pull()

    (created,) = desk.told("resources_created_from_external_ids")
    new, more = created["data"]["resource_events"]
    comments = [one["id"] for one in desk.ticket(1)["comments"]]
    assert new == {
        "external_id": "a",
        "type_id": "comment_on_new_ticket",
        "ticket_id": 1,
        "comment_id": comments[0],
    }
    assert more["type_id"] == "comment_on_existing_ticket"
    assert more["comment_id"] == comments[1]
    (pull,) = desk.told("pull_request")
    assert "error" not in pull
    told = pull["data"]["duplicate_external_ids"]
    assert [(one["external_id"], one["ticket_id"]) for one in told] == [("a", 1), ("b", 1)]
    assert told[0]["request_id"] == created["data"]["request_id"]


def test_posts_thread_by_thread_id_and_by_parent_id(desk, service, make):
    desk.connect(service)
    service.resources = [
        make("a", thread_id="t1"),
        make("b", thread_id="t2"),
        make("c", thread_id="t1"),
        make("d", parent_id="b"),
        make("e"),
    ]

    desk.pull()

    tickets = desk.sandbox("GET", "/tickets")["tickets"]
    threads = [[one["external_id"] for one in ticket["comments"]] for ticket in tickets]
    assert threads == [["a", "c"], ["b", "d"], ["e"]]


def test_an_unknown_parent_is_a_problem_and_imported_once_the_parent_is_there(desk, service, make):
    desk.connect(service)
    service.resources = [make("child", parent_id="parent")]

    assert desk.pull()["refused"] == 1
    (problem,) = desk.sandbox("GET", "/problems")["problems"]
    assert "could_not_locate_parent_external_resource" in problem["text"]
    assert "child" in desk.told("pull_request")[0]["error"]

    service.resources = [make("parent"), make("child", parent_id="parent")]
    assert desk.pull()["imported"] == 2
    assert len(desk.ticket(1)["comments"]) == 2


@pytest.mark.parametrize("status", ["pending", "hold", "solved"])
def test_a_customers_new_words_open_the_ticket_again(desk, service, make, status):
    desk.connect(service)
    service.resources = [make("a", thread_id="t")]
    desk.pull()
    desk.api("PUT", "/tickets/1", json={"ticket": {"status": status}}, status=200)

    service.resources = [make("b", thread_id="t")]
    desk.pull()

    assert desk.ticket(1)["status"] == "open"


def test_an_internal_note_is_private_and_opens_nothing(desk, service, make):
    desk.connect(service)
    service.resources = [make("a", thread_id="t")]
    desk.pull()
    desk.api("PUT", "/tickets/1", json={"ticket": {"status": "solved"}}, status=200)

    service.resources = [make("n", thread_id="t", internal_note=True)]
    desk.pull()

    ticket = desk.ticket(1)
    assert ticket["status"] == "solved"
    assert [one["public"] for one in ticket["comments"]] == [True, False]


@pytest.mark.parametrize("follow_up", [True, False])
def test_a_closed_ticket_is_continued_by_a_new_one(desk, service, make, follow_up):
    service.manifest["create_followup_tickets"] = follow_up
    desk.connect(service)
    service.resources = [make("a", thread_id="t")]
    desk.pull()
    desk.api("PUT", "/tickets/1", json={"ticket": {"status": "closed"}}, status=200)

    service.resources = [make("b", thread_id="t"), make("c", thread_id="t")]
    desk.pull()

    assert [one["external_id"] for one in desk.ticket(2)["comments"]] == ["b", "c"]
    assert desk.ticket(1)["followup_ids"] == ([2] if follow_up else [])
    first, second = desk.told("resources_created_from_external_ids", 2)[1]["data"][
        "resource_events"
    ]
    assert second["type_id"] == "comment_on_existing_ticket"
    if follow_up:
        assert first["type_id"] == "comment_on_follow_up_ticket"
        assert (first["ticket_id"], first["follow_up_ticket_id"]) == (2, 1)
        assert desk.ticket(2)["via"]["source"]["rel"] == "follow_up"
    else:
        assert first["type_id"] == "comment_on_new_ticket"


BAD = [
    ({"external_id": "ünïcode"}, "external_id: holds characters outside ASCII"),
    ({"external_id": "x" * 256}, "external_id: has 256 characters; 255 are allowed"),
    ({"external_id": " a"}, "external_id: begins or ends with white space"),
    ({"message": ""}, "message: is empty"),
    ({"message": "m" * 65536}, "message: has 65536 characters; 65535 are allowed"),
    ({"created_at": "yesterday"}, "created_at: is not an RFC 3339 time"),
    ({"created_at": "2026-11-21T09:58:03"}, "created_at: is not an RFC 3339 time"),
    ({"created_at": "2026-13-21T09:58:03Z"}, "created_at: is not an RFC 3339 time"),
    ({"author": {"name": "Rosa"}}, "author.external_id: is missing"),
    ({"author": "Rosa"}, "author: is a string, not an object"),
    ({"author": {"external_id": "p", "locale": "Klingon!"}}, "author.locale: is not a locale"),
    ({"parent_id": "p", "thread_id": "t"}, "thread_id: is never sent together with parent_id"),
    ({"display_info": [{"type": "t", "data": "{}"}]}, "display_info[0].data: is a string"),
    ({"fields": [{"id": "subject"}]}, "fields[0].value: is missing"),
    ({"file_urls": ["http://cdn.example/a"]}, "file_urls[0]: is neither relative nor https"),
    ({"file_urls": ["a"] * 11}, "file_urls: has 11 items; 10 are allowed"),
    ({"allow_channelback": "no"}, "allow_channelback: is a string, not true or false"),
]


@pytest.mark.parametrize(("change", "problem"), BAD)
def test_an_item_that_breaks_a_rule_costs_the_others_nothing(desk, service, make, change, problem):
    desk.connect(service)
    service.state = "moved on"
    service.resources = [make("good:1"), make(**{"external_id": "bad", **change}), make("good:2")]

    pulled = desk.pull()

    assert (pulled["imported"], pulled["refused"]) == (2, 1)
    texts = [one["text"] for one in desk.sandbox("GET", "/problems")["problems"]]
    assert any(text.startswith(problem) for text in texts), texts
    assert problem.split(": ")[1].split(";")[0] in desk.page("/admin/rules")
    assert desk.sandbox("GET", "/accounts")["accounts"][0]["state"] == "moved on"


def test_an_item_that_is_not_an_object_costs_the_others_nothing(desk, service, make):
    desk.connect(service)
    service.resources = ["what", make()]

    assert desk.pull()["imported"] == 1


def test_lengths_at_their_limit_pass(desk, service, make):
    desk.connect(service)
    service.resources = [make("x" * 255, message="m" * 65535, thread_id="t" * 255)]

    assert desk.pull()["imported"] == 1
    assert desk.sandbox("GET", "/problems")["problems"] == []


def test_a_message_too_long_in_bytes_is_cut_with_a_warning(desk, service, make):
    desk.connect(service)
    service.resources = [make(message="ü" * 40000)]

    assert desk.pull()["imported"] == 1
    (problem,) = desk.sandbox("GET", "/problems")["problems"]
    assert problem["warning"] is True
    assert len(desk.ticket(1)["comments"][0]["plain_body"].encode()) == 65534


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda: Response("{}", mimetype="text/html"), "Content-Type is text/html"),
        (lambda: Response("{", mimetype="application/json"), "the body is not JSON"),
        (lambda: jsonify([]), "is not a JSON object"),
        (lambda: jsonify(state="s"), "external_resources: is missing"),
        (lambda: jsonify(external_resources=[], state="s" * 5001), "state: has 5001"),
        (lambda: jsonify(external_resources=[{}] * 201), "external_resources: has 201 items"),
        (lambda: (jsonify(error="Token expired"), 401), "401 UNAUTHORIZED: Token expired"),
        (lambda: ("gone", 502), "502 BAD GATEWAY: gone"),
    ],
)
def test_an_unusable_answer_changes_nothing_and_is_reported(desk, service, answer, error):
    desk.connect(service)
    service.pull = answer

    pulled = desk.pull()

    assert error in pulled["error"]
    (account,) = desk.sandbox("GET", "/accounts")["accounts"]
    assert (account["state"], account["errors_in_a_row"]) == ("start", 1)
    assert error in desk.told("pull_request")[0]["error"]


def test_ten_errors_in_a_row_deactivate_the_account(desk, service):
    account_id = desk.connect(service)
    service.pull = lambda: ("down", 503)

    for _ in range(10):
        desk.pull()

    assert desk.sandbox("POST", "/pull")["accounts"] == []
    (event,) = desk.told("deactivate_integration_instance")
    assert event["data"]["deactivated_by"] == "error"
    assert event["data"]["deactivating_error"].startswith("503")
    desk.sandbox("POST", f"/accounts/{account_id}/activate")
    assert len(desk.told("activate_integration_instance", 2)) == 2
    service.pull = service.pending
    assert desk.pull()["error"] is None


def test_metadata_and_its_need_of_update_are_taken_from_a_pull(desk, service):
    desk.connect(service)
    service.pull = lambda: jsonify(
        external_resources=[], metadata="rotated", metadata_needs_update=True
    )

    desk.pull()

    (account,) = desk.sandbox("GET", "/accounts")["accounts"]
    assert (account["metadata"], account["metadata_needs_update"]) == ("rotated", True)
    assert "needs attention" in desk.page("/admin/channels")


def test_files_are_fetched_and_a_missing_one_is_only_a_warning(desk, service, make):
    desk.connect(service)
    service.resources = [make(file_urls=["file", "missing"])]

    assert desk.pull()["imported"] == 1

    assert service.called("file") == [{"metadata": ['{"secret":"s"}']}]
    (attachment,) = desk.ticket(1)["comments"][0]["attachments"]
    assert desk.session.get(attachment["content_url"]).content == b"\x89PNG"
    (problem,) = desk.sandbox("GET", "/problems")["problems"]
    assert problem["warning"] is True
    assert problem["where"] == "file_urls[1]"


def test_the_loop_pulls_by_itself(desk, service, make, wait):
    desk.sandbox("POST", "/settings", json={"pull_seconds": 0.05})
    desk.connect(service)
    service.resources = [make()]

    desk.desk.puller.start()

    wait(lambda: desk.sandbox("GET", "/tickets")["tickets"] or None)
    desk.desk.puller.stop()


def test_a_push_answers_for_each_item_and_needs_the_accounts_token(desk, service, make):
    desk.connect(service)
    (account,) = desk.desk.store.accounts.values()
    url = f"{desk.url}/api/v2/any_channel/push.json"
    body = {
        "instance_push_id": account.push_id,
        "request_id": "r1",
        "external_resources": [
            make("a"),
            make("a"),
            make("b", parent_id="unknown"),
            make("c"),
        ],
    }
    bearer = {"Authorization": f"Bearer {account.push_token}"}

    wrong = desk.session.post(url, json=body, headers={"Authorization": "Bearer wrong"})
    right = desk.session.post(url, json=body, headers=bearer)

    assert wrong.status_code == 401
    codes = [one["status"]["code"] for one in right.json()["results"]]
    assert codes == [
        "success",
        "already_imported",
        "could_not_locate_parent_external_resource",
        "halted",
    ]
    assert right.json()["results"][2]["status"]["description"] == "unknown"
    event = desk.told("resources_created_from_external_ids")[0]
    assert event["data"]["request_id"] == "r1"
    valid = desk.session.post(
        f"{desk.url}/api/v2/any_channel/validate_token", json=body, headers=bearer
    )
    assert (valid.status_code, valid.content) == (200, b"")
