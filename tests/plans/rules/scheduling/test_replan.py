from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.rules.hours import Absence
from plans.rules.scheduling.diff import Disruption, Plan, Series
from plans.rules.scheduling.model import Calendar, Proposal, Refusal
from plans.rules.scheduling.replan import Board, always, improve, kind_of, replan, why_no_place
from tests.plans.rules.scheduling import cases
from tests.plans.rules.scheduling.instances import replan_case
from tests.plans.rules.scheduling.small import (
    ELEVEN,
    MONDAY,
    NINE,
    TEN,
    VISIT,
    WEEKLY,
    after,
    at,
    booked,
    clinic,
    full,
    person,
    told,
)

HOURLY = replace(VISIT, grid=60)


def single(name: str, start: int = NINE, day: int = 0) -> Series:
    return Series(name, HOURLY, (at(day, start),), ())


def planned(facts: Calendar, *series: Series, radius: int = 0, **more: Any) -> Plan:
    return replan(facts, Disruption(MONDAY, series, radius), **more)


def after_all(plan: Plan) -> dict[Any, list[tuple[int, int, Any]]]:
    return {diff.series: told([move.after for move in diff.moves if move.after]) for diff in plan.diffs}


@pytest.mark.parametrize(
    ("now", "kind"),
    [
        (at(0), "kept"),
        (at(0, room="Q"), "kept"),
        (at(0, who="Ben"), "practitioner"),
        (at(0, TEN), "time"),
        (at(0, TEN, "Ben"), "time"),
        (at(1), "day"),
        (at(1, TEN, "Ben"), "day"),
        (None, "none"),
    ],
)
def test_a_move_is_named_by_what_disturbs_most(now: Any, kind: str) -> None:
    assert kind_of(at(0), now) == kind


def test_nothing_to_do_costs_nothing() -> None:
    plan = planned(clinic(), single("one"))
    assert (plan.cost, plan.lower_bound, plan.kept, plan.unplaced) == (0, 0, 1, ())
    assert planned(clinic()).diffs == ()


def test_two_series_and_two_holes_have_one_way_round() -> None:
    """The first could take either hole, the second only the one that the first would like best."""
    facts = clinic(bookings=[booked("R", 0, NINE, TEN)])
    early, late = single("early", NINE), replace(single("late", NINE), daytime=(TEN, ELEVEN))
    plan = planned(facts, early, late)
    assert after_all(plan) == {"early": [(0, ELEVEN, "Ana")], "late": [(0, TEN, "Ana")]}
    assert (plan.cost, plan.lower_bound) == (100 + 16 + 100 + 8, 2 * (100 + 8))


def test_a_series_without_a_place_is_told_and_the_others_stay() -> None:
    facts = clinic(bookings=[booked("R", 0, NINE, ELEVEN)])
    plan = planned(facts, single("one", ELEVEN), single("two", ELEVEN))
    assert sorted(diff.kind for diff in plan.diffs) == ["kept", "none"]
    assert (plan.cost, len(plan.unplaced), plan.kept) == (100_000, 1, 1)
    (lost,) = (diff for diff in plan.diffs if diff.kind == "none")
    assert [move.after for move in lost.moves] == [None]


def test_the_diff_counts_sessions_through_the_whole_series() -> None:
    series = Series("one", VISIT, (at(-7), at(0), at(7)), (WEEKLY, WEEKLY), done=1)
    away = person("Ana", leave=(Absence(after(7), after(7)),))
    (diff,) = planned(clinic(practitioners=(away, person("Ben"))), series, radius=3).diffs
    assert [(move.session, move.kind) for move in diff.moves] == [(2, "kept"), (3, "practitioner")]
    assert (diff.kind, diff.cost) == ("practitioner", 40)


