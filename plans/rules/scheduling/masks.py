"""Free time as integers: one per resource and day, bit c set when the 5-minute cell c is free.

A mask of starts has bit c set when a visit may begin in cell c. Runs are found by shift-and-AND in log steps.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from clinic.rules.hours import Absence, Shift, Week, patient_hours, staff_hours
from clinic.rules.intervals import merge
from clinic.rules.timegrid import CELL_MINUTES, CELLS, Span, cells_up, inward_cells, lost_spans, outward_cells
from plans.rules.scheduling.model import Booking, Calendar, Id, Place, Practitioner, Slot, Treatment

FULL = (1 << CELLS) - 1
FREE_LEFTOVER = 6
"""A leftover of this many cells or more costs nothing."""


class Starts(NamedTuple):
    """Masks of cells in which a visit may start, and where that leaves a short gap before or after it."""

    open: int
    short_before: int
    short_after: int


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
    have = 1
    while 2 * have <= length:
        free &= free >> have
        have *= 2
    return free & free >> length - have


def grid_mask(minutes: int) -> int:
    """The cells that begin on a start grid counted from midnight."""
    return sum(1 << cell for cell in range(0, CELLS, minutes // CELL_MINUTES))


class Masks:
    """A calendar as masks. `take` and `give_back` change what is booked; all else is fixed."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.practitioners = {practitioner.id: practitioner for practitioner in calendar.practitioners}
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
        for since, pattern, weeks in self._shifts[practitioner]:
            if since <= day:
                shift = weeks[pattern.turn(day)][day.weekday()]
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
                known[resource] = known.get(resource, 0) | (1 << until) - (1 << first)
        return known

    def take(self, resource: Id, day: date, mask: int) -> None:
        """Book the cells of the mask."""
        self.bookings_on(day)[resource] = self.booked(resource, day) | mask

    def give_back(self, resource: Id, day: date, mask: int) -> None:
        """Free the cells of the mask."""
        self.bookings_on(day)[resource] = self.booked(resource, day) & ~mask

    def _work_out_hours(self, day: date) -> tuple[int, int]:
        opening, weekday = self.calendar.opening, day.weekday()
        if self.calendar.until and day > self.calendar.until:
            return 0, 0
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


