from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plans.models import Visit
from plans.queries.oddities import at_the_same_time, hours_of
from tests.factories.booking import TEN, Desk, another_series
from tests.factories.plans import VisitFactory
from tests.people import a_team

pytestmark = pytest.mark.django_db
DAY = date(2026, 2, 3)


def a_visit(desk: Desk, start: int = TEN, **fields: object) -> Visit:
    given = {"series": another_series(desk), "session_number": 1, "day": DAY, "start_minute": start, **fields}
    made: Visit = VisitFactory.create(room=desk.team.clinic.rooms.get(kind="treatment"), **given)
    return Visit.objects.select_related("clinic", "practitioner__user", "room", "device", "patient").get(
        pk=made.pk
    )


@pytest.mark.parametrize(("start", "inside"), [(TEN, True), (300, False), (1380, False)])
def test_a_visit_lies_inside_the_hours_of_its_day_or_outside(desk: Desk, start: int, inside: bool) -> None:
    found = hours_of(a_visit(desk, start))
    assert found is not None
    assert (found.is_open, found.is_on_shift) == (inside, inside)


@pytest.mark.parametrize(
    "fields", [{"state": "cancelled"}, {"kind": "blocked"}], ids=["cancelled", "blocked"]
)
def test_hours_say_nothing_of_what_does_not_stand_or_is_blocked(desk: Desk, fields: dict[str, str]) -> None:
    visit = a_visit(desk, 300)
    for name, value in fields.items():
        setattr(visit, name, value)
    assert hours_of(visit) is None


def test_visits_at_one_time_name_each_other_and_what_both_need(desk: Desk) -> None:
    first, other = a_visit(desk), a_visit(desk, TEN + 30)
    a_visit(desk, TEN + 90)
    a_visit(desk, state="cancelled")
    a_visit(desk, day=DAY + timedelta(days=1))
    [clash] = at_the_same_time(desk.actor, first)
    assert (clash.visit, clash.shared) == (other, (first.practitioner.user.name, first.room.name))  # type: ignore[union-attr]
    assert first in [one.visit for one in at_the_same_time(desk.actor, other)]


def test_somebody_of_another_clinic_sees_no_clash_and_many_take_one_query(desk: Desk) -> None:
    first = a_visit(desk)
    a_visit(desk)
    assert at_the_same_time(a_team("harbour").desk.actor, first) == []
    for wanted in (1, 3):
        with CaptureQueriesContext(connection) as asked:
            assert len(at_the_same_time(desk.actor, first)) == wanted
        assert len(asked) == 1
        a_visit(desk), a_visit(desk)
