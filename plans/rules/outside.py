"""Hours given by hand: a calendar in which single visits may lie outside opening hours or a shift."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import reduce

from clinic.rules.hours import Opening, Shift, SpecialOpening, current_shift, shift_spans
from clinic.rules.intervals import merge
from clinic.rules.timegrid import CELL_MINUTES, DAY_MINUTES, Span, cells_up
from plans.rules.scheduling.model import Calendar, Id, Practitioner, Slot, Treatment


def opened_for(calendar: Calendar, treatment: Treatment, slots: Iterable[Slot]) -> Calendar:
    """Return the calendar as if the clinic were open and the practitioner there for each of these visits.

    Buffers are included. Closures, leave and outages stand, and so does everything that is booked.
    """
    return reduce(lambda opened, slot: _opened(opened, treatment, slot), slots, calendar)


def _opened(calendar: Calendar, treatment: Treatment, slot: Slot) -> Calendar:
    alone = _span(slot, treatment.minutes, [(0, 0)])
    every = [treatment.practitioner_buffer, treatment.room_buffer, treatment.device_buffer]
    whole = _span(slot, treatment.minutes, every)
    return replace(
        calendar,
        opening=_open(calendar.opening, slot.day, alone, whole),
        practitioners=tuple(
            _there(one, slot.practitioner, slot.day, whole) for one in calendar.practitioners
        ),
    )


def _span(slot: Slot, minutes: int, buffers: Sequence[tuple[int, int]]) -> Span:
    """Return the minutes that a visit takes with the longest of these buffers, in whole cells of its day."""
    before, length, after = (
        cells_up(part) * CELL_MINUTES
        for part in (max(one for one, _ in buffers), minutes, max(one for _, one in buffers))
    )
    return max(slot.start - before, 0), min(slot.start + length + after, DAY_MINUTES)


def _open(opening: Opening, day: date, alone: Span, whole: Span) -> Opening:
    known = next((one for one in reversed(opening.special) if one.day == day), None)
    if known is None:
        weekday = day.weekday()
        known = SpecialOpening(
            day, tuple(opening.week.get(weekday, ())), tuple((opening.staff or {}).get(weekday, ()))
        )
    longer = SpecialOpening(day, merge([*known.spans, alone]), merge([*(known.staff or ()), whole]))
    return replace(opening, special=(*opening.special, longer))


def _there(one: Practitioner, wanted: Id, day: date, whole: Span) -> Practitioner:
    """Let a practitioner work a little more on one day; from the day after, the shift is as it was."""
    if one.id != wanted:
        return one
    longer = Shift({day.weekday(): merge([*shift_spans(one.shifts, day), whole])}, day)
    after = day + timedelta(days=1)
    begun = [shift for shift in one.shifts if (shift.since or date.min) <= day]
    later = [shift for shift in one.shifts if (shift.since or date.min) > day]
    is_replaced = any(shift.since == after for shift in later)
    restored = [] if is_replaced else [_from(current_shift(begun, day), after)]
    return replace(one, shifts=(*begun, longer, *restored, *later))


def _from(shift: Shift | None, day: date) -> Shift:
    """Return a pattern as one that begins on a day: the same hours, the same turn."""
    if shift is None:
        return Shift({}, day)
    weeks, turn = (shift.week, *shift.then), shift.turn(day)
    return Shift(weeks[turn], day, (*weeks[turn + 1 :], *weeks[:turn]))
