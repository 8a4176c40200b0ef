from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.rules.scheduling import search
from plans.rules.scheduling.chain import Chain
from plans.rules.scheduling.choice import Choice
from plans.rules.scheduling.model import Anchor, Calendar, Option, Request, RequestError, Step, Weights
from plans.rules.scheduling.search import cheapest, distinct, find
from plans.rules.scheduling.single import Single
from plans.rules.scheduling.supply import windows
from plans.rules.scheduling.sweep import Sweep
from tests.plans.rules.scheduling import cases
from tests.plans.rules.scheduling.instances import propose_case
from tests.plans.rules.scheduling.small import (
    ELEVEN,
    MONDAY,
    NINE,
    NOON,
    after,
    ask,
    booked,
    clinic,
    full,
    person,
    supply,
    told,
)

CALM = Weights(frag=0)
FORTNIGHTLY = Step(14, 20, 26)


def found(calendar: Calendar, asked: Request, wanted: int = 5) -> list[Option]:
    return find(supply(calendar, asked), asked, wanted)


def series(options: list[Option]) -> list[tuple[int, list[tuple[int, int, Any]]]]:
    return [(option.cost, told(option.slots)) for option in options]


def test_the_best_series_is_first_and_others_begin_differently() -> None:
    options = found(clinic("Ana Ben"), ask(2, 1), 4)
    assert series(options) == [
        (0, [(0, NINE, "Ana"), (7, NINE, "Ana")]),
        (0, [(0, NINE, "Ben"), (7, NINE, "Ben")]),
        (2, [(1, NINE, "Ana"), (8, NINE, "Ana")]),
        (2, [(1, NINE, "Ben"), (8, NINE, "Ben")]),
    ]


def test_morning_and_afternoon_are_two_first_appointments_parted_at_one() -> None:
    long = dict.fromkeys(range(7), ((NOON, 900),))
    facts = clinic(opening=replace(clinic().opening, week=long), practitioners=(person("Ana", (NOON, 900)),))
    assert [told(option.slots)[0][:2] for option in found(facts, ask(weights=CALM))] == [(0, NOON), (0, 780)]


def test_one_option_begins_with_the_preferred_practitioner_if_any_series_can() -> None:
    full_at_first = clinic("Ana Ben", full("Ben", *range(4)))
    asked = ask(1, 4, preferred="Ben", weights=Weights(delay_day=30))
    assert [told(one.slots)[0] for one in found(full_at_first, asked, 2)] == [
        (0, NINE, "Ana"),
        (4, NINE, "Ben"),
    ]
    assert [told(one.slots)[0] for one in found(full_at_first, asked, 1)] == [(0, NINE, "Ana")]
    never = clinic("Ana Ben", full("Ben", *range(5)))
    assert [told(one.slots)[0] for one in found(never, asked, 2)] == [(0, NINE, "Ana"), (1, NINE, "Ana")]


def test_nothing_is_found_where_nothing_fits() -> None:
    assert found(clinic(bookings=full("R", 7, 8, 9)), ask(2)) == []


@pytest.mark.parametrize("sessions", [1, 2, 3])
@pytest.mark.parametrize(
    ("wait", "first", "cost"),
    [
        (9, "Ben", 18),
        (10, "Ben", 20),  # the rim of the first few days
        (11, "Ben", 22),
        (25, "Ben", 50),
        (29, "Ben", 58),
        (30, "Ana", 60),  # equal in cost: the earlier date
        (31, "Ana", 60),
    ],
)
def test_waiting_for_the_preferred_practitioner_is_weighed_to_the_day(
    sessions: int, wait: int, first: str, cost: int
) -> None:
    """Waiting costs 2 a day, a colleague 60: for the first visit alone, since the others are free of it."""
    facts = clinic("Ana Ben", full("Ben", *range(wait)))
    weights = Weights(frag=0, change=0)
    asked = ask(sessions, 40, preferred="Ben", steps=(Step(40, 45, 50),) * (sessions - 1), weights=weights)
    best = found(facts, asked, 1)[0]
    assert (best.slots[0].practitioner, best.cost) == (first, cost)
    wished = found(facts, asked, 2)
    assert {option.slots[0].practitioner for option in wished} >= {"Ben"}


