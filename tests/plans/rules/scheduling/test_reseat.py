from dataclasses import replace
from typing import Any

import pytest

from clinic.rules.hours import Absence
from plans.rules.scheduling.diff import Disruption, ReplanCosts, Series
from plans.rules.scheduling.masks import Masks, cells
from plans.rules.scheduling.model import Anchor, Calendar, Place, Slot
from plans.rules.scheduling.reseat import Reseat, Reseated, _nearest, as_request, move_cost
from tests.plans.rules.scheduling.small import (
    ELEVEN,
    MONDAY,
    NINE,
    NOON,
    TEN,
    VISIT,
    WEEKLY,
    after,
    at,
    booked,
    clinic,
    full,
    person,
    told,
)

SERIES = Series("one", VISIT, (at(0), at(7), at(14)), (WEEKLY, WEEKLY))


def reseat(facts: Calendar, series: Series = SERIES, radius: int = 3, today: int = 0) -> Reseated | None:
    disruption = Disruption(after(today), (series,), radius)
    return Reseat(Masks(facts), disruption, series).best()


def seated(facts: Calendar, series: Series = SERIES, **more: Any) -> tuple[int, list[tuple[int, int, Any]]]:
    found = reseat(facts, series, **more)
    assert found is not None
    return found.cost, told(found.slots)


@pytest.mark.parametrize(
    ("day", "start", "who", "cost"),
    [
        (0, TEN, "Ana", 0),
        (0, TEN, "Ben", 40),
        (0, TEN + 15, "Ana", 100 + 2),
        (0, TEN + 14, "Ana", 100),
        (0, NINE, "Ben", 40 + 100 + 8),
        (1, TEN, "Ana", 200 + 10),
        (-3, NINE, "Ben", 40 + 200 + 30 + 8),
        (40, TEN, "Ana", 200 + 150),
        (0, 23 * 60, "Ana", 100 + 48),
    ],
)
def test_what_it_costs_to_move_one_session(day: int, start: int, who: str, cost: int) -> None:
    assert move_cost(ReplanCosts(), at(0, TEN), after(day), start, who) == cost