class VisitMasks:
    """Where visits of one treatment may start in a calendar, patients' wishes aside."""

    def __init__(self, masks: Masks, treatment: Treatment) -> None:
        self.masks = masks
        self.treatment = treatment
        calendar = masks.calendar
        self.rooms = [room for room in calendar.rooms if room.kind == treatment.room_kind]
        self.devices = [device for device in calendar.devices if device.kind == treatment.device_kind]
        self.practitioners = [
            p.id for p in calendar.practitioners if treatment.able is None or p.id in treatment.able
        ]
        self.length = cells_up(treatment.minutes)
        self.grid = grid_mask(treatment.grid)
        self._known: dict[int, Starts] = {}

    def opening_starts(self, day: date) -> int:
        """Starts on the grid at which the visit itself lies inside the patients' hours."""
        return runs(self.masks.hours(day)[0], self.length) & self.grid

    def usable(self, day: date) -> int:
        """When any room of the kind may be used, booked or not; the staff's hours if no room is needed."""
        if self.treatment.room_kind is None:
            return self.masks.hours(day)[1]
        mask = 0
        for room in self.rooms:
            mask |= self.masks.usable(room.id, day)
        return mask

    def room_starts(self, day: date) -> int:
        """Starts for which any room of the kind is free, its buffers included."""
        if self.treatment.room_kind is None:
            return FULL
        return self._any_place(self.rooms, self.treatment.room_buffer, day)

    def device_starts(self, day: date) -> int:
        """Starts for which any device of the kind is free, its buffers included."""
        if self.treatment.device_kind is None:
            return FULL
        return self._any_place(self.devices, self.treatment.device_buffer, day)

    def place_starts(self, day: date) -> int:
        """Starts inside opening hours for which a room and a device are free."""
        starts = self.opening_starts(day)
        if starts:
            starts &= self.room_starts(day)
        return starts & self.device_starts(day) if starts else 0

    def free(self, practitioner: Id, day: date) -> int:
        """When the practitioner works and is not booked."""
        presence = self.masks.presence(practitioner, day)
        return presence & ~self.masks.booked(practitioner, day) if presence else 0

    def practitioner_starts(self, practitioner: Id, day: date) -> Starts:
        """Starts for which the practitioner is free, buffers included; and the short gaps they leave."""
        free = self.free(practitioner, day)
        known = self._known.get(free)
        if known is None:
            known = self._known[free] = self._free_starts(free)
        return known

    def patient_starts(self, busy: int) -> int:
        """Starts at which a patient who is busy in those cells is free for the visit itself."""
        return runs(FULL & ~busy, self.length)

    def place(self, day: date, practitioner: Id, start: int, like: Slot | None = None) -> Slot:
        """The visit with a free room and device: those of the slot `like` if they are free, else the tightest fit.

        Raises LookupError when a kind that is needed has none free.
        """
        needs, room, device = self.treatment, None, None
        if needs.room_kind is not None:
            room = self._tightest(self.rooms, self.needed(start, needs.room_buffer), day, like and like.room)
        if needs.device_kind is not None:
            taken = self.needed(start, needs.device_buffer)
            device = self._tightest(self.devices, taken, day, like and like.device)
        return Slot(day, practitioner, start, room, device)

    def needed(self, start: int, buffers: tuple[int, int]) -> int:
        """The cells that a visit at that minute takes of a resource with those buffers."""
        first = start // CELL_MINUTES - cells_up(buffers[0])
        return cells(first, start // CELL_MINUTES + self.length + cells_up(buffers[1])) if first >= 0 else 0

    def bookings(self, slot: Slot) -> list[tuple[Id, int]]:
        """What the visit takes: each resource but the patient, with the cells of its day."""
        roles = (
            (slot.practitioner, self.treatment.practitioner_buffer),
            (slot.room, self.treatment.room_buffer),
            (slot.device, self.treatment.device_buffer),
        )
        return [(who, self.needed(slot.start, buffers)) for who, buffers in roles if who is not None]

    def _free_starts(self, free: int) -> Starts:
        before, after = map(cells_up, self.treatment.practitioner_buffer)
        length = before + self.length + after
        starts = runs(free, length) << before
        if not starts:
            return Starts(0, 0, 0)
        roomy = runs(free, FREE_LEFTOVER)
        short_before = ((free << 1) & ~(roomy << FREE_LEFTOVER)) << before
        short_after = (free & ~roomy) >> length << before
        return Starts(starts, starts & short_before, starts & short_after)

    def _any_place(self, places: Sequence[Place], buffers: tuple[int, int], day: date) -> int:
        before, after = map(cells_up, buffers)
        length, found = before + self.length + after, 0
        for place in places:
            found |= runs(self.masks.usable(place.id, day) & ~self.masks.booked(place.id, day), length)
        return found << before

    def _tightest(self, places: Sequence[Place], needed: int, day: date, kept: Id | None) -> Id:
        fits: list[tuple[bool, int, int, Id]] = []
        for index, place in enumerate(places):
            free = self.masks.usable(place.id, day) & ~self.masks.booked(place.id, day)
            if needed and not needed & ~free:
                fits.append((place.id != kept, _stretch(free, needed), index, place.id))
        if not fits:
            raise LookupError(f"nothing of the kind is free on {day}")
        return min(fits)[-1]


def _stretch(free: int, inside: int) -> int:
    """Length in cells of the unbroken free stretch around the cells of `inside`."""
    first, last = (inside & -inside).bit_length() - 1, inside.bit_length()
    gaps_below = ~free & ((1 << first) - 1)
    gaps_above = ~free >> last
    return (gaps_above & -gaps_above).bit_length() - 1 + last - gaps_below.bit_length()


def _things(calendar: Calendar) -> list[Practitioner | Place]:
    return [*calendar.practitioners, *calendar.rooms, *calendar.devices]


def _absences_of(thing: Practitioner | Place) -> tuple[Absence, ...]:
    return thing.leave if isinstance(thing, Practitioner) else thing.out


def _absences(absences: Iterable[Absence]) -> list[tuple[date, date, int]]:
    return [(absence.first, absence.last, busy_mask(absence.on(absence.first))) for absence in absences]


def _shift_masks(shifts: Iterable[Shift]) -> list[tuple[date, Shift, list[list[int]]]]:
    """Each pattern, the oldest first, with the masks of its weeks in turn."""
    in_order = sorted(shifts, key=lambda shift: shift.since or date.min)
    return [(one.since or date.min, one, [_week(week) for week in (one.week, *one.then)]) for one in in_order]


def _week(week: Week) -> list[int]:
    return [free_mask(week.get(day, ())) for day in range(7)]
