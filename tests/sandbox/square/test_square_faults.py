"""Bad days on demand, and the server they happen on."""

import http.client
import socket
import threading
import time

import pytest
import requests
from flask import Flask

from answerback_sandbox.faults import Faults
from answerback_sandbox.serving import serve
from answerback_sandbox.square.limits import REAL_LIMITS

SWITCH = "/_sandbox/faults"
STATUSES = "/api/v1/statuses"
ME = "/api/v1/accounts/verify_credentials"


def switch_on(stranger, effect, *, method="POST", path=STATUSES, count=1, **fields):
    body = {
        "match": {"methods": [method], "path": f"{path}*"},
        "effect": {"type": effect, **fields},
        "count": count,
    }
    return stranger.post(SWITCH, json=body)


def said(client, text):
    found = client.get("/api/v1/timelines/public")
    return sum(text in one["content"] for one in found)


@pytest.mark.parametrize(
    ("effect", "written"), [("cut_before", 0), ("cut_after", 1), ("cut_within", 1)]
)
def test_a_cut_breaks_the_connection_and_writes_what_it_says(rosa, stranger, effect, written):
    switch_on(stranger, effect)

    with pytest.raises(requests.RequestException) as broken:
        rosa.say("once")

    cut_within_answer = isinstance(broken.value, requests.exceptions.ChunkedEncodingError)
    assert cut_within_answer == (effect == "cut_within")
    assert said(rosa, "once") == written
    assert rosa.say("again")["content"] == "<p>again</p>"


def test_after_a_cut_the_same_key_finds_the_post_that_was_written(rosa, stranger):
    switch_on(stranger, "cut_after")
    sent = {"json": {"status": "once"}, "headers": {"Idempotency-Key": "k"}}
    with pytest.raises(requests.ConnectionError):
        rosa.post(STATUSES, **sent)

    rosa.post(STATUSES, **sent)

    assert said(rosa, "once") == 1


def test_latency_waits_and_then_answers(rosa, stranger):
    switch_on(stranger, "latency", method="GET", path=ME, delay_ms=150)

    began = time.monotonic()
    assert rosa.get(ME)["username"] == "rosa"
    assert time.monotonic() - began >= 0.15


def test_a_status_comes_with_its_body_and_headers_and_without_the_write(rosa, stranger):
    fields = {"status": 503, "body": "<h1>down</h1>", "headers": {"Retry-After": "7"}}
    switch_on(stranger, "status", **fields)

    answer = rosa.call("POST", STATUSES, json={"status": "lost"})

    assert (answer.status_code, answer.text) == (503, "<h1>down</h1>")
    assert answer.headers["Retry-After"] == "7"
    assert said(rosa, "lost") == 0


def test_a_status_may_come_after_the_write(rosa, stranger):
    switch_on(stranger, "status", status=502, after=True)

    assert rosa.call("POST", STATUSES, json={"status": "kept"}).status_code == 502
    assert said(rosa, "kept") == 1


def test_the_rate_limit_answers_as_mastodon_does(rosa, stranger):
    switch_on(stranger, "ratelimit", method="GET", path=ME, seconds=30)

    answer = rosa.call("GET", ME)

    assert (answer.status_code, answer.json()) == (429, {"error": "Too many requests"})
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert answer.headers["X-RateLimit-Reset"] == "2026-11-21T12:00:30.250000Z"
    assert "Retry-After" not in answer.headers


def test_malformed_is_a_page_in_place_of_json(rosa, stranger):
    switch_on(stranger, "malformed", method="GET", path=ME)

    answer = rosa.call("GET", ME)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_a_fault_happens_as_often_as_it_was_asked_to_and_only_where(rosa, jonas, stranger):
    switch_on(stranger, "status", method="GET", path=ME, count=2, status=500)

    assert rosa.call("GET", "/api/v1/notifications").ok
    assert [rosa.call("GET", ME).status_code for _ in range(3)] == [500, 500, 200]


