"""The contrast of the tokens, measured from the stylesheet itself, in both themes."""

import re
from pathlib import Path

import pytest
from django.conf import settings

SOURCE = (Path(settings.BASE_DIR) / "static/css/app.css").read_text()
GROUNDS = ("bg", "surface", "sunken")
TEXT = [(ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in GROUNDS]
TEXT += [("brand", "bg"), ("brand", "surface"), ("brand", "brand-softer"), ("brand-deep", "brand-soft")]
TEXT += [("on-brand", "brand"), ("on-brand", "brand-hover"), ("ink", "brand-soft"), ("ink", "brand-softer")]
for status in ("plum", "ok", "warn", "bad", "info"):
    TEXT += [
        (status, f"{status}-soft"),
        (status, "surface"),
        ("ink", f"{status}-soft"),
        ("ink-2", f"{status}-soft"),
    ]
    TEXT += [("surface", status)]
EDGES = [(edge, ground) for edge in ("line-strong", "focus", "check") for ground in ("bg", "surface")]
EDGES += [("bad", "surface"), ("bad", "bg")]


def block(selector: str) -> dict[str, str]:
    start = SOURCE.index(selector)
    body = SOURCE[SOURCE.index("{", start) : SOURCE.index("}", start)]
    return dict(re.findall(r"--c-([a-z0-9-]+):(#[0-9a-f]{6})", body))


LIGHT = block(':root, [data-bs-theme="light"]')
DARK = block('[data-bs-theme="dark"] {')
THEMES = {"light": LIGHT, "dark": DARK}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself() -> None:
    assert round(ratio("#ffffff", "#000000"), 1) == 21.0
    assert round(ratio("#767676", "#ffffff"), 2) == 4.54


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(theme: str, ink: str, ground: str) -> None:
    colours = THEMES[theme]
    assert ratio(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_of_controls_can_be_seen(theme: str, edge: str, ground: str) -> None:
    colours = THEMES[theme]
    assert ratio(colours[edge], colours[ground]) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_white_text_can_be_read_on_the_deep_ground(theme: str) -> None:
    assert ratio("#ffffff", THEMES[theme]["deep"]) >= 7


def test_a_dark_device_and_a_dark_choice_look_the_same() -> None:
    assert block(":root:not([data-bs-theme])") == DARK
    assert set(LIGHT) == set(DARK)
