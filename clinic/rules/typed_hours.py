"""Hours of a day as staff type them: `9-12:30, 13:30-17`; nothing where it is closed."""

import re
from collections.abc import Iterable
from itertools import pairwise

from clinic.rules.intervals import merge
from clinic.rules.timegrid import DAY_MINUTES, Span, clock

CLOSED = ("", "-", "–", "closed", "cerrado")
_CLOCK = r"(\d{1,2})(?:[:.h]?(\d{2}))?\s*(am|pm)?"
_SPAN = re.compile(rf"{_CLOCK}\s*(?:-|–|—|to|until|a|hasta)\s*{_CLOCK}")
_BETWEEN = re.compile(r"\s*(?:,|;|&|\band\b|\by\b|\n)\s*")


class NotHours(ValueError):
    """The text is no hours. `code` says why: format, order or overlap; `part` is the piece at fault."""

    def __init__(self, code: str, part: str) -> None:
        self.code, self.part = code, part
        super().__init__(f"{code}: {part}")


def read_hours(text: str) -> tuple[Span, ...]:
    """Return the spans of minutes that staff mean, in order; none where it is closed. Raises NotHours."""
    words = " ".join(text.strip().casefold().split())
    if words in CLOSED:
        return ()
    spans = sorted(_read_span(part) for part in _BETWEEN.split(words))
    for (_start, end), (later, _until) in pairwise(spans):
        if later < end:
            raise NotHours("overlap", words)
    return merge(spans)


def write_hours(spans: Iterable[Span]) -> str:
    """Return spans the way they are typed: `09:00–12:30, 13:30–17:00`."""
    return ", ".join(f"{clock(start)}–{clock(end)}" for start, end in spans)


def _read_span(part: str) -> Span:
    found = _SPAN.fullmatch(part)
    if not found:
        raise NotHours("format", part)
    start, end = _minute(part, *found.group(1, 2, 3)), _minute(part, *found.group(4, 5, 6))
    if end <= start:
        raise NotHours("order", part)
    return start, end


def _minute(part: str, hour: str, minute: str | None, half: str | None) -> int:
    hours, minutes = int(hour), int(minute or 0)
    if half:
        if not 1 <= hours <= 12:
            raise NotHours("format", part)
        hours = hours % 12 + (12 if half == "pm" else 0)
    if minutes > 59 or hours * 60 + minutes > DAY_MINUTES:
        raise NotHours("format", part)
    return hours * 60 + minutes
