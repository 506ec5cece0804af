"""The administrator's set-up inside Zendesk, walked through as a browser would."""

import json
from collections.abc import Mapping

import pytest
from zendesk_bridge import (
    ACME,
    BASE,
    CODE,
    DESK,
    MOUNT,
    RETURN_URL,
    TRIES,
    Page,
    StandInBridge,
    form_call,
    known_metadata,
)

from answerback.calls import Request
from answerback.errors import ConfigError
from answerback.helpdesk import Brand, Installation
from answerback_zendesk import Zendesk

PUSH_TOKEN = "push-token-that-must-not-be-shown"


def open_page(bridge: StandInBridge, base: str = BASE, **changes: str) -> Page:
    """What Zendesk's frame shows first."""
    fields = {"return_url": RETURN_URL, "subdomain": "acme", "locale": "en-US", **changes}
    return Page(Zendesk().admin(form_call("/admin", fields, base=base), bridge))


def send(bridge: StandInBridge, page: Page, cookie: str | None = None, **filled: str) -> Page:
    """Fill in the page's form and send it, with the cookie given or none."""
    path = page.action.removeprefix(MOUNT)
    method = {"/admin/code": Zendesk().admin_code, "/admin/account": Zendesk().admin_account}[path]
    return Page(method(form_call(path, {**page.fields, **filled}, cookie or ""), bridge))


def test_an_administrator_connects_an_account_from_code_to_zendesk() -> None:
    bridge = StandInBridge()
    first = open_page(bridge)
    brands = send(bridge, first, first.cookie, code=f" {CODE} ")
    done = send(bridge, brands, first.cookie, brand="acc_2")
    assert (first.status, brands.status, done.status) == (200, 200, 200)
    assert list(brands.choices) == ["acc_1", "acc_2"]
    assert done.action == RETURN_URL
    assert done.fields["name"] == "@care@square.example on Mastodon"
    assert json.loads(done.fields["metadata"]) == {
        "v": 1,
        "connection": "con_2",
        "secret": "secret-of-con_2",
    }
    assert json.loads(done.fields["state"]) == {"v": 1, "offer": 0}
    assert "submit()" in done.source
    assert "button" in done.tags


def test_a_stranger_sees_no_account_and_no_secret() -> None:
    bridge = StandInBridge()
    page = open_page(bridge)
    for secret in ("square.example", "acc_1", "acc_2", "s3cret", CODE, RETURN_URL):
        assert secret not in page.source
    assert page.choices == {}


def test_accounts_cannot_be_chosen_before_the_code() -> None:
    bridge = StandInBridge()
    page = open_page(bridge)
    request = form_call("/admin/account", {**page.fields, "brand": "acc_1"}, page.cookie)
    again = Page(Zendesk().admin_account(request, bridge))
    assert "secret" not in again.source
    assert again.action == f"{MOUNT}/admin/code"


@pytest.mark.parametrize("code", ["WRONG", "", " ", "x" * 5000])
def test_a_wrong_code_leads_nowhere_and_says_so(code: str) -> None:
    bridge = StandInBridge()
    page = open_page(bridge)
    again = send(bridge, page, page.cookie, code=code)
    assert again.status == 403
    assert "not accepted" in again.words
    assert again.choices == {}
    assert bridge.setups["session-1"].unlocked is False


def test_the_right_code_is_too_late_after_too_many_tries() -> None:
    bridge = StandInBridge()
    page = open_page(bridge)
    for _ in range(TRIES):
        send(bridge, page, page.cookie, code="WRONG")
    assert send(bridge, page, page.cookie, code=CODE).status == 403


def test_a_spent_code_opens_no_second_setup() -> None:
    bridge = StandInBridge()
    first = open_page(bridge)
    send(bridge, first, first.cookie, code=CODE)
    second = open_page(bridge)
    assert send(bridge, second, second.cookie, code=CODE).status == 403


