from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.rules.hours import Absence, Opening
from plans.rules.scheduling.explain import (
    BLOCKERS,
    MAX_RELAXED_DAYS,
    Placeable,
    blocker,
    explain,
    feasible,
    furthest,
)
from plans.rules.scheduling.model import Anchor, Calendar, Place, Refusal, Relaxation, Request, Step
from plans.rules.scheduling.search import find
from plans.rules.scheduling.supply import windows
from tests.plans.rules.scheduling import cases
from tests.plans.rules.scheduling.instances import propose_case
from tests.plans.rules.scheduling.small import (
    BERLIN,
    MONDAY,
    MORNINGS,
    NINE,
    NOON,
    TEN,
    VISIT,
    WEEKLY,
    after,
    ask,
    booked,
    clinic,
    full,
    person,
    supply,
)


def explained(facts: Calendar, asked: Request) -> Refusal:
    return explain(supply(facts, asked), asked)


def ways(found: Refusal) -> list[tuple[str, int | None, int]]:
    return [(one.relax, one.days, one.option.cost) for one in found.relaxations]


def test_too_little_time_is_told_in_days() -> None:
    found = explained(clinic(), ask(3, finish=after(11)))
    assert found == Refusal("too short", after(14), 3, relaxations=found.relaxations)
    assert ways(found) == [("finish", 3, 0)]


def test_after_a_session_done_the_first_gap_counts_too() -> None:
    asked = ask(2, 9, anchor=Anchor(after(-5), "Ana", NINE), finish=after(8))
    assert explained(clinic(), asked).earliest_possible_finish == after(9)


def test_the_first_session_without_a_place_is_named_with_its_window() -> None:
    blocked = clinic(bookings=full("R", 7, 8, 9, 10, 11))
    found = explained(blocked, ask(3, 2))
    assert (found.reason, found.blocked_session, found.window) == ("blocked", 2, (after(7), after(11)))
    assert found.blockers == {"no room": 5}
    assert ways(found) == [("max_gap", 1, 34), ("first", 1, 26)]


def test_the_window_is_that_of_the_days_that_can_be_reached() -> None:
    only_tuesday = [*full("Ana", 0, 2), *full("Ana", 8, 9, 10)]
    found = explained(clinic(bookings=only_tuesday), ask(2, 2))
    assert (found.blocked_session, found.window) == (2, (after(8), after(10)))
    cut = explained(clinic(bookings=only_tuesday), ask(2, 2, finish=after(9)))
    assert cut.window == (after(8), after(9))


def test_no_day_at_all_is_no_window() -> None:
    found = explained(clinic(), ask(1, 1, anchor=Anchor(after(-30), "Ana", NINE)))
    assert (found.blocked_session, found.window, found.blockers) == (1, None, {})
    assert ways(found) == [("max_gap", 21, 230)]


OUT = (Absence(MONDAY, MONDAY),)
SHUT = Opening(BERLIN, MORNINGS, closures=OUT)
DEVICE = replace(VISIT, device_kind="d")


@pytest.mark.parametrize(
    ("facts", "wishes", "first"),
    [
        ({"opening": SHUT}, {"blackout": ((MONDAY, MONDAY),)}, "closed"),
        ({"rooms": (Place("R", "t", OUT),)}, {}, "closed"),
        ({}, {"blackout": ((MONDAY, MONDAY),), "weekdays": frozenset({3})}, "blackout"),
        ({"practitioners": (person("Ana", leave=OUT),)}, {"weekdays": frozenset({3})}, "weekday"),
        ({"practitioners": (person("Ana", leave=OUT),)}, {"daytime": (0, 60)}, "practitioner away"),
        (
            {"people": "Ana Ben", "bookings": full("Ben", 0)},
            {"practitioners": ("Gone",)},
            "practitioner away",
        ),
        ({"bookings": full("Ana", 0)}, {"daytime": (0, 60)}, "time of day"),
        ({"bookings": full("Ana", 0)}, {"patient_busy": ((MONDAY, 0, 1440),)}, "time of day"),
        ({"practitioners": (person("Ana", (NINE, NINE + 30)),)}, {}, "time of day"),
        ({"bookings": [*full("Ana", 0), *full("R", 0)]}, {}, "practitioner full"),
        ({"bookings": [booked("Ana", 0, TEN, NOON)]}, {"daytime": (TEN, NOON)}, "practitioner full"),
        ({"bookings": full("R", 0)}, {"treatment": DEVICE}, "no room"),
        ({}, {"treatment": DEVICE}, "no device"),
        ({}, {}, "ok"),
    ],
)
def test_the_first_thing_that_rules_a_day_out_is_told(
    facts: dict[str, Any], wishes: dict[str, Any], first: str
) -> None:
    asked = ask(**wishes)
    assert blocker(supply(clinic(**facts), asked), asked, MONDAY) == first
    assert first in BLOCKERS


def test_a_day_that_would_do_by_itself_is_told_as_that() -> None:
    """Ana has only the first Monday, Ben only the second; each day by itself is fine."""
    bookings = [*full("Ben", 0), *full("Ana", 7, 8, 9)]
    found = explained(clinic("Ana Ben", bookings), ask(2, same_practitioner=True))
    assert found.blockers == {"ok": 3}
    assert ways(found) == [("same_practitioner", None, 200), ("max_gap", 1, 30), ("first", 1, 2)]


