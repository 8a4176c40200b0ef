"""What suits the patient, as the desk types it, and what the engine makes of it."""

import itertools
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from clinic.rules.timegrid import DAY_MINUTES, Span

NOON, EVENING = 12 * 60, 17 * 60
TIMES: dict[str, Span] = {
    "morning": (0, NOON),
    "afternoon": (NOON, EVENING),
    "evening": (EVENING, DAY_MINUTES),
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """The patient's wishes. Empty sets mean that anything suits.

    `times` are keys of TIMES. `away` are first and last days, both included. `only` makes the practitioner
    a condition instead of a preference.
    """

    first_from: date | None = None
    weekdays: frozenset[int] = frozenset()
    times: frozenset[str] = frozenset()
    practitioner: Hashable | None = None
    only: bool = False
    away: tuple[tuple[date, date], ...] = ()
    finish: date | None = None


def hours(times: Iterable[str]) -> tuple[Span | None, tuple[Span, ...]]:
    """Return the hull of the wished times of day, and the holes inside it, in minutes of the day.

    None means that any time suits.
    """
    spans = sorted(TIMES[name] for name in times)
    if not spans or len(spans) == len(TIMES):
        return None, ()
    holes = [(a[1], b[0]) for a, b in itertools.pairwise(spans) if a[1] < b[0]]
    return (spans[0][0], spans[-1][1]), tuple(holes)


def busy_hours(holes: Iterable[Span], first: date, last: date) -> tuple[tuple[date, int, int], ...]:
    """Return the holes on every day from first to last, as (day, from, until)."""
    days = (last - first).days + 1
    return tuple((first + timedelta(days=i), *hole) for i in range(max(days, 0)) for hole in holes)
