from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.rules.hours import Opening, SpecialOpening
from plans.rules.scheduling.choice import Choice, Node
from plans.rules.scheduling.masks import busy_mask
from plans.rules.scheduling.model import Request, Weights
from plans.rules.scheduling.space import Space
from plans.rules.scheduling.supply import windows
from tests.plans.rules.scheduling import cases
from tests.plans.rules.scheduling.instances import propose_case
from tests.plans.rules.scheduling.small import (
    BERLIN,
    ELEVEN,
    MONDAY,
    MORNINGS,
    NINE,
    NOON,
    TEN,
    VISIT,
    after,
    ask,
    booked,
    clinic,
    supply,
)


def space(asked: Request | None = None, people: str = "Ana Ben", **facts: Any) -> Space:
    asked = asked or ask()
    return Space(Choice(supply(clinic(people, **facts), asked), asked))


@pytest.mark.parametrize(("grid", "unit", "width"), [(15, 15, 16), (60, 15, 16), (5, 5, 40), (20, 5, 40)])
def test_columns_are_quarters_where_the_grid_allows_it(grid: int, unit: int, width: int) -> None:
    found = space(ask(treatment=replace(VISIT, grid=grid))).grid
    assert (found.unit, found.width, found.people, found.day_bits) == (unit, width, 2, 2 * width)


def test_columns_reach_from_the_first_to_the_last_opening_hour_of_any_day() -> None:
    late = Opening(BERLIN, MORNINGS, special=(SpecialOpening(MONDAY, ((NOON, 1200),)),))
    assert space(opening=late).grid.width == 48
    assert space(opening=Opening(BERLIN, {})).grid.width == 8


def test_minutes_and_columns_lead_to_each_other() -> None:
    found = space()
    assert [found.column(minute) for minute in (NINE, TEN, ELEVEN)] == [0, 4, 8]
    assert [found.minute(column) for column in (0, 4, 8)] == [NINE, TEN, ELEVEN]
    assert found.before(NINE + 31) == 0b111
    assert found.columns(busy_mask([(NINE, NINE + 5), (TEN, TEN + 5)])) == 0b10001
    assert found.columns(busy_mask([(NINE + 5, NINE + 10)])) == 0  # begins no column


def test_a_bit_stands_for_day_practitioner_and_start() -> None:
    found, window = space(), (MONDAY, after(3))
    node = Node(after(2), TEN, 1)
    assert found.bit(window, node) == (2 * 2 + 1) * 16 + 4
    assert list(found.nodes(window, 1 << found.bit(window, node))) == [node]


def test_sessions_of_a_set_come_by_day_start_and_practitioner() -> None:
    found, window = space(), (MONDAY, after(9))
    nodes = [
        Node(MONDAY, NINE, 1), Node(MONDAY, TEN, 0), Node(MONDAY, TEN, 1), Node(after(9), NINE, 0),
    ]  # fmt: skip
    assert list(found.nodes(window, sum(1 << found.bit(window, node) for node in nodes))) == nodes
    assert list(found.nodes(window, 0)) == []


def test_whole_days_and_whole_practitioners() -> None:
    found = space()
    day, person = (1 << 32) - 1, (1 << 16) - 1
    assert found.days_where([True, False, True]) == day | day << 64
    assert found.everywhere(1, 2) == person << 16 | person << 48
    assert found.everywhere(None, 2) == 0


def test_classes_come_by_price_whatever_makes_it() -> None:
    """Ben, who is preferred, has two starts, each beside a short leftover; Ana has both kinds."""
    asked = ask(preferred="Ben", weights=Weights(not_preferred=5))
    found = space(asked, bookings=[booked("Ben", 0, TEN + 15, NOON)])
    assert [price for price, _ in found.classes((MONDAY, MONDAY))] == [5, 8, 13]


@given(st.integers(0, 10**9))
@settings(max_examples=60)
def test_classes_hold_every_session_at_its_own_price(seed: int) -> None:
    case = propose_case(seed)
    calendar, asked = cases.calendar(case["clinic"]), cases.request(case["request"])
    choice, window = Choice(supply(calendar, asked), asked), windows(asked)[0]
    if window[0] > window[1]:
        return
    found = Space(choice)
    classes = found.classes(window)
    told = [(node, price) for price, members in classes for node in found.nodes(window, members)]
    days = [window[0] + (after(n) - MONDAY) for n in range((window[1] - window[0]).days + 1)]
    assert sorted(told) == sorted(pair for day in days for pair in choice.nodes(day))
    assert [price for price, _ in classes] == sorted(price for price, _ in classes)
