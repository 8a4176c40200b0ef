"""Reads worked cases: what the JSON of a case means as a calendar, a request or a disruption."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from clinic.rules.hours import Absence, Opening, Shift, SpecialOpening
from clinic.rules.timegrid import clock
from plans.rules.scheduling.diff import Disruption, ReplanCosts, Series
from plans.rules.scheduling.model import (
    Anchor,
    Booking,
    Calendar,
    Place,
    Practitioner,
    Request,
    Slot,
    Step,
    Treatment,
    Weights,
)

FOLDER = Path(__file__).parents[3] / "cases" / "scheduling"
Json = Mapping[str, Any]

CASE_KEYS = {
    "propose": {"id", "kind", "title", "clinic", "request", "expected"},
    "replan": {"id", "kind", "title", "clinic", "today", "radius", "costs", "series", "expected"},
}
EXPECTED_KEYS = {
    "propose": {
        "feasible", "cost", "n_optimal", "optimal", "top3_costs", "utc", "reason", "blocked_session", "window",
        "blockers", "relaxations", "earliest_possible_finish", "days_too_late",
    },
    "replan": {"total_cost", "n_optimal", "unplaced", "example", "kept"},
}  # fmt: skip
RELAXATION_KEYS = {"relax", "days", "cost", "n_optimal", "example"}


class UnknownKey(Exception):
    """A case says something that this reader does not understand."""


def load_cases() -> list[dict[str, Any]]:
    """Every case of every file of the folder."""
    found: list[dict[str, Any]] = []
    for path in sorted(FOLDER.glob("*.json")):
        content = json.loads(path.read_text())
        found += _cases_in(content)
    return found


def _cases_in(content: Any) -> list[dict[str, Any]]:
    if isinstance(content, list):
        return content
    if "cases" in content:
        only(content, {"notes", "cases"})
        return list(content["cases"])
    return [content]


def only(found: Json, known: set[str]) -> Json:
    """Refuse keys that nobody reads."""
    unknown = set(found) - known
    if unknown:
        raise UnknownKey(f"unknown keys: {sorted(unknown)}")
    return found


def check_keys(case: Json) -> None:
    """Refuse unknown keys of a case and of what it expects."""
    only(case, CASE_KEYS[case["kind"]])
    only(case["expected"], EXPECTED_KEYS[case["kind"]])
    for relaxation in case["expected"].get("relaxations", ()):
        only(relaxation, RELAXATION_KEYS)


def minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def span(pair: Sequence[str]) -> tuple[int, int]:
    return minute(pair[0]), minute(pair[1])


def week(found: Mapping[str, Any]) -> dict[int, tuple[tuple[int, int], ...]]:
    only(found, set("0123456"))
    return {int(weekday): tuple(span(pair) for pair in pairs) for weekday, pairs in found.items()}


def day(text: str) -> date:
    return date.fromisoformat(text)


def day_pairs(found: Sequence[Sequence[str]]) -> tuple[tuple[date, date], ...]:
    return tuple((day(first), day(last)) for first, last in found)


def _hours(found: Any) -> tuple[tuple[int, int], ...]:
    """Either one pair of times or a list of pairs."""
    if not found:
        return ()
    return (span(found),) if isinstance(found[0], str) else tuple(span(pair) for pair in found)


def _absence(found: Json) -> Absence:
    only(found, {"from", "to", "hours", "reason"})
    return Absence(day(found["from"]), day(found["to"]), _hours(found.get("hours")), found.get("reason", ""))


def _closure(found: Json) -> Absence:
    only(found, {"date", "to", "from", "until", "reason"})
    spans: tuple[tuple[int, int], ...] = ()
    if "from" in found or "until" in found:
        spans = ((minute(found.get("from", "00:00")), minute(found.get("until", "24:00"))),)
    return Absence(day(found["date"]), day(found.get("to", found["date"])), spans, found.get("reason", ""))


def _shift(found: Json) -> Shift:
    only(found, {"since", "week"})
    return Shift(week(found["week"]), day(found["since"]) if "since" in found else None)


def _practitioner(found: Json) -> Practitioner:
    only(found, {"id", "shifts", "leave"})
    shifts = tuple(_shift(shift) for shift in found["shifts"])
    return Practitioner(found["id"], shifts, tuple(_absence(leave) for leave in found.get("leave", ())))


def _place(found: Json) -> Place:
    only(found, {"id", "kind", "out"})
    return Place(found["id"], found["kind"], tuple(_absence(out) for out in found.get("out", ())))


def _bookings(found: Sequence[Json]) -> Iterator[Booking]:
    for booking in found:
        only(booking, {"date", "start", "end", "resources"})
        first, until = minute(booking["start"]) // 5, -(-minute(booking["end"]) // 5)
        for resource in booking["resources"]:
            yield resource, day(booking["date"]), first, until


def calendar(found: Json) -> Calendar:
    """The calendar that a case's clinic describes."""
    only(
        found,
        {"tz", "opening", "special_opening", "closures", "practitioners", "rooms", "devices", "bookings"},
    )
    special = tuple(
        SpecialOpening(day(only(one, {"date", "hours"})["date"]), _hours(one["hours"]))
        for one in found.get("special_opening", ())
    )
    closures = tuple(_closure(one) for one in found.get("closures", ()))
    return Calendar(
        Opening(ZoneInfo(found["tz"]), week(found["opening"]), special=special, closures=closures),
        tuple(_practitioner(one) for one in found["practitioners"]),
        tuple(_place(one) for one in found.get("rooms", ())),
        tuple(_place(one) for one in found.get("devices", ())),
        tuple(_bookings(found.get("bookings", ()))),
    )


