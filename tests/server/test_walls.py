"""Installations are walls, and the way into one is a code: what strangers find, and neighbours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from desk_calls import DeskCalls, patient_town
from selectolax.lexbor import LexborHTMLParser
from town import TIMEOUT, Town, until

from answerback_sandbox.sandbox import BRAND
from answerback_server.cli.demo.administrator import install
from answerback_server.engine import setup


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with patient_town(tmp_path_factory.mktemp("walls")) as town:
        yield town


@pytest.fixture(scope="module")
def ours(town: Town) -> DeskCalls:
    return DeskCalls(town, town.invitation)


@pytest.fixture(scope="module")
def theirs(town: Town, ours: DeskCalls) -> DeskCalls:
    """A second company on the same server, with an account of its own."""
    settings = {"subdomain": BRAND, "url": town.desk}
    invitation = setup.connect_help_desk(town.assembly, "zendesk", settings)
    setup.connect_account(
        town.assembly,
        "mastodon",
        {"instance": town.square, "access_token": town.token("kenji")},
        installation=invitation.installation,
        listeners={"mentions": [{}]},
    )
    install(town.desk, invitation)
    return DeskCalls(town, invitation)


def fresh_code(town: Town, calls: DeskCalls) -> str:
    """A new set-up code of an installation."""
    settings = {"subdomain": BRAND, "url": town.desk}
    return setup.connect_help_desk(
        town.assembly, "zendesk", settings, installation=calls.installation
    ).code


def opened(town: Town, calls: DeskCalls, **fields: str) -> tuple[requests.Session, Any]:
    """The admin UI as somebody's browser opens it."""
    browser = requests.Session()
    told = {
        "return_url": f"{town.desk}/zendesk/channels/integration_accounts/x",
        "subdomain": BRAND,
        "locale": "en-US",
        "name": "",
        "metadata": "",
        "state": "",
        **fields,
    }
    return browser, browser.post(f"{calls.base}/admin", data=told, timeout=TIMEOUT)


def hidden(page: Any) -> str:
    """The set-up a page belongs to."""
    found = LexborHTMLParser(page.text).css_first("input[name=session]")
    assert found is not None, page.text
    return str(found.attributes["value"])


def tells_nothing(text: str) -> bool:
    """Whether a page names no account and holds no secret."""
    return not any(word in text for word in ("@northwind", "@kenji", "sec_", "con_", "acc_"))


# A stranger at the admin UI


def test_a_stranger_sees_a_question_for_the_code_and_nothing_else(
    town: Town, ours: DeskCalls
) -> None:
    browser, page = opened(town, ours)
    wrong = browser.post(
        f"{ours.base}/admin/code",
        data={"session": hidden(page), "code": "AAAA-AAAA-AAAA"},
        timeout=TIMEOUT,
    )
    chosen = browser.post(
        f"{ours.base}/admin/account",
        data={"session": hidden(page), "brand": town.account},
        timeout=TIMEOUT,
    )
    assert page.status_code == 200
    assert wrong.status_code == 403
    assert all(tells_nothing(one.text) for one in (page, wrong, chosen))
    assert 'name="metadata"' not in chosen.text


def test_a_code_is_spent_once_and_dies_after_too_many_tries(town: Town, ours: DeskCalls) -> None:
    code = fresh_code(town, ours)
    statuses = []
    for _ in range(2):
        browser, page = opened(town, ours)
        told = {"session": hidden(page), "code": code.lower()}
        statuses.append(
            browser.post(f"{ours.base}/admin/code", data=told, timeout=TIMEOUT).status_code
        )
    code = fresh_code(town, ours)
    browser, page = opened(town, ours)
    for number in range(12):
        told = {"session": hidden(page), "code": f"AAAA-AAAA-AAA{number % 10}"}
        browser.post(f"{ours.base}/admin/code", data=told, timeout=TIMEOUT)
    told = {"session": hidden(page), "code": code}
    late = browser.post(f"{ours.base}/admin/code", data=told, timeout=TIMEOUT)
    assert statuses == [200, 403]
    assert late.status_code == 403


def test_a_set_up_belongs_to_the_browser_that_began_it(town: Town, ours: DeskCalls) -> None:
    code = fresh_code(town, ours)
    _, page = opened(town, ours)
    told = {"session": hidden(page), "code": code}
    other = requests.post(f"{ours.base}/admin/code", data=told, timeout=TIMEOUT)
    assert other.status_code == 403
    assert tells_nothing(other.text)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/zendesk/channels",
        "{desk}.evil.example/",
        "{desk}@evil.example/",
        "{desk}\\@evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "/admin",
        "",
        "https://[",
        "x" * 5000,
    ],
)
def test_a_return_address_elsewhere_is_refused_before_anything_begins(
    address: str, town: Town, ours: DeskCalls
) -> None:
    _, page = opened(town, ours, return_url=address.format(desk=town.desk))
    assert page.status_code == 400
    assert "Nothing was changed" in page.text
    assert "<form" not in page.text
    assert "set-cookie" not in {name.lower() for name in page.headers}


