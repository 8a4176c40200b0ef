from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.rules.hours import Absence, Opening, Shift, SpecialOpening, working_spans
from clinic.rules.timegrid import CELLS
from plans.rules.scheduling.masks import (
    FULL,
    Masks,
    VisitMasks,
    busy_mask,
    cells,
    free_mask,
    grid_mask,
    runs,
)
from plans.rules.scheduling.model import Calendar, Place, Practitioner, Slot, Treatment
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
    at,
    booked,
    clinic,
    full,
    person,
)

HOUR = 12  # cells


def minutes(mask: int) -> list[int]:
    """The minutes at which the cells of a mask begin."""
    return [cell * 5 for cell in range(CELLS) if mask >> cell & 1]


def visits(calendar: Calendar, treatment: Treatment = VISIT) -> VisitMasks:
    return VisitMasks(Masks(calendar), treatment)


@given(st.integers(0, (1 << 64) - 1), st.integers(1, 30))
def test_a_run_begins_where_so_many_cells_in_a_row_are_free(free: int, length: int) -> None:
    found = [cell for cell in range(64) if all(free >> cell + more & 1 for more in range(length))]
    assert [cell for cell in range(64) if runs(free, length) >> cell & 1] == found


@pytest.mark.parametrize(
    ("first", "until", "mask"),
    [(0, 0, 0), (3, 3, 0), (4, 3, 0), (0, 3, 0b111), (2, 4, 0b1100), (0, CELLS, FULL)],
)
def test_cells_are_a_mask(first: int, until: int, mask: int) -> None:
    assert cells(first, until) == mask


def test_free_time_shrinks_to_whole_cells_and_busy_time_grows_to_them() -> None:
    assert minutes(free_mask([(9, 21)])) == [10, 15]
    assert minutes(busy_mask([(9, 21)])) == [5, 10, 15, 20]
    assert minutes(free_mask([(8, 13), (13, 21)])) == [10, 15]  # they touch within a cell, so it is free
    assert free_mask([(6, 9)]) == 0


@pytest.mark.parametrize(("grid", "starts"), [(15, 96), (20, 72), (60, 24), (5, 288), (1440, 1)])
def test_a_grid_counts_from_midnight(grid: int, starts: int) -> None:
    assert minutes(grid_mask(grid)) == [grid * number for number in range(starts)]


CLOSED = Opening(BERLIN, MORNINGS, closures=(Absence(MONDAY, MONDAY, ((TEN, ELEVEN),)),))
SPECIAL = Opening(BERLIN, MORNINGS, special=(SpecialOpening(MONDAY, ((TEN, ELEVEN),)),))
WITH_SETTING_UP = Opening(BERLIN, MORNINGS, staff=dict.fromkeys(range(7), ((510, 750),)))


@pytest.mark.parametrize(
    ("opening", "patients", "staff"),
    [
        (Opening(BERLIN, MORNINGS), [(NINE, NOON)], [(NINE, NOON)]),
        (CLOSED, [(NINE, TEN), (ELEVEN, NOON)], [(NINE, TEN), (ELEVEN, NOON)]),
        (SPECIAL, [(TEN, ELEVEN)], [(TEN, ELEVEN)]),
        (replace(SPECIAL, closures=CLOSED.closures), [], []),
        (WITH_SETTING_UP, [(NINE, NOON)], [(510, 750)]),
        (Opening(BERLIN, {1: ((NINE, NOON),)}), [], []),
    ],
)
def test_hours_of_patients_and_staff(
    opening: Opening, patients: list[tuple[int, int]], staff: list[tuple[int, int]]
) -> None:
    assert Masks(clinic(opening=opening)).hours(MONDAY) == (free_mask(patients), free_mask(staff))


def test_the_hours_of_a_weekday_are_those_of_every_such_day_but_for_its_own_exceptions() -> None:
    masks = Masks(clinic(opening=SPECIAL))
    assert masks.hours(after(7)) == masks.hours(after(14)) == (free_mask([(NINE, NOON)]),) * 2
    assert masks.hours(MONDAY) == (free_mask([(TEN, ELEVEN)]),) * 2


