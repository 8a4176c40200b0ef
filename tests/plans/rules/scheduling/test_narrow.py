from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from plans.rules.scheduling.chain import Chain
from plans.rules.scheduling.choice import Choice
from plans.rules.scheduling.model import Anchor, Calendar, Request, Step, Weights
from plans.rules.scheduling.narrow import Part, parts
from plans.rules.scheduling.search import distinct
from plans.rules.scheduling.supply import windows
from tests.plans.rules.scheduling import cases
from tests.plans.rules.scheduling.instances import propose_case
from tests.plans.rules.scheduling.small import MONDAY, NINE, after, ask, clinic, supply

WIDE = Step(28, 35, 42)


def narrowed(calendar: Calendar, asked: Request) -> list[Part]:
    return list(parts(Choice(supply(calendar, asked), asked)))


def days(part: Part) -> list[tuple[int, int]]:
    return [((first - MONDAY).days, (last - MONDAY).days) for first, last in part.windows]


def test_days_and_practitioners_are_those_that_a_cheap_series_can_use() -> None:
    found = narrowed(clinic("Ana Ben Cyd"), ask(3, 28, steps=(WIDE, WIDE), preferred="Ben"))
    assert [(part.choice.people, part.limit) for part in found] == [
        (["Ben"], 20), (["Ben"], 60), (["Ana", "Ben", "Cyd"], None),
    ]  # fmt: skip
    assert days(found[0]) == [(0, 10), (33, 47), (68, 82)]
    assert days(found[-1]) == [(0, 28), (28, 70), (56, 112)]


def test_after_a_session_done_days_count_from_it() -> None:
    steps = (Step(14, 20, 26), Step(28, 35, 42))
    found = narrowed(clinic(), ask(2, 30, steps=steps, anchor=Anchor(after(-10), "Ana", NINE)))
    assert [(days(part), part.limit) for part in found] == [
        ([(8, 12), (43, 47)], 20),
        ([(4, 16), (39, 51)], 60),
        ([(4, 16), (32, 58)], None),
    ]


def test_what_everybody_must_pay_is_not_held_against_anybody() -> None:
    gone = ask(3, 28, steps=(WIDE, WIDE), preferred="Gone")
    assert [part.limit for part in narrowed(clinic("Ana Ben"), gone)] == [180 + 20, 180 + 60, None]
    assert all(part.choice.people == ["Ana", "Ben"] for part in narrowed(clinic("Ana Ben"), gone))


@pytest.mark.parametrize(
    ("more", "people"),
    [
        ({}, ["Ana", "Ben", "Cyd"]),
        ({"preferred": "Cyd"}, ["Cyd"]),
        ({"preferred": "Cyd", "weights": Weights(not_preferred=10)}, ["Ana", "Ben", "Cyd"]),
        ({"preferred": "Cyd", "weights": Weights(not_preferred=11)}, ["Cyd"]),
        ({"preferred": "Cyd", "weights": Weights(not_preferred=15, change=5)}, ["Ana", "Ben", "Cyd"]),
        (
            {"preferred": "Cyd", "weights": Weights(not_preferred=15, change=5), "same_practitioner": True},
            ["Cyd"],
        ),
        ({"anchor": Anchor(after(-35), "Ben", NINE)}, ["Ben"]),
        ({"anchor": Anchor(after(-35), "Ben", NINE), "preferred": "Cyd"}, ["Ben", "Cyd"]),
        ({"anchor": Anchor(after(-35), "Gone", NINE)}, ["Ana", "Ben", "Cyd"]),
    ],
)
def test_who_is_looked_at_under_a_low_limit(more: dict[str, Any], people: list[str]) -> None:
    count = 2 if "anchor" in more else 1
    asked = ask(2, 14, steps=(WIDE,) * count, **more)
    assert narrowed(clinic("Ana Ben Cyd"), asked)[0].choice.people == people


def test_a_single_session_and_a_small_search_are_not_narrowed() -> None:
    single = ask(1, 28, preferred="Ana")
    small = ask(2, 3)
    for asked in (single, small):
        (part,) = narrowed(clinic("Ana Ben"), asked)
        assert (part.windows, part.limit, part.choice.people) == (windows(asked), None, ["Ana", "Ben"])


@given(st.integers(0, 10**9), st.booleans())
@settings(max_examples=80)
def test_no_series_within_the_limit_lies_outside_the_part(seed: int, anchored: bool) -> None:
    case = propose_case(seed)
    assume(("anchor" in case["request"]) == anchored)
    calendar, asked = cases.calendar(case["clinic"]), cases.request(case["request"])
    found = narrowed(calendar, asked)
    whole = _by_cost(found[-1])
    for part in found[:-1]:
        assert part.limit is not None
        assert _by_cost(part, part.limit) == [cost for cost in whole if cost[0] <= part.limit]


def _by_cost(part: Part, limit: int | None = None) -> list[tuple[int, object]]:
    """The best series of every first appointment, by the names of practitioners."""
    firsts, _ = distinct(Chain(part.choice, part.windows), None, 10**6, limit)
    return [(cost, (day, start, part.choice.people[person])) for cost, (day, start, person) in firsts]
