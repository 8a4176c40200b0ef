import datetime

import pytest

from clinic.models import Closure, Leave, Outage, Shift, SpecialOpening
from clinic.rules.hours import patient_hours
from plans.queries.hours import hours_between
from tests.factories.booking import Desk, a_desk
from tests.factories.clinic import RoomFactory

pytestmark = pytest.mark.django_db
TUESDAY = datetime.date(2026, 2, 3)
WEEK = (datetime.date(2026, 2, 2), datetime.date(2026, 2, 8))


def test_the_hours_of_a_clinic_come_from_eight_tables_in_one_query(
    desk: Desk, django_assert_num_queries: object
) -> None:
    clinic, nurse = desk.team.clinic, desk.team.practitioner
    room = clinic.rooms.get(kind="treatment")
    Closure.objects.create(
        clinic=clinic, first=TUESDAY, last=TUESDAY, start_minute=540, end_minute=600, reason="audit"
    )
    SpecialOpening.objects.create(clinic=clinic, day=WEEK[1], start_minute=600, end_minute=720)
    Leave.objects.create(membership=nurse, first=WEEK[0], last=TUESDAY)
    Outage.objects.create(resource_id=room.pk, first=TUESDAY, last=TUESDAY, start_minute=600, end_minute=660)
    Shift.objects.create(
        membership=desk.team.lead, since=TUESDAY, weekday=1, start_minute=720, end_minute=1020
    )
    with django_assert_num_queries(1):  # type: ignore[operator]
        kept = hours_between(clinic, *WEEK)
    assert patient_hours(kept.opening, TUESDAY) == ((600, 1020),)
    assert patient_hours(kept.opening, WEEK[1]) == ((600, 720),)
    assert patient_hours(kept.opening, datetime.date(2026, 2, 7)) == ()
    assert kept.working(nurse.pk, TUESDAY) == ()
    assert kept.working(nurse.pk, datetime.date(2026, 2, 4)) == ((540, 1020),)
    assert kept.working(desk.team.lead.pk, WEEK[0]) == ((540, 1020),)
    assert kept.working(desk.team.lead.pk, TUESDAY) == ((720, 1020),)
    assert [(one.first, one.spans) for one in kept.outages[room.pk]] == [(TUESDAY, ((600, 660),))]
    assert [one.reason for one in kept.opening.closures] == ["audit"]


def test_hours_of_another_clinic_and_of_other_days_are_not_there(desk: Desk) -> None:
    other = a_desk("harbour")
    Closure.objects.create(clinic=other.team.clinic, first=TUESDAY, last=TUESDAY)
    Closure.objects.create(
        clinic=desk.team.clinic, first=WEEK[1] + datetime.timedelta(1), last=datetime.date(2026, 3, 1)
    )
    Leave.objects.create(membership=other.team.practitioner, first=TUESDAY, last=TUESDAY)
    kept = hours_between(desk.team.clinic, *WEEK)
    assert kept.opening.closures == ()
    assert set(kept.shifts) == {desk.team.practitioner.pk, desk.team.lead.pk}
    assert kept.leave == {}


def test_rooms_and_devices_come_along_with_those_that_are_no_longer_used(desk: Desk) -> None:
    clinic = desk.team.clinic
    old = RoomFactory.create(clinic=clinic, name="Old room", is_active=False)
    places = {one.name: one for one in hours_between(clinic, *WEEK).places}
    assert {one.what for one in places.values()} == {"room", "device", "old room"}
    assert (places["Old room"].what, places["Old room"].pk) == ("old room", old.pk)
    assert {one.kind for one in places.values()} == {"treatment", "consulting", "needling_pen"}
