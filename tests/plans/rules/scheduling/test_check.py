from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.rules.hours import Absence, Opening, Shift, SpecialOpening
from plans.rules.scheduling.check import check, check_visit, double_bookings
from plans.rules.scheduling.masks import Masks, VisitMasks
from plans.rules.scheduling.model import Anchor, Place, Proposal, Slot, Treatment, Violation
from plans.rules.scheduling.propose import propose
from plans.rules.scheduling.replan import replan
from tests.plans.rules.scheduling import cases
from tests.plans.rules.scheduling.instances import propose_case, replan_case
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
    at,
    booked,
    clinic,
    full,
    person,
)

DEVICE = replace(VISIT, device_kind="d")
BUFFERED = replace(VISIT, practitioner_buffer=(10, 5), room_buffer=(0, 15))
DEVICES = {"devices": (Place("D", "d"), Place("Old", "x"))}
TWO = ask(2, steps=ask(2).steps)
TOUCHING = [booked("Ana", 0, NINE, TEN - 10), booked("R", 0, NINE, TEN)]
AWAY = (Absence(MONDAY, MONDAY),)


@pytest.mark.parametrize(
    ("facts", "asked", "slots", "found"),
    [
        # dates
        ({}, TWO, [at(0)], [("number of sessions", 1, None)]),
        ({}, TWO, [at(0), at(7), at(14)], [("number of sessions", 3, None)]),
        ({}, TWO, [at(0), at(6)], [("too early", 2, None)]),
        ({}, TWO, [at(0), at(0, TEN)], [("too early", 2, None)]),
        ({}, TWO, [at(7), at(0)], [("first session too late", 1, None), ("too early", 2, None)]),
        ({}, TWO, [at(0), at(10)], [("too late", 2, None)]),
        ({}, ask(), [at(-1)], [("before the earliest date", 1, None)]),
        ({}, ask(), [at(1)], [("first session too late", 1, None)]),
        ({}, replace(TWO, finish=after(7)), [at(0), at(8)], [("after the latest finish", 2, None)]),
        ({}, ask(anchor=Anchor(after(-3), "Ana", NINE)), [at(0)], [("too early", 1, None)]),
        ({}, ask(anchor=Anchor(after(-10), "Ana", NINE)), [at(0)], [("too late", 1, None)]),
        # wishes
        ({}, ask(weekdays=frozenset({1})), [at(0)], [("weekday", 1, None)]),
        ({}, ask(blackout=((after(-3), MONDAY),)), [at(0)], [("blackout", 1, None)]),
        ({}, ask(daytime=(TEN, NOON)), [at(0)], [("time of day", 1, None)]),
        ({}, ask(daytime=(NINE, TEN - 5)), [at(0)], [("time of day", 1, None)]),
        ({"people": "Ana Ben"}, ask(practitioners=("Ben",)), [at(0)], [("practitioner not wanted", 1, "Ana")]),
        (
            {"people": "Ana Ben"},
            replace(TWO, same_practitioner=True),
            [at(0), at(7, who="Ben")],
            [("another practitioner", 2, "Ben")],
        ),
        (
            {"people": "Ana Ben"},
            ask(anchor=Anchor(after(-7), "Ben", NINE), same_practitioner=True),
            [at(0)],
            [("another practitioner", 1, "Ana")],
        ),
        # opening, grid and practitioner
        ({}, ask(), [at(0, NINE + 10)], [("off the grid", 1, None)]),
        ({}, ask(), [at(0, ELEVEN + 15)], [("closed", 1, None), ("practitioner away", 1, "Ana"), ("room out", 1, "R")]),
        (
            {"practitioners": (person("Ana", (TEN, NOON)),)},
            ask(),
            [at(0)],
            [("practitioner away", 1, "Ana")],
        ),
        ({"practitioners": (person("Ana", leave=AWAY),)}, ask(), [at(0)], [("practitioner away", 1, "Ana")]),
        ({}, ask(), [at(0, who="Zoe")], [("practitioner not able", 1, "Zoe")]),
        (
            {"people": "Ana Ben"},
            ask(treatment=replace(VISIT, able=frozenset({"Ben"}))),
            [at(0)],
            [("practitioner not able", 1, "Ana")],
        ),
        # rooms and devices
        ({"rooms": (Place("R", "consultation"),)}, ask(), [at(0)], [("room not of the kind", 1, "R")]),
        ({}, ask(), [at(0, room=None)], [("room not of the kind", 1, None)]),
        ({}, ask(), [at(0, room="Q")], [("room not of the kind", 1, "Q")]),
        ({}, ask(treatment=replace(VISIT, room_kind=None)), [at(0)], [("room not of the kind", 1, "R")]),
        ({"rooms": (Place("R", "t", AWAY),)}, ask(), [at(0)], [("room out", 1, "R")]),
        (DEVICES, ask(treatment=DEVICE), [at(0)], [("device not of the kind", 1, None)]),
        (DEVICES, ask(treatment=DEVICE), [at(0, device="Old")], [("device not of the kind", 1, "Old")]),
        (DEVICES, ask(), [at(0, device="D")], [("device not of the kind", 1, "D")]),
        ({"devices": (Place("D", "d", AWAY),)}, ask(treatment=DEVICE), [at(0, device="D")], [("device out", 1, "D")]),
        # bookings: they touch, or they do not
        ({"bookings": [booked("Ana", 0, TEN - 1, TEN)]}, ask(), [at(0)], [("practitioner busy", 1, "Ana")]),
        ({"bookings": [booked("R", 0, TEN - 1, TEN)]}, ask(), [at(0)], [("room busy", 1, "R")]),
        (
            {**DEVICES, "bookings": full("D", 0)},
            ask(treatment=DEVICE),
            [at(0, device="D")],
            [("device busy", 1, "D")],
        ),
        ({"bookings": full("Pat", 0)}, ask(patient="Pat"), [at(0)], [("patient busy", 1, "Pat")]),
        ({}, ask(patient_busy=((MONDAY, 0, NINE + 1),)), [at(0)], [("patient busy", 1, None)]),
        ({"bookings": [booked(who, 0, TEN, NOON) for who in ("Ana", "R")]}, ask(), [at(0)], []),
        # buffers
        ({}, ask(treatment=BUFFERED), [at(0)], [("practitioner away", 1, "Ana")]),
        (
            {"bookings": [booked("Ana", 0, NINE, TEN - 5)]},
            ask(treatment=BUFFERED),
            [at(0, TEN)],
            [("practitioner busy", 1, "Ana")],
        ),
        (
            {"bookings": [booked("R", 0, ELEVEN + 10, NOON)]},
            ask(treatment=BUFFERED),
            [at(0, TEN)],
            [("room busy", 1, "R")],
        ),
        ({"bookings": TOUCHING}, ask(treatment=BUFFERED), [at(0, TEN)], []),
    ],
)  # fmt: skip
def test_each_breach_is_refused_once_and_says_whose_it_is(
    facts: dict[str, Any], asked: Any, slots: Sequence[Slot], found: list[tuple[str, int, Any]]
) -> None:
    expected = tuple(Violation(code, session, resource) for code, session, resource in found)
    assert check(clinic(**facts), asked, slots) == expected


