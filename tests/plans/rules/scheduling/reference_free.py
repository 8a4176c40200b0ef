"""What is free, cell by cell: a case's clinic and one visit in it, for the answers by plain enumeration.

Works on cases as JSON has them and imports nothing from the engine. Slow and simple on purpose.
"""

from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
Slot = tuple[date, int, int]
"""Day, start minute, practitioner's place in the clinic's order: ties go in this order."""
DAY = timedelta(days=1)
BLOCKERS = (
    "closed", "blackout", "weekday", "practitioner away", "time of day", "practitioner full", "no room", "no device",
)  # fmt: skip


def minute(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def day_of(text: str) -> date:
    return date.fromisoformat(text)


@cache
def touched(start: int, end: int) -> frozenset[int]:
    """Cells that a busy span touches."""
    return frozenset(cell for cell in range(288) if cell * 5 < end and start < cell * 5 + 5)


def inside(pairs: Any) -> set[int]:
    """Cells of which every minute lies in one of the pairs of times."""
    minutes = {m for a, b in pairs for m in range(minute(a), minute(b))}
    return {m // 5 for m in minutes if m % 5 == 0 and {m + 1, m + 2, m + 3, m + 4} <= minutes}


def rounded(minutes: int) -> int:
    return (minutes + 4) // 5


class Clinic:
    """Free cells by day, straight from the JSON of a case."""

    def __init__(self, clinic: Json) -> None:
        self.clinic = clinic
        self.tz = ZoneInfo(clinic["tz"])
        self.people = [one["id"] for one in clinic["practitioners"]]
        self._cells: dict[tuple[str, str, date], set[int]] = {}
        self._opening: dict[date, set[int]] = {}

    def lost(self, day: date) -> set[int]:
        found: set[int] = set()
        before = datetime(day.year, day.month, day.day, tzinfo=self.tz)
        if before.utcoffset() == (before + DAY).utcoffset():
            return found
        for cell in range(288):
            wall = datetime(day.year, day.month, day.day, cell // 12, cell % 12 * 5, tzinfo=self.tz)
            if wall.utcoffset() != wall.replace(fold=1).utcoffset():
                found.add(cell)
        return found

    def opening(self, day: date) -> set[int]:
        if day not in self._opening:
            self._opening[day] = self._opening_of(day)
        return self._opening[day]

    def _opening_of(self, day: date) -> set[int]:
        pairs = self.clinic["opening"].get(str(day.weekday()), [])
        for special in self.clinic.get("special_opening", ()):
            if day_of(special["date"]) == day:
                pairs = special["hours"]
        cells = inside(pairs) - self.lost(day)
        for closure in self.clinic.get("closures", ()):
            if day_of(closure["date"]) <= day <= day_of(closure.get("to", closure["date"])):
                cells -= touched(minute(closure.get("from", "00:00")), minute(closure.get("until", "24:00")))
        return cells

    def without(self, cells: set[int], absences: Any, day: date) -> set[int]:
        for absence in absences:
            if day_of(absence["from"]) <= day <= day_of(absence["to"]):
                for start, end in absence.get("hours") or [["00:00", "24:00"]]:
                    cells = cells - touched(minute(start), minute(end))
        return cells

    def booked(self, resource: str, day: date) -> set[int]:
        cells: set[int] = set()
        for booking in self.clinic.get("bookings", ()):
            if resource in booking["resources"] and day_of(booking["date"]) == day:
                cells |= touched(minute(booking["start"]), minute(booking["end"]))
        return cells

    def present(self, order: int, day: date) -> set[int]:
        """When a practitioner works, booked or not."""
        practitioner = self.clinic["practitioners"][order]
        week = None
        for shift in sorted(practitioner["shifts"], key=lambda shift: shift.get("since", "")):
            if "since" not in shift or day_of(shift["since"]) <= day:
                week = shift["week"]
        cells = inside((week or {}).get(str(day.weekday()), [])) & self.opening(day)
        return self.without(cells, practitioner.get("leave", ()), day)

    def usable(self, place: Json, day: date) -> set[int]:
        return self.without(self.opening(day), place.get("out", ()), day)

    def kept(self, kind: str, key: str, day: date) -> set[int]:
        """Free cells of a resource, remembered."""
        found = self._cells.get((kind, key, day))
        if found is None:
            if kind == "practitioner":
                found = self.present(int(key), day) - self.booked(self.people[int(key)], day)
            else:
                place = next(place for place in self.clinic[kind] if place["id"] == key)
                found = self.usable(place, day) - self.booked(key, day)
            self._cells[kind, key, day] = found
        return found


class Wanted:
    """The treatment and hard wishes of a request, asked one visit at a time."""

    def __init__(self, clinic: Clinic, request: Json) -> None:
        self.clinic, self.request = clinic, request
        self.treatment = request["treatment"]
        self._starts: dict[tuple[date, int], list[int]] = {}
        self._held: dict[tuple[int, str], set[int]] = {}

    def cells(self, start: int, role: str) -> set[int]:
        """Cells that a visit holds of a role, buffers included."""
        if (start, role) not in self._held:
            before, after = self.treatment.get(role, [0, 0])
            until = start // 5 + rounded(self.treatment["minutes"]) + rounded(after)
            self._held[start, role] = set(range(start // 5 - rounded(before), until))
        return self._held[start, role]

    def allowed(self) -> list[int]:
        people = self.request.get("practitioners")
        orders = range(len(self.clinic.people))
        return [order for order in orders if people is None or self.clinic.people[order] in people]

    def weekday(self, day: date) -> bool:
        return self.request.get("weekdays") is None or day.weekday() in self.request["weekdays"]

    def black(self, day: date) -> bool:
        return any(day_of(a) <= day <= day_of(b) for a, b in self.request.get("blackout", ()))

    def own_time(self, day: date, start: int) -> bool:
        """The patient's hours and bookings."""
        if self.request.get("daytime"):
            first, until = map(minute, self.request["daytime"])
            if start < first or start + self.treatment["minutes"] > until:
                return False
        for busy in self.request.get("patient_busy", ()):
            taken = touched(minute(busy["start"]), minute(busy["end"]))
            if day_of(busy["date"]) == day and taken & self.cells(start, "none"):
                return False
        return True

    def grid(self) -> range:
        return range(0, 1440, self.treatment.get("grid", 15))

    def place_free(self, kind: str, day: date, start: int) -> bool:
        wanted = self.treatment.get("room_kind" if kind == "rooms" else "device_kind")
        if wanted is None:
            return True
        needed = self.cells(start, "room_buffer" if kind == "rooms" else "device_buffer")
        places = [place for place in self.clinic.clinic.get(kind, ()) if place["kind"] == wanted]
        return any(needed <= self.clinic.kept(kind, place["id"], day) for place in places)

    def practitioner_free(self, day: date, start: int, order: int) -> bool:
        return self.cells(start, "prac_buffer") <= self.clinic.kept("practitioner", str(order), day)

    def starts(self, day: date, order: int) -> list[int]:
        """Every start at which the visit is possible."""
        key = day, order
        if key not in self._starts:
            possible = order in self.allowed() and self.weekday(day) and not self.black(day)
            self._starts[key] = [
                start
                for start in (self.grid() if possible else ())
                if self.cells(start, "none") <= self.clinic.opening(day)
                and self.own_time(day, start)
                and self.practitioner_free(day, start, order)
                and self.place_free("rooms", day, start)
                and self.place_free("devices", day, start)
            ]
        return self._starts[key]

    def slots(self, day: date) -> list[Slot]:
        found = [(day, start, order) for order in self.allowed() for start in self.starts(day, order)]
        return sorted(found)

    def blocker(self, day: date) -> str:
        """The first thing that rules the day out."""
        rooms = [room for room in self.clinic.clinic["rooms"] if room["kind"] == self.treatment["room_kind"]]
        left = set().union(*(self.clinic.usable(room, day) for room in rooms))
        presences = [self.clinic.present(order, day) & left for order in self.allowed()]
        starts = [
            start
            for start in self.grid()
            if self.own_time(day, start) and any(self.cells(start, "none") <= cells for cells in presences)
        ]
        free = [s for s in starts if any(self.practitioner_free(day, s, order) for order in self.allowed())]
        roomed = [start for start in free if self.place_free("rooms", day, start)]
        equipped = [start for start in roomed if self.place_free("devices", day, start)]
        ruled_out = (
            not left, self.black(day), not self.weekday(day), not any(presences), not starts, not free, not roomed,
            not equipped,
        )  # fmt: skip
        return next((name for name, out in zip(BLOCKERS, ruled_out, strict=True) if out), "ok")
