from dataclasses import replace
from typing import Any

import pytest

from plans.rules.scheduling.masks import Starts, busy_mask, cells
from plans.rules.scheduling.model import Anchor, Step
from plans.rules.scheduling.supply import Wishes, gaps, windows
from tests.plans.rules.scheduling.small import (
    ELEVEN,
    MONDAY,
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
    supply,
)

PEOPLE = ["Ana", "Ben"]


def free(facts: Any, asked: Any = None) -> dict[str, list[int]]:
    """Who is free on the Monday, with the minutes at which visits may start."""
    found = supply(facts, asked or ask()).on(MONDAY, PEOPLE)
    return {str(who): [cell * 5 for cell in range(288) if starts.open >> cell & 1] for who, starts in found}


HALF = {"treatment": replace(VISIT, grid=60)}


@pytest.mark.parametrize(
    ("bookings", "wishes", "expected"),
    [
        ([], {}, {"Ana": [NINE, TEN, ELEVEN], "Ben": [NINE, TEN, ELEVEN]}),
        (full("Ana", 0), {}, {"Ben": [NINE, TEN, ELEVEN]}),
        ([booked("R", 0, NINE, ELEVEN), *full("Ben", 0)], {}, {"Ana": [ELEVEN]}),
        ([booked("Ana", 0, TEN, NOON), booked("R", 0, NINE, TEN)], {}, {"Ben": [TEN, ELEVEN]}),
        ([booked("Pat", 0, TEN, NOON)], {"patient": "Pat"}, {"Ana": [NINE], "Ben": [NINE]}),
        ([booked("Pat", 0, TEN, NOON)], {}, {"Ana": [NINE, TEN, ELEVEN], "Ben": [NINE, TEN, ELEVEN]}),
        ([], {"patient_busy": ((MONDAY, 0, TEN + 1),)}, {"Ana": [ELEVEN], "Ben": [ELEVEN]}),
        (full("R", 0), {}, {}),
        ([booked("Pat", 0, 0, 1440)], {"patient": "Pat"}, {}),
    ],
)
def test_a_start_needs_a_practitioner_a_room_and_the_patient(
    bookings: Any, wishes: dict[str, Any], expected: dict[str, list[int]]
) -> None:
    assert free(clinic("Ana Ben", bookings), ask(**HALF | wishes)) == expected


def test_only_those_asked_for_are_looked_at_in_the_order_asked_for() -> None:
    known = supply(clinic("Ana Ben Cyd"), ask())
    assert [who for who, _ in known.on(MONDAY, ["Ben"])] == ["Ben"]
    assert [who for who, _ in known.on(MONDAY, ["Ana", "Ben", "Cyd"])] == ["Ana", "Ben", "Cyd"]
    assert known.on(MONDAY, []) == []


def test_what_is_known_stays_and_a_look_is_always_new() -> None:
    known = supply(clinic("Ana Ben"), ask())
    before = known.on(MONDAY, ["Ana"])
    known.masks.take("Ana", MONDAY, cells(0, 288))
    assert known.on(MONDAY, ["Ana"]) == before
    assert [who for who, _ in known.look(MONDAY, PEOPLE)] == ["Ben"]
    known.masks.give_back("Ana", MONDAY, cells(0, 288))
    assert list(known.look(MONDAY, ["Ana"])) == before


def test_leftovers_are_told_of_the_starts_that_are_left() -> None:
    facts = clinic(bookings=[booked("R", 0, NINE, NINE + 15)])
    ((_, starts),) = supply(facts, ask()).on(MONDAY, ["Ana"])
    first, last = cells(NINE // 5 + 3, NINE // 5 + 4), cells(ELEVEN // 5 - 3, ELEVEN // 5 - 2)
    assert starts == Starts(starts.open, first, last)


def test_wishes_turn_hours_into_starts_without_buffers() -> None:
    wishes = Wishes.of(ask(daytime=(NINE + 3, TEN + 58), treatment=replace(VISIT, room_buffer=(30, 30))))
    assert wishes.daytime == busy_mask([(NINE + 5, NINE + 60)])  # last start 09:55: ends 10:55
    assert Wishes.of(ask()).daytime == cells(0, 288)
    assert Wishes.of(ask(daytime=(NINE, NINE + 30))).daytime == 0


@pytest.mark.parametrize(
    ("wishes", "allowed", "black"),
    [
        ({}, True, False),
        ({"weekdays": frozenset({0})}, True, False),
        ({"weekdays": frozenset({1, 2})}, False, False),
        ({"blackout": ((MONDAY, MONDAY),)}, False, True),
        ({"blackout": ((after(-9), after(-1)), (after(1), after(9)))}, True, False),
    ],
)
def test_a_day_is_allowed_by_weekdays_and_days_away(
    wishes: dict[str, Any], allowed: bool, black: bool
) -> None:
    found = Wishes.of(ask(**wishes))
    assert (found.allow(MONDAY), found.black(MONDAY)) == (allowed, black)


BEN = Anchor(after(-7), "Ben", NINE)


@pytest.mark.parametrize(
    ("wishes", "people"),
    [
        ({}, ["Ana", "Ben", "Cyd"]),
        ({"practitioners": ("Cyd", "Ana", "Gone")}, ["Ana", "Cyd"]),
        (
            {"treatment": replace(VISIT, able=frozenset({"Ben", "Cyd"})), "practitioners": ("Ana", "Cyd")},
            ["Cyd"],
        ),
        ({"same_practitioner": True}, ["Ana", "Ben", "Cyd"]),
        ({"same_practitioner": True, "anchor": BEN}, ["Ben"]),
        ({"same_practitioner": True, "anchor": BEN, "practitioners": ("Ana",)}, []),
        ({"anchor": BEN}, ["Ana", "Ben", "Cyd"]),
    ],
)
def test_who_may_treat(wishes: dict[str, Any], people: list[str]) -> None:
    asked = ask(**wishes)
    assert Wishes.of(asked).practitioners(supply(clinic("Ana Ben Cyd"), asked)) == people


LATER = Anchor(after(-5), "Ana", NINE)
STEPS = (Step(7, 8, 9), Step(3, 4, 6))


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        (ask(1, 4), [(0, 4)]),
        (ask(3, 4, steps=STEPS), [(0, 4), (7, 13), (10, 19)]),
        (ask(3, 4, steps=STEPS, finish=after(12)), [(0, 2), (7, 9), (10, 12)]),
        (ask(3, 4, steps=STEPS, finish=after(9)), [(0, -1), (7, 6), (10, 9)]),
        (ask(2, 4, steps=STEPS, anchor=LATER), [(2, 4), (5, 10)]),
        (ask(1, 9, anchor=LATER), [(2, 4)]),
        (ask(1, 1, anchor=LATER), [(2, 1)]),
        (ask(1, 4, anchor=Anchor(after(-30), "Ana", NINE)), [(0, -21)]),
    ],
)
def test_windows_are_the_days_that_the_plain_calendar_allows(asked: Any, days: list[tuple[int, int]]) -> None:
    assert windows(asked) == [(after(first), after(last)) for first, last in days]


def test_the_step_from_the_last_session_done_is_not_a_gap_between_sessions_to_place() -> None:
    assert list(gaps(ask(3))) == [WEEKLY, WEEKLY]
    assert list(gaps(ask(3, steps=(STEPS[0], WEEKLY, WEEKLY), anchor=LATER))) == [WEEKLY, WEEKLY]