def test_an_hour_that_a_clock_change_skips_or_repeats_is_never_open() -> None:
    nights = Masks(clinic(opening=Opening(BERLIN, dict.fromkeys(range(7), ((0, 300),)))))
    assert nights.hours(date(2026, 3, 29))[0] == free_mask([(0, 120), (180, 300)])
    assert nights.hours(date(2026, 10, 25))[0] == free_mask([(0, 120), (180, 300)])
    assert nights.hours(date(2026, 3, 28))[0] == free_mask([(0, 300)])


def test_after_the_last_day_that_is_known_nothing_is_open() -> None:
    masks = Masks(clinic(until=after(6), opening=SPECIAL))
    assert masks.hours(after(6)) == (free_mask([(NINE, NOON)]),) * 2
    assert masks.hours(after(7)) == (0, 0)
    assert masks.presence("Ana", after(7)) == masks.usable("R", after(7)) == 0


def test_presence_is_shift_within_staff_hours_less_leave() -> None:
    early = Shift({0: ((480, ELEVEN),)})
    late = Shift({0: ((TEN, 780),)}, since=after(7))
    ana = Practitioner("Ana", (late, early), (Absence(after(14), after(20), ((TEN, TEN + 30),)),))
    masks = Masks(clinic(practitioners=(ana,)))
    assert masks.presence("Ana", MONDAY) == free_mask([(NINE, ELEVEN)])
    assert masks.presence("Ana", after(7)) == free_mask([(TEN, NOON)])
    assert masks.presence("Ana", after(14)) == free_mask([(TEN + 30, NOON)])
    assert masks.presence("Ana", after(1)) == 0
    assert Masks(clinic(practitioners=(Practitioner("Ana", ()),))).presence("Ana", MONDAY) == 0


def test_a_place_is_usable_in_staff_hours_unless_it_is_out() -> None:
    out = Place("R", "t", (Absence(MONDAY, MONDAY, ((TEN, ELEVEN),)),))
    masks = Masks(clinic(rooms=(out,), opening=WITH_SETTING_UP))
    assert masks.usable("R", MONDAY) == free_mask([(510, TEN), (ELEVEN, 750)])
    assert masks.usable("R", after(1)) == free_mask([(510, 750)])


def test_bookings_are_taken_and_given_back() -> None:
    masks = Masks(
        clinic(bookings=[booked("Ana", 0, NINE, TEN), booked("Ana", 0, TEN, ELEVEN), *full("R", 1)])
    )
    assert masks.booked("Ana", MONDAY) == busy_mask([(NINE, ELEVEN)])
    assert masks.booked("Ana", after(1)) == masks.booked("nobody", MONDAY) == 0
    masks.take("Ana", MONDAY, busy_mask([(ELEVEN, NOON)]))
    masks.take("Ben", MONDAY, busy_mask([(NINE, TEN)]))
    assert masks.bookings_on(MONDAY) == {"Ana": busy_mask([(NINE, NOON)]), "Ben": busy_mask([(NINE, TEN)])}
    masks.give_back("Ana", MONDAY, busy_mask([(NINE, TEN)]))
    assert masks.booked("Ana", MONDAY) == busy_mask([(TEN, NOON)])
    assert masks.booked("R", after(1)) == FULL


def test_starts_are_on_the_grid_inside_the_opening_hours() -> None:
    assert minutes(visits(clinic()).opening_starts(MONDAY)) == list(range(NINE, ELEVEN + 1, 15))
    assert minutes(visits(clinic(), Treatment(52, "t", grid=60)).opening_starts(MONDAY)) == [
        NINE,
        TEN,
        ELEVEN,
    ]
    assert visits(clinic(), Treatment(185, "t")).opening_starts(MONDAY) == 0


BUFFERED = replace(VISIT, practitioner_buffer=(5, 10))