TUESDAYS = frozenset({1})


@pytest.mark.parametrize(
    ("facts", "asked", "expected"),
    [
        ({}, ask(weekdays=TUESDAYS), [("weekdays", None, 0), ("first", 1, 2)]),
        ({}, ask(daytime=(0, 60)), [("daytime", None, 0)]),
        (
            {"people": "Ana Ben", "bookings": full("Ana", *range(40))},
            ask(practitioners=("Ana",)),
            [("practitioner", None, 0)],
        ),
        ({}, ask(blackout=((after(-9), after(9)),)), [("blackout", None, 0), ("first", 10, 20)]),
        ({"bookings": full("R", 7, 8, 9)}, ask(2), [("max_gap", 1, 30), ("first", 1, 22)]),
        ({"bookings": full("R", 0)}, ask(2), [("first", 1, 2)]),
        ({"bookings": full("R", *range(60))}, ask(2), []),
        ({}, ask(2, weekdays=TUESDAYS, daytime=(0, 60)), []),
    ],
)
def test_ways_out_are_single_wishes_given_up_or_the_fewest_days_more(
    facts: dict[str, Any], asked: Request, expected: list[tuple[str, int | None, int]]
) -> None:
    assert ways(explained(clinic(**facts), asked)) == expected


def test_the_smallest_gap_is_never_given_up() -> None:
    """Only the day before the window is free: nothing helps."""
    asked = ask(2, steps=(Step(7, 8, 9),))
    blocked = [day for day in range(1, 120) if day != 6]
    assert ways(explained(clinic(bookings=full("R", *blocked)), asked)) == []


def test_with_a_session_done_a_longer_gap_also_lets_the_first_session_wait() -> None:
    asked = ask(1, anchor=Anchor(after(-9), "Ana", NINE))
    found = explained(clinic(bookings=full("R", 0, 1)), asked)
    assert ways(found) == [("max_gap", 2, 40)]


@given(st.integers(0, 10**9))
@settings(max_examples=40)
def test_the_days_told_are_the_fewest_that_help(seed: int) -> None:
    case = propose_case(seed, hard=0.4)
    calendar, asked = cases.calendar(case["clinic"]), cases.request(case["request"])
    known = supply(calendar, asked)
    if feasible(known, asked):
        return
    told = {one.relax: one for one in explain(known, asked).relaxations}
    for days in range(1, MAX_RELAXED_DAYS + 1):
        first = told.get("first")
        later = replace(asked, latest_first=asked.latest_first + timedelta(days=days))
        assert feasible(known, later) == (first is not None and first.days is not None and days >= first.days)


@given(st.integers(0, 10**9))
@settings(max_examples=60)
def test_feasible_is_what_the_search_finds(seed: int) -> None:
    case = propose_case(seed, hard=0.3)
    calendar, asked = cases.calendar(case["clinic"]), cases.request(case["request"])
    known = supply(calendar, asked)
    assert feasible(known, asked) == bool(find(known, asked, 1))


def test_days_are_kept_apart_for_each_practitioner_only_if_one_must_do_all() -> None:
    facts = clinic("Ana Ben", [*full("Ben", 0), *full("Ana", 7, 8, 9)])
    each, both = ask(2, same_practitioner=True), ask(2)
    assert Placeable(supply(facts, each), each).sessions() == [[1, 0]]
    assert Placeable(supply(facts, both), both).sessions() == [[1], [0b111 << 7]]
    nobody = ask(2, practitioners=("Gone",))
    assert Placeable(supply(facts, nobody), nobody).sessions() == []


@pytest.mark.parametrize(
    ("asked", "last"),
    [
        (ask(1, 4), after(4 + 28)),
        (ask(3, 4), after(4 + 2 * 9 + 2 * 28)),
        (ask(3, 4, finish=after(20)), after(4 + 2 * 9)),
        (ask(2, 4, steps=(WEEKLY, WEEKLY), anchor=Anchor(after(-7), "Ana", NINE)), after(2 + 9 + 2 * 28)),
    ],
)
def test_the_furthest_day_is_the_last_that_any_way_out_may_use(asked: Request, last: date) -> None:
    assert furthest(asked) == last
    assert furthest(asked) >= windows(asked)[-1][1]


def test_no_way_out_leads_to_days_that_nobody_has_read() -> None:
    asked, blocked = ask(2), full("R", 7, 8, 9)
    assert ways(explained(clinic(bookings=blocked, until=after(9)), asked)) == []
    assert ways(explained(clinic(bookings=blocked, until=after(10)), asked)) == [
        ("max_gap", 1, 30),
        ("first", 1, 22),
    ]
    assert ways(explained(clinic(bookings=blocked, until=furthest(asked)), asked)) == ways(
        explained(clinic(bookings=blocked), asked)
    )


def test_the_blockers_of_a_window_add_up_to_its_days() -> None:
    found = explained(clinic(bookings=[*full("R", 1), *full("Ana", 2)]), ask(1, 2, daytime=(0, 30)))
    assert Counter(found.blockers) == {"time of day": 3}
    assert isinstance(found.relaxations[0], Relaxation)
