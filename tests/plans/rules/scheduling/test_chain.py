from itertools import islice
from typing import Any

import pytest

from plans.rules.scheduling.chain import Chain, Link, Links, Session
from plans.rules.scheduling.choice import Choice, First, Node
from plans.rules.scheduling.model import Request, Step, Weights
from plans.rules.scheduling.supply import windows
from tests.plans.rules.scheduling.small import (
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


def chain(asked: Request, people: str = "Ana Ben", bookings: Any = ()) -> Chain:
    choice = Choice(supply(clinic(people, bookings), asked), asked)
    return Chain(choice, windows(asked))


def link(cost: int, days: int, person: int = 0) -> Link:
    return Link(cost, Node(after(days), NINE, person), None)


def test_links_know_the_least_of_all_days() -> None:
    links = Links()
    links.put(5, [link(30, 5), link(40, 5)])
    links.put(6, [link(20, 6)])
    assert (links.least, len(links.days)) == (20, 2)


def test_a_session_keeps_its_links_by_practitioner_and_together_in_order_of_cost() -> None:
    session = Session()
    session.put(3, [link(9, 3, 1), link(4, 3), link(2, 3, 1)])
    assert [one.cost for one in session.of_all.days[3]] == [2, 4, 9]
    assert [one.cost for one in session.of_person[1].days[3]] == [2, 9]
    assert session.of_person[0].least == 4


def test_every_first_session_has_its_best_series_in_order() -> None:
    bookings = [*full("Ben", 0), booked("Ana", 0, NINE, NOON - 60), booked("Ana", 7, TEN, NOON)]
    found = chain(ask(2, 1, weights=CALM), bookings=bookings)
    assert list(islice(found.firsts(), 2)) == [
        First(2, Node(after(1), NINE, 0)),
        First(2, Node(after(1), NINE, 1)),
    ]
    alone = First(18, Node(MONDAY, NOON - 60, 0))  # a day late at the same hour is dearer than two hours off
    assert alone.node in {first.node for first in found.firsts()}
    assert [node[:2] for node in found.series(next(found.firsts()))] == [(after(1), NINE), (after(8), NINE)]


@pytest.mark.parametrize(
    ("weights", "second"),
    [
        (CALM, (8, 0)),  # a day longer rather than another practitioner
        (Weights(frag=0, change=5), (7, 1)),
        (Weights(frag=0, change=10), (7, 1)),  # equal: the earlier date
    ],
)
def test_a_change_of_practitioner_is_weighed_against_days(weights: Weights, second: tuple[int, int]) -> None:
    found = chain(ask(2, weights=weights), bookings=full("Ana", 7))
    first = next(first for first in found.firsts() if first.node.person == 0)
    node = found.series(first)[1]
    assert ((node.day - MONDAY).days, node.person) == second


def test_one_practitioner_throughout_never_changes() -> None:
    asked = ask(2, steps=(Step(7, 7, 7),), same_practitioner=True)
    found = chain(asked, bookings=full("Ana", 7))
    assert {first.node.person for first in found.firsts()} == {1}
    assert (found.begins_with(0), found.begins_with(1)) == (False, True)


def test_of_equal_series_the_first_by_date_start_and_practitioner_is_taken() -> None:
    found = chain(ask(2, steps=(Step(7, 8, 9),), weights=Weights(frag=0, gap_day=0, change=0, tod=0)))
    first = next(found.firsts())
    assert found.series(first) == [Node(MONDAY, NINE, 0), Node(after(7), NINE, 0)]


def test_nothing_free_on_the_way_is_no_series() -> None:
    found = chain(ask(3), bookings=full("R", *range(14, 19)))
    assert list(found.firsts()) == []
    assert not found.begins_with(0)