@pytest.mark.parametrize(
    ("hole", "treatment", "starts"),
    [
        ((TEN, ELEVEN), VISIT, [TEN]),
        ((TEN, ELEVEN - 1), VISIT, []),
        ((TEN - 5, ELEVEN + 5), BUFFERED, []),  # 70 minutes for 5 + 60 + 10
        ((TEN, ELEVEN + 15), BUFFERED, [TEN + 5]),
        ((TEN + 10, ELEVEN + 25), BUFFERED, [TEN + 15]),
        ((NINE, NOON), BUFFERED, list(range(NINE + 5, ELEVEN - 5, 5))),
    ],
)
def test_a_practitioner_needs_a_hole_for_the_visit_and_both_buffers(
    hole: tuple[int, int], treatment: Treatment, starts: list[int]
) -> None:
    bookings = [booked("Ana", 0, 0, hole[0]), booked("Ana", 0, hole[1], 1440)]
    found = visits(clinic(bookings=bookings), treatment).practitioner_starts("Ana", MONDAY)
    assert minutes(found.open) == starts


def test_a_short_leftover_is_told_for_each_side() -> None:
    found = visits(clinic(bookings=[booked("Ana", 0, ELEVEN, NOON)])).practitioner_starts("Ana", MONDAY)
    assert minutes(found.open) == list(range(NINE, TEN + 1, 5))
    assert minutes(found.short_before) == list(range(NINE + 5, NINE + 30, 5))
    assert minutes(found.short_after) == list(range(NINE + 35, TEN, 5))


def test_a_leftover_is_measured_from_the_end_of_the_buffers() -> None:
    found = visits(clinic(), BUFFERED).practitioner_starts("Ana", MONDAY)
    assert minutes(found.short_before)[0] == NINE + 10
    assert minutes(found.short_after)[-1] == ELEVEN - 15


@given(st.integers(0, (1 << CELLS) - 1), st.sampled_from([(0, 0), (5, 10), (0, 25), (15, 0)]))
def test_starts_and_leftovers_equal_a_walk_over_the_cells(free: int, buffers: tuple[int, int]) -> None:
    found = visits(clinic(), Treatment(20, "t", practitioner_buffer=buffers))._free_starts(free)
    before, after_ = buffers[0] // 5, buffers[1] // 5
    for cell in range(CELLS):
        first, until = cell - before, cell + 4 + after_
        fits = first >= 0 and until <= CELLS and all(free >> one & 1 for one in range(first, until))
        assert bool(found.open >> cell & 1) == fits
        if fits:
            below = next((n for n in range(first + 1) if n == first or not free >> first - n - 1 & 1), 0)
            above = next(n for n in range(CELLS + 1) if until + n >= CELLS or not free >> until + n & 1)
            assert bool(found.short_before >> cell & 1) == (0 < below < 6)
            assert bool(found.short_after >> cell & 1) == (0 < above < 6)


TWO_ROOMS = (Place("R", "t"), Place("S", "t"), Place("Talk", "c"))


def test_any_room_and_any_device_of_the_kind_will_do() -> None:
    bookings = [
        booked("R", 0, TEN, NOON), booked("S", 0, NINE, ELEVEN), booked("D", 0, NINE, NINE + 15),
    ]  # fmt: skip
    facts = clinic(rooms=TWO_ROOMS, devices=(Place("D", "d"),), bookings=bookings)
    assert minutes(visits(facts).place_starts(MONDAY)) == [NINE, ELEVEN]
    assert minutes(visits(facts, replace(VISIT, device_kind="d")).place_starts(MONDAY)) == [ELEVEN]
    assert visits(facts, replace(VISIT, device_kind="x")).place_starts(MONDAY) == 0
    assert minutes(visits(facts, replace(VISIT, room_kind=None)).place_starts(MONDAY))[0] == NINE
    assert minutes(visits(facts, replace(VISIT, room_buffer=(0, 5))).place_starts(MONDAY)) == []


