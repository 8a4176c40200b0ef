from datetime import timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.rules.scheduling.choice import Choice, First, Node
from plans.rules.scheduling.model import Anchor, Request
from plans.rules.scheduling.single import Single
from plans.rules.scheduling.supply import windows
from tests.plans.rules.scheduling import cases
from tests.plans.rules.scheduling.instances import propose_case
from tests.plans.rules.scheduling.small import MONDAY, NINE, TEN, after, ask, booked, clinic, full, supply


def single(asked: Request, people: str = "Ana Ben", bookings: Any = ()) -> Single:
    return Single(Choice(supply(clinic(people, bookings), asked), asked), windows(asked)[0])


def test_visits_come_by_cost_then_date_start_and_practitioner() -> None:
    found = list(islice(single(ask(spread=2)).firsts(), 6))
    assert found == [
        First(0, Node(MONDAY, NINE, 0)),
        First(0, Node(MONDAY, NINE, 1)),
        First(0, Node(MONDAY, NINE + 30, 0)),
        First(0, Node(MONDAY, NINE + 30, 1)),
        First(0, Node(MONDAY, TEN - 15, 0)),
        First(0, Node(MONDAY, TEN - 15, 1)),
    ]


def test_only_days_whose_turn_has_come_are_looked_at() -> None:
    found = single(ask(spread=14))
    next(found.firsts())
    assert not found._choice._days.keys() - {MONDAY}


@pytest.mark.parametrize(("spread", "begins"), [(0, False), (1, True)])
def test_who_can_take_the_visit(spread: int, begins: bool) -> None:
    found = single(ask(spread=spread), bookings=full("Ben", 0))
    assert (found.begins_with(0), found.begins_with(1)) == (True, begins)


def test_nothing_free_is_no_visit() -> None:
    nobody = single(ask(spread=1), bookings=full("R", 0, 1))
    assert list(nobody.firsts()) == []
    assert not nobody.begins_with(0)
    too_late = ask(spread=1, anchor=Anchor(after(-30), "Ana", NINE))
    assert list(single(too_late).firsts()) == []


def test_a_visit_is_a_series_of_its_own() -> None:
    first = First(0, Node(MONDAY, NINE, 0))
    assert single(ask(), bookings=[booked("Ana", 0, TEN, 720)]).series(first) == [first.node]


@given(st.integers(0, 10**9))
def test_the_order_is_that_of_all_visits_sorted(seed: int) -> None:
    case = propose_case(seed)
    calendar, asked = cases.calendar(case["clinic"]), cases.request(case["request"])
    choice, window = Choice(supply(calendar, asked), asked), windows(asked)[0]
    days = [window[0] + timedelta(days=offset) for offset in range((window[1] - window[0]).days + 1)]
    everything = [
        First(price + choice.before_first(node), node) for day in days for node, price in choice.nodes(day)
    ]
    assert list(Single(choice, window).firsts()) == sorted(everything)
