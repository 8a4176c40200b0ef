"""Free time as integers: one per resource and day, bit c set when the 5-minute cell c is free."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cache

from clinic.rules.hours import Absence, Shift, patient_hours, staff_hours
from clinic.rules.intervals import merge
from clinic.rules.timegrid import CELLS, Span, inward_cells, lost_spans, outward_cells
from plans.rules.scheduling.model import Booking, Calendar, Id, Place, Practitioner

FULL = (1 << CELLS) - 1
EDGES = tuple(1 << cell for cell in range(CELLS + 1))


def cells(first: int, until: int) -> int:
    """The mask of the cells first..until, the last one not included."""
    return (1 << until) - (1 << first) if first < until else 0


def free_mask(spans: Iterable[Span]) -> int:
    """The cells wholly inside the spans of minutes."""
    mask = 0
    for span in merge(spans):
        mask |= cells(*inward_cells(*span))
    return mask


def busy_mask(spans: Iterable[Span]) -> int:
    """The cells that the spans of minutes touch."""
    mask = 0
    for span in spans:
        mask |= cells(*outward_cells(*span))
    return mask


def runs(free: int, length: int) -> int:
    """The cells at which `length` free cells in a row begin."""
    for step in log_steps(length):
        free &= free >> step
    return free


@cache
def log_steps(length: int) -> tuple[int, ...]:
    """Shifts that, one after the other, make one cell (or whatever is shifted) cover so many."""
    steps, have = [], 1
    while have < length:
        steps.append(min(have, length - have))
        have += steps[-1]
    return tuple(steps)


class Masks:
    """A calendar as masks. `take` and `give_back` change what is booked; all else is fixed."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._unread: dict[date, list[Booking]] = defaultdict(list)
        for booking in calendar.bookings:
            self._unread[booking[1]].append(booking)
        self._busy: dict[date, dict[Id, int]] = {}
        self._shifts = {p.id: _shift_masks(p.shifts) for p in calendar.practitioners}
        self._away = {thing.id: _absences(_absences_of(thing)) for thing in _things(calendar)}
        self._special = {special.day for special in calendar.opening.special}
        self._weekdays: dict[int, tuple[int, int]] = {}
        self._hours: dict[date, tuple[int, int]] = {}

    def hours(self, day: date) -> tuple[int, int]:
        """When the clinic is open on that day: (to patients, to its staff)."""
        known = self._hours.get(day)
        if known is None:
            known = self._hours[day] = self._work_out_hours(day)
        return known

    def presence(self, practitioner: Id, day: date) -> int:
        """When the practitioner works on that day, booked or not: shift and staff hours, less leave."""
        shift = 0
        for since, week in self._shifts[practitioner]:
            if since <= day:
                shift = week[day.weekday()]
        return self._less_absences(practitioner, day, shift & self.hours(day)[1]) if shift else 0

    def usable(self, place: Id, day: date) -> int:
        """When a room or device may be used on that day, booked or not: staff hours, less outages."""
        return self._less_absences(place, day, self.hours(day)[1])

    def booked(self, resource: Id, day: date) -> int:
        """The cells of that day in which the resource is booked."""
        return self.bookings_on(day).get(resource, 0)

    def bookings_on(self, day: date) -> dict[Id, int]:
        """The booked cells of every resource that has any on that day."""
        known = self._busy.get(day)
        if known is None:
            known = self._busy[day] = {}
            for resource, _, first, until in self._unread.pop(day, ()):
                known[resource] = known.get(resource, 0) | EDGES[until] - EDGES[first]
        return known

    def take(self, resource: Id, day: date, mask: int) -> None:
        """Book the cells of the mask."""
        self.bookings_on(day)[resource] = self.booked(resource, day) | mask

    def give_back(self, resource: Id, day: date, mask: int) -> None:
        """Free the cells of the mask."""
        self.bookings_on(day)[resource] = self.booked(resource, day) & ~mask

    def _work_out_hours(self, day: date) -> tuple[int, int]:
        opening, weekday = self.calendar.opening, day.weekday()
        closed = any(closure.first <= day <= closure.last for closure in opening.closures)
        if closed or day in self._special or lost_spans(day, opening.tz):
            return free_mask(patient_hours(opening, day)), free_mask(staff_hours(opening, day))
        if weekday not in self._weekdays:
            hours = free_mask(patient_hours(opening, day)), free_mask(staff_hours(opening, day))
            self._weekdays[weekday] = hours
        return self._weekdays[weekday]

    def _less_absences(self, resource: Id, day: date, free: int) -> int:
        for first, last, mask in self._away[resource]:
            if first <= day <= last:
                free &= ~mask
        return free


def _things(calendar: Calendar) -> list[Practitioner | Place]:
    return [*calendar.practitioners, *calendar.rooms, *calendar.devices]


def _absences_of(thing: Practitioner | Place) -> tuple[Absence, ...]:
    return thing.leave if isinstance(thing, Practitioner) else thing.out


def _absences(absences: Iterable[Absence]) -> list[tuple[date, date, int]]:
    return [(absence.first, absence.last, busy_mask(absence.on(absence.first))) for absence in absences]


def _shift_masks(shifts: Iterable[Shift]) -> list[tuple[date, list[int]]]:
    in_order = sorted(shifts, key=lambda shift: shift.since or date.min)
    return [(s.since or date.min, [free_mask(s.week.get(day, ())) for day in range(7)]) for s in in_order]
