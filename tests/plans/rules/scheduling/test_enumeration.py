"""Thousands of small random instances against plain enumeration, by a reference that knows nothing of the engine."""

from collections.abc import Iterator
from typing import Any

import pytest

from plans.rules.scheduling.check import check
from plans.rules.scheduling.explain import explain
from plans.rules.scheduling.masks import Masks
from plans.rules.scheduling.model import Proposal, Refusal
from plans.rules.scheduling.propose import propose
from plans.rules.scheduling.replan import replan
from plans.rules.scheduling.search import cheapest
from plans.rules.scheduling.supply import Supply
from tests.plans.rules.scheduling import cases, reference
from tests.plans.rules.scheduling.instances import propose_case, replan_case
from tests.plans.rules.scheduling.reference_replan import replan_one
from tests.plans.rules.scheduling.test_cases import as_written, without_example

BATCH, BATCHES = 150, 20  # 3,000 in all, spread over both cores
OPTIONS = 5


def seeds(batch: int) -> Iterator[int]:
    yield from range(batch * BATCH, (batch + 1) * BATCH)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_proposals_equal_enumeration(batch: int) -> None:
    for seed in seeds(batch):
        case = propose_case(seed)
        expected = reference.propose(case)
        calendar, request = cases.calendar(case["clinic"]), cases.request(case["request"])
        found = propose(calendar, request, OPTIONS)
        assert isinstance(found, Proposal) == expected["feasible"], seed
        if isinstance(found, Proposal):
            told = [(option.cost, cases.written(option.slots)) for option in found.options]
            assert told == shown(expected["options"], case["request"].get("preferred")), seed
            assert cheapest(calendar, request) == (expected["top3_costs"], expected["n_optimal"]), seed
            assert all(check(calendar, request, option.slots) == () for option in found.options), seed
        else:
            assert refusal_of(found) == {k: v for k, v in expected.items() if k != "feasible"}, seed


def shown(
    options: list[tuple[int, list[list[str]]]], preferred: str | None
) -> list[tuple[int, list[list[str]]]]:
    """Return the cheapest options; one of them begins with the preferred practitioner, if any series does."""
    first = options[:OPTIONS]
    wished = next((option for option in options if option[1][0][1] == preferred), None)
    return first if wished is None or wished in first else [*first[:-1], wished]


def refusal_of(found: Refusal) -> dict[str, Any]:
    return {key: value for key, value in as_written(found).items() if key != "relaxations"}


@pytest.mark.parametrize("batch", range(4))
def test_ways_out_equal_enumeration(batch: int) -> None:
    told = 0
    for seed in seeds(batch):
        case = propose_case(seed, hard=0.5)
        calendar, request = cases.calendar(case["clinic"]), cases.request(case["request"])
        if not isinstance(propose(calendar, request, 1), Refusal):
            continue
        found = explain(Supply(Masks(calendar), request), request, count=True)
        expected = [without_example(one) for one in reference.relaxations(case)]
        assert as_written(found)["relaxations"] == expected, seed
        told += 1
    assert told >= 20


@pytest.mark.parametrize("batch", range(4))
def test_one_series_is_placed_anew_as_enumeration_does(batch: int) -> None:
    for seed in seeds(batch):
        case = replan_case(seed)
        plans = replan_one(case)
        found = replan(cases.calendar(case["clinic"]), cases.disruption(case))
        expected = plans[0][0] if plans else case["costs"]["unplaced"]
        assert found.cost == expected, seed
        assert found.lower_bound == expected, seed
