"""Numbers, ids and orders in protocol.json that contradict one another."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.plans.rules.shipped import copied_files, problems, thing

Files = dict[str, Any]


def course(files: Files) -> dict[str, Any]:
    found: dict[str, Any] = files["protocol.json"]
    return found


def row_out_of_bounds(files: Files) -> None:
    thing(files, "protocol.json", "acne_scars.severe")["max"] = 7


def row_out_of_order(files: Files) -> None:
    thing(files, "protocol.json", "fine_lines.mild")["suggest"] = 5


def row_with_another_name(files: Files) -> None:
    thing(files, "protocol.json", "fine_lines.mild")["id"] = "fine_lines.light"
    texts = files["protocol.es.json"]["texts"]
    texts["fine_lines.light"] = texts.pop("fine_lines.mild")


def row_missing(files: Files) -> None:
    del thing(files, "protocol.json", "large_pores")["sessions"][1]
    del files["protocol.es.json"]["texts"]["large_pores.moderate"]


def grades_without_scale(files: Files) -> None:
    thing(files, "protocol.json", "acne_scars")["grade_scale"] = None


def unknown_history(files: Files) -> None:
    thing(files, "protocol.json", "melasma")["sets_history"] = "freckles"


def interval_too_long(files: Files) -> None:
    thing(files, "protocol.json", "I-BODY")["days"] = 43


def no_base_interval(files: Files) -> None:
    condition = {"all": [{"field": "age", "op": "gt", "value": 18}]}
    thing(files, "protocol.json", "I-BASE")["when"] = condition


def override_bounds_too_narrow(files: Files) -> None:
    course(files)["override_bounds"]["sessions"]["min"] = 4
    course(files)["override_bounds"]["interval_days"]["max"] = 40


def booking_without_end(files: Files) -> None:
    thing(files, "protocol.json", "booking.lapsed")["last_day"] = {
        "from": "late",
        "plus_days": 1,
        "at_least_day": None,
    }


def booking_from_nowhere(files: Files) -> None:
    thing(files, "protocol.json", "booking.late")["last_day"]["from"] = "lapsed"


def depth_upside_down(files: Files) -> None:
    thing(files, "protocol.json", "nose")["depth_mm"] = {"min": 1.0, "max": 0.5}


def depth_categories_with_a_gap(files: Files) -> None:
    thing(files, "protocol.json", "depth.deep")["from_mm"] = 1.6


def maintenance_out_of_order(files: Files) -> None:
    thing(files, "protocol.json", "MT-STD")["target_days"] = 170


def maintenance_without_a_last_rule(files: Files) -> None:
    course(files)["maintenance"]["rules"].reverse()


def note_with_override(files: Files) -> None:
    thing(files, "protocol.json", "AGE-65")["override"] = "practitioner"


def block_without_override(files: Files) -> None:
    thing(files, "protocol.json", "EYE-RIM")["override"] = None


def goal_missing(files: Files) -> None:
    course(files)["goals"].pop()
    del files["protocol.es.json"]["texts"]["goal.maximum"]


def skin_types_out_of_order(files: Files) -> None:
    course(files)["skin_types"].reverse()


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (row_out_of_bounds, ["acne_scars.severe: min, suggest and max are out of order or out of bounds"]),
        (row_out_of_order, ["fine_lines.mild: min, suggest and max are out of order or out of bounds"]),
        (row_with_another_name, ["fine_lines.light: should be called fine_lines.mild"]),
        (row_missing, ["large_pores: needs one row for mild, moderate and severe, in that order"]),
        (grades_without_scale, ["acne_scars: grades need a scale, and a scale its grades"]),
        (unknown_history, ["melasma: unknown history 'freckles'"]),
        (goal_missing, ["goals: should offer subtle, standard, maximum, in that order"]),
        (skin_types_out_of_order, ["skin_types: should offer 1, 2, 3, 4, 5, 6, in that order"]),
        (interval_too_long, ["I-BODY: 43 days are not within 28 to 42"]),
        (no_base_interval, ["interval_rules: needs a rule that always matches"]),
        (
            override_bounds_too_narrow,
            [
                "override_bounds: sessions do not take in the defaults",
                "override_bounds: interval_days do not take in the defaults",
            ],
        ),
        (booking_without_end, ["booking.lapsed: every state but the last has a last day"]),
        (booking_from_nowhere, ["booking.late: counts from 'lapsed', which no line above names"]),
        (depth_upside_down, ["nose: depth_mm: min and max are out of order"]),
        (depth_categories_with_a_gap, ["depth: categories leave a gap or overlap"]),
        (maintenance_out_of_order, ["MT-STD: min, target and max days are out of order"]),
        (maintenance_without_a_last_rule, ["maintenance: the last rule should always match"]),
        (note_with_override, ["AGE-65: level note with override practitioner"]),
        (block_without_override, ["EYE-RIM: level block with override null"]),
    ],
)
def test_broken_once(break_it: Callable[[Files], None], told: list[str]) -> None:
    files = copied_files()
    break_it(files)
    assert problems(files) == [f"protocol.json: {message}" for message in told]
