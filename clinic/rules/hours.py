"""Which minutes of a local day a clinic is open, and which of them a person works or a thing can be used."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
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
    """A weekly pattern of work that holds from `since` (None: always) until a later one replaces it."""

    week: Week
    since: date | None = None


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
    """The spans worked on that day: the shift with the latest `since` not after it; among equals the last."""
    current: Shift | None = None
    for shift in shifts:
        if (shift.since or date.min) > day:
            continue
        if current is None or (shift.since or date.min) >= (current.since or date.min):
            current = shift
    return merge(current.week.get(day.weekday(), ())) if current else ()


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
