"""A post that is refused: the title says so, the summary has the focus, every fault can be seen, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, TimeoutError

from clinic.rules.pages import PAGES
from tests.browser.hands import Hands
from tests.browser.test_pages import SPECIAL, opener
from tests.browser.test_pages import Visit as Look
from tests.browser.world import World, a_world

Open = Callable[..., Page]
Check = Callable[[Page], None]


@dataclass(frozen=True)
class Post:
    """What is typed on a page, by whom, and which button sends it."""

    name: str
    person: str
    button: str
    rows: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    forged: str = ""


POSTS = [
    Post(
        "patients:new",
        "desk",
        "Register",
        typed={
            "name": "Zoë 🌷",
            "birth_date_day": "31",
            "birth_date_month": "2",
            "birth_date_year": "1990",
            "email": "zoe@example",
        },
    ),
    Post("plans:series_book", "desk", "Book 4 sessions", rows={"series": "to_book"}, forged="offer"),
    Post(
        "plans:consultation",
        "practitioner",
        "Sign and hand to front desk",
        rows={"consultation": "untouched"},
        typed={"goal_words": "فاطمة 🌷", "event_on": "31/2", "planned_depth": "deep"},
    ),
    Post(
        "plans:record",
        "practitioner",
        "Finish and sign",
        rows={"visit": "open_visit"},
        typed={"ended": "25:99", "cartridge_expiry": "soon", "depth_cheeks": "9", "product_0": "Gel 🌷"},
    ),
    Post("plans:series_pause", "practitioner", "Put on hold", typed={"reason": "short"}),
    Post("account_login", "nobody", "Sign in", typed={"login": "nobody@example.org", "password": "wrong"}),
    Post("patients:sign_in", "nobody", "Send me a code", typed={"email": "nobody"}),
    Post("patients:code", "asked for a code", "Sign in", typed={"code": "1234"}),
    Post(
        "patients:confirm",
        "parent",
        "Open the page",
        rows={"patient": "newcomer"},
        typed={"birth_date_day": "1", "birth_date_month": "1", "birth_date_year": "1991"},
    ),
]
NOT_KEPT = {"password", "code"}


@pytest.fixture
def world(transactional_db: None, tmp_path: Path, time_machine: Any) -> World:
    return a_world(time_machine, tmp_path)


def test_a_refused_post_says_where_and_keeps_what_was_typed(
    world: World, new_page: Open, axe: Check, no_sideways_scroll: Check
) -> None:
    wrong: list[str] = []
    for post in POSTS:
        hands = Hands(new_page(320, client=world.people[post.person]), lambda page: None)
        send(hands, post, world)
        wrong += [f"{post.name}: {fault}" for fault in faults(hands.page, post)]
        for check in (axe, no_sideways_scroll):
            try:
                check(hands.page)
            except AssertionError as error:
                wrong.append(f"{post.name}: {error}")
    assert not wrong, "\n".join(wrong)


def send(hands: Hands, post: Post, world: World) -> None:
    """Type, and press the button."""
    hands.open(world.address(post.name, **post.rows))
    hands.fill(post.typed)
    if post.forged:
        hands.page.locator(f'[name="{post.forged}"]:checked').evaluate("field => { field.value = 'forged'; }")
    hands.press(post.button)


def faults(page: Page, post: Post) -> list[str]:
    """Return what is not as it should be on the page that came back."""
    found = []
    if not page.title().startswith("Error:"):
        found.append(f"the title is {page.title()!r}")
    if not page.evaluate("document.activeElement.matches('.errsum')"):
        found.append("the summary has not the focus")
    for error in page.locator("main .err").all():
        box = error.bounding_box()
        if box is None or box["width"] < 1 or box["height"] < 1:
            found.append(f"out of sight: {error.inner_text()!r}")
    for link in page.locator(".errsum a").all():
        target = link.get_attribute("href") or ""
        if not page.locator(f'[id="{target.removeprefix("#")}"]').count():
            found.append(f"the summary leads nowhere: {target}")
    for name, value in post.typed.items():
        kept = page.locator(f'main [name="{name}"]').first.input_value()
        if name not in NOT_KEPT and kept != value:
            found.append(f"{name} was {value!r}, is {kept!r}")
    return found


# Nothing that is typed there is wrong, or their refusals are no form of ours.
ACCEPT_ANYTHING = {"account_logout", "usersessions_list", "patients:list", "mfa_deactivate_totp"}
NONSENSE = "\U0001f337 31/2"
TYPED_IN = "main form[method=post] :is(input:not([type]), input[type=text], input[type=email], textarea)"


def test_every_form_of_the_table_tells_what_is_wrong_with_nonsense(
    world: World, new_page: Open, settings: Any
) -> None:
    """Where nonsense is refused the refusal can be read; where it is not, it harms nobody: no page fails."""
    pages: dict[str, Page] = {}
    wrong, refused = [], 0
    for name, row in PAGES.items():
        if {"GET", "POST"} - set(row.methods) or name in ACCEPT_ANYTHING:
            continue
        for look in SPECIAL.get(name, [Look(name)]):
            person = look.person or opener(name, row)
            if person not in pages:
                pages[person] = new_page(320, client=world.people[person])
                pages[person].route("**/htmx*.js", without_htmx)
            page = pages[person]
            try:
                status = nonsense(page, world.address(name, look.query, **look.rows))
            except (AssertionError, TimeoutError) as error:
                wrong.append(f"{look}: {error}")
                continue
            refused += status == 422
            if status >= 500:
                wrong.append(f"{look}: {status}")
            elif status == 422:
                wrong += [f"{look}: {fault}" for fault in faults(page, Post(name, person, ""))]
    assert not wrong, "\n".join(wrong)
    assert refused > 10


def nonsense(page: Page, address: str) -> int:
    """Type nonsense into every field of a page, press its main button, and return the status of the answer."""
    page.goto(address)
    main = page.locator("main button.btn-primary").locator("visible=true")
    others = page.locator("main form[method=post] button:not([aria-hidden])").locator("visible=true")
    button = (main if main.count() else others).first
    if not button.count():
        return 0
    for box in page.locator(TYPED_IN).locator("visible=true").all():
        box.fill(NONSENSE)
    with page.expect_navigation() as found:
        button.click()
    return found.value.status


def without_htmx(route: Route) -> None:
    """Let every button post its form: what a swap brings is looked at elsewhere."""
    route.fulfill(body="", content_type="text/javascript")


def test_a_summary_leads_to_its_field(world: World, new_page: Open) -> None:
    hands = Hands(new_page(390, client=world.people["desk"]), lambda page: None)
    send(hands, POSTS[0], world)
    hands.page.locator(".errsum a").first.click()
    assert hands.page.evaluate("document.activeElement.name") == "birth_date_day"


def test_a_refused_post_is_told_without_javascript(world: World, new_page: Open) -> None:
    page = new_page(390, client=world.people["desk"], javascript=False)
    hands = Hands(page, lambda page: None)
    send(hands, POSTS[0], world)
    assert [fault for fault in faults(hands.page, POSTS[0]) if "focus" not in fault] == []
