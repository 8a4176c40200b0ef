import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.rules.scheduling.levels import (
    Change,
    Fill,
    Grid,
    Layer,
    Near,
    Reach,
    Spread,
    Stage,
    repeat,
)
from plans.rules.scheduling.model import Step, Weights

GRID = Grid(unit=15, width=8, people=3)
DAYS = 2
SETS = st.integers(0, GRID.whole(DAYS))


class Heard(Layer):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[int, int]] = []

    def receive(self, cost: int, found: int) -> None:
        self.told.append((cost, found))


def settle(layer: Layer, until: int) -> list[tuple[int, int]]:
    """Settle cost after cost and return what was new at each."""
    return [(cost, new) for cost in range(until + 1) if (new := layer.settle(cost))]


def place(day: int, person: int, column: int) -> int:
    return 1 << (day * GRID.people + person) * GRID.width + column


def places(found: int) -> set[tuple[int, int, int]]:
    return {
        (day, person, column)
        for day in range(DAYS)
        for person in range(GRID.people)
        for column in range(GRID.width)
        if found & place(day, person, column)
    }


@pytest.mark.parametrize(
    ("pattern", "bits", "times", "found"),
    [(0b1, 1, 3, 0b111), (0b01, 2, 3, 0b010101), (0, 4, 9, 0), (5, 3, 0, 0)],
)
def test_a_pattern_is_repeated(pattern: int, bits: int, times: int, found: int) -> None:
    assert repeat(pattern, bits, times) == found


def test_a_grid_lays_columns_in_practitioners_in_days() -> None:
    assert GRID.day_bits == 24
    assert GRID.whole(2) == (1 << 48) - 1
    assert places(GRID.per_person(0b1, DAYS)) == {(d, p, 0) for d in range(2) for p in range(3)}
    assert places(GRID.per_day(0b1, DAYS)) == {(0, 0, 0), (1, 0, 0)}


def test_what_is_due_is_settled_once_at_its_least_cost_and_handed_on() -> None:
    heard = Heard()
    layer = Layer(heard)
    layer.due(3, 0b110)
    layer.due(1, 0b010)
    layer.due(3, 0b001)
    layer.due(2, 0)
    assert layer.waiting
    assert settle(layer, 5) == heard.told == [(1, 0b010), (3, 0b101)]
    assert (layer.settled, layer.waiting) == (0b111, False)


def test_a_layer_must_say_what_it_does_with_what_comes_in() -> None:
    with pytest.raises(NotImplementedError):
        Layer().receive(0, 1)


def test_a_stage_lets_members_through_by_their_class_and_remembers() -> None:
    stage = Stage([(0, 0b0011), (5, 0b0100)])
    stage.receive(2, 0b1110)
    assert settle(stage, 9) == [(2, 0b0010), (7, 0b0100)]
    assert [stage.at(cost) for cost in (1, 2, 6, 7, 99)] == [0, 0b0010, 0b0010, 0b0110, 0b0110]
    assert (stage.price(1), stage.price(2), stage.members) == (0, 5, 0b0111)


@given(SETS)
def test_filling_gives_every_start_of_a_practitioners_day(found: int) -> None:
    whole = {(day, person) for day, person, _ in places(found)}
    assert places(Fill(GRID, DAYS)(found)) == {
        (*one, column) for one in whole for column in range(GRID.width)
    }


@given(SETS)
def test_spreading_gives_every_practitioner_the_starts_of_the_day(found: int) -> None:
    starts = {(day, column) for day, _, column in places(found)}
    spread = {(day, person, column) for day, column in starts for person in range(GRID.people)}
    assert places(Spread(GRID, DAYS)(found)) == spread


@given(SETS, st.integers(0, 3), st.integers(0, 9))
def test_another_time_of_day_costs_by_the_quarter_up_to_the_cap(found: int, tod: int, cap: int) -> None:
    heard = Heard()
    near = Near(GRID, Weights(tod=tod, tod_cap=cap), DAYS, heard)
    near.receive(10, found)
    settle(near, 60)
    told = {one: cost for cost, new in heard.told for one in places(new)}
    here = places(found)
    assert told == {
        (day, person, column): 10 + tod * min(min(away), cap)
        for day in range(DAYS)
        for person in range(GRID.people)
        for column in range(GRID.width)
        if (away := [abs(column - c) for d, p, c in here if (d, p) == (day, person)])
    }


def test_within_a_quarter_of_an_hour_the_time_of_day_is_the_same() -> None:
    fives, heard = Grid(unit=5, width=8, people=1), Heard()
    near = Near(fives, Weights(tod=2, tod_cap=2), 1, heard)
    near.receive(0, 0b1)
    settle(near, 9)
    assert heard.told == [(0, 0b0000_0111), (2, 0b0011_1000), (4, 0b1100_0000)]


def test_another_practitioner_costs_a_change() -> None:
    heard = Heard()
    change = Change(7, Spread(GRID, DAYS), heard)
    change.receive(1, place(1, 2, 3))
    settle(change, 9)
    assert [(cost, places(new)) for cost, new in heard.told] == [
        (1, {(1, 2, 3)}),
        (8, {(1, 0, 3), (1, 1, 3)}),
    ]


@pytest.mark.parametrize(
    ("step", "shift", "expected"),
    [
        (Step(7, 7, 7), 7, [(0, {0, 1})]),
        (Step(7, 7, 7), 6, [(0, {0})]),  # the later window begins a day before the earlier one's target
        (Step(7, 7, 8), 8, [(0, {1}), (10, {0})]),
        (Step(6, 8, 8), 7, [(0, {0}), (10, {1})]),
        (Step(1, 1, 2), 9, []),
    ],
)
def test_a_gap_costs_by_the_days_off_target(
    step: Step, shift: int, expected: list[tuple[int, set[int]]]
) -> None:
    """Both days of the later window are free; told are the days of the earlier one."""
    heard = Heard()
    reach = Reach(step, 10, shift, GRID.whole(DAYS), GRID, heard)
    reach.receive(0, place(0, 1, 2) | place(1, 1, 2))
    settle(reach, 99)
    assert [(cost, {day for day, _, _ in places(new)}) for cost, new in heard.told] == expected
    assert {day for day, _, _ in places(reach.all(place(0, 1, 2) | place(1, 1, 2)))} == {
        day for _, days in expected for day in days
    }
