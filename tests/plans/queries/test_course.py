import pytest

from plans.models import Series, Visit
from plans.queries.course import closed_up, may_go, removable, without
from plans.queries.standing import Standing, standing
from tests.factories.booking import DAYS, MONDAY, Desk, booked_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(desk: Desk) -> Desk:
    return booked_on(desk, *DAYS)


def stand() -> Standing:
    return standing(Series.objects.get())


def test_what_nobody_has_begun_can_go(desk: Desk) -> None:
    Visit.objects.filter(session_number=1).update(state="done")
    Visit.objects.filter(session_number=2).update(state="arrived")
    Visit.objects.filter(session_number=3).delete()
    assert [may_go(stand(), number) for number in range(6)] == [False, False, False, True, True, False]
    assert removable(stand()) == 4


def test_a_series_without_one_session_counts_on_and_nothing_is_saved(desk: Desk) -> None:
    then = without(stand(), 2)
    assert {number: visit.day for number, visit in then.visits.items()} == {
        1: DAYS[0], 2: DAYS[2], 3: DAYS[3],
    }  # fmt: skip
    assert (then.series.sessions, then.to_book) == (3, [])
    assert Series.objects.get().sessions == 4
    assert Visit.objects.get(day=DAYS[2]).session_number == 3


def test_later_sessions_close_up_and_earlier_ones_stay(desk: Desk) -> None:
    found = closed_up(stand(), 3, at=MONDAY)
    assert found is not None
    assert [(session.number, session.slot.day) for session in found.plan] == [(3, DAYS[2])]


def test_nothing_closes_up_where_nothing_has_to(desk: Desk) -> None:
    assert closed_up(stand(), 1, at=MONDAY) is None
    assert closed_up(stand(), 4, at=MONDAY) is None
