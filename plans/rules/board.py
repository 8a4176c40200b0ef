"""The day board as geometry: what stands in a column, in rows of five minutes, and what is free between."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clinic.rules.intervals import intersect, merge, subtract
from clinic.rules.timegrid import CELL_MINUTES, DAY_MINUTES, Span

HOUR = 60
# The stylesheet has places for so many hours.
LEAST_HOURS, MOST_HOURS = 4, 18
# A visit of five minutes still shows its name, and so many stand side by side before the last ones share a place.
LEAST_ROWS, MOST_LANES = 3, 12

Place = tuple[int, int]
"""The first row of something, and how many rows it takes."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A full hour at the side of a board."""

    minute: int
    row: int


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of the day that a board shows: whole hours, in minutes of the day."""

    start: int
    end: int

    @property
    def hours(self) -> int:
        """How many hours the board shows."""
        return (self.end - self.start) // HOUR

    def row(self, minute: int) -> int:
        """Return the row in which a minute lies, counted from the top; what lies above or below is at the edge."""
        last = (self.end - self.start) // CELL_MINUTES - 1
        return min(max(minute - self.start, 0) // CELL_MINUTES, last)

    def rows(self, span: Span) -> int:
        """Return how many rows a span takes, at least one."""
        end = -(-(min(span[1], self.end) - self.start) // CELL_MINUTES)
        return max(end - self.row(span[0]), 1)

    def marks(self) -> list[Mark]:
        """Return the full hours and the rows they stand in."""
        return [Mark(minute, self.row(minute)) for minute in range(self.start, self.end, HOUR)]


def frame(spans: Iterable[Span], default: Span = (9 * HOUR, 17 * HOUR)) -> Frame:
    """Return the whole hours around everything that a day holds; office hours where it holds nothing.

    A board is never shorter than four hours nor longer than eighteen: then its last hours count.
    """
    found = list(spans) or [default]
    first = min(span[0] for span in found) // HOUR * HOUR
    last = min(-(-max(span[1] for span in found) // HOUR) * HOUR, DAY_MINUTES)
    last = min(max(last, first + LEAST_HOURS * HOUR), DAY_MINUTES)
    first = min(first, last - LEAST_HOURS * HOUR)
    return Frame(max(first, last - MOST_HOURS * HOUR), last)


def away(open_spans: Iterable[Span], working: Iterable[Span]) -> tuple[Span, ...]:
    """Return when the clinic is open and this person is not there."""
    return subtract(open_spans, working)


def closed(shown: Frame, open_spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return which parts of the board lie outside opening hours."""
    return subtract([(shown.start, shown.end)], open_spans)


def free(working: Sequence[Span], busy: Iterable[Span], *, least: int, after: int = 0) -> tuple[Span, ...]:
    """Return the stretches of at least `least` minutes with nothing booked, from minute `after` of the day on."""
    to_come = intersect(working, [(after, DAY_MINUTES)]) if after < DAY_MINUTES else ()
    return tuple(span for span in subtract(to_come, merge(busy)) if span[1] - span[0] >= least)


def place(shown: Frame, span: Span) -> Place:
    """Return where a visit stands: at least as high as its name, and inside the board."""
    rows = max(shown.rows(span), LEAST_ROWS)
    return min(shown.row(span[0]), shown.hours * HOUR // CELL_MINUTES - rows), rows


def lanes(places: Sequence[Place]) -> list[tuple[int, int]]:
    """Return for each place its lane, from 0, and how many lanes stand side by side there.

    Only what was imported, or a visit in place of one that nobody came to, ever shares a time.
    """
    found = [(0, 1)] * len(places)
    together: list[int] = []
    until: list[int] = []
    for index in sorted(range(len(places)), key=lambda one: places[one]):
        start, rows = places[index]
        if all(end <= start for end in until):
            together, until = [], []
        lane = next((lane for lane, end in enumerate(until) if end <= start), len(until))
        if lane == len(until) < MOST_LANES:
            until.append(0)
        lane = min(lane, MOST_LANES - 1)
        until[lane] = max(until[lane], start + rows)
        together.append(index)
        found[index] = (lane, 1)
        for other in together:
            found[other] = (found[other][0], len(until))
    return found