def test_an_admin_ui_opened_for_another_subdomain_is_refused(town: Town, ours: DeskCalls) -> None:
    _, page = opened(town, ours, subdomain="southwind")
    assert page.status_code == 400
    assert "Nothing was changed" in page.text


# Two installations


def test_metadata_of_another_installation_opens_nothing(
    town: Town, ours: DeskCalls, theirs: DeskCalls
) -> None:
    metadata = theirs.account["metadata"]
    _, page = opened(town, ours, metadata=metadata)
    pulled = ours.pull(metadata=metadata)
    replied = ours.reply({"uri": "x", "account": {"uri": "y"}}, "hello", metadata=metadata)
    assert 'name="code"' in page.text
    assert tells_nothing(page.text)
    assert pulled.status_code == replied.status_code == 401


def test_a_code_or_a_set_up_of_another_installation_opens_nothing(
    town: Town, ours: DeskCalls, theirs: DeskCalls
) -> None:
    code = fresh_code(town, theirs)
    browser, page = opened(town, ours)
    session = hidden(page)
    wrong = browser.post(
        f"{ours.base}/admin/code", data={"session": session, "code": code}, timeout=TIMEOUT
    )
    crossed = browser.post(
        f"{theirs.base}/admin/code", data={"session": session, "code": code}, timeout=TIMEOUT
    )
    assert wrong.status_code == 403
    assert crossed.status_code == 410
    assert tells_nothing(wrong.text + crossed.text)


def test_an_unlocked_set_up_lists_only_its_own_accounts(
    town: Town, ours: DeskCalls, theirs: DeskCalls
) -> None:
    browser, page = opened(town, theirs)
    told = {"session": hidden(page), "code": fresh_code(town, theirs)}
    listed = browser.post(f"{theirs.base}/admin/code", data=told, timeout=TIMEOUT)
    told = {"session": hidden(page), "brand": town.account}
    taken = browser.post(f"{theirs.base}/admin/account", data=told, timeout=TIMEOUT)
    assert "@kenji" in listed.text
    assert "@northwind" not in listed.text
    assert town.account not in listed.text
    assert taken.status_code == 400
    assert 'name="metadata"' not in taken.text


def test_posts_replies_and_links_stay_on_their_side(
    town: Town, ours: DeskCalls, theirs: DeskCalls
) -> None:
    post = town.say("rosa", "@northwind a secret of ours")
    ticket = until(lambda: town.ticket_of(post))
    refused = theirs.reply(post, "I answer what I never heard.")
    open_here = requests.get(
        f"{ours.base}/open",
        params={"external_id": post["uri"]},
        allow_redirects=False,
        timeout=TIMEOUT,
    )
    open_there = requests.get(
        f"{theirs.base}/open",
        params={"external_id": post["uri"]},
        allow_redirects=False,
        timeout=TIMEOUT,
    )
    assert refused.status_code == 422
    assert "not known here" in refused.text
    assert open_here.headers["Location"] == post["url"]
    assert open_there.status_code == 404
    assert post["url"] not in open_there.text
    assert post["uri"] not in theirs.offered()
    assert town.brand_answers(post["id"]) == []
    assert town.notes(ticket) == []


def test_one_post_heard_by_both_is_a_ticket_for_each(
    town: Town, ours: DeskCalls, theirs: DeskCalls
) -> None:
    post = town.say("rosa", "@northwind and @kenji, who of you answers?")

    def tickets() -> Any:
        found = [
            one
            for one in town.tickets()
            if any(comment["external_id"] == post["uri"] for comment in one["comments"])
        ]
        return found if len(found) == 2 else None

    first, second = until(tickets)
    assert first["thread_id"] == second["thread_id"]
    assert ours.reply(post, "We do.").status_code == 200
    assert theirs.reply(post, "So do we.").status_code == 200


def test_an_event_told_to_the_neighbour_links_nothing_here(
    town: Town, ours: DeskCalls, theirs: DeskCalls
) -> None:
    with ours.desk_away():
        post = town.say("rosa", "@northwind told to the neighbour")
        until(lambda: post["uri"] in ours.offered())
        told = theirs.tell(theirs.created(post["uri"], 4711), ours.created(post["uri"], 4711))
        assert told.status_code == 200
        again = ours.pull().json()["external_resources"]
    assert post["uri"] in [one["external_id"] for one in again]
    ticket = until(lambda: town.ticket_of(post))
    assert ticket["id"] != 4711


def test_the_addresses_of_installations_cannot_be_guessed(
    ours: DeskCalls, theirs: DeskCalls
) -> None:
    ends = [calls.base.rpartition("/")[2] for calls in (ours, theirs)]
    assert ends[0] != ends[1]
    assert all(len(end) >= 32 for end in ends)
    assert json.loads(ours.account["metadata"]) != json.loads(theirs.account["metadata"])
    manifest = requests.get(f"{ours.base}/manifest.json", timeout=TIMEOUT)
    assert ends[0] not in manifest.text
