"""Plays the administrator: installs the integration and walks its admin UI, form by form."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

import requests
from selectolax.lexbor import LexborHTMLParser, LexborNode

from answerback.errors import ConfigError

if TYPE_CHECKING:
    from answerback_server.engine.setup import Invitation

TIMEOUT = 15


def install(desk: str, invitation: Invitation) -> None:
    """Install the integration at the desk and add its first account, as a browser would."""
    made = requests.post(
        f"{desk}/_sandbox/integrations",
        json={"manifest_url": invitation.address},
        timeout=TIMEOUT,
    )
    if made.status_code != 201:
        raise ConfigError(
            f"The desk refused the manifest: {made.json()['integration']['problems']}"
        )
    number = made.json()["integration"]["id"]
    opened = requests.post(
        f"{desk}/_sandbox/integrations/{number}/open", json={}, timeout=TIMEOUT
    ).json()
    browser = requests.Session()
    page = browser.post(opened["admin_ui"], data=opened["fields"], timeout=TIMEOUT)
    page = _submit(browser, page, {"code": invitation.code})
    page = _submit(browser, page, {})
    _submit(browser, page, {})


def _submit(
    browser: requests.Session, page: requests.Response, typed: dict[str, str]
) -> requests.Response:
    """Fill in and send the page's form: its hidden fields, the first choice, what is typed."""
    form = LexborHTMLParser(page.text).css_first("form")
    if page.status_code >= 400 or form is None:
        raise ConfigError(f"The set-up page answered {page.status_code} without a form.")
    fields: dict[str, str] = {}
    for entry in form.css("input, select, button"):
        name = entry.attributes.get("name")
        if name and (value := _value(entry)) is not None and name not in fields:
            fields[name] = value
    action = urljoin(page.url, form.attributes.get("action") or "")
    answer = browser.post(action, data=fields | typed, timeout=TIMEOUT)
    if answer.status_code >= 400:
        raise ConfigError(f"The set-up page refused its form with status {answer.status_code}.")
    return answer


def _value(entry: LexborNode) -> str | None:
    if entry.tag == "select":
        option = entry.css_first("option")
        return option.attributes.get("value") if option is not None else None
    return entry.attributes.get("value") or ""
