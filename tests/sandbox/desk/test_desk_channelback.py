"""Channelback: an agent's public reply on its way to the channel, and what the agent sees of it."""

import threading

import pytest
from flask import jsonify, request


@pytest.fixture
def open_ticket(desk, service, make):
    desk.connect(service)
    service.resources = [make("a", thread_id="t"), make("b", thread_id="t")]
    desk.pull()
    return 1


def test_a_public_reply_goes_out_with_every_field_and_is_shown_as_sent(desk, service, open_ticket):
    desk.reply(1, "On its way")

    reply = desk.settled(1)

    (call,) = service.called("channelback")
    assert call["message"] == ["On its way"]
    assert call["parent_id"] == ["b"]
    assert call["thread_id"] == ["t"]
    assert call["recipient_id"] == ["person:1"]
    assert call["metadata"] == ['{"secret":"s"}']
    assert call["request_unique_identifier"] == [reply["request_unique_identifier"]]
    assert (reply["state"], reply["external_id"]) == ("sent", "own:1")
    page = desk.page("/agent/tickets/1")
    assert f"{service.url}/open?external_id=own%3A1" in page
    assert "See it in public" in page


def test_the_agent_chooses_which_comment_is_answered(desk, service, open_ticket):
    first = desk.ticket(1)["comments"][0]

    desk.reply(1, "To the first", answer_to=first["id"])
    desk.settled(1)

    assert service.called("channelback")[0]["parent_id"] == ["a"]


def test_notes_and_bare_status_changes_never_leave(desk, service, open_ticket):
    desk.reply(1, "Only for us", kind="note")
    desk.reply(1, "", status="pending")

    assert desk.ticket(1)["status"] == "pending"
    assert all(one["reply"] is None for one in desk.ticket(1)["comments"])
    assert service.called("channelback") == []


def test_a_public_comment_through_the_api_goes_out_too(desk, service, open_ticket):
    desk.api("PUT", "/tickets/1", json={"ticket": {"comment": {"body": "By API"}}}, status=200)

    assert desk.settled(1)["state"] == "sent"
    assert service.called("channelback")[0]["message"] == ["By API"]


@pytest.mark.parametrize("trouble", ["cut", "503"])
def test_a_reply_is_sent_again_with_the_same_id_after_trouble(desk, service, open_ticket, trouble):
    left = [trouble, trouble]

    def flaky():
        if not left:
            return service.accepted()
        if left.pop() == "503":
            return "busy", 503
        request.environ["werkzeug.socket"].shutdown(2)
        raise ConnectionAbortedError

    service.channelback = flaky

    desk.reply(1, "Hello")
    reply = desk.settled(1)

    assert reply["state"] == "sent"
    ids = [one["request_unique_identifier"] for one in service.called("channelback")]
    assert len(ids) == len(reply["attempts"]) == 3
    assert ids[0] == ids[1] == ids[2]
    assert "3 attempts" in desk.page("/agent/tickets/1")


def test_a_reply_nobody_takes_fails_after_its_attempts(desk, service, open_ticket):
    service.channelback = lambda: ("still down", 502)

    desk.reply(1, "Hello")
    reply = desk.settled(1)

    assert (reply["state"], len(reply["attempts"])) == ("failed", 4)
    assert reply["reason"] == "still down (HTTP 502)"
    (event,) = desk.told("channelback")
    assert event["error"] == reply["reason"]
    assert event["data"]["request_id"] == reply["request_unique_identifier"]
    assert event["data"]["integration_instance_name"] == "@acme on Example"


def test_a_refused_reply_shows_the_reason_and_is_not_tried_again(desk, service, open_ticket):
    service.channelback = lambda: ("Reply is 512 characters; Example allows 500.", 422)

    desk.reply(1, "Too long")
    reply = desk.settled(1)

    assert reply["state"] == "failed"
    assert len(service.called("channelback")) == 1
    page = desk.page("/agent/tickets/1")
    assert "Not delivered." in page
    assert "Reply is 512 characters; Example allows 500." in page
    assert "not delivered" in desk.page("/agent?part=list")
    audits = desk.api("GET", "/tickets/1/audits", status=200)["audits"]
    assert audits[-1]["events"][0]["type"] == "ChannelBackFailedEvent"