def test_sending_the_code_twice_shows_the_accounts_twice() -> None:
    bridge = StandInBridge()
    page = open_page(bridge)
    pages = [send(bridge, page, page.cookie, code=CODE) for _ in range(2)]
    assert [list(one.choices) for one in pages] == [["acc_1", "acc_2"]] * 2


@pytest.mark.parametrize(
    "return_url",
    [
        "https://evil.example/take",
        "http://acme.zendesk.com/take",
        "https://acme.zendesk.com.evil.example/",
        "https://acme.zendesk.com@evil.example/",
        "https://acme.zendesk.com\\@evil.example/",
        "https://acme.zendesk.com:8443/",
        "https://other.zendesk.com/",
        "//acme.zendesk.com/",
        "/relative",
        "javascript:alert(1)",
        "https://acme.zendesk.com /",
        "https://acme.zendesk.com/\n",
        "https://[acme.zendesk.com/",
        "https://acme.zendesk.com:port/",
        "https://acme.zendesk.com/" + "x" * 3000,
        "",
    ],
)
def test_a_return_url_of_another_host_is_refused_by_name(return_url: str) -> None:
    bridge = StandInBridge()
    page = open_page(bridge, return_url=return_url)
    assert page.status == 400
    assert DESK in page.words
    assert bridge.setups == {}
    assert "form" not in page.tags


@pytest.mark.parametrize(
    "return_url",
    ["https://ACME.zendesk.com/x", "https://acme.zendesk.com:443/x", "https://acme.zendesk.com"],
)
def test_other_spellings_of_our_own_host_are_accepted(return_url: str) -> None:
    assert open_page(StandInBridge(), return_url=return_url).status == 200


@pytest.mark.parametrize("subdomain", ["other", "", "acme.zendesk.com"])
def test_a_form_for_another_zendesk_is_refused(subdomain: str) -> None:
    bridge = StandInBridge()
    page = open_page(bridge, subdomain=subdomain)
    assert page.status == 400
    assert "acme.zendesk.com" in page.words
    assert bridge.setups == {}


@pytest.mark.parametrize("cookie", ["", "answerback_000000000000=guess", "other=1"])
def test_a_setup_belongs_to_the_browser_that_began_it(cookie: str) -> None:
    bridge = StandInBridge()
    page = open_page(bridge)
    refused = send(bridge, page, cookie, code=CODE)
    assert refused.status == 403
    assert "third-party cookies" in refused.words
    assert bridge.spent is False


def test_the_cookie_of_one_setup_opens_no_other() -> None:
    bridge = StandInBridge()
    mine, theirs = open_page(bridge), open_page(bridge)
    name, _, _ = mine.cookie.partition("=")
    _, _, value = theirs.cookie.partition("=")
    assert send(bridge, mine, f"{name}={value}", code=CODE).status == 403
    assert send(bridge, mine, f"{mine.cookie}; {theirs.cookie}", code=CODE).status == 200


def test_an_unknown_setup_is_said_to_be_over() -> None:
    page = open_page(StandInBridge())
    gone = send(StandInBridge(), page, page.cookie, code=CODE)
    assert gone.status == 410
    assert "open it again" in gone.words


def test_the_cookie_is_for_our_frame_inside_zendesk_only() -> None:
    cookie = open_page(StandInBridge()).headers["Set-Cookie"]
    for attribute in ("SameSite=None", "Secure", "HttpOnly", "Partitioned", f"Path={MOUNT}"):
        assert attribute in cookie.split("; ")


def test_in_a_sandbox_without_tls_the_cookie_stays_on_its_site() -> None:
    settings = {"subdomain": "acme", "url": "http://127.0.0.1:8080"}
    bridge = StandInBridge(installation=Installation(id="inst_1", settings=settings))
    base = "http://127.0.0.1:9000/d/x"
    page = open_page(bridge, base, return_url="http://127.0.0.1:8080/zendesk/77")
    cookie = page.headers["Set-Cookie"].split("; ")
    assert page.status == 200
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert "frame-ancestors http://127.0.0.1:8080;" in page.headers["Content-Security-Policy"]
    other = open_page(bridge, base, return_url="http://127.0.0.1:8081/zendesk/77")
    assert other.status == 400


