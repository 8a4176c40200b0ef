"""What script adds: a form is sent once, a draft that saves itself is in nobody's way, colours are remembered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.browser.hands import Hands
from tests.browser.world import World, a_world

Open = Callable[..., Page]


@pytest.fixture
def world(transactional_db: None, tmp_path: Path, time_machine: Any) -> World:
    return a_world(time_machine, tmp_path)


def test_a_form_that_is_pressed_twice_is_sent_once(world: World, new_page: Open) -> None:
    page = new_page(client=world.people["practitioner"])
    page.goto(world.address("plans:series_stop"))
    sent: list[str] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.url)
            return  # never answered: the second press comes while the first is on its way
        route.fallback()

    page.route("**/end/", hold)
    button = page.locator("main form button[type=submit], main form button:not([type])").last
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    for _ in range(2):
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(300)
    assert len(sent) == 1


def test_a_record_can_be_signed_while_its_draft_is_being_saved(world: World, new_page: Open) -> None:
    hands = Hands(new_page(client=world.people["practitioner"]), lambda page: None)
    hands.open(world.address("plans:record", visit="open_visit"))
    with hands.page.expect_request(lambda request: "hx-request" in request.headers):
        hands.page.route(
            "**/record/",
            lambda route: None if "hx-request" in route.request.headers else route.fallback(),
        )
        hands.fill({"product_0": "Gel"})
        hands.page.locator('[name="product_0"]').blur()
    hands.press("Finish and sign")
    assert hands.page.url.endswith("/signature/")


def test_colours_are_remembered(world: World, new_page: Open) -> None:
    page = new_page(client=world.people["desk"])
    page.goto(world.address("plans:worklist"))
    page.locator("details.menu summary", has_text="Your menu").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Dark").click()
    assert page.url.endswith(world.address("plans:worklist"))
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
