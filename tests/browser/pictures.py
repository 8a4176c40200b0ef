"""The README's pictures, taken from the demo: `python -m tests.browser.pictures` plants one and rewrites docs/img.

Run it by hand when a page in a picture has changed; no test does. The demo plays on the day it is planted, so the
dates in the pictures are those of the day on which they were taken.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from clinic.demo import PASSWORD
from tests.browser.conftest import ARGUMENTS, NAMES

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "img"
PORT = 8471
ORIGIN = f"http://localhost:{PORT}"
MOST_BYTES = 150_000
PLANTED_WITHIN_SECONDS = 240
DESK, PATIENT = "priya@demo.interval.test", "amara@demo.interval.test"


def main() -> None:
    """Plant, take both pictures, and say where one has become too heavy for a README."""
    with demo(), sync_playwright() as playwright:
        program = os.environ.get("INTERVAL_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
        browser = playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, "--no-sandbox"])
        book(browser)
        plan(browser)
        browser.close()
    heavy = [picture.name for picture in FOLDER.glob("*.png") if picture.stat().st_size > MOST_BYTES]
    if heavy:
        sys.exit(f"More than {MOST_BYTES} bytes: {', '.join(heavy)}")


@contextmanager
def demo() -> Iterator[None]:
    """Serve a demo of its own, in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "demo", "--port", str(PORT)],
            env={**os.environ, "INTERVAL_VAR": folder},
        )
        try:
            wait_for(f"{ORIGIN}/health/")
            yield
        finally:
            server.terminate()
            server.wait()


def wait_for(url: str) -> None:
    """Return when the address answers."""
    until = time.monotonic() + PLANTED_WITHIN_SECONDS
    while time.monotonic() < until:
        try:
            urlopen(url).close()
            return
        except URLError:
            time.sleep(1)
    sys.exit(f"{url} does not answer")


def opened(browser: Browser, width: int, height: int, scale: float) -> Page:
    """Open a page as a camera sees it: nothing moves."""
    return browser.new_page(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        locale="en-GB",
        reduced_motion="reduce",
        base_url=ORIGIN,
    )


def book(browser: Browser) -> None:
    """The front desk, one click before a whole series is booked."""
    page = opened(browser, 1180, 740, 1)
    page.goto("/staff/sign-in/")
    page.fill("[name=login]", DESK)
    page.fill("[name=password]", PASSWORD)
    page.click("main form .btn-primary")
    page.wait_for_url("**/today/")
    page.get_by_role("link", name="Series", exact=True).click()
    page.get_by_role("link", name="See proposals").first.click()
    page.locator("[name=offer]").first.wait_for()
    page.screenshot(path=FOLDER / "book.png")


def plan(browser: Browser) -> None:
    """The patient's own page on a phone."""
    page = opened(browser, 390, 844, 1.5)
    page.goto("/my/sign-in/")
    page.fill("[name=email]", PATIENT)
    page.click("main form .btn-primary")
    page.fill("[name=code]", code(browser))
    page.click("main form .btn-primary")
    page.wait_for_url("**/my/*/")
    page.screenshot(path=FOLDER / "plan.png")


def code(browser: Browser) -> str:
    """Read the newest code from the demo's mail page."""
    page = opened(browser, 800, 600, 1)
    for _ in range(20):
        page.goto("/demo/mail/")
        found = re.search(r"\b\d{4} ?\d{4}\b", page.inner_text("main"))
        if found:
            return found[0]
        time.sleep(1)
    sys.exit("The mail with the code has not come")


if __name__ == "__main__":
    main()