def test_plain_http_is_for_this_machine_only() -> None:
    settings = {"subdomain": "acme", "url": "http://desk.example"}
    bridge = StandInBridge(installation=Installation(id="inst_1", settings=settings))
    with pytest.raises(ConfigError, match="https"):
        open_page(bridge)


def hostile(brand: Brand, **changes: str) -> Brand:
    """The brand with names that try to break out of the page."""
    values = {"id": brand.id, "channel": "x", "channel_title": "X", "handle": "x", **changes}
    return Brand(**values)  # type: ignore[arg-type]


def test_what_others_named_cannot_break_out_of_the_page() -> None:
    evil = "\"'><script>alert(1)</script>&amp;{{7*7}}"
    bridge = StandInBridge(
        brands=(hostile(ACME, id=f"acc{evil}", handle=evil, channel_title=evil),)
    )
    page = open_page(bridge)
    brands = send(bridge, page, page.cookie, code=CODE)
    done = send(bridge, brands, page.cookie, brand=f"acc{evil}")
    assert list(brands.choices) == [f"acc{evil}"]
    assert "script" not in brands.tags
    assert done.tags.count("script") == 1
    assert done.fields["name"].startswith("\"'><script>alert(1)</script>&amp;{")


def test_a_return_url_with_quotes_stays_one_attribute() -> None:
    bridge = StandInBridge()
    return_url = f"{DESK}/x?a=\"><script>&b='"
    page = open_page(bridge, return_url=return_url)
    brands = send(bridge, page, page.cookie, code=CODE)
    done = send(bridge, brands, page.cookie, brand="acc_1")
    assert done.action == return_url
    assert done.tags.count("script") == 1


def test_names_and_metadata_keep_to_zendesks_lengths() -> None:
    bridge = StandInBridge(brands=(hostile(ACME, handle="ä" * 5000),))
    page = open_page(bridge, name="n" * 5000, metadata="m" * 5000, state="s" * 5000)
    brands = send(bridge, page, page.cookie, code=CODE)
    done = send(bridge, brands, page.cookie, brand="acc_1")
    assert 0 < len(done.fields["name"]) <= 255
    assert len(done.fields["metadata"]) <= 5000


def test_an_account_edited_with_its_own_secret_begins_after_the_code() -> None:
    bridge = StandInBridge()
    page = open_page(bridge, metadata=known_metadata(), name="Our care team", state='{"offer":7}')
    assert page.choices == {"acc_1": True, "acc_2": False}
    done = send(bridge, page, page.cookie, brand="acc_1")
    assert done.fields["name"] == "Our care team"
    assert json.loads(done.fields["metadata"])["connection"] == "con_1"
    other = send(bridge, page, page.cookie, brand="acc_2")
    assert other.fields["name"] == "@care@square.example on Mastodon"


@pytest.mark.parametrize(
    "metadata",
    [
        known_metadata("old"),
        '{"v":1,"connection":"con_9","secret":"s3cret"}',
        '{"v":1,"connection":"con_1"}',
        '{"v":1,"connection":["con_1"],"secret":{"a":1}}',
        "[" * 5000,
        "garbled",
        "[]",
    ],
)
def test_an_account_edited_with_stale_metadata_is_a_strangers(metadata: str) -> None:
    page = open_page(StandInBridge(), metadata=metadata)
    assert page.choices == {}
    assert page.action == f"{MOUNT}/admin/code"


def test_an_edit_still_needs_the_browser_that_began_it() -> None:
    bridge = StandInBridge()
    page = open_page(bridge, metadata=known_metadata())
    refused = send(bridge, page, brand="acc_1")
    assert refused.status == 403
    assert "secret" not in refused.source