@pytest.mark.parametrize(
    "body", [{}, {"external_id": ""}, {"external_id": "ü"}, {"external_id": "x", "metadata": 1}]
)
def test_an_answer_that_breaks_a_rule_is_a_failed_reply_and_a_problem(
    desk, service, open_ticket, body
):
    service.channelback = lambda: jsonify(body)

    desk.reply(1, "Hello")

    assert desk.settled(1)["reason"].startswith("The integration's answer breaks rules")
    assert desk.sandbox("GET", "/problems")["problems"][0]["document"] == "channelback"


def test_our_own_post_is_recognised_when_it_is_pulled(desk, service, open_ticket, make):
    desk.reply(1, "Hello")
    desk.settled(1)

    service.resources = [make("own:1", thread_id="t")]
    pulled = desk.pull()

    assert (pulled["imported"], pulled["duplicates"]) == (0, 1)
    assert len(desk.ticket(1)["comments"]) == 3
    events = desk.told("resources_created_from_external_ids", 2)[1]["data"]["resource_events"]
    assert events[0]["type_id"] == "external_id_associated_with_channelback"
    assert events[0]["comment_id"] == desk.ticket(1)["comments"][2]["id"]


def test_a_sent_reply_can_be_repeated_on_demand(desk, service, open_ticket, wait):
    fault = {"match": {"path": "/channelback"}, "effect": {"type": "repeat"}, "count": 1}
    desk.sandbox("POST", "/faults", json=fault)

    desk.reply(1, "Twice")

    wait(lambda: len(service.called("channelback")) == 2 or None)
    first, second = service.called("channelback")
    assert first == second
    assert desk.settled(1)["external_id"] == "own:1"


def test_a_post_that_allows_no_reply_cannot_be_answered(desk, service, make):
    desk.connect(service)
    service.resources = [make(allow_channelback=False)]
    desk.pull()

    desk.reply(1, "Hello")

    reply = desk.settled(1)
    assert (reply["state"], reply["reason"]) == (
        "failed",
        "The channel allows no reply to this post.",
    )
    assert service.called("channelback") == []


def test_an_attached_file_is_offered_by_its_link(desk, service, open_ticket):
    desk.session.post(
        f"{desk.url}/_sandbox/agent/tickets/1/reply",
        data={"text": "See here"},
        files={"files": ("label.png", b"\x89PNG", "image/png")},
    )
    desk.settled(1)

    (link,) = service.called("channelback")[0]["file_urls[]"]
    answer = desk.session.get(link)
    assert (answer.content, answer.headers["Content-Type"]) == (b"\x89PNG", "image/png")
    assert link.endswith("?name=label.png")


def test_a_failure_reported_later_turns_a_sent_reply_into_a_failed_one(desk, service, open_ticket):
    desk.reply(1, "Hello")
    desk.settled(1)
    (account,) = desk.desk.store.accounts.values()

    answer = desk.session.post(
        f"{desk.url}/api/v2/any_channel/channelback/report_error.json",
        json={
            "instance_push_id": account.push_id,
            "external_id": "own:1",
            "description": "It was taken down.",
        },
        headers={"Authorization": f"Bearer {account.push_token}"},
    )

    assert (answer.status_code, answer.content) == (200, b"")
    assert desk.settled(1)["reason"] == "It was taken down."


def test_a_removed_account_leaves_an_honest_reply(desk, service, open_ticket):
    (account,) = desk.sandbox("GET", "/accounts")["accounts"]
    desk.sandbox("DELETE", f"/accounts/{account['id']}")

    desk.reply(1, "Hello?")

    assert "was removed" in desk.settled(1)["reason"]


def test_the_page_does_not_wait_for_the_channel(desk, service, open_ticket):
    answered = threading.Event()

    def slow():
        answered.wait(5)
        return service.accepted()

    service.channelback = slow

    desk.reply(1, "Hello")

    assert "Sending…" in desk.page("/agent/tickets/1")
    answered.set()
    assert desk.settled(1)["state"] == "sent"
