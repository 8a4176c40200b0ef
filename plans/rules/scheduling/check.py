"""Checks plans and bookings with plain intervals of minutes, sharing nothing with the search but hours and data.

An empty answer means that every rule holds.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise

from clinic.rules.hours import Absence, absent_spans, patient_hours, staff_hours, working_spans
from clinic.rules.intervals import contains, overlaps, subtract
from clinic.rules.timegrid import CELL_MINUTES, Span, cells_up
from plans.rules.scheduling.model import (
    NO_BUFFER,
    Anchor,
    Booking,
    Calendar,
    Id,
    Place,
    Request,
    Slot,
    Treatment,
    Violation,
)


def check(calendar: Calendar, request: Request, slots: Sequence[Slot]) -> tuple[Violation, ...]:
    """Every rule that the slots break, as a series of the request on a calendar that does not hold them yet."""
    found = list(_dates(request, slots))
    for session, slot in enumerate(slots, 1):
        found += _wishes(request, slot, session)
        found += check_visit(calendar, request.treatment, slot, session)
        found += _patient(calendar, request, slot, session)
    return tuple(found)


def check_visit(
    calendar: Calendar, treatment: Treatment, slot: Slot, session: int = 1
) -> tuple[Violation, ...]:
    """Every rule that one visit breaks by itself: grid, opening, skill, and what it needs being there and free."""
    found: list[Violation] = []
    if slot.start % treatment.grid:
        found.append(Violation("off the grid", session))
    if not contains(patient_hours(calendar.opening, slot.day), *_taken(treatment, slot)):
        found.append(Violation("closed", session))
    found += _practitioner(calendar, treatment, slot, session)
    for role, kind, places, chosen, buffers in (
        ("room", treatment.room_kind, calendar.rooms, slot.room, treatment.room_buffer),
        ("device", treatment.device_kind, calendar.devices, slot.device, treatment.device_buffer),
    ):
        place = next((place for place in places if place.id == chosen), None)
        if kind is None and chosen is None:
            continue
        if place is None or place.kind != kind:
            found.append(Violation(f"{role} not of the kind", session, chosen))
            continue
        taken = _taken(treatment, slot, buffers)
        found += _place(calendar, role, place, slot.day, taken, session)
    return tuple(found)


def double_bookings(bookings: Iterable[Booking]) -> tuple[tuple[Booking, Booking], ...]:
    """Pairs of bookings that hold one resource at the same time."""
    by_day: dict[tuple[Id, date], list[Booking]] = defaultdict(list)
    for booking in bookings:
        by_day[booking[0], booking[1]].append(booking)
    return tuple(
        (one, other)
        for held in by_day.values()
        for index, one in enumerate(held)
        for other in held[index + 1 :]
        if one[2] < other[3] and other[2] < one[3]
    )


def _dates(request: Request, slots: Sequence[Slot]) -> Iterator[Violation]:
    if len(slots) != request.n:
        yield Violation("number of sessions", len(slots))
        return
    if slots[0].day < request.earliest:
        yield Violation("before the earliest date", 1)
    if slots[0].day > request.latest_first:
        yield Violation("first session too late", 1)
    if request.finish and slots[-1].day > request.finish:
        yield Violation("after the latest finish", len(slots))
    yield from _gaps(request, slots)


def _gaps(request: Request, slots: Sequence[Slot]) -> Iterator[Violation]:
    chain: list[Slot | Anchor] = [*slots]
    if request.anchor:
        chain.insert(0, request.anchor)
    number = request.n - len(request.steps)
    for session, (before, after), step in zip(
        range(number + 1, request.n + 1), pairwise(chain), request.steps, strict=True
    ):
        gap = (after.day - before.day).days
        if gap < step.minimum:
            yield Violation("too early", session)
        if gap > step.maximum:
            yield Violation("too late", session)
        if request.same_practitioner and after.practitioner != before.practitioner:
            yield Violation("another practitioner", session, after.practitioner)


def _wishes(request: Request, slot: Slot, session: int) -> Iterator[Violation]:
    if request.weekdays is not None and slot.day.weekday() not in request.weekdays:
        yield Violation("weekday", session)
    if any(first <= slot.day <= last for first, last in request.blackout):
        yield Violation("blackout", session)
    if request.practitioners is not None and slot.practitioner not in request.practitioners:
        yield Violation("practitioner not wanted", session, slot.practitioner)
    end = slot.start + request.treatment.minutes
    if request.daytime and not request.daytime[0] <= slot.start <= end <= request.daytime[1]:
        yield Violation("time of day", session)


def _practitioner(calendar: Calendar, treatment: Treatment, slot: Slot, session: int) -> Iterator[Violation]:
    who = next((one for one in calendar.practitioners if one.id == slot.practitioner), None)
    if who is None or (treatment.able is not None and who.id not in treatment.able):
        yield Violation("practitioner not able", session, slot.practitioner)
        return
    taken = _taken(treatment, slot, treatment.practitioner_buffer)
    if not contains(working_spans(calendar.opening, who.shifts, who.leave, slot.day), *taken):
        yield Violation("practitioner away", session, who.id)
    if overlaps(_booked(calendar, who.id, slot.day), *taken):
        yield Violation("practitioner busy", session, who.id)


def _place(
    calendar: Calendar, role: str, place: Place, day: date, taken: Span, session: int
) -> Iterator[Violation]:
    if not contains(_usable(calendar, place.out, day), *taken):
        yield Violation(f"{role} out", session, place.id)
    if overlaps(_booked(calendar, place.id, day), *taken):
        yield Violation(f"{role} busy", session, place.id)


def _patient(calendar: Calendar, request: Request, slot: Slot, session: int) -> Iterator[Violation]:
    taken = _taken(request.treatment, slot)
    held = [(start, end) for day, start, end in request.patient_busy if day == slot.day]
    if request.patient is not None:
        held += _booked(calendar, request.patient, slot.day)
    if overlaps(held, *taken):
        yield Violation("patient busy", session, request.patient)


def _usable(calendar: Calendar, out: Iterable[Absence], day: date) -> tuple[Span, ...]:
    return subtract(staff_hours(calendar.opening, day), absent_spans(out, day))


def _taken(treatment: Treatment, slot: Slot, buffers: tuple[int, int] = NO_BUFFER) -> Span:
    """The minutes that the visit holds, each part rounded up to whole cells."""
    before, length, after = (
        cells_up(part) * CELL_MINUTES for part in (buffers[0], treatment.minutes, buffers[1])
    )
    return slot.start - before, slot.start + length + after


def _booked(calendar: Calendar, resource: Id, day: date) -> list[Span]:
    return [
        (first * CELL_MINUTES, until * CELL_MINUTES)
        for held, on, first, until in calendar.bookings
        if held == resource and on == day
    ]