def test_a_brand_of_nobody_is_not_connected() -> None:
    bridge = StandInBridge()
    page = open_page(bridge, metadata=known_metadata())
    for brand in ("", "acc_9"):
        again = send(bridge, page, page.cookie, brand=brand)
        assert again.status == 400
        assert "Choose one" in again.words
        assert "metadata" not in again.fields


def test_a_brand_removed_meanwhile_is_explained() -> None:
    bridge = StandInBridge()
    page = open_page(bridge, metadata=known_metadata())
    bridge.brands = (bridge.brands[0],)
    again = send(bridge, page, page.cookie, brand="acc_2")
    assert again.status == 400
    assert "could not be connected" in again.words


def test_without_any_brand_the_page_says_what_to_do() -> None:
    bridge = StandInBridge()
    page = open_page(bridge)
    bridge.brands = ()
    empty = send(bridge, page, page.cookie, code=CODE)
    assert "answerback connect mastodon" in empty.words


def test_what_push_needs_is_kept_on_the_server_and_never_shown() -> None:
    bridge = StandInBridge()
    page = open_page(bridge, instance_push_id="push-1", zendesk_access_token=PUSH_TOKEN)
    brands = send(bridge, page, page.cookie, code=CODE)
    done = send(bridge, brands, page.cookie, brand="acc_1")
    assert bridge.setups["session-1"].facts["zendesk_access_token"] == PUSH_TOKEN
    assert bridge.setups["session-1"].facts["instance_push_id"] == "push-1"
    assert all(PUSH_TOKEN not in one.source for one in (page, brands, done))
    assert bridge.ledger == []


def test_the_browsers_own_proof_is_not_kept_in_the_clear() -> None:
    bridge = StandInBridge()
    page = open_page(bridge)
    _, _, value = page.cookie.partition("=")
    assert value not in str(bridge.setups["session-1"].facts)


@pytest.mark.parametrize(
    ("locale", "language", "words"),
    [
        ("en-US", "en", "Enter your set-up code"),
        ("de", "de", "Einrichtungscode eingeben"),
        ("de-CH", "de", "Einrichtungscode eingeben"),
        ("es-419", "es", "código de configuración"),
        ("tlh", "en", "Enter your set-up code"),
        ("", "en", "Enter your set-up code"),
    ],
)
def test_the_pages_speak_the_administrators_language(
    locale: str, language: str, words: str
) -> None:
    bridge = StandInBridge()
    page = open_page(bridge, locale=locale)
    wrong = send(bridge, page, page.cookie, code="WRONG")
    assert words in page.words
    assert page.language == wrong.language == language
    assert "{" not in page.words + wrong.words


def security(headers: Mapping[str, str]) -> dict[str, str]:
    """The content security policy by directive."""
    parts = headers["Content-Security-Policy"].split("; ")
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}


def test_pages_may_be_framed_by_zendesk_alone_and_load_nothing() -> None:
    bridge = StandInBridge()
    page = open_page(bridge)
    brands = send(bridge, page, page.cookie, code=CODE)
    done = send(bridge, brands, page.cookie, brand="acc_1")
    refused = open_page(bridge, subdomain="other")
    for one in (page, brands, done, refused):
        policy = security(one.headers)
        assert policy["default-src"] == "'none'"
        assert policy["base-uri"] == "'none'"
        assert policy["frame-ancestors"] == f"{DESK} https://*.zendesk.com"
        assert {f"'nonce-{nonce}'" for nonce in one.nonces} == {policy["style-src"]}
        assert policy["script-src"] == policy["style-src"]
        assert "X-Frame-Options" not in one.headers
        assert one.headers["Cache-Control"] == "no-store"
        assert one.headers["Referrer-Policy"] == "no-referrer"
        assert one.addresses == []
        assert "style=" not in one.source
    assert len({min(one.nonces) for one in (page, brands, done, refused)}) == 4


def test_a_body_that_is_no_form_is_refused() -> None:
    for method in (Zendesk().admin, Zendesk().admin_code, Zendesk().admin_account):
        response = method(Request(method="POST", path="/admin", body=b"\xff\xfe"), StandInBridge())
        assert response.status == 400