def test_a_patient_is_in_one_place_at_a_time() -> None:
    one, two = replace(single("one"), patient="Pat"), replace(single("two"), patient="Pat")
    facts = clinic("Ana Ben", rooms=(*clinic().rooms, replace(clinic().rooms[0], id="S")))
    both = after_all(planned(facts, one, two))
    assert {visit[1] for visits in both.values() for visit in visits} == {NINE, TEN}


def test_what_is_pinned_stays_and_others_go_round_it() -> None:
    pinned = replace(single("pinned"), pins={0: at(0, TEN)})
    plan = planned(clinic(), single("free", TEN), pinned)
    assert after_all(plan) == {"free": [(0, NINE, "Ana")], "pinned": [(0, TEN, "Ana")]}


def test_why_there_is_no_place_is_what_a_fresh_request_is_told() -> None:
    facts = clinic(bookings=full("R", *range(60)))
    refused = why_no_place(facts, Disruption(MONDAY, (single("one"),), 1), "one")
    assert isinstance(refused, Refusal)
    assert refused.blockers == {"no room": 2}
    beside = Disruption(MONDAY, (single("one"), single("two")), 0)
    only_one = clinic(bookings=[booked("R", 0, TEN, 1440)])
    taken = why_no_place(only_one, beside, "two")
    assert isinstance(taken, Refusal)
    assert taken.blockers == {"no room": 1}
    assert isinstance(why_no_place(clinic(), beside, "two"), Proposal)


def test_it_stops_when_it_is_told_to() -> None:
    asked: list[bool] = []

    def once() -> bool:
        asked.append(True)
        return len(asked) < 2

    crowded = clinic(bookings=[booked("R", 0, NINE, ELEVEN)])
    planned(crowded, single("one"), single("two"), single("three"), go_on=once)
    assert len(asked) == 2
    asked.clear()
    planned(clinic(), single("one"), go_on=once)  # the plan is proven best at once
    assert asked == []


def test_improving_never_ends_worse_than_it_began_and_frees_what_it_takes_out() -> None:
    series = tuple(
        single(name, start) for name, start in (("a", NINE), ("b", NINE), ("c", TEN), ("d", ELEVEN))
    )
    board = Board(clinic(), Disruption(MONDAY, series, 0))
    board.insert([3, 2, 1, 0])
    first = board.cost
    improve(board, 50, Random(3), always)
    assert board.cost <= first
    held = {move.after.start for diff in board.plan().diffs for move in diff.moves if move.after}
    assert board.masks.booked("R", MONDAY).bit_count() == 12 * len(held)
    for index in range(4):
        board.take_out(index)
    assert board.masks.booked("R", MONDAY) == board.masks.booked("Ana", MONDAY) == 0


def test_one_seed_gives_one_plan() -> None:
    case = replan_case(11, count=3)
    calendar, asked = cases.calendar(case["clinic"]), cases.disruption(case)
    assert replan(calendar, asked, 20, seed=4) == replan(calendar, asked, 20, seed=4)


@given(st.lists(st.sampled_from([NINE, TEN, ELEVEN]), min_size=1, max_size=4), st.integers(0, 99))
@settings(max_examples=30)
def test_a_few_visits_of_one_day_find_the_joint_optimum(starts: list[int], seed: int) -> None:
    series = tuple(single(str(number), start) for number, start in enumerate(starts))
    plan = planned(clinic(), *series, iterations=200, seed=seed)
    assert plan.lower_bound <= plan.cost == cheapest(starts)


def cheapest(starts: list[int]) -> int:
    """Every way to put visits into three hours or nowhere."""
    hours = [NINE, TEN, ELEVEN, None]
    costs = []
    for chosen in product(hours, repeat=len(starts)):
        held = [hour for hour in chosen if hour is not None]
        if len(set(held)) == len(held):
            costs.append(sum(cost(start, hour) for start, hour in zip(starts, chosen, strict=True)))
    return min(costs)


def cost(start: int, hour: int | None) -> int:
    if hour is None:
        return 100_000
    return 0 if hour == start else 100 + 2 * abs(hour - start) // 15
