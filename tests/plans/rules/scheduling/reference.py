"""The same answers by plain enumeration: every day, every start, every series is looked at.

Works on cases as JSON has them and imports nothing from the engine. Slow and simple on purpose.
"""

from collections import Counter
from datetime import date

from tests.plans.rules.scheduling.reference_free import DAY, Clinic, Json, Slot, Wanted, day_of, minute

WEIGHTS = {
    "gap_day": 10, "change": 200, "not_preferred": 60, "weekday": 50, "daytime": 50, "tod": 1, "tod_cap": 12,
    "delay_day": 2, "frag": 8,
}  # fmt: skip


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