def test_rooms_of_the_kind_are_usable_together() -> None:
    out = Place("R", "t", (Absence(MONDAY, MONDAY),))
    assert visits(clinic(rooms=(out,))).usable(MONDAY) == 0
    assert visits(clinic(rooms=())).usable(MONDAY) == 0
    assert visits(clinic(rooms=(out, Place("S", "t")))).usable(MONDAY) == free_mask([(NINE, NOON)])
    assert visits(clinic(rooms=()), Treatment(60, None)).usable(MONDAY) == free_mask([(NINE, NOON)])


def test_only_the_skilled_are_asked() -> None:
    facts = clinic("Ana Ben Cyd")
    assert visits(facts).practitioners == ["Ana", "Ben", "Cyd"]
    assert visits(facts, replace(VISIT, able=frozenset({"Cyd", "Ana", "Gone"}))).practitioners == [
        "Ana",
        "Cyd",
    ]


@pytest.mark.parametrize(
    ("bookings", "like", "room"),
    [
        ([], None, "R"),
        ([booked("S", 0, ELEVEN, NOON)], None, "S"),  # the tighter stretch
        ([booked("S", 0, ELEVEN, NOON)], at(7, room="R"), "R"),  # the one it had
        ([booked("R", 0, NINE, NINE + 30), booked("S", 0, ELEVEN, NOON)], at(7, room="R"), "S"),
        (full("R", 0), at(7, room="R"), "S"),
    ],
)
def test_a_visit_gets_the_room_that_it_had_or_the_one_that_fits_best(
    bookings: list[tuple[str, date, int, int]], like: Slot | None, room: str
) -> None:
    placed = visits(clinic(rooms=TWO_ROOMS, bookings=bookings)).place(MONDAY, "Ana", NINE, like)
    assert placed == Slot(MONDAY, "Ana", NINE, room)


def test_a_visit_without_a_free_room_cannot_be_placed() -> None:
    with pytest.raises(LookupError):
        visits(clinic(bookings=full("R", 0))).place(MONDAY, "Ana", NINE)


def test_a_visit_takes_each_of_its_resources_with_that_ones_buffers() -> None:
    needs = Treatment(52, "t", "d", (5, 0), (0, 10), (3, 3))
    taken = visits(clinic(), needs).bookings(at(0, NINE, device="D"))
    assert taken == [
        ("Ana", busy_mask([(NINE - 5, NINE + 55)])),
        ("R", busy_mask([(NINE, NINE + 65)])),
        ("D", busy_mask([(NINE - 5, NINE + 60)])),
    ]
    assert visits(clinic(), needs).needed(0, (5, 0)) == 0  # would begin the day before


def test_a_patient_is_taken_for_the_visit_alone() -> None:
    starts = visits(clinic()).patient_starts(busy_mask([(TEN, ELEVEN)]))
    assert {NINE, ELEVEN} <= set(minutes(starts))
    assert not {NINE + 5, TEN, ELEVEN - 5} & set(minutes(starts))


def test_everybody_works_as_their_shift_says() -> None:
    facts = clinic(practitioners=(person("Ana", (TEN, ELEVEN)), person("Ben")))
    assert minutes(visits(facts).practitioner_starts("Ana", MONDAY).open) == [TEN]
    assert len(minutes(visits(facts).practitioner_starts("Ben", MONDAY).open)) == 2 * HOUR + 1


def test_weeks_of_a_shift_take_turns() -> None:
    """The masks and the spans that the checker reads agree, week after week, also from before it begins."""
    ana = Practitioner("Ana", (Shift({0: ((NINE, TEN),)}, MONDAY, ({0: ((TEN, ELEVEN),)},)),))
    masks = Masks(clinic(practitioners=(ana,)))
    found = [masks.presence("Ana", after(7 * week)) for week in (-1, 0, 1, 2, 3)]
    spans = [
        working_spans(masks.calendar.opening, ana.shifts, (), after(7 * week)) for week in (-1, 0, 1, 2, 3)
    ]
    assert found == [free_mask(one) for one in spans]
    assert [len(one) for one in spans] == [0, 1, 1, 1, 1]
    assert found[1] == found[3] != found[2] == found[4]
