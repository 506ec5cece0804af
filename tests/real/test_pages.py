"""The pages people see, in a real browser: the demo, the desk's Admin Center, our set-up in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from answerback_server.cli.demo.page import show
from answerback_server.cli.demo.stage import Stage
from answerback_server.config import read_config
from answerback_server.engine import setup
from answerback_server.engine.assembly import assemble

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page

pytestmark = pytest.mark.slow

BROWSER = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
SIZES = [pytest.param((1400, 900), id="large"), pytest.param((390, 844), id="small")]
SECONDS = 20_000.0

STRANGE = (
    "@northwind <script>window.touched = 1</script><img src=x onerror='window.touched = 1'> "
    "javascript:window.touched=1 [a](javascript:alert(1)) \u202egnorts\u202c end " + "w" * 200
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(BROWSER).exists():
        pytest.skip("no Chromium here; make test-slow finds or installs one")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path) as stage:
        yield stage


@contextmanager
def looked_at(browser: Browser, size: tuple[int, int]) -> Iterator[Page]:
    """A page in a window of this size; what it complains of fails the test."""
    complaints: list[str] = []
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="en-GB", reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(SECONDS)
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
    page.on(
        "console",
        lambda told: (
            complaints.append(f"{told.text} {told.location.get('url')}")
            if told.type in ("error", "warning")
            else None
        ),
    )
    try:
        yield page
        assert complaints == []
    finally:
        context.close()


def frame_of(page: Page, title: str) -> Frame:
    """The document shown in a frame."""
    found = page.locator(f"iframe[title={title!r}]").element_handle()
    assert found is not None
    frame = found.content_frame()
    assert frame is not None
    return frame


def turn_to(page: Page, name: str) -> None:
    """Show one of the two, where only one is shown."""
    tab = page.get_by_role("tab", name=name)
    if tab.is_visible():
        tab.click()


def stays_inside(*frames: Any) -> list[str]:
    """Which of the documents are wider than their window."""
    wide = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return [frame.url for frame in frames if frame.evaluate(wide)]


def say(square: Frame, words: str) -> None:
    """Post as Rosa."""
    square.select_option("#person", "rosa")
    square.fill("#text", words)
    square.click("#send")


def open_ticket(desk: Frame, words: str) -> None:
    """Open the ticket whose beginning is shown in the list, as soon as it is there."""
    desk.locator(".row", has_text=words).first.click()
    desk.locator("form#reply").wait_for()


@pytest.mark.parametrize("size", SIZES)
def test_a_complaint_is_answered_across_the_demos_two_frames(
    size: tuple[int, int], browser: Browser, stage: Stage
) -> None:
    with show(stage, 0) as url, looked_at(browser, size) as page:
        page.goto(url)
        square, desk = frame_of(page, "The square"), frame_of(page, "The agent's desk")
        say(square, "@northwind My mug arrived in four pieces.")
        square.locator(".post", has_text="four pieces").wait_for()
        assert stays_inside(page.main_frame, square) == []

        turn_to(page, "Desk")
        open_ticket(desk, "four pieces")
        assert stays_inside(page.main_frame, desk) == []
        desk.fill("form#reply textarea", "We are sorry, a new one is on its way.")
        desk.get_by_role("button", name="Send").click()
        sent = desk.locator(".delivery.sent")
        sent.wait_for()
        link = sent.get_by_role("link").get_attribute("href")
        assert "Sent" in sent.inner_text()
        assert stays_inside(desk) == []

        turn_to(page, "Square")
        thread = square.locator(".thread", has_text="four pieces")
        thread.locator(".post", has_text="a new one is on its way").wait_for()
        assert link is not None
        page.goto(link)
        page.locator(".post", has_text="a new one is on its way").wait_for()
        assert stays_inside(page.main_frame) == []


@pytest.mark.parametrize("size", SIZES)
def test_what_strangers_write_does_nothing_in_either_frame(
    size: tuple[int, int], browser: Browser, stage: Stage
) -> None:
    with show(stage, 0) as url, looked_at(browser, size) as page:
        page.goto(url)
        square, desk = frame_of(page, "The square"), frame_of(page, "The agent's desk")
        say(square, STRANGE)
        square.locator(".post", has_text="window.touched = 1").wait_for()
        turn_to(page, "Desk")
        open_ticket(desk, "<script>")
        words = desk.locator(".comment .words").first.inner_text()
        for frame in (page.main_frame, square, desk):
            assert frame.evaluate("() => window.touched") is None
            assert frame.locator("a[href^='javascript' i]").count() == 0
            assert frame.locator(".content script, .words script, [onerror]").count() == 0
        assert "<script>window.touched = 1</script>" in words
        assert "\u202e" not in desk.locator("body").inner_text()
        assert stays_inside(page.main_frame, desk) == []
        turn_to(page, "Square")
        assert stays_inside(page.main_frame, square) == []


@pytest.mark.parametrize("size", SIZES)
def test_an_account_is_added_in_the_admin_centers_frame_with_the_set_up_code(
    size: tuple[int, int], browser: Browser, stage: Stage
) -> None:
    facts = stage.facts["zendesk"]
    assembly = assemble(read_config(stage.environment, web=True))
    try:
        code = setup.connect_help_desk(
            assembly,
            "zendesk",
            {"subdomain": facts["subdomain"], "url": facts["url"]},
            installation=setup.choose_installation(assembly, None),
        ).code
    finally:
        assembly.database.close()
    with looked_at(browser, size) as page:
        page.goto(f"{facts['url']}/admin/channels")
        assert stays_inside(page.main_frame) == []
        page.get_by_role("link", name="Add account").click()
        ours = page.frame_locator("iframe.admin-ui")
        ours.get_by_label("Set-up code").fill(code)
        assert stays_inside(*page.frames) == []
        ours.get_by_role("button").click()
        ours.get_by_role("radio").first.check()
        assert stays_inside(*page.frames) == []
        ours.get_by_role("button").click()
        ours.get_by_role("heading", name="Account connected").wait_for()
        ours.get_by_role("link", name="Back to Channels").click()
        page.locator(".accounts li").nth(1).wait_for()
        assert stays_inside(page.main_frame) == []


def test_the_demo_still_hears_after_it_was_left_open_for_a_minute(
    browser: Browser, stage: Stage
) -> None:
    with show(stage, 0) as url, looked_at(browser, (1400, 900)) as page:
        page.goto(url)
        square, desk = frame_of(page, "The square"), frame_of(page, "The agent's desk")
        page.wait_for_timeout(60_000)
        say(square, "@northwind Is anybody still there?")
        desk.locator(".row", has_text="anybody still there").first.wait_for()
