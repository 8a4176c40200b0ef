"""Placing one series anew by plain enumeration; imports nothing from the engine."""

from datetime import date
from itertools import product

from tests.plans.rules.scheduling.reference import Series
from tests.plans.rules.scheduling.reference_free import DAY, Clinic, Json, Slot, Wanted, day_of, minute


def replan_one(case: Json) -> list[tuple[int, list[list[str]]]]:
    """Every placement of the open sessions of one series with its cost, cheapest first; patients only."""
    series, costs = case["series"][0], case["costs"]
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
