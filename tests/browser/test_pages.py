"""Every page of the table, opened by somebody who may, with a row of everything and the names that break pages.

The suite looks at light 1440 px and dark 320 px, which is where pages break; INTERVAL_ALL_CORNERS=1 looks at
1440, 1024, 390 and 320 px, each light and dark. The page without JavaScript is looked at once, at 390 px.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Response

from clinic.rules.pages import PAGES, Audience
from clinic.rules.pages import Page as Row
from clinic.rules.roles import RIGHTS, Role
from tests.browser.world import World, a_world
from tests.house.test_rights import EVERY

Open = Callable[..., Page]
Check = Callable[[Page], None]

MOST_BYTES, MOST_REQUESTS = 150_000, 12
CORNERS = [(1440, False), (320, True)]
if os.environ.get("INTERVAL_ALL_CORNERS"):
    CORNERS = [(width, dark) for width in (1440, 1024, 390, 320) for dark in (False, True)]

# These answer with a file or a word for a machine: there is nothing to look at.
NO_PAGES = {"health", "plans:my_calendar", "plans:patients_file", "plans:diary_file", "plans:report_csv"}


@dataclass(frozen=True)
class Visit:
    """One look at a page: by whom, with which rows in the address."""

    name: str
    person: str = ""
    query: str = ""
    rows: dict[str, str] = field(default_factory=dict)
    status: int = 200
    is_demo: bool = False

    def __str__(self) -> str:
        return " ".join(filter(None, (self.name, self.person, self.query, str(self.rows or ""))))


# Where the plain look (rows of the world, the first person who may) is not enough, or not possible.
SPECIAL: dict[str, list[Visit]] = {
    "home": [Visit("home"), Visit("home", "roamer"), Visit("home", is_demo=True)],
    "mfa_authenticate": [Visit("mfa_authenticate", "half signed in")],
    "mfa_activate_totp": [Visit("mfa_activate_totp", "without a second factor")],
    "patients:sign_in": [Visit("patients:sign_in"), Visit("patients:sign_in", is_demo=True)],
    "patients:code": [Visit("patients:code", "asked for a code")],
    "patients:mine": [Visit("patients:mine", "parent")],
    "patients:confirm": [Visit("patients:confirm", "parent", rows={"patient": "newcomer"})],
    "plans:today": [
        Visit("plans:today"),
        Visit("plans:today", "practitioner", query="?by=room"),
        Visit("plans:today", "admin", query="?by=list"),
        Visit("plans:today", query="?on=never", status=422),
    ],
    "plans:day": [Visit("plans:day"), Visit("plans:day", query="?by=room")],
    "plans:week": [Visit("plans:week"), Visit("plans:week", query="?who={member}")],
    "plans:patient": [
        Visit("plans:patient"),
        Visit("plans:patient", "practitioner"),
        Visit("plans:patient", "admin", rows={"patient": "newcomer"}),
    ],
    "plans:unmerge": [Visit("plans:unmerge", "admin", rows={"patient": "merged"})],
    "plans:consultation": [
        Visit("plans:consultation"),
        Visit("plans:consultation", "practitioner", rows={"consultation": "draft"}),
        Visit("plans:consultation", "lead", rows={"consultation": "draft"}),
    ],
    "plans:record": [
        Visit("plans:record"),
        Visit("plans:record", "practitioner", rows={"visit": "open_visit"}),
    ],
    "plans:visit": [
        Visit("plans:visit"),
        Visit("plans:visit", rows={"visit": "later_visit"}),
        Visit("plans:visit", "practitioner", rows={"visit": "open_visit"}),
    ],
    "plans:visit_move": [
        Visit("plans:visit_move", rows={"visit": "later_visit"}),
        Visit("plans:visit_move", status=409),
    ],
    "plans:visit_cancel": [Visit("plans:visit_cancel", rows={"visit": "later_visit"})],
    "plans:series_book": [
        Visit("plans:series_book", rows={"series": "to_book"}),
        Visit("plans:series_book"),
    ],
    "plans:absence": [Visit("plans:absence"), Visit("plans:absence", rows={"absence": "in_effect"})],
    "plans:absence_withdraw": [Visit("plans:absence_withdraw", rows={"absence": "in_effect"})],
    "plans:holidays": [Visit("plans:holidays", query="?country=DE&region=BY")],
    "plans:protocol_draft": [Visit("plans:protocol_draft", "lead")],
    "plans:protocol_line": [Visit("plans:protocol_line", "lead")],
    "plans:protocol_publish": [Visit("plans:protocol_publish", "lead")],
    "plans:worklist": [
        Visit("plans:worklist"),
        Visit("plans:worklist", "practitioner", query="?who={member}"),
    ],
    "plans:waiting_new": [
        Visit("plans:waiting_new"),
        Visit("plans:waiting_new", query="?series={series}"),
        Visit("plans:waiting_new", query="?patient={patient}"),
        Visit("plans:waiting_new", query="?entry={entry}"),
    ],
    "clinic:demo_mail": [Visit("clinic:demo_mail", is_demo=True)],
}
FAULTS = [
    Visit("clinic:settings", "desk", status=403),
    Visit("plans:series", "desk", rows={"series": "draft"}, status=404),
]


def visits() -> Iterator[Visit]:
    for name in EVERY:
        if "GET" in PAGES[name].methods and name not in NO_PAGES:
            yield from SPECIAL.get(name, [Visit(name)])
    yield from FAULTS


def opener(name: str, row: Row) -> str:
    """Return who opens a page where nobody is named: the first who may."""
    if row.audience is Audience.STAFF:
        roles = {"desk": Role.FRONT_DESK, "practitioner": Role.PRACTITIONER, "admin": Role.ADMIN}
        roles["lead"] = Role.CLINICAL_LEAD
        return next(person for person, role in roles.items() if row.right in RIGHTS[role])
    return {Audience.PATIENT: "patient", Audience.SIGNED_IN: "desk"}.get(row.audience, "nobody")


class Tour:
    """One corner of the product: a browser for each person, opened once, and what was found wrong."""

    def __init__(self, world: World, new_page: Open, settings: Any, **look: Any) -> None:
        self.world, self.new_page, self.settings, self.look = world, new_page, settings, look
        self.pages: dict[str, Page] = {}
        self.scales = Scales()
        self.wrong: list[str] = []

    def __iter__(self) -> Iterator[tuple[Visit, Page]]:
        for visit in visits():
            person = visit.person or opener(visit.name, PAGES[visit.name])
            page = self.page_of(person)
            self.settings.DEMO = visit.is_demo
            try:
                address = self.world.address(visit.name, visit.query, **visit.rows)
            except AssertionError as error:
                self.wrong.append(str(error))
                continue
            answer = page.goto(address)
            assert answer is not None
            if answer.status != visit.status:
                self.wrong.append(f"{visit}: {answer.status} instead of {visit.status}")
            weight, requests = self.scales.weigh(page, answer)
            if weight > MOST_BYTES or requests > MOST_REQUESTS:
                self.wrong.append(f"{visit}: {weight} bytes in {requests} requests")
            yield visit, page

    def page_of(self, person: str) -> Page:
        if person not in self.pages:
            self.pages[person] = self.new_page(client=self.world.people[person], **self.look)
        return self.pages[person]

    def note(self, visit: Visit, check: Check, page: Page) -> None:
        """Go on after a fault, so that one run tells them all."""
        try:
            check(page)
        except AssertionError as error:
            self.wrong.append(f"{visit}: {error}")


@pytest.fixture
def world(transactional_db: None, settings: Any, tmp_path: Path, time_machine: Any) -> World:
    settings.EMAIL_FILE_PATH = tmp_path
    return a_world(time_machine, tmp_path)


@pytest.fixture
def tour(world: World, new_page: Open, settings: Any) -> Callable[..., Tour]:
    return lambda *args, **look: Tour(world, lambda **more: new_page(*args, **more), settings, **look)


@pytest.mark.parametrize(("width", "dark"), CORNERS)
def test_every_page_satisfies_axe_and_fits_its_width(
    tour: Callable[..., Tour], axe: Check, no_sideways_scroll: Check, width: int, dark: bool
) -> None:
    walk = tour(width, dark=dark)
    for visit, page in walk:
        walk.note(visit, axe, page)
        walk.note(visit, no_sideways_scroll, page)
        walk.note(visit, has_one_heading, page)
        walk.note(visit, has_no_inline_style, page)
    assert not walk.wrong, "\n".join(walk.wrong)


def test_every_page_is_all_there_without_javascript(tour: Callable[..., Tour]) -> None:
    walk = tour(390, javascript=False)
    for visit, page in walk:
        walk.note(visit, has_one_heading, page)
        walk.note(visit, shows_its_way_on, page)
    assert not walk.wrong, "\n".join(walk.wrong)


def has_one_heading(page: Page) -> None:
    assert page.locator("h1:visible").count() == 1, f"{page.url}: not exactly one h1"


def has_no_inline_style(page: Page) -> None:
    inline = "[style]:not(html), style, script:not([src]), [onclick], [onload], [onsubmit], [onchange]"
    assert page.locator(inline).count() == 0, (
        f"{page.url}: {page.locator(inline).first.evaluate('e => e.outerHTML')}"
    )


def shows_its_way_on(page: Page) -> None:
    """Every main button that the page was sent with can be seen; what only script can do is not offered."""
    primary = "main .btn-primary:not([data-needs-script])"
    assert page.locator(f"{primary}:visible").count() == page.locator(primary).count()
    assert page.locator("[data-needs-script]:visible").count() == 0


class Scales:
    """What a first load of a page sends, where the server compresses as it does for a clinic."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def weigh(self, page: Page, answer: Response) -> tuple[int, int]:
        """Return the bytes of the page and of everything that it asked for, and how many requests that took."""
        asked = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
        return compressed(answer.body()) + sum(self._file(page, url) for url in asked), 1 + len(asked)

    def _file(self, page: Page, url: str) -> int:
        if url not in self.known:
            self.known[url] = compressed(page.request.get(url).body())
        return self.known[url]


def compressed(body: bytes) -> int:
    return len(gzip.compress(body))
