"""A series as an SVG picture. Written in Python because a page may hold five of them, of 150 places each."""

from collections.abc import Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from clinic.exports import in_words
from clinic.rules.timeline import DOT, Box, Line, Mark, Picture


def drawn(picture: Picture, label: str, *, scrolls: bool) -> SafeString:
    """The picture as HTML, every word of it escaped; `label` says it in words.

    `scrolls`: it is a tab stop of its own, so that the keyboard can scroll it.
    """
    scroller = ""
    if scrolls:
        told = escape(gettext("Timeline, scrolls sideways on small screens"))
        scroller = f' tabindex="0" role="group" aria-label="{told}"'
    parts = (
        *_months(picture),
        *(piece for box, word in picture.zones for piece in _zone(box, word)),
        *(piece for line in picture.lines for piece in _line(line)),
        *_today(picture),
    )
    return SafeString(
        f'<div class="tlwrap"{scroller}><svg class="tl" viewBox="0 0 {picture.width} {picture.height}" role="img"'
        f' aria-label="{escape(label)}">{"".join(parts)}</svg></div>'
    )


def _word(mark: Mark, text: str, size: str, *, css: str = "", shift: str = "", middle: bool = True) -> str:
    kind = f' class="{css}"' if css else ""
    anchor = ' text-anchor="middle"' if middle else ""
    return f'<text{kind} x="{mark.x}" y="{mark.y}"{shift} font-size="{size}"{anchor}>{escape(text)}</text>'


def _rect(box: Box, css: str, round_by: int) -> str:
    return (
        f'<rect class="{css}" x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}"'
        f' rx="{round_by}"></rect>'
    )


def _upright(x: float, y1: float, y2: float, css: str) -> str:
    return f'<line class="{css}" x1="{x}" x2="{x}" y1="{y1}" y2="{y2}"></line>'


def _months(picture: Picture) -> Iterator[str]:
    for month in picture.months:
        yield _upright(month.x, 16, picture.height - 4, "ax")
    for month in picture.month_names:
        yield _word(month, _day(month, "month"), "11", shift=' dx="4"', middle=False)


def _zone(box: Box, word: Mark) -> Iterator[str]:
    yield _rect(box, "blkz", 4)
    yield _word(word, word.text, "10", css="blkt")


def _line(line: Line) -> Iterator[str]:
    if line.label:
        yield f'<text class="b" x="0" y="{line.y}" dy="4" font-size="12">{escape(line.label)}</text>'
    for box in line.windows:
        yield _rect(box, "win", 6)
    yield f'<line class="base" x1="{line.x1}" x2="{line.x2}" y1="{line.y}" y2="{line.y}"></line>'
    days = gettext("%(n)s d")
    for gap in line.gaps:
        yield _word(gap, days % {"n": gap.text}, "11", css="gapt")
    for dot in line.dots:
        yield f'<circle class="dot {dot.state}" cx="{dot.x}" cy="{dot.y}" r="{DOT}"></circle>'
        yield _word(dot, dot.text, "11.5", css=f"num {dot.state}", shift=' dy="4"')
    for day in line.days:
        yield _word(day, _day(day, "dot"), "11")


def _today(picture: Picture) -> Iterator[str]:
    if picture.today is None:
        return
    for y1, y2 in picture.today_lines:
        yield _upright(picture.today, y1, y2, "today")
    yield _word(Mark(picture.today, 12), gettext("today"), "11", css="todayt")


def _day(mark: Mark, pattern: str) -> str:
    return in_words(mark.day, pattern) if mark.day else ""
