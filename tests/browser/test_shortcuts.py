"""Single keys on the staff pages: each does what the list says, none while typing, none when turned off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.plans import VisitFactory
from tests.people import as_staff

Open = Callable[..., Page]
FOCUS = "document.activeElement.id"


@pytest.fixture
def desk(transactional_db: None, time_machine: Any) -> Desk:
    time_machine.move_to(MONDAY, tick=False)
    desk = a_desk()
    for number, start in enumerate((600, 720), start=1):
        VisitFactory.create(
            patient=desk.patient,
            practitioner=desk.team.practitioner,
            kind="review",
            day=MONDAY.date(),
            start_minute=start,
            reference=f"VISIT-{number}",
        )
    return desk


@pytest.fixture
def board(desk: Desk, new_page: Open) -> Page:
    page = new_page(1440, client=as_staff(desk.team.desk))
    opened(page, here(desk, "today/"))
    return page


def opened(page: Page, address: str) -> None:
    """Open a page and wait until its keys are listened to: they are loaded last."""
    page.goto(address)
    page.wait_for_load_state("networkidle")


def here(desk: Desk, page: str) -> str:
    return f"/c/{desk.team.clinic.slug}/{page}"


def leads_to(page: Page, key: str) -> str:
    with page.expect_navigation():
        page.keyboard.press(key)
    page.wait_for_load_state("networkidle")
    return page.url.split("/c/fernway/")[1]


def test_the_keys_walk_the_board_and_its_days(desk: Desk, board: Page) -> None:
    first, second = desk.patient.visits.order_by("starts_at")
    for key, visit in (("j", first), ("j", second), ("k", first), ("j", second)):
        board.keyboard.press(key)
        assert board.evaluate(FOCUS) == f"v{visit.pk}"
    assert leads_to(board, "ArrowRight") == "days/2026-02-03/?by=practitioner"
    assert leads_to(board, "ArrowRight") == "days/2026-02-04/?by=practitioner"
    assert leads_to(board, "ArrowLeft") == "days/2026-02-03/?by=practitioner"
    assert leads_to(board, "t") == "today/?by=practitioner"
    board.keyboard.press("/")
    assert board.evaluate(FOCUS) == "q-top"
    board.keyboard.type("jb?")  # while typing a key is a letter
    assert board.input_value("#q-top") == "jb?"


def test_b_books_for_whoever_is_in_focus_or_for_anybody(desk: Desk, board: Page) -> None:
    board.keyboard.press("j")
    assert leads_to(board, "b") == f"visits/new/?patient={desk.patient.pk}"
    opened(board, here(desk, "today/"))
    assert leads_to(board, "b") == "visits/new/?day=2026-02-02"
    opened(board, here(desk, "series/"))
    board.keyboard.press("j")
    assert leads_to(board, "b") == f"series/{desk.series.pk}/booking/"


def test_c_takes_the_next_step_and_the_focus_stays_with_the_visit(desk: Desk, board: Page) -> None:
    visit = desk.patient.visits.order_by("starts_at")[0]
    board.keyboard.press("c")  # nothing is in focus: nothing happens
    board.keyboard.press("j")
    leads_to(board, "c")
    visit.refresh_from_db()
    assert visit.state == "arrived"
    assert board.evaluate(FOCUS) == f"v{visit.pk}"
    leads_to(board, "c")
    visit.refresh_from_db()
    assert visit.state == "in_room"


def test_the_list_opens_by_its_key_and_turns_them_all_off(desk: Desk, board: Page) -> None:
    board.keyboard.press("?")
    keys = [kbd.inner_text() for kbd in board.locator("details.menu[open] dt kbd").all()]
    assert keys == ["/", "B", "C", "J", "K", "T", "←", "→", "?"]
    with board.expect_navigation():
        board.get_by_role("button", name="Turn shortcuts off").click()
    board.wait_for_load_state("networkidle")
    for key in ("j", "b", "t", "?", "ArrowRight"):
        board.keyboard.press(key)
    assert board.evaluate("document.activeElement.tagName") == "BODY"
    assert board.url.endswith("/today/")
    assert board.locator("details.menu[open]").count() == 0


def test_other_pages_have_the_keys_too(desk: Desk, board: Page) -> None:
    opened(board, here(desk, "patients/"))
    board.keyboard.press("j")
    assert board.evaluate("document.activeElement.innerText") == "Tomasz Wieczorek"
    assert leads_to(board, "b") == f"visits/new/?patient={desk.patient.pk}"
    opened(board, here(desk, f"patients/{desk.patient.pk}/"))
    assert leads_to(board, "b") == f"visits/new/?patient={desk.patient.pk}"
    assert leads_to(board, "t") == "today/"
    visit = desk.patient.visits.earliest("starts_at")
    opened(board, here(desk, f"visits/{visit.pk}/"))
    leads_to(board, "c")
    visit.refresh_from_db()
    assert visit.state == "arrived"
    opened(board, here(desk, "weeks/2026-02-02/"))
    assert leads_to(board, "ArrowLeft") == "weeks/2026-01-26/"
