"""Chromium as a person meets the product: at a width, light or dark, with JavaScript or without."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    Page,
    Route,
    sync_playwright,
)
from pytest_django.live_server_helper import LiveServer

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Without the last four Chromium asks its maker's hosts for this and that; nothing here may leave the machine.
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HEIGHTS = {1440: 900, 1024: 768, 390: 844, 320: 568}
# WCAG 2.2 AA; axe's own "best practices" are read by people, they break no build. Preloading would have axe
# put style sheets into the page, which our content policy refuses.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,
}

NewPage = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a module: Playwright's event loop lives in this thread, other tests want it gone."""
    program = os.environ.get("INTERVAL_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not program:
        missing = "Chromium not found (apt install chromium, or name one in INTERVAL_CHROMIUM)"
        if os.environ.get("CI"):
            pytest.fail(missing + "; with CI set that is a failure", pytrace=False)
        pytest.skip(missing)
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Django sees that loop and would refuse every query; nothing of ours runs in it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(
            executable_path=program, args=[*ARGUMENTS, *(["--no-sandbox"] if is_root else [])]
        )
        yield browser
        browser.close()


@pytest.fixture
def scripts_off() -> dict[Page, CDPSession]:
    """The pages opened without JavaScript; unlike Playwright's own switch, this one lets axe run."""
    return {}


def switch_scripts(session: CDPSession, *, off: bool) -> None:
    session.send("Emulation.setScriptExecutionDisabled", {"value": off})


@pytest.fixture
def new_page(
    chromium: Browser, live_server: LiveServer, scripts_off: dict[Page, CDPSession]
) -> Iterator[NewPage]:
    """Opens pages; when the test ends, none may have met a content policy, an error, or another host.

    `new_page(390, dark=True, javascript=False, client=client)`: `client` is a Django test client,
    whose cookies (the signed-in session) go along. `page.goto("/path/")` starts at the live server.
    """
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_one(
        width: int = 1440, *, dark: bool = False, javascript: bool = True, client: Client | None = None
    ) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": HEIGHTS.get(width, 800)},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            locale="en-GB",
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        keep_inside(context, live_server.url, wrong)
        for name, cookie in client.cookies.items() if client else ():
            context.add_cookies([{"name": name, "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        if not javascript:
            scripts_off[page] = context.new_cdp_session(page)
            switch_scripts(scripts_off[page], off=True)
        page.on("console", lambda message: note_console(message, wrong))
        page.on("pageerror", lambda error: wrong.append(f"script error: {error}"))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not wrong, "\n".join(wrong)


def keep_inside(context: BrowserContext, origin: str, wrong: list[str]) -> None:
    def decide(route: Route) -> None:
        wrong.append(f"request to another host: {route.request.url}")
        route.abort()

    def is_elsewhere(url: str) -> bool:
        asked, own = urlsplit(url), urlsplit(origin)
        return asked.scheme not in ("data", "blob", "about") and asked.netloc != own.netloc

    context.route(is_elsewhere, decide)


def note_console(message: ConsoleMessage, wrong: list[str]) -> None:
    """Every error counts, except that a page itself answers 4xx: tests open such pages on purpose."""
    address = message.location.get("url", "")
    of_a_page = message.text.startswith("Failed to load resource") and "/static/" not in address
    if message.type == "error" and not of_a_page:
        wrong.append(f"console: {message.text} {address}")


@pytest.fixture
def axe(scripts_off: dict[Page, CDPSession]) -> Callable[[Page], None]:
    """Asserts that axe finds nothing on the page, and tells what it found where it does."""

    def check(page: Page) -> None:
        if page in scripts_off:
            switch_scripts(scripts_off[page], off=False)
        found = Axe().run(page, options=RULES).response["violations"]
        if page in scripts_off:
            switch_scripts(scripts_off[page], off=True)
        told = [f"{one['id']}: {one['help']}\n    " + "\n    ".join(targets(one)) for one in found]
        assert not told, f"{page.url} at {page.viewport_size}\n" + "\n".join(told)

    return check


def targets(violation: dict[str, list[dict[str, object]]]) -> list[str]:
    return [f"{node['target']}  {str(node['html'])[:160]}" for node in violation["nodes"][:5]]


@pytest.fixture
def no_sideways_scroll() -> Callable[[Page], None]:
    """Asserts that the page fits its width."""

    def check(page: Page) -> None:
        wide, seen = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= seen, f"{page.url}: {wide}px wide in a window of {seen}px"

    return check


@pytest.fixture
def screens(request: pytest.FixtureRequest) -> Path:
    """A folder for pictures that a person wants to look at: var/screens/<test>."""
    folder = request.config.rootpath / "var" / "screens" / str(request.node.name).replace("/", "_")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
