import datetime

import pytest

from plans.actions import booking, series
from plans.actions.placing import had_of, new_reference, session_of
from plans.models import Series, SeriesChange, Visit
from plans.queries.standing import standing
from plans.rules.plan import numbered
from tests.factories.booking import MONDAY, Desk, a_desk, offer_on, slot

pytestmark = pytest.mark.django_db
FIRST = datetime.date(2026, 2, 3)
SECOND = FIRST + datetime.timedelta(days=49)  # late
WHY = "the patient was in hospital"


@pytest.fixture
def desk() -> Desk:
    desk = a_desk()
    booking.confirm(desk.actor, desk.series, offer_on(desk, FIRST, SECOND), at=MONDAY, reason=WHY)
    return desk


def stand_of(desk: Desk) -> list[tuple[datetime.date, str, str]]:
    rows = Visit.objects.order_by("session_number")
    return [(one.day, one.state, one.override_reason) for one in rows]


def test_a_move_keeps_what_it_loses_and_undo_gives_it_back(desk: Desk) -> None:
    Visit.objects.filter(session_number=2).update(state="confirmed")
    before = stand_of(desk)
    assert before[1] == (SECOND, "confirmed", WHY)
    inside = FIRST + datetime.timedelta(days=35)
    plan = numbered([2], [slot(desk, inside)])
    change = booking.confirm(desk.actor, desk.series, booking.offer(Series.objects.get(), plan), at=MONDAY)
    assert change.had == {"2": ["confirmed", WHY]}
    assert stand_of(desk)[1] == (inside, "booked", "")
    series.undo(desk.actor, change, at=MONDAY)
    assert stand_of(desk) == before


def test_a_change_from_before_this_was_kept_is_undone_without_it(desk: Desk) -> None:
    plan = numbered([2], [slot(desk, FIRST + datetime.timedelta(days=35))])
    change = booking.confirm(desk.actor, desk.series, booking.offer(Series.objects.get(), plan), at=MONDAY)
    SeriesChange.objects.filter(pk=change.pk).update(had={})
    series.undo(desk.actor, change, at=MONDAY)
    assert stand_of(desk)[1] == (SECOND, "booked", "")


def test_new_sessions_have_nothing_to_lose(desk: Desk) -> None:
    stand = standing(Series.objects.get())
    assert had_of(stand, numbered([3], [slot(desk, SECOND)])) == {}
    assert session_of(stand.visits[1]) == numbered([1], [slot(desk, FIRST)])[0]


def test_a_reference_can_be_read_out() -> None:
    assert len(new_reference()) == 7
    assert not set(new_reference()) & set("01IO")