SPECIAL = SpecialOpening(MONDAY, ((TEN, NOON),))


@pytest.mark.parametrize(
    ("opening", "start", "inside"),
    [
        (Opening(BERLIN, MORNINGS, closures=(Absence(MONDAY, MONDAY),)), TEN, False),
        (Opening(BERLIN, MORNINGS, closures=(Absence(MONDAY, MONDAY, ((NINE, TEN),)),)), TEN, True),
        (Opening(BERLIN, MORNINGS, closures=(Absence(MONDAY, MONDAY, ((NINE, TEN + 5),)),)), TEN, False),
        (Opening(BERLIN, MORNINGS, special=(SPECIAL,)), NINE, False),
        (Opening(BERLIN, MORNINGS, special=(SPECIAL,)), TEN, True),
        (Opening(BERLIN, MORNINGS, special=(SPECIAL,), closures=(Absence(MONDAY, MONDAY),)), TEN, False),
        (Opening(BERLIN, MORNINGS, staff=dict.fromkeys(range(7), ((480, 780),))), NINE, True),
        (Opening(BERLIN, {}), NINE, False),
    ],
)
def test_a_visit_lies_inside_what_is_left_of_the_opening_hours(
    opening: Opening, start: int, inside: bool
) -> None:
    found = check_visit(clinic(opening=opening), VISIT, at(0, start))
    assert ("closed" in {violation.code for violation in found}) is not inside


