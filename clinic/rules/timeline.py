"""The geometry of a series drawn on one line: dates in, numbers for an SVG out.

Sizes are in SVG units. The picture is never the only source: the same facts always stand next to it as text.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from clinic.rules.intervals import Range, subtract

TOP = 26  # room for the names of the months
LABEL = 92  # room for the names of the rows
DOT = 11  # radius
EDGE_DAYS = 7  # empty days before the first and after the last thing drawn
FAR_DAYS = 45  # today is left out when it is farther than this from everything else
NEAR = 44  # two texts closer than this would touch


class DotState(StrEnum):
    """What is known of one session."""

    DONE = "done"
    OPEN = "open"
    PROPOSED = "proposed"
    OUTSIDE = "outside"
    WAS = "was"


@dataclass(frozen=True, slots=True)
class Dot:
    """One session: its number, its local day, and the window its predecessor allows (both days included)."""

    number: int
    day: date
    state: DotState = DotState.OPEN
    window: tuple[date, date] | None = None
    gap_days: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of sessions, in time order; a label where there are two lines, such as "Now" and "After"."""

    dots: tuple[Dot, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Zone:
    """Days to keep clear, both included."""

    first: date
    last: date
    label: str


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A word or a number at a place; `day` is the day it stands for, `state` how it is drawn."""

    x: float
    y: float
    text: str = ""
    day: date | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row, placed."""

    y: float
    x1: float
    x2: float
    label: str
    dots: tuple[Mark, ...]
    days: tuple[Mark, ...]
    gaps: tuple[Mark, ...]
    windows: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything to draw, in SVG units, back to front: months, zones, lines, today."""

    width: int
    height: int
    months: tuple[Mark, ...]
    month_names: tuple[Mark, ...]
    zones: tuple[tuple[Box, Mark], ...]
    lines: tuple[Line, ...]
    today: float | None
    today_lines: tuple[Range, ...] = ()  # from and to, in y: it is broken where a word or a dot stands


class Scale:
    """Days to x, for a stretch of days that begins at `left` and ends at `right`."""

    def __init__(self, first: date, last: date, left: float, right: float) -> None:
        self.first, self.last, self.left, self.right = first, last, left, right
        self.days = max(1, (last - first).days)

    def x(self, day: date) -> float:
        """The place of a day; a day outside the stretch is held at its edge."""
        held = min(max(day, self.first), self.last)
        return round(self.left + (held - self.first).days / self.days * (self.right - self.left), 1)


def lay_out(
    rows: Sequence[Row],
    *,
    today: date | None = None,
    zones: Sequence[Zone] = (),
    width: int = 760,
    row_height: int = 54,
) -> Picture:
    """Places every row of a series, its windows, the days to keep clear, the months and today.

    Raises ValueError when no row has a session.
    """
    days = [dot.day for row in rows for dot in row.dots]
    if not days:
        raise ValueError("a timeline needs at least one session")
    days += [day for row in rows for dot in row.dots for day in dot.window or ()]
    seen = today if today and _is_near(today, days) else None
    first = min([*days, seen or days[0]]) - timedelta(days=EDGE_DAYS)
    last = max([*days, seen or days[0]]) + timedelta(days=EDGE_DAYS)
    left = (LABEL if any(row.label for row in rows) else 0) + DOT
    scale = Scale(first, last, left, width - 2 * DOT)
    height = TOP + row_height * len(rows) + 6
    today_x = scale.x(seen) if seen else None
    months = tuple(Mark(scale.x(day), 12, day=day) for day in _months(first, last))
    lines = tuple(
        _line(row, TOP + row_height * number + row_height * 0.42, scale)
        for number, row in enumerate(rows)
        if row.dots
    )
    return Picture(
        width=width,
        height=height,
        months=months,
        month_names=_apart(months, taken=() if today_x is None else (today_x,)),
        zones=tuple(
            _zone(zone, scale, height) for zone in zones if zone.first <= last and zone.last >= first
        ),
        lines=lines,
        today=today_x,
        today_lines=() if today_x is None else _broken(today_x, height, lines),
    )


def _broken(x: float, height: int, lines: Iterable[Line]) -> tuple[Range, ...]:
    """Return the parts of an upright line at x that cross neither a dot nor a word."""
    cuts: list[Range] = []
    for line in lines:
        y = round(line.y)
        cuts += [(y - DOT - 2, y + DOT + 2) for dot in line.dots if abs(dot.x - x) < DOT + 2]
        cuts += [(y + 16, y + 32) for day in line.days if abs(day.x - x) < NEAR / 2 + 2]
        cuts += [(y - 16, y - 2) for gap in line.gaps if abs(gap.x - x) < NEAR / 2]
    return subtract([(16, height - 4)], cuts)


def _is_near(day: date, others: Sequence[date]) -> bool:
    return min(others) - timedelta(days=FAR_DAYS) <= day <= max(others) + timedelta(days=FAR_DAYS)


def _months(first: date, last: date) -> Iterable[date]:
    day = first.replace(day=1)
    while day <= last:
        if day >= first:
            yield day
        day = (day + timedelta(days=32)).replace(day=1)


def _zone(zone: Zone, scale: Scale, height: int) -> tuple[Box, Mark]:
    x1, x2 = scale.x(zone.first), scale.x(zone.last)
    box = Box(x1, 20, round(max(x2 - x1, 2.0), 1), height - 26)
    return box, Mark(round((x1 + x2) / 2, 1), 31, text=zone.label)


def _line(row: Row, y: float, scale: Scale) -> Line:
    y = round(y, 1)
    xs = [scale.x(dot.day) for dot in row.dots]
    gaps = []
    for (one, x1), (other, x2) in pairwise(zip(row.dots, xs, strict=True)):
        if x2 - x1 >= NEAR + DOT:
            days = other.gap_days if other.gap_days is not None else (other.day - one.day).days
            gaps.append(Mark(round((x1 + x2) / 2, 1), y - 5, text=str(days)))
    return Line(
        y=y,
        x1=xs[0],
        x2=xs[-1],
        label=row.label,
        dots=tuple(
            Mark(x, y, text=str(dot.number), day=dot.day, state=dot.state.value)
            for dot, x in zip(row.dots, xs, strict=True)
        ),
        days=_apart([Mark(x, y + 27, day=dot.day) for dot, x in zip(row.dots, xs, strict=True)]),
        gaps=tuple(gaps),
        windows=tuple(_window(dot.window, y, scale) for dot in row.dots if dot.window),
    )


def _window(window: tuple[date, date], y: float, scale: Scale) -> Box:
    x1, x2 = scale.x(window[0]), scale.x(window[1])
    return Box(x1, y - 15, round(max(x2 - x1, 4.0), 1), 30)


def _apart(marks: Sequence[Mark], taken: Iterable[float] = ()) -> tuple[Mark, ...]:
    """Leaves out a mark that would touch one already written."""
    written = list(taken)
    kept = []
    for mark in marks:
        if all(abs(mark.x - x) >= NEAR for x in written):
            kept.append(mark)
            written.append(mark.x)
    return tuple(kept)