def treatment(found: Json) -> Treatment:
    only(
        found,
        {"minutes", "room_kind", "device_kind", "prac_buffer", "room_buffer", "device_buffer", "grid"},
    )
    return Treatment(
        found["minutes"],
        found["room_kind"],
        found.get("device_kind"),
        tuple(found.get("prac_buffer", (0, 0))),
        tuple(found.get("room_buffer", (0, 0))),
        tuple(found.get("device_buffer", (0, 0))),
        found.get("grid", 15),
    )


def steps(found: Sequence[Sequence[int]]) -> tuple[Step, ...]:
    return tuple(Step(*step) for step in found)


def _wishes(found: Json) -> dict[str, Any]:
    busy = tuple(
        (day(only(one, {"date", "start", "end"})["date"]), minute(one["start"]), minute(one["end"]))
        for one in found.get("patient_busy", ())
    )
    return {
        "weekdays": frozenset(found["weekdays"]) if found.get("weekdays") is not None else None,
        "daytime": span(found["daytime"]) if found.get("daytime") else None,
        "practitioners": tuple(found["practitioners"]) if found.get("practitioners") is not None else None,
        "same_practitioner": found.get("same_practitioner", False),
        "patient_busy": busy,
    }


def request(found: Json) -> Request:
    """The request of a case."""
    only(
        found,
        {
            "n", "earliest", "latest_first", "finish", "steps", "treatment", "weekdays", "daytime", "weekdays_pref",
            "daytime_pref", "practitioners", "preferred", "same_practitioner", "blackout", "patient_busy", "anchor",
            "weights",
        },
    )  # fmt: skip
    weights = only(found.get("weights", {}), set(Weights.__slots__))
    return Request(
        n=found["n"],
        earliest=day(found["earliest"]),
        latest_first=day(found["latest_first"]),
        steps=steps(found["steps"]),
        treatment=treatment(found["treatment"]),
        finish=day(found["finish"]) if found.get("finish") else None,
        weekdays_pref=frozenset(found["weekdays_pref"]) if found.get("weekdays_pref") is not None else None,
        daytime_pref=span(found["daytime_pref"]) if found.get("daytime_pref") else None,
        preferred=found.get("preferred"),
        blackout=day_pairs(found.get("blackout", ())),
        anchor=_anchor(found["anchor"]) if found.get("anchor") else None,
        weights=Weights(**weights),
        **_wishes(found),
    )


def _anchor(found: Json) -> Anchor:
    only(found, {"date", "practitioner", "start"})
    return Anchor(day(found["date"]), found["practitioner"], minute(found["start"]))


def _slot(found: Json) -> Slot:
    only(found, {"date", "practitioner", "start", "room", "device"})
    return Slot(
        day(found["date"]),
        found["practitioner"],
        minute(found["start"]),
        found.get("room"),
        found.get("device"),
    )


def _series(found: Json) -> Series:
    known = {"id", "treatment", "done", "slots", "steps", "daytime", "weekdays", "patient_blackout"}
    only(found, known)
    return Series(
        id=found["id"],
        treatment=treatment(found["treatment"]),
        slots=tuple(_slot(slot) for slot in found["slots"]),
        steps=steps(found["steps"]),
        done=found["done"],
        blackout=day_pairs(found.get("patient_blackout", ())),
        **_wishes(found),
    )


def disruption(case: Json) -> Disruption:
    """What a case about re-planning asks."""
    costs = ReplanCosts(**only(case.get("costs", {}), set(ReplanCosts.__slots__)))
    series = tuple(_series(one) for one in case["series"])
    return Disruption(day(case["today"]), series, case["radius"], costs)


def written(slots: Sequence[Slot]) -> list[list[str]]:
    """Slots as a case writes them: date, practitioner, start."""
    return [[slot.day.isoformat(), str(slot.practitioner), clock(slot.start)] for slot in slots]
