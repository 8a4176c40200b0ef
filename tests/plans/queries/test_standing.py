import datetime

import pytest

from plans.models import Series
from plans.queries.slots import treatment_of, visit_type
from plans.queries.standing import first_day, over, request, request_for_one, standing, step_of, who_may_book
from plans.rules.scheduling.model import Anchor, Request, RequestError, Step
from plans.rules.spacing import BookedBy
from plans.rules.wishes import Wishes
from tests.factories.booking import MONDAY, Desk, a_session

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 2, 2)


def asked(desk: Desk, wishes: Wishes | None = None) -> Request:
    treatment = treatment_of(visit_type(desk.team.clinic, "treatment"), desk.team.clinic)
    return request(standing(desk.series), treatment, wishes or Wishes(), MONDAY)


def days_on(days: int) -> datetime.date:
    return TODAY + datetime.timedelta(days=days)


@pytest.mark.parametrize(
    ("numbers", "to_book", "holes", "is_tail", "anchor"),
    [
        ((), [1, 2, 3, 4], [], True, None),
        ((1, 2), [3, 4], [], True, 2),
        ((1, 2, 3, 4), [], [], False, 4),
        ((1, 3, 4), [2], [2], False, 1),
        ((1, 3), [2, 4], [2], False, 1),
        ((2, 3), [1, 4], [1], False, None),
    ],
)
def test_where_a_series_stands(
    desk: Desk,
    numbers: tuple[int, ...],
    to_book: list[int],
    holes: list[int],
    is_tail: bool,
    anchor: int | None,
) -> None:
    for number in numbers:
        a_session(desk, number, 35 * number)
    a_session(desk, 4, 1, "cancelled")
    a_session(desk, 2, 2, "no_show")
    stand = standing(desk.series)
    assert (stand.to_book, stand.holes, stand.is_tail) == (to_book, holes, is_tail)
    assert (stand.anchor.session_number if stand.anchor else None) == anchor


def test_done_sessions_are_counted(desk: Desk) -> None:
    a_session(desk, 1, -35, "done")
    a_session(desk, 2, 0, "arrived")
    assert standing(desk.series).done == 1


def test_the_first_day_is_the_latest_of_today_a_wish_a_hold_and_the_gap(desk: Desk) -> None:
    assert first_day(standing(desk.series), Wishes(), MONDAY) == TODAY
    assert first_day(standing(desk.series), Wishes(first_from=days_on(5)), MONDAY) == days_on(5)
    a_session(desk, 1, -8, "done")
    assert first_day(standing(desk.series), Wishes(first_from=days_on(5)), MONDAY) == days_on(20)
    Series.objects.update(earliest_on=days_on(30))
    fresh = Series.objects.get()
    assert first_day(standing(fresh), Wishes(), MONDAY) == days_on(30)


@pytest.mark.parametrize(
    ("days", "who"),
    [
        (-30, BookedBy.FRONT_DESK),
        (-42, BookedBy.FRONT_DESK),
        (-43, BookedBy.FRONT_DESK_WITH_REASON),
        (-60, BookedBy.PRACTITIONER_WITH_REASON),
        (-200, BookedBy.NEW_CONSULTATION),
    ],
)
def test_who_may_book_depends_on_how_long_ago_the_last_one_was(desk: Desk, days: int, who: BookedBy) -> None:
    a_session(desk, 1, days, "done")
    assert who_may_book(standing(desk.series), TODAY) is who


def test_a_whole_series_is_asked_for_from_today(desk: Desk) -> None:
    found = asked(desk)
    assert (found.n, found.earliest, found.latest_first, found.anchor) == (4, TODAY, days_on(28), None)
    assert found.steps == (Step(28, 35, 42),) * 3
    assert found.preferred == desk.team.practitioner.user.resource_id
    assert found.patient_busy == ((TODAY, 0, 480),)


def test_the_rest_counts_from_the_last_session_that_stands(desk: Desk) -> None:
    a_session(desk, 1, -10, "done")
    found = asked(desk)
    assert found.anchor == Anchor(days_on(-10), desk.team.practitioner.user.resource_id, 600)
    assert (found.n, found.earliest, found.latest_first) == (3, days_on(18), days_on(32))


def test_past_its_window_the_next_session_has_until_the_end_of_being_late(desk: Desk) -> None:
    a_session(desk, 1, -45, "done")
    found = asked(desk)
    assert found.steps[0] == Step(28, 35, 56)
    assert found.latest_first == days_on(11)
    assert set(found.steps[1:]) == {Step(28, 35, 42)}


def test_wishes_and_the_event_narrow_the_request(desk: Desk) -> None:
    Series.objects.update(event_on=days_on(60), keep_clear_days=14)
    desk.series.refresh_from_db()
    lead = desk.team.lead.user.resource_id
    wishes = Wishes(
        weekdays=frozenset({1}),
        times=frozenset({"morning", "evening"}),
        practitioner=lead,
        only=True,
        away=((days_on(3), days_on(4)),),
        finish=days_on(150),
    )
    found = asked(desk, wishes)
    assert (found.weekdays, found.daytime, found.practitioners) == (frozenset({1}), (0, 1440), (lead,))
    assert found.blackout == ((days_on(46), days_on(60)), (days_on(3), days_on(4)))
    assert found.finish == days_on(150)
    assert (TODAY, 720, 1020) in found.patient_busy


def test_wishes_that_contradict_each_other_are_an_error(desk: Desk) -> None:
    with pytest.raises(RequestError):
        asked(desk, Wishes(first_from=days_on(10), finish=days_on(5)))


def test_a_step_is_as_wide_as_the_state_its_gap_lies_in(desk: Desk) -> None:
    assert step_of(desk.series) == Step(28, 35, 42)
    assert step_of(desk.series, 42).maximum == 42
    assert step_of(desk.series, 50).maximum == 56
    assert step_of(desk.series, 300).maximum == 300


def test_one_session_is_asked_for_by_itself(desk: Desk) -> None:
    a_session(desk, 1, -10, "done")
    a_session(desk, 3, 60)
    treatment = treatment_of(visit_type(desk.team.clinic, "treatment"), desk.team.clinic)
    stand = standing(desk.series)
    found = request_for_one(stand, 2, treatment, near=days_on(25), at=MONDAY)
    assert found is not None
    assert (found.n, found.earliest, found.latest_first) == (1, days_on(18), days_on(32))
    late = request_for_one(stand, 2, treatment, near=days_on(40), at=MONDAY)
    assert late is not None
    assert late.latest_first == days_on(46)
    assert request_for_one(stand, 2, treatment, near=days_on(300), at=MONDAY) is None


def test_hours_that_are_over_are_busy() -> None:
    assert over(TODAY, 615) == ((TODAY, 0, 615),)
    assert over(TODAY, 0) == ()