def test_without_a_count_a_fault_stays_until_cleared(rosa, stranger):
    stranger.post(SWITCH, json={"effect": {"type": "status", "status": 500}})

    assert [rosa.call("GET", ME).status_code for _ in range(3)] == [500] * 3
    assert len(stranger.get(SWITCH)) == 1
    assert stranger.get("/_sandbox/timeline")["threads"] == []
    assert stranger.call("DELETE", SWITCH).json() == {"cleared": 1}
    assert rosa.call("GET", ME).ok


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"effect": {"type": "nonsense"}},
        {"effect": {"type": "latency", "delay_ms": "long"}},
        {"effect": {"type": "status", "status": 999}},
        {"effect": {"type": "status", "colour": "red"}},
        {"effect": {"type": "status"}, "count": 0},
        {"effect": {"type": "status"}, "match": {"methods": "POST"}},
        {"effect": {"type": "status"}, "match": "*"},
    ],
)
def test_what_is_not_a_fault_is_refused_in_words(stranger, body):
    answer = stranger.call("POST", SWITCH, json=body)

    assert answer.status_code == 422
    assert answer.json()["error"].startswith("This is not a fault: ")
    assert stranger.get(SWITCH) == []


def test_a_service_asks_for_the_effects_it_carries_out_itself():
    faults = Faults()
    faults.add("repeat", methods=["POST"], path="/pull*", count=1)

    assert faults.due("repeat", "GET", "/pull") is None
    assert faults.due("repeat", "POST", "/pull") is not None
    assert faults.due("repeat", "POST", "/pull") is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "sandbox.example"])
def test_nothing_but_loopback_is_served(host):
    with pytest.raises(ValueError, match="not a loopback address"):
        serve(Flask("nothing"), host=host)


def test_a_taken_port_is_said_to_be_taken():
    with serve(Flask("first")) as first, pytest.raises(OSError, match=f"port {first.port}"):
        serve(Flask("second"), first.port)


def test_connections_are_kept_open_between_requests_whatever_the_body(running):
    line = http.client.HTTPConnection(running.url.removeprefix("http://"), timeout=5)
    ports = set()
    for body in (b"unread", b"", [b"in ", b"chunks"]):
        line.request("POST", "/nowhere", body=body, encode_chunked=True)
        ports.add(line.sock.getsockname())
        answer = line.getresponse()
        assert (answer.status, answer.will_close) == (404, False)
        answer.read()
    line.close()
    assert len(ports) == 1


def test_stopping_is_quick_even_with_connections_open(connect):
    app = Flask("slow")
    app.add_url_rule("/", view_func=lambda: "here")
    served = serve(app)
    with requests.Session() as session:
        assert session.get(served.url, timeout=5).text == "here"
        began = time.monotonic()
        served.stop()
        served.stop()
        assert time.monotonic() - began < 1
        with pytest.raises(requests.ConnectionError):
            session.get(served.url, timeout=5)


def test_a_slow_upload_holds_up_nobody_else(rosa, running):
    port = int(running.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as slow:
        slow.sendall(b"POST /api/v1/statuses HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nst")
        assert rosa.get(ME)["username"] == "rosa"


def test_posts_from_many_threads_all_arrive_once(rosa, running, connect):
    token = running.accounts["rosa"]["token"]
    clients = [connect(token) for _ in range(4)]
    threads = [
        threading.Thread(target=lambda one=one: [one.say("crowd") for _ in range(5)])
        for one in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = rosa.get("/api/v1/timelines/public", limit=40)
    assert len({one["id"] for one in found}) == 20


def test_the_real_limits_are_those_of_a_server_as_it_comes():
    limits = {one.name: (one.requests, one.seconds) for one in REAL_LIMITS}

    assert limits["token"] == (300, 300)
    assert limits["paging"] == (300, 900)
    assert limits["statuses"] == (300, 10800)
    assert limits["deletions"] == limits["media"] == (30, 1800)
