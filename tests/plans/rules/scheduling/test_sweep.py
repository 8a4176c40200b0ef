from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.rules.scheduling.chain import Chain
from plans.rules.scheduling.choice import Choice, First, Node
from plans.rules.scheduling.model import Anchor, Request, Step, Weights
from plans.rules.scheduling.supply import windows
from plans.rules.scheduling.sweep import Sweep
from tests.plans.rules.scheduling import cases
from tests.plans.rules.scheduling.instances import propose_case
from tests.plans.rules.scheduling.small import (
    ELEVEN,
    MONDAY,
    NINE,
    NOON,
    TEN,
    after,
    ask,
    booked,
    clinic,
    full,
    supply,
)

CALM = Weights(frag=0)


def sweep(asked: Request, people: str = "Ana Ben", bookings: Any = ()) -> Sweep:
    return Sweep(Choice(supply(clinic(people, bookings), asked), asked), windows(asked))


def test_first_sessions_come_by_cost_then_date_start_and_practitioner() -> None:
    found = sweep(ask(2, 1, weights=CALM), bookings=full("Ben", 7, 8, 9, 10))
    assert list(islice(found.firsts(), 3)) == [
        First(0, Node(MONDAY, NINE, 0)),
        First(0, Node(MONDAY, NINE + 15, 0)),
        First(0, Node(MONDAY, NINE + 30, 0)),
    ]
    with_ben = next(first for first in found.firsts() if first.node.person == 1)
    assert with_ben == First(200, Node(MONDAY, NINE, 1))
    assert [node.person for node in found.series(with_ben)] == [1, 0]


def test_what_every_series_pays_is_the_base_and_still_counted() -> None:
    asked = ask(2, preferred="Gone", weekdays_pref=frozenset({3}), weights=CALM)
    found = sweep(asked)
    assert found.base == 2 * (60 + 50)
    assert next(found.firsts()).cost == 220


@pytest.mark.parametrize(
    ("anchor", "cost"),
    [
        (Anchor(after(-7), "Ana", NINE), 0),
        (Anchor(after(-8), "Ana", TEN), 10),
        (Anchor(after(-7), "Gone", ELEVEN + 45), 200 + 3),
        (Anchor(after(-9), "Ben", 0), 20 + 12),
    ],
)
def test_the_first_session_pays_against_the_last_one_done(anchor: Anchor, cost: int) -> None:
    steps = (Step(7, 7, 9),) * 2
    assert next(sweep(ask(2, anchor=anchor, steps=steps, weights=CALM)).firsts()).cost == cost


def test_series_that_cost_no_more_are_counted() -> None:
    bookings = [booked("Ana", day, ELEVEN, NOON) for day in (0, 7)]
    found = sweep(ask(2, steps=(Step(7, 7, 7),), weights=CALM), "Ana", bookings)
    counted = []
    for cost in found.costs():
        counted.append((cost, found.count(cost)))
    # Starts 9:00 to 10:00 on both days: 25 pairs, 5 of them equal, 8 a quarter apart, 6 half an hour, ...
    assert counted[0] == (0, 5)
    assert [found.count(cost) for cost in range(5)] == [5, 13, 19, 23, 25]


def test_the_best_series_of_a_first_session_is_walked_back() -> None:
    found = sweep(ask(3, weights=CALM), bookings=[*full("Ana", 7), booked("Ben", 7, NINE, ELEVEN)])
    best, hers = next(found.firsts()), next(first for first in found.firsts() if first.node.person == 0)
    assert (best.cost, hers.cost) == (0, 10)
    assert found.series(best) == [Node(after(day), ELEVEN, 1) for day in (0, 7, 14)]
    assert found.series(hers) == [Node(after(day), NINE, 0) for day in (0, 8, 15)]


def test_nothing_free_or_no_days_at_all_is_no_series() -> None:
    for found in (
        sweep(ask(2), bookings=full("R", 7, 8, 9)),
        sweep(ask(2), bookings=full("R", 0)),
        sweep(ask(2, anchor=Anchor(after(-30), "Ana", NINE))),
        sweep(ask(2, practitioners=("Gone",))),
    ):
        assert list(found.firsts()) == []
        assert not found.begins_with(0)
        assert found.count(0) == 0


def test_who_can_begin_a_series() -> None:
    found = sweep(
        ask(2, 1, steps=(Step(7, 7, 7),), same_practitioner=True), bookings=[*full("Ana", 7), *full("Ben", 1)]
    )
    assert found.begins_with(0)
    assert found.begins_with(1)
    later = sweep(ask(2, steps=(Step(7, 7, 7),), same_practitioner=True), bookings=full("Ana", 7))
    assert (later.begins_with(0), later.begins_with(1)) == (False, True)


@given(st.integers(0, 10**9))
@settings(max_examples=60)
def test_every_first_session_is_what_it_is_one_by_one(seed: int) -> None:
    case = propose_case(seed)
    calendar, asked = cases.calendar(case["clinic"]), cases.request(case["request"])
    choice, days = Choice(supply(calendar, asked), asked), windows(asked)
    sets, links = Sweep(choice, days), Chain(choice, days)
    assert list(sets.firsts()) == list(links.firsts())
    for first in islice(links.firsts(), 5):
        assert sets.series(first) == links.series(first)
    assert all(sets.begins_with(one) == links.begins_with(one) for one in range(len(choice.people)))