@pytest.mark.parametrize(
    ("free", "found"),
    [
        ([], []),
        ([50], [50]),
        ([45], [45]),
        ([55], [55]),
        ([40, 45, 55, 60], [45, 55]),
        ([45, 50, 55], [50, 55]),
    ],
)
def test_of_a_day_only_the_starts_just_before_and_just_after_matter(
    free: list[int], found: list[int]
) -> None:
    assert list(_nearest(sum(1 << minute // 5 for minute in free), 50)) == found


def test_open_sessions_are_a_request_within_the_radius_after_the_last_one_done() -> None:
    series = replace(
        SERIES, done=1, weekdays=frozenset({0}), patient="Pat", blackout=((after(30), after(31)),)
    )
    asked = as_request(series, Disruption(after(6), (series,), 3))
    assert (asked.n, asked.earliest, asked.latest_first) == (2, after(6), after(10))
    assert (asked.anchor, asked.steps) == (Anchor(MONDAY, "Ana", NINE), (WEEKLY, WEEKLY))
    assert (asked.weekdays, asked.patient, asked.blackout) == (
        frozenset({0}), "Pat", ((after(30), after(31)),),
    )  # fmt: skip
    assert as_request(SERIES, Disruption(after(20), (SERIES,), 3)).latest_first == after(20)


def test_who_need_not_move_stays() -> None:
    assert seated(clinic()) == (0, [(0, NINE, "Ana"), (7, NINE, "Ana"), (14, NINE, "Ana")])


def test_another_practitioner_at_the_same_hour_disturbs_least() -> None:
    away = person("Ana", leave=(Absence(after(7), after(7)),))
    facts = clinic(practitioners=(away, person("Ben")))
    assert seated(facts) == (40, [(0, NINE, "Ana"), (7, NINE, "Ben"), (14, NINE, "Ana")])


def test_then_another_hour_of_the_same_day() -> None:
    facts = clinic(bookings=[booked("Ana", 7, NINE, TEN)])
    assert seated(facts) == (100 + 8, [(0, NINE, "Ana"), (7, TEN, "Ana"), (14, NINE, "Ana")])


def test_then_another_day_and_sessions_after_it_follow_only_if_they_must() -> None:
    moved = seated(clinic(bookings=full("R", 7)), replace(SERIES, slots=(at(0), at(7), at(16))))
    assert moved == (210 + 2 * (1 + 1), [(0, NINE, "Ana"), (8, NINE, "Ana"), (16, NINE, "Ana")])
    followed = seated(clinic(bookings=full("R", 7)))
    assert followed == (2 * 210 + 2, [(0, NINE, "Ana"), (8, NINE, "Ana"), (15, NINE, "Ana")])


def test_sessions_done_never_move_and_count_for_the_gap() -> None:
    series = replace(SERIES, done=1, slots=(at(-2), at(7), at(14)))
    assert seated(clinic(), series) == (2 * 2, [(7, NINE, "Ana"), (14, NINE, "Ana")])
    moved = seated(clinic(bookings=full("Ana", 7)), series)
    assert moved == (210 + 2 * (1 + 1), [(6, NINE, "Ana"), (14, NINE, "Ana")])


@pytest.mark.parametrize(
    ("facts", "more"),
    [
        ({"bookings": full("R", *range(-3, 18))}, {}),
        ({"bookings": full("R", 7, 8, 9, 10)}, {}),
        ({"bookings": full("Ana", 0)}, {"radius": 0}),
        ({}, {"today": 4}),
        ({"rooms": ()}, {}),
        ({"people": "Ben"}, {"series": replace(SERIES, practitioners=("Ana",))}),
        ({}, {"series": replace(SERIES, weekdays=frozenset({5}))}),
    ],
)
def test_no_place_within_the_radius_is_none(facts: dict[str, Any], more: dict[str, Any]) -> None:
    assert reseat(clinic(**facts), **more) is None


def test_wishes_of_the_series_hold() -> None:
    full_monday = full("R", 7)
    tuesdays = replace(SERIES, slots=(at(0), at(7)), steps=(WEEKLY,), blackout=((after(8), after(8)),))
    assert seated(clinic(bookings=full_monday), tuesdays)[1] == [(0, NINE, "Ana"), (9, NINE, "Ana")]
    late = replace(SERIES, daytime=(TEN, NOON))
    assert {start for _, start, _ in seated(clinic(), late)[1]} == {TEN}


def test_one_practitioner_throughout_goes_together() -> None:
    series = replace(SERIES, same_practitioner=True)
    facts = clinic("Ana Ben", full("Ana", 7, 8, 9, 10))
    assert seated(facts, series) == (120, [(0, NINE, "Ben"), (7, NINE, "Ben"), (14, NINE, "Ben")])


def test_a_pin_is_taken_exactly_or_there_is_no_place() -> None:
    pinned = replace(SERIES, pins={1: at(8, ELEVEN)})
    assert seated(clinic(), pinned)[1] == [(0, NINE, "Ana"), (8, ELEVEN, "Ana"), (15, NINE, "Ana")]
    assert reseat(clinic(bookings=full("Ana", 8)), pinned) is None


def test_bookings_may_come_and_go_between_two_looks() -> None:
    facts, disruption = clinic("Ana Ben"), Disruption(MONDAY, (SERIES,), 3)
    masks = Masks(facts)
    task = Reseat(masks, disruption, SERIES)
    first = task.best()
    masks.take("Ana", MONDAY, cells(0, 288))
    second = task.best()
    masks.give_back("Ana", MONDAY, cells(0, 288))
    assert first
    assert second
    assert (first.cost, second.cost, task.best()) == (0, 40, first)


def test_the_room_is_kept_where_it_is_free() -> None:
    rooms = (Place("Q", "t"), Place("R", "t"))
    found = reseat(clinic(rooms=rooms, bookings=full("R", 7)))
    assert found is not None
    assert [slot.room for slot in found.slots] == ["R", "Q", "R"]
    assert isinstance(found.slots[0], Slot)
