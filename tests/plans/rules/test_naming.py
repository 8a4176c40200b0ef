import datetime

from plans.rules.naming import names
from plans.rules.scheduling.model import CostPart, Option, Slot

MONDAY = datetime.date(2026, 2, 2)


def slot(days: int, start: int = 600, who: str = "a") -> Slot:
    return Slot(MONDAY + datetime.timedelta(days=days), who, start)


def option(*slots: Slot, off: int = 0) -> Option:
    parts = tuple(CostPart("gap", 2, 10) for _ in range(off))
    return Option(tuple(slots), 10 * off, parts)


def test_nothing_is_named_where_there_is_nothing() -> None:
    assert names([]) == ()


def test_the_best_is_named_by_its_weekday_and_time_when_they_stay() -> None:
    (name,) = names([option(slot(0), slot(35))])
    assert (name.title, name.is_best, name.weekday, name.start) == ("same_time", True, 0, 600)
    assert (name.sooner, name.later, name.off_target, name.changes) == (0, 0, 0, 0)


def test_each_title_is_given_once_and_the_cheapest_comes_first() -> None:
    same = option(slot(0), slot(35))
    again = option(slot(7), slot(42))  # Mondays at ten again
    soon = option(slot(1), slot(30, who="b"), off=1)
    found = names([same, again, soon])
    assert [name.title for name in found] == ["same_time", "starts", "soonest"]
    assert [name.is_best for name in found] == [True, False, False]
    assert [(name.sooner, name.later) for name in found] == [(0, 0), (0, 7), (5, 0)]
    assert [name.off_target for name in found] == [0, 0, 1]
    assert [name.changes for name in found] == [0, 0, 1]


def test_a_single_session_is_not_called_the_same_time_every_visit() -> None:
    (name,) = names([option(slot(0))])
    assert (name.title, name.weekday, name.start) == ("soonest", None, None)
