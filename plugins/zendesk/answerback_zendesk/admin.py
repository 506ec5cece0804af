"""The set-up an administrator walks through: code, account, back to Zendesk.

Anyone can post this form with any subdomain in it, so it proves nothing: until the one-time
set-up code is spent the pages list nothing, and only an account's own secret opens them without.
What Zendesk sent stays on the server, bound to the browser by a cookie.
https://developer.zendesk.com/documentation/channel_framework/understanding-the-channel-framework/administrative_interface
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import replace
from urllib.parse import urlsplit

from answerback.calls import Request, Response
from answerback.errors import BadRequest
from answerback.helpdesk import Brand, Bridge, Setup
from answerback_zendesk.addresses import origin_of
from answerback_zendesk.forms import Fields
from answerback_zendesk.host import Host
from answerback_zendesk.markup import one_line
from answerback_zendesk.metadata import proved, write_metadata, write_state
from answerback_zendesk.pages import Page
from answerback_zendesk.wording import words_for

#: The public address of this installation's calls. The server sets it and takes it from nobody.
BASE = "x-answerback-base"

NAME_LENGTH = 255
_URL_LENGTH = 2000
_CODE_LENGTH = 100
_COOKIE_AGE = 3600
# Kept for push, which needs them later; never shown, never logged.
_FOR_PUSH = ("instance_push_id", "zendesk_access_token")


def open_setup(request: Request, bridge: Bridge) -> Response:
    """The first page; for an existing account it begins after the code."""
    fields = Fields.of(request)
    host = Host.of(bridge.installation)
    page = _page(request, host, fields.one("locale"))
    words = page.words
    return_url = fields.one("return_url")
    if len(return_url) > _URL_LENGTH or origin_of(return_url) != host.origin:
        address = origin_of(return_url) or one_line(return_url, 100) or "–"
        text = words.foreign_return.format(address=address, origin=host.origin)
        return page.message(words.refused_title, text, status=400)
    if fields.one("subdomain").strip().lower() != host.subdomain:
        text = words.foreign_subdomain.format(subdomain=host.subdomain)
        return page.message(words.refused_title, text, status=400)
    connection = proved(fields.one("metadata"), bridge)
    browser = secrets.token_urlsafe(32)
    facts = {
        "return_url": return_url,
        "locale": words.locale,
        "browser": _digest(browser),
        "name": fields.one("name")[:NAME_LENGTH],
        "brand": connection.brand.id if connection else "",
        **{name: fields.one(name)[:_URL_LENGTH] for name in _FOR_PUSH if fields.one(name)},
    }
    session = bridge.begin_setup(facts, connection=connection.id if connection else None)
    setup = bridge.setup(session)
    cookie = _cookie(request, session, browser)
    return _with_cookie(_next_page(page, session, setup), cookie)


def take_code(request: Request, bridge: Bridge) -> Response:
    """Spends the code; right, it leads to the accounts."""
    fields = Fields.of(request)
    session = fields.one("session")
    page, setup, refusal = _resume(request, bridge, session)
    if refusal is not None:
        return refusal
    if setup is not None and not setup.unlocked:
        code = "".join(fields.one("code").split())
        if not 0 < len(code) <= _CODE_LENGTH or not bridge.unlock(session, code):
            return page.ask_code(session, wrong=True)
        setup = bridge.setup(session)
    return _next_page(page, session, setup)


def choose_account(request: Request, bridge: Bridge) -> Response:
    """Connects the chosen account and hands its secret to Zendesk."""
    fields = Fields.of(request)
    session = fields.one("session")
    page, setup, refusal = _resume(request, bridge, session)
    if refusal is not None:
        return refusal
    if setup is None or not setup.unlocked:
        return _next_page(page, session, setup)
    brand = next((one for one in setup.brands if one.id == fields.one("brand")), None)
    if brand is None:
        return page.ask_brand(session, setup.brands, problem=page.words.brands_missing)
    try:
        connection, secret = bridge.connect(session, brand.id)
    except BadRequest:
        return page.ask_brand(session, setup.brands, problem=page.words.brands_refused)
    return page.hand_back(
        return_url=setup.facts["return_url"],
        name=_account_name(brand, setup),
        metadata=write_metadata(connection, secret),
        # From the start: what Zendesk has already is recognised by its external id.
        state=write_state(0),
    )


def _page(request: Request, host: Host, locale: str) -> Page:
    mount = urlsplit(request.headers.get(BASE, "")).path.rstrip("/")
    return Page(host=host, words=words_for(locale), mount=mount)


def _resume(
    request: Request, bridge: Bridge, session: str
) -> tuple[Page, Setup | None, Response | None]:
    """The set-up of this browser, or the page that says why there is none."""
    page = _page(request, Host.of(bridge.installation), request.headers.get("accept-language", ""))
    setup = bridge.setup(session) if session else None
    if setup is None:
        return page, None, _expired(page)
    page = replace(page, words=words_for(setup.facts.get("locale", "")))
    browser = request.cookie(_cookie_name(session)) or ""
    if not hmac.compare_digest(_digest(browser), setup.facts.get("browser", "")):
        words = page.words
        return page, None, page.message(words.cookie_title, words.cookie, status=403)
    return page, setup, None


def _next_page(page: Page, session: str, setup: Setup | None) -> Response:
    if setup is None:
        return _expired(page)
    if not setup.unlocked:
        return page.ask_code(session)
    return page.ask_brand(session, setup.brands, chosen=setup.facts.get("brand", ""))


def _expired(page: Page) -> Response:
    return page.message(page.words.expired_title, page.words.expired, status=410)


def _account_name(brand: Brand, setup: Setup) -> str:
    """What Zendesk calls the account; a name the administrator gave it stays."""
    if setup.facts.get("name") and setup.facts.get("brand") == brand.id:
        return setup.facts["name"]
    return one_line(f"{brand.handle} on {brand.channel_title}", NAME_LENGTH)


def _cookie_name(session: str) -> str:
    # One per set-up, so that two open at once do not shut each other out.
    return f"answerback_{_digest(session)[:12]}"


def _cookie(request: Request, session: str, browser: str) -> str:
    base = urlsplit(request.headers.get(BASE, ""))
    # Inside Zendesk's frame we are a third party. A sandbox has no TLS, but is the same site.
    site = "SameSite=Lax" if base.scheme == "http" else "SameSite=None; Secure; Partitioned"
    path = base.path.rstrip("/") or "/"
    value = f"{_cookie_name(session)}={browser}"
    return f"{value}; Max-Age={_COOKIE_AGE}; Path={path}; HttpOnly; {site}"


def _with_cookie(response: Response, cookie: str) -> Response:
    return replace(response, headers={**response.headers, "Set-Cookie": cookie})


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
