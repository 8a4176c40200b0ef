from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.rules.scheduling.check import check
from plans.rules.scheduling.model import Anchor, Calendar, Proposal, Request, RequestError, Slot
from plans.rules.scheduling.others import others
from plans.rules.scheduling.propose import propose
from plans.rules.scheduling.search import find
from tests.plans.rules.scheduling import cases
from tests.plans.rules.scheduling.instances import propose_case
from tests.plans.rules.scheduling.small import (
    ELEVEN,
    NINE,
    after,
    ask,
    at,
    clinic,
    full,
    supply,
    told,
)

PLAN = [at(0), at(7), at(14)]


def shown(
    facts: Calendar, asked: Request, index: int, slots: Any = PLAN, wanted: int = 5
) -> list[tuple[int, int, Any]]:
    return told([one.slot for one in others(supply(facts, asked), asked, slots, index, wanted)])


def test_each_session_counts_from_the_one_before() -> None:
    assert shown(clinic(), ask(3, 1), 0) == [(1, NINE, "Ana")]
    assert shown(clinic(), ask(3, 1), 1) == [(8, NINE, "Ana"), (9, NINE, "Ana")]
    assert shown(clinic(), ask(3, 1), 2) == [(15, NINE, "Ana"), (16, NINE, "Ana")]


def test_the_cheapest_come_first_and_say_what_they_cost() -> None:
    asked = ask(2, 0, preferred="Ben")
    known = supply(clinic("Ana Ben", full("Ben", 8)), asked)
    assert [(one.cost, *told([one.slot])[0]) for one in others(known, asked, PLAN[:2], 1)] == [
        (70, 8, NINE, "Ana"), (80, 9, NINE, "Ana"), (200, 7, NINE, "Ben"), (220, 9, NINE, "Ben"),
    ]  # fmt: skip


def test_at_most_so_many_and_one_with_the_preferred_practitioner() -> None:
    asked = ask(2, 0, preferred="Ben")
    assert shown(clinic("Ana Ben"), asked, 1, PLAN[:2], wanted=2) == [(8, NINE, "Ana"), (7, NINE, "Ben")]


def test_the_half_day_that_the_session_has_is_not_offered_again() -> None:
    assert shown(clinic(), ask(2), 1, [at(0), at(7, ELEVEN)]) == [(8, NINE, "Ana"), (9, NINE, "Ana")]


def test_the_dates_of_the_request_hold() -> None:
    a_day_more, none_more = ask(3, 1, finish=after(15)), ask(3, 1, finish=after(14))
    assert [shown(clinic(), a_day_more, index) for index in range(3)] == [
        [(1, NINE, "Ana")],
        [(8, NINE, "Ana")],
        [(15, NINE, "Ana")],
    ]
    assert [shown(clinic(), none_more, index) for index in range(3)] == [[], [], []]


def test_one_practitioner_throughout_stays_so() -> None:
    asked, plan = ask(2, 1, same_practitioner=True), [at(0, who="Ben"), at(7, who="Ben")]
    assert shown(clinic("Ana Ben"), asked, 0, plan) == [(1, NINE, "Ben")]
    assert shown(clinic("Ana Ben"), asked, 1, plan) == [(8, NINE, "Ben"), (9, NINE, "Ben")]


def test_after_the_last_session_done_the_first_one_counts_from_it() -> None:
    asked = ask(2, 9, anchor=Anchor(after(-6), "Ana", NINE))
    assert shown(clinic(), asked, 0, [at(1), at(8)]) == [(2, NINE, "Ana"), (3, NINE, "Ana")]


def test_a_room_is_found_for_each() -> None:
    asked = ask(2)
    (other, *_) = others(supply(clinic(bookings=full("Ana", 9)), asked), asked, PLAN[:2], 1)
    assert other.slot == Slot(after(8), "Ana", NINE, "R")


def test_no_day_left_is_nothing() -> None:
    elsewhere = ask(1, 1, anchor=Anchor(after(-30), "Ana", NINE))
    assert shown(clinic(), elsewhere, 0, PLAN[:1]) == []


@pytest.mark.parametrize(("index", "count"), [(0, 3), (2, 2), (-1, 2)])
def test_a_plan_that_is_not_the_requests_is_an_error(index: int, count: int) -> None:
    with pytest.raises(RequestError) as refused:
        shown(clinic(), ask(2), index, PLAN[:count])
    assert (refused.value.field, refused.value.code) == ("slots", "count")


@given(st.integers(0, 10**9))
@settings(max_examples=60)
def test_each_is_what_a_request_for_the_one_session_finds(seed: int) -> None:
    case = propose_case(seed)
    calendar, asked = cases.calendar(case["clinic"]), cases.request(case["request"])
    best = propose(calendar, asked, 1)
    if not isinstance(best, Proposal):
        return
    slots = best.options[0].slots
    known = supply(calendar, asked)
    for index, now in enumerate(slots):
        found = others(known, asked, slots, index, 100)
        single = one_session(asked, slots, index)
        expected = [(option.cost, option.slots[0]) for option in find(known, single, 100)]
        assert [(one.cost, one.slot) for one in found] == [
            one for one in expected if appointment(one[1]) != appointment(now)
        ]
        assert all(not check(calendar, single, [one.slot]) for one in found)


def appointment(slot: Slot) -> tuple[Any, ...]:
    return slot.day, slot.practitioner, slot.start < 780


def one_session(asked: Request, slots: tuple[Slot, ...], index: int) -> Request:
    """The session at the index by itself; with what the sessions after it need at least before the finish."""
    before = slots[index - 1] if index else None
    anchor = Anchor(before.day, before.practitioner, before.start) if before else asked.anchor
    at_step = index if asked.anchor else index - 1
    later = asked.steps[at_step + 1 :]
    needed = timedelta(days=sum(step.minimum for step in later))
    step = asked.steps[at_step] if anchor else None
    wide = timedelta(days=60)
    return replace(
        asked,
        n=1,
        earliest=asked.earliest,
        latest_first=asked.latest_first if index == 0 else asked.latest_first + wide,
        finish=asked.finish - needed if asked.finish else None,
        anchor=anchor,
        steps=(step,) if step else (),
        practitioners=(slots[index].practitioner,) if asked.same_practitioner else asked.practitioners,
    )
