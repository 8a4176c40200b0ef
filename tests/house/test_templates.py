"""Every template compiles, and none carries what the content security policy would refuse."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR) / "templates"
NAMES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.suffix in {".html", ".txt"})
PAGES = [name for name in NAMES if name.endswith(".html") and not name.startswith("mail/")]
LONGEST = 120
KINDS = "(?:staff_time|patient_time|short_day|day_heading|clock|ago)"
DATE_ELEMENT = rf"(?:{{%\s*{KINDS}\b(?![^%]*\bplain=True)[^%]*%}}|{{{{[^}}]*\|{KINDS}\b[^}}]*}}}})"
IN_ATTRIBUTE = re.compile(rf"""=\s*"(?:[^"<>]|{{[%{{][^%}}]*[%}}]}})*?{DATE_ELEMENT}""")
REFUSED = {
    "an inline style": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a script without src": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE),
    "an inline handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "an hx-on handler": re.compile(r"\bhx-on", re.IGNORECASE),
    "a link that runs script": re.compile(r"javascript:", re.IGNORECASE),
    "a file of another host": re.compile(r"(src|href)=[\"'](https?:)?//", re.IGNORECASE),
}


def test_there_are_templates_to_look_at() -> None:
    assert {"base.html", "staff.html", "portal.html", "plain.html", "print.html"} <= set(PAGES)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(name: str) -> None:
    assert get_template(name).template.name == name  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_carries_nothing_that_the_policy_refuses(name: str) -> None:
    source = re.sub(r"\{#.*?#\}", "", (ROOT / name).read_text())
    assert [what for what, pattern in REFUSED.items() if pattern.search(source)] == []


@pytest.mark.parametrize("name", PAGES)
def test_an_attribute_holds_a_date_in_words_alone(name: str) -> None:
    assert IN_ATTRIBUTE.findall((ROOT / name).read_text()) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_template_stays_short(name: str) -> None:
    assert len((ROOT / name).read_text().splitlines()) <= LONGEST


@pytest.mark.parametrize("name", PAGES)
def test_an_icon_exists_in_the_sprite(name: str) -> None:
    drawn = set(re.findall(r'<symbol id="([a-z]+)"', (ROOT.parent / "static/img/icons.svg").read_text()))
    source = (ROOT / name).read_text()
    asked = set(re.findall(r"""{%\s*icon\s+["']([^"']+)["']""", source))
    asked |= set(re.findall(r"""\smark=["']([^"']+)["']""", source))
    assert asked <= drawn


def test_the_page_for_our_own_failure_needs_nothing() -> None:
    source = (ROOT / "500.html").read_text()
    assert "{{" not in source
    assert "{% extends" not in source
    html = engines["django"].from_string(source).render({})
    assert "Something went wrong on our side" in html


@pytest.mark.parametrize(
    "path", sorted((ROOT.parent / "static").rglob("*.css")) + sorted((ROOT.parent / "static").rglob("*.js"))
)
def test_a_stylesheet_or_module_stays_short_and_at_home(path: Path) -> None:
    source = path.read_text()
    assert len(source.splitlines()) <= 150
    assert re.search(r"(?:url\(|from |import\()\s*[\"'](?:https?:)?//", source) is None
