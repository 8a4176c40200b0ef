from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.rules.scheduling.check import check
from plans.rules.scheduling.model import Anchor, Proposal, Request, RequestError
from plans.rules.scheduling.nearest import free_visits, nearest
from plans.rules.scheduling.propose import propose
from tests.plans.rules.scheduling import cases
from tests.plans.rules.scheduling.instances import propose_case
from tests.plans.rules.scheduling.small import (
    ELEVEN,
    NINE,
    NOON,
    TEN,
    VISIT,
    after,
    ask,
    at,
    booked,
    clinic,
    full,
    told,
)

PLAN = [at(0, TEN), at(7, TEN), at(14, TEN)]
HOURLY = replace(VISIT, grid=60)


def times(facts: Any, asked: Request, index: int, wanted: int = 5, **more: Any) -> list[tuple[int, int, Any]]:
    return told(nearest(facts, asked, PLAN[: asked.n], index, wanted, **more))


def test_the_least_disturbing_times_come_first() -> None:
    asked = ask(3, treatment=HOURLY)
    assert times(clinic("Ana Ben"), asked, 1, 6) == [
        (7, TEN, "Ben"),
        (7, NINE, "Ana"),
        (7, ELEVEN, "Ana"),
        (7, NINE, "Ben"),
        (7, ELEVEN, "Ben"),
    ]


def test_both_gaps_hold() -> None:
    wide = ask(3, 3, treatment=HOURLY)
    assert {day for day, _, _ in times(clinic(), wide, 0, 99)} == {0}
    assert {day for day, _, _ in times(clinic(), wide, 1, 99)} == {7}
    assert {day for day, _, _ in times(clinic(), wide, 2, 99)} == {14, 15, 16}


def test_so_many_a_day_and_so_many_in_all() -> None:
    asked = ask(3, treatment=HOURLY)
    assert times(clinic(), asked, 2, 99, per_day=1) == [(14, NINE, "Ana"), (15, TEN, "Ana"), (16, TEN, "Ana")]
    assert len(times(clinic(), asked, 2, 2)) == 2
    assert times(clinic(), asked, 2, 0) == []


def test_one_practitioner_throughout_stays_so() -> None:
    asked = ask(2, treatment=HOURLY, same_practitioner=True)
    assert {who for _, _, who in times(clinic("Ana Ben"), asked, 1, 99)} == {"Ana"}


def test_after_a_session_done_the_gap_to_it_holds() -> None:
    asked = ask(1, 9, treatment=HOURLY, anchor=Anchor(after(-6), "Ana", TEN))
    assert {day for day, _, _ in times(clinic(), asked, 0, 99)} == {1, 2, 3}


def test_a_visit_keeps_its_room_where_it_can() -> None:
    (first, *_) = nearest(clinic(), ask(1, treatment=HOURLY), [at(0, TEN)], 0)
    assert (first.room, first.start) == ("R", NINE)


@pytest.mark.parametrize(("index", "count"), [(0, 2), (-1, 1), (1, 1)])
def test_a_plan_that_is_not_the_requests_is_an_error(index: int, count: int) -> None:
    with pytest.raises(RequestError) as refused:
        nearest(clinic(), ask(1), PLAN[:count], index)
    assert (refused.value.field, refused.value.code) == ("slots", "count")


@given(st.integers(0, 10**9))
@settings(max_examples=60)
def test_with_any_other_time_the_series_still_passes(seed: int) -> None:
    case = propose_case(seed)
    calendar, asked = cases.calendar(case["clinic"]), cases.request(case["request"])
    found = propose(calendar, asked, 1)
    if not isinstance(found, Proposal):
        return
    slots = found.options[0].slots
    for index in range(asked.n):
        others = nearest(calendar, asked, slots, index, 20)
        for other in others:
            assert check(calendar, asked, [*slots[:index], other, *slots[index + 1 :]]) == ()
        assert slots[index] not in others


def test_free_times_of_one_visit_come_in_order_of_day_start_and_practitioner() -> None:
    facts = clinic("Ana Ben", [booked("Ana", 0, TEN, NOON), *full("Ben", 1)])
    found = free_visits(facts, ask(1, 1, treatment=HOURLY))
    assert told(found) == [
        (0, NINE, "Ana"), (0, NINE, "Ben"), (0, TEN, "Ben"), (0, ELEVEN, "Ben"),
        (1, NINE, "Ana"), (1, TEN, "Ana"), (1, ELEVEN, "Ana"),
    ]  # fmt: skip
    assert told(free_visits(facts, ask(1, 1, treatment=HOURLY), most=2)) == told(found[:2])
    assert {slot.room for slot in found} == {"R"}


def test_free_times_are_those_of_a_single_visit() -> None:
    with pytest.raises(RequestError) as refused:
        free_visits(clinic(), ask(2))
    assert (refused.value.field, refused.value.code) == ("n", "single")
    assert free_visits(clinic(rooms=()), ask()) == ()
