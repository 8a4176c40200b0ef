"""Without a mouse: a series is booked with Tab, Enter and Space, and the focus can always be seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from plans.models import Series
from tests.browser.hands import shown
from tests.browser.world import World, a_world

Open = Callable[..., Page]
MOST_STOPS = 150

# What has the focus: its words, whether something around it is outlined, whether any of it can be seen.
FOCUS = """
() => {
  const here = document.activeElement;
  const box = here.getBoundingClientRect();
  const label = here.labels && here.labels[0];
  const card = here.closest(".ap");
  const drawn = [here, here.nextElementSibling, here.parentElement, label, card].filter(Boolean).some((part) => {
    const style = getComputedStyle(part);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  });
  const points = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]];
  const seen = points.some(([x, y]) => {
    const hit = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
    return hit && (here.contains(hit) || hit.contains(here) || (label && label.contains(hit)));
  });
  const words = here.getAttribute("aria-label") || (label || here).innerText || here.name || here.tagName;
  return { words: words.trim().replace(/\\s+/g, " "), drawn, seen };
}
"""


@pytest.fixture
def world(transactional_db: None, tmp_path: Path, time_machine: Any) -> World:
    return a_world(time_machine, tmp_path)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what is wanted has the focus; every stop on the way has to be seen."""
    stops: list[str] = []
    while not page.evaluate("selector => document.activeElement.matches(selector)", selector):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        stops.append(focus["words"])
        assert focus["drawn"], f"{page.url}: no outline at {stops}"
        assert focus["seen"], f"{page.url}: out of sight at {stops}"
        assert len(stops) < MOST_STOPS, f"{selector} is not among {stops}"


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
