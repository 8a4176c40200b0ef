"""Without a mouse: a series is booked with Tab, Enter and Space, and the focus can always be seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from plans.models import Series
from tests.browser.hands import shown, tab_to
from tests.browser.world import World, a_world

Open = Callable[..., Page]


@pytest.fixture
def world(transactional_db: None, tmp_path: Path, time_machine: Any) -> World:
    return a_world(time_machine, tmp_path)


def press(page: Page, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_series_is_booked_with_the_keyboard_alone(world: World, new_page: Open, width: int) -> None:
    page = new_page(width, client=world.people["desk"])
    series = Series.objects.get(pk=world.others["to_book"])
    page.goto(world.address("plans:today"))
    tab_to(page, ".skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    tab_to(page, f'a[href="{world.address("plans:series_book", series="to_book")}"]')
    press(page, "Enter")
    tab_to(page, "[name=offer]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    tab_to(page, "button.btn-primary[form=confirm]")
    press(page, "Enter")
    shown(page, [f"4 sessions booked for {series.patient.name}"])
    assert series.visits.count() == 4
