from typing import Any

import pytest

from plans.rules.scheduling.choice import Choice, Node, ones, time_price
from plans.rules.scheduling.model import Anchor, Request, Step, Weights
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
    supply,
)


def choice(asked: Request, people: str = "Ana Ben", bookings: Any = ()) -> Choice:
    return Choice(supply(clinic(people, bookings), asked), asked)


@pytest.mark.parametrize(
    ("minutes", "price"), [(0, 0), (14, 0), (15, 2), (-15, 2), (29, 2), (45, 6), (75, 8), (600, 8)]
)
def test_another_time_of_day_costs_by_full_quarters_up_to_a_cap(minutes: int, price: int) -> None:
    assert time_price(Weights(tod=2, tod_cap=4), minutes) == price


def test_ones_are_the_bits_from_the_lowest_on() -> None:
    assert list(ones(0)) == []
    assert list(ones(0b1010_0001)) == [0, 5, 7]


def test_sessions_of_a_day_come_with_what_they_cost_by_themselves() -> None:
    wished = ask(preferred="Ben", weekdays_pref=frozenset({1}), daytime_pref=(TEN, ELEVEN))
    bookings = [booked(who, 0, TEN + 15, NOON) for who in ("Ana", "Ben")]
    found = dict(choice(wished, bookings=bookings).nodes(MONDAY))
    weekday, daytime, not_preferred, frag = 50, 50, 60, 8
    assert found == {
        Node(MONDAY, NINE, 0): weekday + daytime + not_preferred + frag,
        Node(MONDAY, NINE + 15, 0): weekday + daytime + not_preferred + frag,
        Node(MONDAY, NINE, 1): weekday + daytime + frag,
        Node(MONDAY, NINE + 15, 1): weekday + daytime + frag,
    }


@pytest.mark.parametrize(("start", "cost"), [(NINE + 45, 50), (TEN, 0), (TEN + 45, 0), (ELEVEN, 50)])
def test_a_preferred_time_of_day_is_one_of_the_start(start: int, cost: int) -> None:
    found = dict(choice(ask(daytime_pref=(TEN, ELEVEN), weights=Weights(frag=0))).nodes(MONDAY))
    assert found[Node(MONDAY, start, 0)] == cost


def test_hard_wishes_leave_nothing_else() -> None:
    asked = ask(spread=2, weekdays=frozenset({0, 1}), blackout=((MONDAY, MONDAY),), daytime=(TEN, ELEVEN))
    found = choice(asked)
    assert [len(found.on(after(days))) for days in range(3)] == [0, 2, 0]
    assert [node for node, _ in found.nodes(after(1))] == [Node(after(1), TEN, 0), Node(after(1), TEN, 1)]
    assert found.count([(MONDAY, after(2)), (after(1), after(1)), (after(1), MONDAY)]) == 4


def test_practitioners_are_numbered_in_the_order_of_those_who_may_treat() -> None:
    found = choice(ask(practitioners=("Cyd", "Ben"), preferred="Cyd"), "Ana Ben Cyd")
    assert (found.people, found.preferred) == (["Ben", "Cyd"], 1)
    assert (found.person("Ben"), found.person("Ana"), found.person(None)) == (0, None, None)


@pytest.mark.parametrize(
    ("anchor", "node", "cost"),
    [
        (None, Node(after(3), TEN, 1), 3 * 2),
        (Anchor(after(-7), "Ana", NINE), Node(MONDAY, NINE, 0), 0),
        (Anchor(after(-7), "Ana", NINE), Node(after(2), TEN, 0), 2 * 10 + 4),
        (Anchor(after(-8), "Ben", NINE), Node(MONDAY, NINE, 0), 10 + 200),
        (Anchor(after(-7), "Gone", NINE), Node(MONDAY, NINE + 14, 1), 200),
        (Anchor(after(-7), "Ana", 0), Node(MONDAY, ELEVEN, 0), 12),
    ],
)
def test_the_first_session_pays_for_delay_or_against_the_last_one_done(
    anchor: Anchor | None, node: Node, cost: int
) -> None:
    found = choice(ask(spread=4, steps=(Step(7, 7, 9),), anchor=anchor) if anchor else ask(spread=4))
    assert found.before_first(node) == cost
    assert found.day_price(node.day) + found.change_price(node.person) <= cost


def test_a_choice_of_some_practitioners_keeps_prices() -> None:
    asked = ask(preferred="Ben", weights=Weights(frag=0))
    some = Choice(supply(clinic("Ana Ben"), asked), asked, ["Ana"])
    assert some.preferred is None
    assert {price for _, price in some.nodes(MONDAY)} == {60}
    assert {node.person for node, _ in some.nodes(MONDAY)} == {0}
