import datetime

import pytest

from plans.rules.waiting import Neighbour, Wish, answer_by, window

MONDAY = datetime.date(2026, 2, 2)
NOW = datetime.datetime(2026, 2, 2, 8, tzinfo=datetime.UTC)
ANY = Wish(MONDAY, MONDAY + datetime.timedelta(days=60))


def on(days: int) -> datetime.date:
    return MONDAY + datetime.timedelta(days=days)


def beside(days: int, least: int = 28, most: int = 42) -> Neighbour:
    return Neighbour(on(days), least, most)


@pytest.mark.parametrize(
    ("before", "after", "days"),
    [
        (None, None, (0, 60)),
        (beside(-20), None, (8, 22)),
        (beside(-20), beside(45), (8, 17)),
        (beside(-20), beside(60), (18, 22)),
        (beside(-20), beside(60, 42, 49), (11, 18)),
        (None, beside(45), (3, 17)),
    ],
)
def test_both_gaps_are_kept_as_the_neighbours_stand(
    before: Neighbour | None, after: Neighbour | None, days: tuple[int, int]
) -> None:
    assert window(ANY, before, after, not_before=[]) == (on(days[0]), on(days[1]))


def test_every_other_bound_narrows_the_window() -> None:
    found = window(ANY, beside(-20), None, not_before=[on(10), on(12)], not_after=[on(15)])
    assert found == (on(12), on(15))


def test_neighbours_too_close_together_leave_no_day() -> None:
    assert window(ANY, beside(-20), beside(20), not_before=[]) is None
    assert window(ANY, None, None, not_before=[on(61)]) is None


@pytest.mark.parametrize(
    ("wish", "suits"),
    [
        (ANY, True),
        (Wish(on(0), on(3)), False),
        (Wish(on(5), on(9)), False),
        (Wish(on(4), on(4)), True),
        (Wish(on(0), on(9), weekdays=frozenset({4})), True),
        (Wish(on(0), on(9), weekdays=frozenset({0, 1})), False),
        (Wish(on(0), on(9), practitioner=7), True),
        (Wish(on(0), on(9), practitioner=8), False),
    ],
)
def test_a_day_with_somebody_suits(wish: Wish, suits: bool) -> None:
    assert wish.wants(on(4), 7) is suits


@pytest.mark.parametrize(
    ("times", "hours"),
    [
        ((), ((540, 1080),)),
        (("morning",), ((540, 720),)),
        (("morning", "afternoon"), ((540, 1020),)),
        (("morning", "evening"), ((540, 720), (1020, 1080))),
    ],
)
def test_only_the_wished_hours_of_a_free_stretch_suit(
    times: tuple[str, ...], hours: tuple[tuple[int, int], ...]
) -> None:
    assert Wish(MONDAY, MONDAY, times=frozenset(times)).hours((540, 1080)) == hours


@pytest.mark.parametrize(("ahead", "answer"), [(1, 0.5), (48, 24), (47, 23.5), (500, 24)])
def test_an_offer_is_open_for_half_of_the_time_and_at_most_a_day(ahead: float, answer: float) -> None:
    hour = datetime.timedelta(hours=1)
    assert answer_by(NOW, NOW + ahead * hour) == NOW + answer * hour
