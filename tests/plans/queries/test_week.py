"""A week of everybody or of one practitioner, in five queries however much was booked before."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.models import Closure, Leave, SpecialOpening
from plans.models import Visit
from plans.queries.week import Week, week_of
from tests.factories.booking import MONDAY, Desk, a_desk, fill
from tests.factories.patients import PatientFactory
from tests.factories.plans import VisitFactory

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 2, 2)
SATURDAY = datetime.date(2026, 2, 7)
AT_TEN = MONDAY + datetime.timedelta(hours=2)


def a_week(desk: Desk, day: datetime.date = TODAY, whose: int | None = None) -> Week:
    found = week_of(desk.actor, desk.team.clinic, day, at=AT_TEN, whose=whose)
    assert found is not None
    return found


def review(desk: Desk, day: datetime.date, **values: object) -> Visit:
    given = {"practitioner": desk.team.practitioner, "kind": "review", **values}
    made: Visit = VisitFactory.create(
        patient=PatientFactory.create(clinic=desk.team.clinic), day=day, **given
    )
    return made


def test_any_day_shows_its_week_from_monday_on(desk: Desk) -> None:
    found = a_week(desk, datetime.date(2026, 2, 5))
    assert (found.monday, found.days[0], found.days[-1]) == (TODAY, TODAY, datetime.date(2026, 2, 6))
    assert [member.pk for member, _columns in found.rows] == [desk.team.practitioner.pk, desk.team.lead.pk]


@pytest.mark.parametrize("opens", [True, False])
def test_a_saturday_stands_there_when_it_opens_or_something_is_booked(desk: Desk, opens: bool) -> None:
    if opens:
        SpecialOpening.objects.create(clinic=desk.team.clinic, day=SATURDAY, start_minute=540, end_minute=720)
    else:
        review(desk, SATURDAY)
    assert a_week(desk).days[-1] == SATURDAY


def test_each_cell_holds_the_visits_and_the_free_time_of_one_person_on_one_day(desk: Desk) -> None:
    mine, hers = review(desk, TODAY), review(desk, datetime.date(2026, 2, 4), practitioner=desk.team.lead)
    found = a_week(desk)
    cells = {
        (member.pk, column.day): [entry.visit for entry in column.entries if entry.visit]
        for member, columns in found.rows
        for column in columns
    }
    assert {key: visits for key, visits in cells.items() if visits} == {
        (desk.team.practitioner.pk, TODAY): [mine],
        (desk.team.lead.pk, datetime.date(2026, 2, 4)): [hers],
    }
    assert (found.booked, found.now_row) == (2, 12)
    assert found.rows[0][1][0].free_minutes == 1020 - mine.start_minute - mine.minutes
    assert found.rows[0][1][1].free_minutes == 480


def test_a_day_off_and_a_closed_day_are_told(desk: Desk) -> None:
    tuesday, friday = datetime.date(2026, 2, 3), datetime.date(2026, 2, 6)
    Leave.objects.create(membership=desk.team.practitioner, first=tuesday, last=tuesday, reason="ill")
    Closure.objects.create(clinic=desk.team.clinic, first=friday, last=friday, reason="Stocktaking")
    columns = a_week(desk).rows[0][1]
    assert [(one.absent, one.why) for one in columns] == [
        ("", ""), ("away", ""), ("", ""), ("", ""), ("closed", "Stocktaking"),
    ]  # fmt: skip


def test_one_person_s_week_shows_nobody_else(desk: Desk) -> None:
    review(desk, TODAY)
    review(desk, TODAY, practitioner=desk.team.lead)
    found = a_week(desk, whose=desk.team.lead.pk)
    assert [member.pk for member, _columns in found.rows] == [desk.team.lead.pk]
    assert found.booked == 1
    assert {member.pk for member in found.members} >= {desk.team.practitioner.pk, desk.team.lead.pk}


def test_nobody_of_another_clinic_has_a_week_here(desk: Desk) -> None:
    other = a_desk("harbour")
    review(other, TODAY)
    whose = other.team.practitioner.pk
    assert week_of(desk.actor, desk.team.clinic, TODAY, at=AT_TEN, whose=whose) is None
    assert week_of(other.actor, desk.team.clinic, TODAY, at=AT_TEN).booked == 0  # type: ignore[union-attr]


def test_a_week_takes_five_queries_with_three_visits_and_with_sixty(desk: Desk) -> None:
    a_week(desk)
    counted = []
    for wanted in (3, 60):
        fill(desk, wanted)
        with CaptureQueriesContext(connection) as found:
            assert a_week(desk).booked == wanted
        counted.append(len(found))
    assert counted == [5, 5]
