"""The agent's page: what a person sees, and that what strangers wrote cannot act."""

import pytest

from answerback_sandbox.desk.inert import clean_html, html_text, safe_link

ATTACK = '<script>alert(1)</script><img src=x onerror="alert(1)">'


@pytest.fixture
def thread(desk, service, make):
    desk.connect(service)
    service.resources = [
        make(
            thread_id="t",
            message=ATTACK,
            author={"external_id": "p", "name": ATTACK, "image_url": "javascript:alert(1)"},
            fields=[{"id": "subject", "value": ATTACK}, {"id": "tags", "value": ["<b>"]}],
            display_info=[
                {"type": "t", "data": {"likes": 3, "permalink": "https://s.example/1", "x": ATTACK}}
            ],
        ),
        make("b", thread_id="t", html_message=f"<p>Fine <strong>words</strong></p>{ATTACK}"),
    ]
    desk.pull()


def test_what_strangers_wrote_is_shown_and_does_nothing(desk, thread):
    desk.reply(1, ATTACK, kind="note")

    page = desk.page("/agent/tickets/1")

    assert "<script>alert" not in page
    assert "onerror=" not in page.replace("&gt;", "").replace("onerror=&#34;", "")
    assert "javascript:" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<p>Fine <strong>words</strong></p>" in page
    head = desk.session.get(f"{desk.url}/agent/tickets/1").headers
    assert "default-src 'self'" in head["Content-Security-Policy"]
    assert "X-Frame-Options" not in head


def test_a_ticket_shows_facts_originals_and_the_requester(desk, service, make, thread):
    page = desk.page("/agent/tickets/1")

    assert "likes</span> 3" in page
    assert 'href="https://s.example/1"' in page
    assert f"{service.url}/open?external_id=post%3A1" in page
    assert "Open original" in page
    assert "Public reply" in page
    assert "Internal note" in page


def test_new_tickets_are_marked_until_they_are_read(desk, thread):
    assert "New message" in desk.page("/agent")

    desk.page("/agent/tickets/1")

    assert "New message" not in desk.page("/agent?part=list")


def test_news_tell_of_every_change(desk, service, make, thread, wait):
    def quiet():
        """The revision once the callbacks of what went before are told and nothing moves."""
        seen = desk.sandbox("GET", "/agent/news?since=x")["revision"]
        moved = desk.sandbox("GET", f"/agent/news?since={seen}")["changed"]
        return None if moved else seen

    before = wait(quiet)

    service.resources = [make("c", thread_id="t")]
    desk.pull()

    assert desk.sandbox("GET", f"/agent/news?since={before}")["changed"] is True
    assert "Words of c" in desk.page("/agent/tickets/1?part=conversation")


def test_a_form_without_script_replies_and_comes_back_to_the_ticket(desk, service, thread):
    answer = desk.session.post(
        f"{desk.url}/_sandbox/agent/tickets/1/reply",
        data={"text": "Hello", "kind": "public", "status": "solved"},
        allow_redirects=False,
    )

    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/agent/tickets/1#end")
    assert desk.ticket(1)["status"] == "solved"
    assert desk.settled(1)["state"] == "sent"


def test_a_closed_ticket_has_no_reply_box(desk, thread):
    desk.reply(1, "", status="closed")

    page = desk.page("/agent/tickets/1")

    assert "<textarea" not in page
    assert "takes no more comments" in page
    refused = desk.session.post(f"{desk.url}/_sandbox/agent/tickets/1/reply", json={"text": "More"})
    assert (refused.status_code, "closed" in refused.text) == (422, True)


def test_an_empty_desk_says_what_to_do(desk):
    page = desk.page("/")

    assert "No tickets yet" in page
    assert "/admin/channels" in page
    assert desk.session.get(f"{desk.url}/agent/tickets/9").status_code == 404


def test_callbacks_can_be_read(desk, service):
    desk.connect(service)
    desk.told("activate_integration_instance")

    assert "create_integration_instance" in desk.page("/admin/callbacks")


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<p>a<br>b</p>", "<p>a<br>b</p>"),
        ("<p onclick=x>a", "<p>a</p>"),
        ("<svg><script>x</script></svg>y", "y"),
        (
            '<a href="javascript:x">a</a>',
            '<a rel="noopener noreferrer nofollow" target="_blank">a</a>',
        ),
        ("<b><i>a</b>c</i>", "<b><i>a</i></b>c"),
        ("a &lt;b&gt; c", "a &lt;b&gt; c"),
        ("<iframe src=https://x.example></iframe>z", "z"),
        ("<img src=data:x>", ""),
        ("<!-- c --><div>w</div>", "w"),
    ],
)
def test_html_keeps_its_words_and_only_harmless_elements(html, clean):
    assert clean_html(html) == clean


def test_html_becomes_text_and_links_are_web_addresses():
    assert html_text("<p>a</p><p>b</p>") == "a\nb"
    assert safe_link("https://a.example/") == "https://a.example/"
    assert safe_link("javascript:alert(1)") is None
    assert safe_link(" data:text/html,x") is None
    assert safe_link(3) is None
