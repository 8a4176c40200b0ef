"""The README's pictures, taken from the demo: `python -m tests.browser.pictures` plants one and rewrites docs/img.

Run it by hand when a page in a picture has changed; no test does. The demo plays on the day it is planted, so the
dates in the pictures are those of the day on which they were taken; its clock shows a quarter to eleven, when the
demo's day is in full swing.
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
from datetime import datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import time_machine
from playwright.sync_api import Browser, Page, sync_playwright

from clinic.demo import PASSWORD
from tests.browser.conftest import ARGUMENTS, NAMES

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "img"
PORT = 8471
ORIGIN = f"http://localhost:{PORT}"
MOST_BYTES = 250_000
PLANTED_WITHIN_SECONDS = 240
DESK, ADMIN = "priya@demo.interval.test", "gareth@demo.interval.test"
PATIENT = "amara@demo.interval.test"
SERVE = "serve"


def main() -> None:
    """Plant, take every picture, and say where one has become too heavy for a README."""
    with demo(), sync_playwright() as playwright:
        program = os.environ.get("INTERVAL_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
        browser = playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, "--no-sandbox"])
        desk = staff(browser, DESK)
        today(desk)
        book(desk)
        move(desk)
        disruption(staff(browser, ADMIN))
        patient(browser)
        browser.close()
    heavy = [picture.name for picture in FOLDER.glob("*.png") if picture.stat().st_size > MOST_BYTES]
    if heavy:
        sys.exit(f"More than {MOST_BYTES} bytes: {', '.join(heavy)}")


def serve() -> None:
    """Serve the demo at a quarter to eleven of this day in its first clinic."""
    morning = datetime.now(ZoneInfo("Europe/London")).replace(hour=10, minute=45)
    from django.core.management import execute_from_command_line

    with time_machine.travel(morning):
        execute_from_command_line(["manage.py", "demo", "--port", str(PORT)])


@contextmanager
def demo() -> Iterator[None]:
    """Serve a demo of its own, in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.pictures", SERVE],
            cwd=ROOT,
            env={
                **os.environ,
                "INTERVAL_DEMO": "1",
                "INTERVAL_VAR": folder,
                "DJANGO_SETTINGS_MODULE": "clinic.settings",
            },
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


def staff(browser: Browser, email: str) -> Page:
    """Sign somebody of the first clinic in."""
    page = opened(browser, 1280, 800, 1)
    page.goto("/staff/sign-in/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main form .btn-primary")
    page.wait_for_url("**/today/")
    return page


def taken(page: Page, name: str) -> None:
    """Take the picture of a page as it stands."""
    page.screenshot(path=FOLDER / f"{name}.png")


def today(page: Page) -> None:
    """The day board, with who is here and what is free."""
    page.goto("/c/fernway/today/")  # once more, without the greeting
    taken(page, "today")


def book(page: Page) -> None:
    """One click before a whole series is booked."""
    page.locator("nav.rail").get_by_role("link", name="Series", exact=True).click()
    page.get_by_role("link", name="See proposals").first.click()
    page.locator("[name=offer]").first.wait_for()
    taken(page, "book")


def move(page: Page) -> None:
    """What else would move, before anything is saved: the visit of the day that takes most others along."""
    page.goto("/c/fernway/today/?by=list")
    links = page.locator("tr", has_text="Session ").locator("th a")
    most = 0
    for address in [link.get_attribute("href") for link in links.all()]:
        page.goto(f"{address}move/")
        times = page.locator("main button[name=slot]")
        if times.count():
            with page.expect_navigation():
                times.last.click()
            moved = page.locator("tr.changed").count()
            if moved > most:
                most = moved
                taken(page, "move")
    if not most:
        sys.exit("No visit of the day can be moved")


def disruption(page: Page) -> None:
    """The plan for everybody whom a closed day touches."""
    page.goto("/c/fernway/absences/new/")
    page.locator("[name=kind][value=closure]").check(force=True)
    page.fill("[name=first]", "today")
    page.fill("[name=start]", "14:00")
    page.fill("[name=end]", "18:00")
    page.fill("[name=reason]", "Water in the treatment rooms")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_load_state()
    taken(page, "disruption")


def patient(browser: Browser) -> None:
    """The patient's own pages on a phone: the plan, and what to do now."""
    page = opened(browser, 390, 844, 1.5)
    page.goto("/my/sign-in/")
    page.fill("[name=email]", PATIENT)
    page.click("main form .btn-primary")
    page.fill("[name=code]", code(browser))
    page.click("main form .btn-primary")
    page.wait_for_url("**/my/*/")
    taken(page, "plan")
    page.get_by_role("link", name="Aftercare").first.click()
    page.wait_for_load_state()
    taken(page, "aftercare")


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
    serve() if sys.argv[1:] == [SERVE] else main()
