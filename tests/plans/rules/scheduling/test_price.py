from collections.abc import Sequence
from typing import Any

import pytest

from plans.rules.scheduling.model import Anchor, CostPart, Slot, Step, Weights
from plans.rules.scheduling.price import price_series
from tests.plans.rules.scheduling.small import (
    ELEVEN,
    NINE,
    NOON,
    TEN,
    after,
    ask,
    at,
    booked,
    clinic,
    supply,
)

LATE = Anchor(after(-9), "Ben", NINE + 40)


@pytest.mark.parametrize(
    ("asked", "slots", "parts"),
    [
        (ask(2), [at(0), at(7)], []),
        (ask(2, 3), [at(3), at(10)], [("delay", 1, 6, 3)]),
        (ask(2), [at(0), at(9)], [("gap", 2, 20, 2)]),
        (ask(2, steps=(Step(5, 7, 9),)), [at(0), at(5)], [("gap", 2, 20, -2)]),
        (ask(2), [at(0), at(7, who="Ben")], [("change", 2, 200, 1)]),
        (ask(2), [at(0), at(7, TEN - 1)], [("tod", 2, 3, 3)]),
        (ask(2, weights=Weights(tod_cap=4)), [at(0), at(7, ELEVEN)], [("tod", 2, 4, 8)]),
        (ask(preferred="Ben"), [at(0)], [("not_preferred", 1, 60, 1)]),
        (ask(weekdays_pref=frozenset({4})), [at(0)], [("weekday", 1, 50, 1)]),
        (ask(daytime_pref=(TEN, ELEVEN)), [at(0)], [("daytime", 1, 50, 1)]),
        (ask(daytime_pref=(TEN, ELEVEN)), [at(0, ELEVEN)], [("daytime", 1, 50, 1)]),
        (ask(), [at(0, NINE + 15)], [("frag before", 1, 8, 15)]),
        (ask(), [at(0, ELEVEN - 15)], [("frag after", 1, 8, 15)]),
        (ask(), [at(0, NINE + 30)], []),
        (ask(anchor=LATE), [at(0)], [("gap", 1, 20, 2), ("change", 1, 200, 1), ("tod", 1, 2, 2)]),
        (ask(2, 1, preferred="Ben"), [at(1), at(9, TEN)], [
            ("not_preferred", 1, 60, 1), ("delay", 1, 2, 1), ("not_preferred", 2, 60, 1), ("gap", 2, 10, 1),
            ("tod", 2, 4, 4),
        ]),
    ],
)  # fmt: skip
def test_every_part_of_the_cost_is_told(
    asked: Any, slots: Sequence[Slot], parts: list[tuple[str, int, int, int]]
) -> None:
    found = price_series(supply(clinic("Ana Ben"), asked).visits, asked, slots)
    assert found == tuple(CostPart(code, session, cost, amount) for code, session, cost, amount in parts)


@pytest.mark.parametrize(
    ("gap", "codes"), [(0, []), (5, ["frag after"]), (25, ["frag after"]), (30, []), (35, [])]
)
def test_half_an_hour_left_over_is_free(gap: int, codes: list[str]) -> None:
    asked = ask()
    facts = clinic(bookings=[booked("Ana", 0, TEN + gap, NOON)])
    assert [part.code for part in price_series(supply(facts, asked).visits, asked, [at(0)])] == codes


def test_what_is_booked_beside_one_visit_is_no_matter_for_another_practitioner() -> None:
    asked = ask()
    facts = clinic("Ana Ben", [booked("Ben", 0, TEN + 15, NOON)])
    assert price_series(supply(facts, asked).visits, asked, [at(0)]) == ()
