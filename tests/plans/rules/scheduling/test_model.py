from collections.abc import Callable
from dataclasses import astuple, replace
from datetime import date, timedelta
from typing import Any

import pytest

from plans.rules.scheduling.model import Anchor, Request, RequestError, Step, Treatment, Weights
from tests.plans.rules.scheduling.small import MONDAY, VISIT, WEEKLY, after, ask

LONG = Step(400, 400, 400)
WIDE = Step(1, 200, 400)


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"n": 0}, "n", "range"),
        ({"n": 13, "steps": (WEEKLY,) * 12}, "n", "range"),
        ({"n": -1}, "n", "range"),
        ({"n": 3, "steps": (WEEKLY,)}, "steps", "count"),
        ({"steps": (WEEKLY,)}, "steps", "count"),
        ({"anchor": Anchor(MONDAY, "Ana", 540)}, "steps", "count"),
        ({"latest_first": after(-1)}, "latest_first", "order"),
        ({"latest_first": after(50 * 365)}, "steps", "too long"),
        ({"n": 12, "steps": (LONG,) * 11}, "steps", "too long"),
        ({"n": 3, "steps": (WIDE,) * 2}, "latest_first", "too wide"),
        ({"latest_first": after(751)}, "latest_first", "too wide"),
        ({"earliest": date.min, "latest_first": date.min}, "earliest", "year"),
        ({"earliest": date.max, "latest_first": date.max}, "earliest", "year"),
        ({"anchor": Anchor(date.max, "Ana", 540), "steps": (WEEKLY,)}, "anchor", "year"),
        ({"finish": date.max}, "finish", "year"),
        ({"finish": after(-1)}, "finish", "order"),
        ({"weekdays": frozenset()}, "weekdays", "none"),
        ({"weekdays": frozenset({7})}, "weekdays", "range"),
        ({"weekdays_pref": frozenset({-1})}, "weekdays", "range"),
        ({"practitioners": ()}, "practitioners", "none"),
        ({"daytime": (600, 600)}, "daytime", "order"),
        ({"daytime": (-5, 600)}, "daytime", "order"),
        ({"daytime": (600, 1445)}, "daytime", "order"),
        ({"daytime_pref": (700, 600)}, "daytime_pref", "order"),
        ({"patient_busy": ((MONDAY, 600, 500),)}, "patient_busy", "order"),
        ({"patient_busy": ((MONDAY, -60, 500),)}, "patient_busy", "order"),
        ({"patient_busy": ((MONDAY, 0, 1500),)}, "patient_busy", "order"),
        ({"blackout": ((after(3), after(2)),)}, "blackout", "order"),
        ({"blackout": ((MONDAY, MONDAY),) * 367}, "blackout", "too many"),
    ],
)
def test_a_request_that_makes_no_sense_says_which_part_and_why(
    wrong: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(RequestError) as refused:
        replace(ask(), **wrong)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert refused.value.message


@pytest.mark.parametrize(
    ("make", "field", "code"),
    [
        (lambda: Step(0, 0, 0), "steps", "minimum"),
        (lambda: Step(-7, 7, 9), "steps", "minimum"),
        (lambda: Step(9, 7, 7), "steps", "order"),
        (lambda: Step(7, 6, 9), "steps", "order"),
        (lambda: Step(7, 10, 9), "steps", "order"),
        (lambda: Step(7, 7, 401), "steps", "too long"),
        (lambda: Treatment(0, "t"), "treatment", "minutes"),
        (lambda: Treatment(1441, "t"), "treatment", "minutes"),
        (lambda: Treatment(60, "t", room_buffer=(-5, 0)), "treatment", "buffer"),
        (lambda: Treatment(60, "t", device_buffer=(0, 241)), "treatment", "buffer"),
        (lambda: Treatment(60, "t", grid=0), "treatment", "grid"),
        (lambda: Treatment(60, "t", grid=7), "treatment", "grid"),
        (lambda: Treatment(60, "t", grid=1445), "treatment", "grid"),
        (lambda: Weights(gap_day=-1), "weights", "gap_day"),
        (lambda: Weights(frag=1001), "weights", "frag"),
    ],
)
def test_steps_treatments_and_weights_have_bounds(make: Callable[[], object], field: str, code: str) -> None:
    with pytest.raises(RequestError) as refused:
        make()
    assert (refused.value.field, refused.value.code) == (field, code)


@pytest.mark.parametrize(
    "most",
    [
        {"n": 12, "steps": (Step(1, 35, 60),) * 11, "latest_first": after(101)},
        {"latest_first": after(750)},
        {"finish": MONDAY},
        {"daytime": (0, 1440)},
        {"blackout": ((MONDAY, after(3650)),)},
        {"treatment": replace(VISIT, minutes=1440, grid=1440)},
        {"anchor": Anchor(MONDAY - timedelta(days=3650), "Gone", 0), "steps": (WEEKLY,)},
    ],
)
def test_the_most_that_is_allowed_is_accepted(most: dict[str, Any]) -> None:
    assert isinstance(replace(ask(), **most), Request)


def test_an_error_reads_as_its_field_and_its_message() -> None:
    assert str(RequestError("n", "range", "1 to 12 sessions")) == "n: 1 to 12 sessions"


def test_what_each_departure_costs_unless_a_clinic_says_otherwise() -> None:
    assert astuple(Weights()) == (10, 200, 60, 50, 50, 1, 12, 2, 8)
