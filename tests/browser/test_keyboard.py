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
  const drawn = [here, here.nextElementSibling, here.parentElement, label].filter(Boolean).some((part) => {
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


def tab_to(page: Page, words: str) -> list[str]:
    """Press Tab until something of that name has the focus; return the stops on the way."""
    stops: list[str] = []
    while not stops or not stops[-1].startswith(words):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus["drawn"], f"{page.url}: no outline at {focus['words']!r}"
        assert focus["seen"], f"{page.url}: out of sight at {focus['words']!r}"
        stops.append(focus["words"])
        assert len(stops) < MOST_STOPS, f"{words!r} is not among {stops}"
    return stops


def press(page: Page, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_series_is_booked_with_the_keyboard_alone(world: World, new_page: Open, width: int) -> None:
    page = new_page(width, client=world.people["desk"])
    series = Series.objects.get(pk=world.others["to_book"])
    page.goto(world.address("plans:today"))
    assert tab_to(page, "")[0] == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    tab_to(page, f"Book {series.patient.name}")
    press(page, "Enter")
    tab_to(page, "Book")
    press(page, "Enter")
    tab_to(page, "Every date at its best")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    tab_to(page, "Book 4 sessions")
    press(page, "Enter")
    shown(page, [f"4 sessions booked for {series.patient.name}"])
    assert series.visits.count() == 4
