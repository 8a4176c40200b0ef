"""The pages that anybody sees before signing in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

DOORS = ["/", "/staff/sign-in/", "/no-such-page/"]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (1440, True), (390, False), (320, True)])
def test_every_door_fits_its_width_and_satisfies_axe(
    new_page: Callable[..., Page],
    axe: Callable[[Page], None],
    no_sideways_scroll: Callable[[Page], None],
    door: str,
    width: int,
    dark: bool,
) -> None:
    page = new_page(width, dark=dark)
    page.goto(door)
    axe(page)
    no_sideways_scroll(page)


@pytest.mark.parametrize("door", DOORS)
def test_every_door_is_the_same_without_javascript(
    new_page: Callable[..., Page], axe: Callable[[Page], None], door: str
) -> None:
    with_scripts, without = new_page(), new_page(javascript=False)
    for page in (with_scripts, without):
        page.goto(door)
    assert without.inner_text("h1") == with_scripts.inner_text("h1")
    assert without.locator("main form").count() == with_scripts.locator("main form").count()
    axe(without)