def test_setting_up_may_begin_before_patients_are_let_in_if_staff_are_there() -> None:
    shift = person("Ana", (NINE - 30, NOON))
    early = Opening(BERLIN, MORNINGS, staff=dict.fromkeys(range(7), ((NINE - 10, NOON),)))
    assert check_visit(clinic(opening=early, practitioners=(shift,)), BUFFERED, at(0)) == ()
    assert check_visit(clinic(practitioners=(shift,)), BUFFERED, at(0)) == (
        Violation("practitioner away", 1, "Ana"),
    )


@pytest.mark.parametrize(("day", "start"), [(date(2026, 3, 29), 105), (date(2026, 10, 25), 120)])
def test_a_visit_never_touches_an_hour_that_is_skipped_or_shown_twice(day: date, start: int) -> None:
    nights = dict.fromkeys(range(7), ((0, 1440),))
    facts = clinic(
        opening=Opening(BERLIN, nights), practitioners=(replace(person("Ana"), shifts=(Shift(nights),)),)
    )
    codes = [violation.code for violation in check_visit(facts, VISIT, Slot(day, "Ana", start, "R"))]
    assert codes == ["closed", "practitioner away", "room out"]
    assert check_visit(facts, VISIT, Slot(day, "Ana", 180 if day.month == 3 else 60, "R")) == ()


def test_a_plan_with_many_faults_is_told_all_of_them() -> None:
    facts = clinic(bookings=[*full("Ana", 0), *full("R", 6)])
    found = check(facts, TWO, [at(0), at(6, NINE + 5)])
    assert [(one.code, one.session) for one in found] == [
        ("too early", 2), ("practitioner busy", 1), ("off the grid", 2), ("room busy", 2),
    ]  # fmt: skip


def test_pairs_that_hold_one_resource_at_one_time_are_found() -> None:
    first, then, meanwhile = (
        booked("Ana", 0, 540, 600),
        booked("Ana", 0, 600, 660),
        booked("Ana", 0, 595, 605),
    )
    elsewhere = [booked("Ben", 0, 540, 660), booked("Ana", 1, 540, 660)]
    assert double_bookings([first, then, *elsewhere]) == ()
    assert double_bookings([first, then, meanwhile, *elsewhere]) == ((first, meanwhile), (then, meanwhile))


@given(st.integers(0, 10**9))
@settings(max_examples=60)
def test_every_series_that_is_proposed_passes(seed: int) -> None:
    case = propose_case(seed)
    calendar, asked = cases.calendar(case["clinic"]), cases.request(case["request"])
    found = propose(calendar, asked)
    for option in found.options if isinstance(found, Proposal) else ():
        assert check(calendar, asked, option.slots) == ()


@given(st.integers(0, 10**9))
@settings(max_examples=40)
def test_every_visit_that_is_placed_anew_passes_and_holds_its_things_alone(seed: int) -> None:
    case = replan_case(seed, count=3)
    calendar, asked = cases.calendar(case["clinic"]), cases.disruption(case)
    taken = []
    for diff, series in zip(replan(calendar, asked, iterations=3).diffs, asked.series, strict=True):
        visits = VisitMasks(Masks(calendar), series.treatment)
        for slot in [move.after for move in diff.moves if move.after]:
            assert check_visit(calendar, series.treatment, slot) == ()
            taken += [(who, slot.day, _first(mask), mask.bit_length()) for who, mask in visits.bookings(slot)]
    assert double_bookings(taken) == ()


def _first(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


def test_a_treatment_without_a_room_needs_none() -> None:
    assert check_visit(clinic(rooms=()), Treatment(60, None), at(0, room=None)) == ()
