"""Where visits may start, as masks: bit c set when a visit may begin in the 5-minute cell c."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from clinic.rules.timegrid import CELL_MINUTES, CELLS, cells_up
from plans.rules.scheduling.masks import FULL, Masks, cells, runs
from plans.rules.scheduling.model import Id, Place, Slot, Treatment

FREE_LEFTOVER = 6
"""A leftover of this many cells or more costs nothing."""


class Starts(NamedTuple):
    """Masks of cells in which a visit may start, and where that leaves a short gap before or after it."""

    open: int
    short_before: int
    short_after: int


def grid_mask(minutes: int) -> int:
    """The cells that begin on a start grid counted from midnight."""
    return sum(1 << cell for cell in range(0, CELLS, minutes // CELL_MINUTES))


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
        return runs(FULL & ~busy, self.length) if busy else FULL

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
        starts = 0
        booked = self.masks.bookings_on(day)
        for place in places:
            free = self.masks.usable(place.id, day) & ~booked.get(place.id, 0)
            starts |= runs(free, before + self.length + after)
        return starts << before

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
