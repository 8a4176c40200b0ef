"""Every worked case found in tests/cases/scheduling, exactly."""

from collections.abc import Callable
from typing import Any

import pytest

from clinic.rules.timegrid import to_utc
from plans.rules.scheduling.check import check
from plans.rules.scheduling.explain import explain
from plans.rules.scheduling.masks import Masks
from plans.rules.scheduling.model import Proposal, Refusal, Relaxation
from plans.rules.scheduling.propose import propose
from plans.rules.scheduling.replan import replan
from plans.rules.scheduling.search import cheapest
from plans.rules.scheduling.supply import Supply
from tests.plans.rules.scheduling import cases

FOUND = cases.load_cases()
SHOWN = 6


@pytest.mark.parametrize("case", FOUND, ids=[f"case-{case['id']}" for case in FOUND])
def test_a_worked_case_comes_out_exactly(case: dict[str, Any]) -> None:
    cases.check_keys(case)
    kinds: dict[str, Callable[[dict[str, Any]], None]] = {
        "propose": feasible if case["expected"].get("feasible") else infeasible,
        "replan": repaired,
    }
    kinds[case["kind"]](case)


def feasible(case: dict[str, Any]) -> None:
    expected = case["expected"]
    calendar, request = cases.calendar(case["clinic"]), cases.request(case["request"])
    found = propose(calendar, request)
    assert isinstance(found, Proposal)
    best = found.options[0]
    costs, n_optimal = cheapest(calendar, request)
    assert (best.cost, costs, n_optimal) == (expected["cost"], expected["top3_costs"], expected["n_optimal"])
    assert best.cost == sum(part.cost for part in best.parts)
    assert check(calendar, request, best.slots) == ()
    if expected["n_optimal"] <= SHOWN:
        assert cases.written(best.slots) in expected["optimal"]
    first_listed = [
        to_utc(cases.day(day), cases.minute(start), calendar.opening.tz).strftime("%Y-%m-%dT%H:%MZ")
        for day, _, start in expected["optimal"][0]
    ]
    assert first_listed == expected["utc"]


def infeasible(case: dict[str, Any]) -> None:
    calendar, request = cases.calendar(case["clinic"]), cases.request(case["request"])
    assert isinstance(propose(calendar, request), Refusal)
    found = explain(Supply(Masks(calendar), request), request, count=True)
    assert as_written(found) == {
        key: value for key, value in case["expected"].items() if key != "feasible"
    } | {"relaxations": [without_example(one) for one in case["expected"]["relaxations"]]}


def as_written(found: Refusal) -> dict[str, Any]:
    """Return a refusal the way a case writes it."""
    relaxations = [relaxation(one) for one in found.relaxations]
    if found.earliest_possible_finish is not None:
        return {
            "reason": found.reason,
            "earliest_possible_finish": found.earliest_possible_finish.isoformat(),
            "days_too_late": found.days_too_late,
            "relaxations": relaxations,
        }
    return {
        "reason": found.reason,
        "blocked_session": found.blocked_session,
        "window": [day.isoformat() for day in found.window] if found.window else None,
        "blockers": {name: days for name, days in found.blockers.items() if days},
        "relaxations": relaxations,
    }


def relaxation(found: Relaxation) -> dict[str, Any]:
    return {
        "relax": found.relax,
        "days": found.days,
        "cost": found.option.cost,
        "n_optimal": found.n_optimal,
    }


def without_example(expected: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in expected.items() if key != "example"}


def repaired(case: dict[str, Any]) -> None:
    expected = case["expected"]
    plan = replan(cases.calendar(case["clinic"]), cases.disruption(case))
    assert (plan.cost, len(plan.unplaced), plan.kept) == (
        expected["total_cost"],
        expected["unplaced"],
        expected["kept"],
    )


def test_an_unknown_key_in_a_case_is_an_error() -> None:
    with pytest.raises(cases.UnknownKey):
        cases.check_keys({**FOUND[0], "surprise": 1})