@pytest.mark.parametrize(
    ("wait", "first", "cost"),
    [(1, "Ben", 10), (2, "Ben", 20), (3, "Ben", 30), (5, "Ben", 50), (6, "Ana", 60), (7, "Ana", 60)],
)
@pytest.mark.parametrize("sessions", [1, 2])
def test_after_a_session_done_waiting_is_weighed_to_the_day(
    sessions: int, wait: int, first: str, cost: int
) -> None:
    """Waiting costs 10 a day past the best gap, a colleague 60."""
    facts = clinic("Ana Ben", full("Ben", *range(-6, wait)))
    asked = ask(
        sessions,
        20,
        preferred="Ben",
        anchor=Anchor(after(-20), "Ben", NINE),
        steps=(FORTNIGHTLY,) + (Step(20, 20, 40),) * (sessions - 1),
        weights=Weights(frag=0, change=0),
    )
    best = found(facts, asked, 1)[0]
    assert (best.slots[0].practitioner, best.cost) == (first, cost)


def test_the_strictly_cheapest_are_counted_with_near_duplicates() -> None:
    facts = clinic(bookings=[booked("Ana", day, ELEVEN, NOON) for day in (0, 1, 7)])
    costs, best = cheapest(facts, ask(2, 1, weights=CALM), 7)
    # 5 starts on either day: within a quarter of an hour the time of day is the same.
    assert best == 5
    assert costs == [0] * 5 + [1] * 2


def test_fewer_than_wanted_are_all_there_are() -> None:
    facts = clinic(bookings=[booked("Ana", day, 600, NOON) for day in (0, 7)])
    only = ask(2, steps=(Step(7, 7, 7),))
    assert cheapest(facts, only, 5) == ([0], 1)
    assert cheapest(clinic(bookings=full("Ana", 0)), only, 5) == ([], 0)


def test_the_search_chooses_by_how_much_there_is_to_look_at(monkeypatch: pytest.MonkeyPatch) -> None:
    def solver(asked: Request, bookings: Any = ()) -> type:
        choice = Choice(supply(clinic("Ana Ben", bookings), asked), asked)
        return type(search._solver(choice, windows(asked)))

    assert solver(ask(1)) is Single
    assert solver(ask(2)) is Chain
    monkeypatch.setattr(search, "FEW", 10)
    assert solver(ask(2)) is Sweep
    crowded = [booked(who, day, NINE, NOON - 60) for who in ("Ana", "Ben") for day in range(10)]
    assert solver(ask(2), [*crowded, *full("R", *range(8))]) is Chain


@given(st.integers(0, 10**9), st.integers(1, 8))
@settings(max_examples=60)
def test_all_ways_of_searching_answer_alike(seed: int, wanted: int) -> None:
    case = propose_case(seed)
    calendar, asked = cases.calendar(case["clinic"]), cases.request(case["request"])
    choice, days = Choice(supply(calendar, asked), asked), windows(asked)
    solvers: list[Any] = [Chain(choice, days), Sweep(choice, days)]
    if asked.n == 1:
        solvers.append(Single(choice, days[0]))
    answers = [distinct(solver, choice.preferred, wanted) for solver in solvers]
    assert all(answer == answers[0] for answer in answers)
    of_all = [[solver.series(first) for first in answers[0][0]] for solver in solvers]
    assert all(one == of_all[0] for one in of_all)
    assert [option.cost for option in found(calendar, asked, wanted)] == [
        first.cost for first in answers[0][0]
    ]


def test_more_than_memory_holds_is_refused_before_it_is_built() -> None:
    crowd = " ".join(f"P{number}" for number in range(1000))
    wide = ask(12, 90, steps=(Step(1, 35, 61),) * 11, treatment=replace(ask().treatment, grid=5))
    asked = replace(wide, weights=Weights(gap_day=0, delay_day=0))
    choice = Choice(supply(clinic(crowd, opening=replace(clinic().opening, week={})), asked), asked)
    with pytest.raises(RequestError) as refused:
        Sweep(choice, [(MONDAY, after(2999))] * 12)
    assert (refused.value.field, refused.value.code) == ("latest_first", "too much")
