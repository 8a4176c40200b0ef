"""The same answers by plain enumeration: every day, every start, every series is looked at, cell by cell.

Works on cases as JSON has them and imports nothing from the engine. Slow and simple on purpose.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
Slot = tuple[date, int, int]
"""Day, start minute, practitioner's place in the clinic's order: ties go in this order."""
DAY = timedelta(days=1)
WEIGHTS = {
    "gap_day": 10, "change": 200, "not_preferred": 60, "weekday": 50, "daytime": 50, "tod": 1, "tod_cap": 12,
    "delay_day": 2, "frag": 8,
}  # fmt: skip
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


class Series:
    """Every series of a request, one by one."""

    def __init__(self, clinic: Clinic, request: Json) -> None:
        self.clinic, self.request = clinic, request
        self.wanted = Wanted(clinic, request)
        self.weights = {**WEIGHTS, **request.get("weights", {})}
        self.anchor = request.get("anchor")
        self._alone: dict[Slot, int] = {}

    def step(self, index: int) -> list[int] | None:
        """The step before the session at that index, if it has one."""
        place = index if self.anchor else index - 1
        return self.request["steps"][place] if place >= 0 else None

    def window(self, index: int, before: date | None) -> tuple[date, date]:
        """First and last day of a session that follows one on a given day."""
        if index == 0:
            first, last = day_of(self.request["earliest"]), day_of(self.request["latest_first"])
            if self.anchor:
                least, _, most = self.request["steps"][0]
                done = day_of(self.anchor["date"])
                first, last = max(first, done + least * DAY), min(last, done + most * DAY)
        else:
            assert before is not None
            least, _, most = self.step(index) or [0, 0, 0]
            first, last = before + least * DAY, before + most * DAY
        if self.request.get("finish"):
            rest = sum((self.step(later) or [0])[0] for later in range(index + 1, self.request["n"]))
            last = min(last, day_of(self.request["finish"]) - rest * DAY)
        return first, last

    def next_slots(self, index: int, before: Slot | None) -> list[Slot]:
        """Every session that may stand at that index after another one."""
        first, last = self.window(index, before[0] if before else None)
        found = [slot for k in range((last - first).days + 1) for slot in self.wanted.slots(first + k * DAY)]
        if self.request.get("same_practitioner"):
            if before:
                return [slot for slot in found if slot[2] == before[2]]
            if self.anchor:
                return [slot for slot in found if self.clinic.people[slot[2]] == self.anchor["practitioner"]]
        return found

    def alone(self, slot: Slot) -> int:
        """What a session costs by itself."""
        if slot in self._alone:
            return self._alone[slot]
        (day, start, order), request, weights = slot, self.request, self.weights
        cost = 0
        if request.get("preferred") is not None and self.clinic.people[order] != request["preferred"]:
            cost += weights["not_preferred"]
        if request.get("weekdays_pref") is not None and day.weekday() not in request["weekdays_pref"]:
            cost += weights["weekday"]
        if request.get("daytime_pref"):
            first, until = map(minute, request["daytime_pref"])
            cost += 0 if first <= start < until else weights["daytime"]
        free = self.clinic.kept("practitioner", str(order), day)
        held = self.wanted.cells(start, "prac_buffer")
        for cell, way in ((min(held) - 1, -1), (max(held) + 1, 1)):
            length = 0
            while cell + way * length in free:
                length += 1
            cost += weights["frag"] if 1 <= length <= 5 else 0
        self._alone[slot] = cost
        return cost

    def joined(self, before: tuple[date, int, str], slot: Slot, step: list[int]) -> int:
        """What a session costs for the one before it."""
        weights = self.weights
        cost = weights["gap_day"] * abs((slot[0] - before[0]).days - step[1])
        cost += weights["change"] if self.clinic.people[slot[2]] != before[2] else 0
        return int(cost + weights["tod"] * min(abs(slot[1] - before[1]) // 15, weights["tod_cap"]))

    def added(self, series: tuple[Slot, ...], slot: Slot) -> int:
        """What one more session adds to a series."""
        step, cost = self.step(len(series)), self.alone(slot)
        if series and step:
            day, start, order = series[-1]
            return cost + self.joined((day, start, self.clinic.people[order]), slot, step)
        if self.anchor and step:
            done = day_of(self.anchor["date"]), minute(self.anchor["start"]), self.anchor["practitioner"]
            return cost + self.joined(done, slot, step)
        return int(cost + self.weights["delay_day"] * (slot[0] - day_of(self.request["earliest"])).days)

    def all(self) -> list[tuple[int, tuple[Slot, ...]]]:
        """Every series with its cost, cheapest first, ties by date, start and practitioner."""
        grown: list[tuple[int, tuple[Slot, ...]]] = [(0, ())]
        for index in range(self.request["n"]):
            grown = [
                (cost + self.added(series, slot), (*series, slot))
                for cost, series in grown
                for slot in self.next_slots(index, series[-1] if series else None)
            ]
        return sorted(grown)

    def written(self, series: tuple[Slot, ...]) -> list[list[str]]:
        return [
            [day.isoformat(), self.clinic.people[order], f"{start // 60:02d}:{start % 60:02d}"]
            for day, start, order in series
        ]


def propose(case: Json) -> Json:
    """What a case of kind `propose` expects, and the best series of each distinct first appointment."""
    series = Series(Clinic(case["clinic"]), case["request"])
    found = series.all()
    if not found:
        return {"feasible": False, **refusal(case)}
    groups: dict[tuple[date, int, bool], tuple[int, tuple[Slot, ...]]] = {}
    for cost, slots in found:
        day, start, order = slots[0]
        groups.setdefault((day, order, start < 780), (cost, slots))
    best = [slots for cost, slots in found if cost == found[0][0]]
    return {
        "feasible": True,
        "cost": found[0][0],
        "n_optimal": len(best),
        "top3_costs": [cost for cost, _ in found[:3]],
        "optimal": [series.written(slots) for slots in best[:6]],
        "options": [(cost, series.written(slots)) for cost, slots in groups.values()],
    }


def refusal(case: Json) -> Json:
    """Why there is no series, without the ways out."""
    request = case["request"]
    series = Series(Clinic(case["clinic"]), request)
    first = series.window(0, None)[0]
    rest = sum((series.step(index) or [0])[0] for index in range(1, request["n"]))
    soonest = first + rest * DAY
    if request.get("finish") and soonest > day_of(request["finish"]):
        late = (soonest - day_of(request["finish"])).days
        return {
            "reason": "too short",
            "earliest_possible_finish": soonest.isoformat(),
            "days_too_late": late,
        }
    reached: set[Slot | None] = {None}
    for index in range(request["n"]):
        following = {slot for before in reached for slot in series.next_slots(index, before)}
        if not following:
            days = {before[0] for before in reached if before}
            return {"reason": "blocked", "blocked_session": index + 1, **_window(series, index, days)}
        reached = {*following}
    raise AssertionError("there is a series")


def _window(series: Series, index: int, days: set[date]) -> Json:
    if index:
        first, last = series.window(index, min(days))[0], series.window(index, max(days))[1]
    else:
        first, last = series.window(0, None)
    if first > last:
        return {"window": None, "blockers": {}}
    days_between = [first + k * DAY for k in range((last - first).days + 1)]
    blockers = Counter(series.wanted.blocker(day) for day in days_between)
    return {"window": [first.isoformat(), last.isoformat()], "blockers": dict(blockers)}


def relaxations(case: Json, most: int = 28) -> list[Json]:
    """Every wish that alone makes a series possible when it is given up, in the order of the specification."""
    found = []
    request = case["request"]
    for name, key in (
        ("weekdays", "weekdays"),
        ("daytime", "daytime"),
        ("same_practitioner", "same_practitioner"),
        ("practitioner", "practitioners"),
        ("blackout", "blackout"),
    ):
        if request.get(key):
            found += _relaxed(case, name, None, {key: None if key != "blackout" else []})
    limits = ("max_gap", "finish", "first") if request.get("finish") else ("max_gap", "first")
    for name in limits:
        for days in range(1, most + 1):
            relaxed = _relaxed(case, name, days, _longer(request, name, days))
            if relaxed:
                found += relaxed
                break
    return found


def _longer(request: Json, name: str, days: int) -> Json:
    """What changes when one of the three limits is moved by so many days."""
    later = {"latest_first": _later(request["latest_first"], days)}
    if name == "max_gap":
        steps = [[least, target, longest + days] for least, target, longest in request["steps"]]
        return {"steps": steps, **(later if request.get("anchor") else {})}
    if name == "finish":
        return {"finish": _later(request["finish"], days)}
    return later


def _later(text: str, days: int) -> str:
    return (day_of(text) + days * DAY).isoformat()


def _relaxed(case: Json, name: str, days: int | None, changes: Json) -> list[Json]:
    series = Series(Clinic(case["clinic"]), {**case["request"], **changes})
    found = series.all()
    if not found:
        return []
    best = [slots for cost, slots in found if cost == found[0][0]]
    return [
        {
            "relax": name,
            "days": days,
            "cost": found[0][0],
            "n_optimal": len(best),
            "example": series.written(best[0]),
        }
    ]


def replan_one(case: Json, number: int = 0) -> list[tuple[int, list[list[str]]]]:
    """Every placement of the open sessions of one series with its cost, cheapest first; patients only."""
    series, costs = case["series"][number], case["costs"]
    clinic = Clinic(case["clinic"])
    wanted = Wanted(clinic, {**series, "blackout": series.get("patient_blackout", ())})
    done, today = series["done"], day_of(case["today"])
    anchor = day_of(series["slots"][done - 1]["date"]) if done else None
    grown: list[tuple[int, date | None, list[Slot]]] = [(0, anchor, [])]
    for index, old in enumerate(series["slots"][done:], done):
        old_day = day_of(old["date"])
        days = [old_day + k * DAY for k in range(-case["radius"], case["radius"] + 1)]
        longer: list[tuple[int, date | None, list[Slot]]] = []
        for (cost, before, slots), day in product(grown, [day for day in days if day >= today]):
            gap_cost = 0
            if before is not None:
                least, target, most = series["steps"][index - 1]
                gap = (day - before).days
                if not least <= gap <= most:
                    continue
                gap_cost = costs["gap_per_day_off_target"] * abs(gap - target)
            for slot in wanted.slots(day):
                moved = _disruption(costs, clinic, old, slot)
                longer.append((cost + gap_cost + moved, day, [*slots, slot]))
        grown = longer
    written = Series(clinic, {"treatment": series["treatment"]}).written
    return sorted((cost, written(tuple(slots))) for cost, _, slots in grown)


def _disruption(costs: Json, clinic: Clinic, old: Json, slot: Slot) -> int:
    day, start, order = slot
    other = costs["other_practitioner"] if clinic.people[order] != old["practitioner"] else 0
    days, minutes = abs((day - day_of(old["date"])).days), abs(start - minute(old["start"]))
    if days == 0 and minutes == 0:
        return int(costs["stay"] + other)
    quarters = costs["per_15min"] * min(minutes // 15, costs["per_15min_cap"])
    if days == 0:
        return int(other + quarters + costs["same_day_move"])
    return int(
        other + quarters + costs["other_day_move"] + costs["per_day"] * min(days, costs["per_day_cap"])
    )


def replan_two(case: Json) -> int:
    """The least total cost of two series placed together, rooms and devices chosen in every possible way."""
    both = [replan_one(case, number) for number in (0, 1)]
    alone = case["costs"]["unplaced"]
    least = 2 * alone
    for first in [None, *both[0]]:
        for second in [None, *both[1]]:
            cost = (first[0] if first else alone) + (second[0] if second else alone)
            if cost < least and (first is None or second is None or _together(case, first[1], second[1])):
                least = cost
    return int(least)


def _together(case: Json, first: list[list[str]], second: list[list[str]]) -> bool:
    """True when two placements leave each other the practitioners, rooms and devices that they need."""
    days = {slot[0] for slot in first} & {slot[0] for slot in second}
    return all(
        _share(
            case,
            [slot for slot in first if slot[0] == day],
            [slot for slot in second if slot[0] == day],
        )
        for day in days
    )


def _share(case: Json, first: list[list[str]], second: list[list[str]]) -> bool:
    """One visit of each series on the same day."""
    (visit,), (other,) = first, second
    clinic = Clinic(case["clinic"])
    sides = [Wanted(clinic, series) for series in case["series"]]
    day, starts = day_of(visit[0]), (minute(visit[2]), minute(other[2]))
    held = [side.cells(start, "prac_buffer") for side, start in zip(sides, starts, strict=True)]
    if visit[1] == other[1] and held[0] & held[1]:
        return False
    for kind, key, role in (
        ("rooms", "room_kind", "room_buffer"),
        ("devices", "device_kind", "device_buffer"),
    ):
        needs = [side.cells(start, role) for side, start in zip(sides, starts, strict=True)]
        choices = []
        for side, need in zip(sides, needs, strict=True):
            wanted = side.treatment.get(key)
            fits = [p["id"] for p in case["clinic"].get(kind, ()) if p["kind"] == wanted]
            choices.append([one for one in fits if need <= clinic.kept(kind, one, day)] if wanted else [None])
        if not any(a is None or a != b or not needs[0] & needs[1] for a in choices[0] for b in choices[1]):
            return False
    return True
