"""Which minutes of a local day a clinic is open, and which of them a person works or a thing can be used."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from clinic.rules.intervals import intersect, merge, subtract
from clinic.rules.timegrid import DAY_MINUTES, Span, lost_spans

Week = Mapping[int, Sequence[Span]]
"""Weekday (0 = Monday) to spans of minutes of the day; a missing weekday is empty."""


@dataclass(frozen=True, slots=True)
class SpecialOpening:
    """Hours of one day in place of the weekly ones. `staff` is when staff may set up; None: the same hours."""

    day: date
    spans: tuple[Span, ...]
    staff: tuple[Span, ...] | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """A closure, leave or outage on first..last inclusive: the given spans of each day, none for all day."""

    first: date
    last: date
    spans: tuple[Span, ...] = ()
    reason: str = ""

    def on(self, day: date) -> tuple[Span, ...]:
        """The minutes of that day which are taken away."""
        if not self.first <= day <= self.last:
            return ()
        return self.spans or ((0, DAY_MINUTES),)


@dataclass(frozen=True, slots=True)
class Shift:
    """A weekly pattern of work that holds from `since` (None: always) until a later one replaces it.

    The weeks of `then` take turns with `week`, which is that of the week (Monday to Sunday) of `since`.
    """

    week: Week
    since: date | None = None
    then: tuple[Week, ...] = ()

    def turn(self, day: date) -> int:
        """Which of the weeks is that day's: 0 for `week`, 1 for the first of `then`."""
        if not self.then:
            return 0
        weeks = (_monday(day) - _monday(self.since or date.min)).days // 7
        return weeks % (1 + len(self.then))

    def on(self, day: date) -> tuple[Span, ...]:
        """The spans worked on that day while the pattern holds."""
        turn = self.turn(day)
        week = self.then[turn - 1] if turn else self.week
        return merge(week.get(day.weekday(), ()))


@dataclass(frozen=True, slots=True)
class Opening:
    """When a clinic is open to patients (`week`) and to its staff (`staff`; None: the same hours)."""

    tz: ZoneInfo
    week: Week
    staff: Week | None = None
    special: tuple[SpecialOpening, ...] = ()
    closures: tuple[Absence, ...] = ()


def patient_hours(opening: Opening, day: date) -> tuple[Span, ...]:
    """When a patient may be treated: special hours replace the weekly ones, closures are cut afterwards."""
    special = _special(opening, day)
    spans = special.spans if special else opening.week.get(day.weekday(), ())
    return _cut(opening, day, spans)


def staff_hours(opening: Opening, day: date) -> tuple[Span, ...]:
    """When staff, rooms and devices may be busy: the patients' hours plus time to set up and clear away."""
    special = _special(opening, day)
    if special:
        own: Sequence[Span] = special.staff or ()
        spans: Sequence[Span] = special.spans
    else:
        own = (opening.staff or {}).get(day.weekday(), ())
        spans = opening.week.get(day.weekday(), ())
    return _cut(opening, day, [*spans, *own])


def shift_spans(shifts: Iterable[Shift], day: date) -> tuple[Span, ...]:
    """The spans worked on that day."""
    current = current_shift(shifts, day)
    return current.on(day) if current else ()


def current_shift(shifts: Iterable[Shift], day: date) -> Shift | None:
    """The shift that holds on that day: the one with the latest `since` not after it; among equals the last."""
    current: Shift | None = None
    for shift in shifts:
        if (shift.since or date.min) > day:
            continue
        if current is None or (shift.since or date.min) >= (current.since or date.min):
            current = shift
    return current


def shifts_of(rows: Iterable[tuple[date, int, int | None, Span]]) -> tuple[Shift, ...]:
    """Patterns from (since, weekday, turn, span), in order; a row without a turn belongs to every week.

    Weeks take turns where any row of a `since` has a turn, 0 or 1.
    """
    found: dict[date, list[tuple[int, int | None, Span]]] = {}
    for since, weekday, turn, span in rows:
        found.setdefault(since, []).append((weekday, turn, span))
    return tuple(_pattern(since, parts) for since, parts in sorted(found.items()))


def _pattern(since: date, parts: list[tuple[int, int | None, Span]]) -> Shift:
    turns = range(2) if any(turn is not None for _weekday, turn, _span in parts) else range(1)
    weeks: list[dict[int, tuple[Span, ...]]] = [{} for _ in turns]
    for weekday, turn, span in parts:
        for one in turns if turn is None else (turn,):
            weeks[one][weekday] = (*weeks[one].get(weekday, ()), span)
    return Shift(weeks[0], since, tuple(weeks[1:]))


def widened(spans: Iterable[Span], minutes: int) -> tuple[Span, ...]:
    """The spans with so many minutes more on both sides, inside the day."""
    return tuple((max(start - minutes, 0), min(end + minutes, DAY_MINUTES)) for start, end in spans)


def absent_spans(absences: Iterable[Absence], day: date) -> tuple[Span, ...]:
    """The minutes of that day taken away by leave or outage."""
    return merge(span for absence in absences for span in absence.on(day))


def working_spans(
    opening: Opening, shifts: Iterable[Shift], leave: Iterable[Absence], day: date
) -> tuple[Span, ...]:
    """When a person is there to work: shift and staff hours, less closures and leave."""
    present = intersect(shift_spans(shifts, day), staff_hours(opening, day))
    return subtract(present, absent_spans(leave, day))


def _special(opening: Opening, day: date) -> SpecialOpening | None:
    return next((special for special in reversed(opening.special) if special.day == day), None)


def _cut(opening: Opening, day: date, spans: Iterable[Span]) -> tuple[Span, ...]:
    return subtract(subtract(spans, absent_spans(opening.closures, day)), lost_spans(day, opening.tz))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
