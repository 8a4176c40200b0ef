from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from plans.rules.scheduling.diff import Disruption, Move, Plan, Series, SeriesDiff
from plans.rules.scheduling.model import RequestError
from tests.plans.rules.scheduling.small import MONDAY, TEN, VISIT, WEEKLY, at

SERIES = Series("one", VISIT, (at(0), at(7)), (WEEKLY,))


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"slots": (), "steps": ()}, "slots", "range"),
        ({"slots": (at(0),) * 25, "steps": (WEEKLY,) * 24}, "slots", "range"),
        ({"steps": ()}, "steps", "count"),
        ({"done": 2}, "done", "range"),
        ({"done": -1}, "done", "range"),
        ({"slots": (at(0), replace(at(7), day=date.max))}, "slots", "year"),
    ],
)
def test_a_series_that_makes_no_sense_is_refused(wrong: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(RequestError) as refused:
        replace(SERIES, **wrong)
    assert (refused.value.field, refused.value.code) == (field, code)


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"radius": -1}, "radius", "range"),
        ({"radius": 91}, "radius", "range"),
        ({"today": date.min}, "today", "year"),
    ],
)
def test_a_disruption_that_makes_no_sense_is_refused(wrong: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(RequestError) as refused:
        replace(Disruption(MONDAY, (SERIES,)), **wrong)
    assert (refused.value.field, refused.value.code) == (field, code)


def test_a_plan_counts_what_stays_and_names_what_has_no_place() -> None:
    kept, moved = Move(1, "kept", at(0), at(0)), Move(2, "time", at(7), at(7, TEN))
    plan = Plan(
        (
            SeriesDiff("one", "time", (kept, moved), 108),
            SeriesDiff("two", "none", (Move(1, "none", at(0), None),), 100_000),
        ),
        100_108,
        8,
    )
    assert (plan.kept, plan.unplaced) == (1, ("two",))
