"""What a person does with a page: choose, tick, type, press; and how often they had to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from playwright.sync_api import Locator, Page

Look = Callable[[Page], None]
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


class Hands:
    """One person in front of one page; every press is counted, every page they land on is looked at."""

    def __init__(self, page: Page, look: Look) -> None:
        self.page, self.look = page, look
        self.pressed: list[str] = []

    def open(self, url: str) -> None:
        """Go to an address."""
        self.page.goto(url)
        self.look(self.page)

    def press(self, name: str, *, role: str = "button", first: bool = False) -> None:
        """Press a button or follow a link that leads to another page."""
        found = self.page.locator("main").get_by_role(role, name=name)  # type: ignore[arg-type]
        with self.page.expect_navigation():
            (found.first if first else found).click()
        self.pressed.append(name)
        self.look(self.page)

    def fill(self, values: Mapping[str, str | list[str]]) -> None:
        """Set each field by its name; a list ticks several boxes of one name."""
        for name, value in values.items():
            for one in [value] if isinstance(value, str) else value:
                self.set(name, one)

    def has(self, name: str) -> bool:
        """Say whether the page asks for this."""
        return self.page.locator(f'main [name="{name}"]').count() > 0

    def set(self, name: str, value: str) -> None:
        """Choose, tick or type, whichever the field is for."""
        fields = self.page.locator(f'main [name="{name}"]')
        if fields.first.evaluate("field => ['radio', 'checkbox'].includes(field.type)"):
            self._choose(fields if value == "on" else self.page.locator(f'[name="{name}"][value="{value}"]'))
        elif fields.first.evaluate("field => field.tagName") == "SELECT":
            fields.select_option(value)
        else:
            self._unfold(fields)
            fields.fill(value)

    def _choose(self, field: Locator) -> None:
        if not field.is_checked():
            self._unfold(field)
            # The label is what a person sees of a chip; the control itself is hidden behind it.
            self.page.locator(f'label[for="{field.get_attribute("id")}"]').first.click()

    def _unfold(self, field: Locator) -> None:
        folded = self.page.locator("details:not([open])").filter(has=field)
        while folded.count():
            folded.first.locator("> summary").click()


def shown(page: Page, words: Iterable[str]) -> None:
    """Assert that the main part of the page says each of these."""
    told = " ".join(page.inner_text("main").split())
    missing = [word for word in words if word not in told]
    assert not missing, f"{page.url}: {missing} not in {told[:2000]}"


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
