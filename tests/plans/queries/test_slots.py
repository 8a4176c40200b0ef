import datetime

import pytest

from clinic.models import Closure, Leave, Outage, Shift, SpecialOpening
from clinic.rules.hours import patient_hours
from plans.actions import booking
from plans.models import Visit, VisitType
from plans.queries.slots import calendar, hours_between, treatment_of, visit_type
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.clinic import MembershipFactory, RoomFactory
from tests.plans.actions.test_booking import offer_on

pytestmark = pytest.mark.django_db
TUESDAY = datetime.date(2026, 2, 3)
WEEK = (datetime.date(2026, 2, 2), datetime.date(2026, 2, 8))


@pytest.fixture
def desk() -> Desk:
    return a_desk()


def test_the_hours_of_a_clinic_come_from_six_tables_in_one_query(
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


def test_a_calendar_takes_as_many_queries_with_much_in_it(
    desk: Desk, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(6):  # type: ignore[operator]
        calendar(desk.team.clinic, *WEEK)
    for _ in range(4):
        RoomFactory.create(clinic=desk.team.clinic, kind="consulting")
        MembershipFactory.create(clinic=desk.team.clinic, is_practitioner=True)
    booking.confirm(desk.actor, desk.series, offer_on(desk, TUESDAY), at=MONDAY)
    with django_assert_num_queries(6):  # type: ignore[operator]
        facts = calendar(desk.team.clinic, *WEEK, patient_resource=desk.patient.resource_id)
    assert (len(facts.practitioners), len(facts.rooms), len(facts.devices)) == (6, 6, 1)
    assert len(facts.bookings) == 4


def test_a_visit_that_is_to_move_is_left_out(desk: Desk) -> None:
    booking.confirm(desk.actor, desk.series, offer_on(desk, TUESDAY), at=MONDAY)
    facts = calendar(desk.team.clinic, *WEEK, without=[Visit.objects.get().pk])
    assert list(facts.bookings) == []


def test_a_practitioner_is_busy_here_with_what_they_do_elsewhere(desk: Desk) -> None:
    york = a_desk("york", "America/New_York")
    nurse = desk.team.practitioner.user
    there = york.team.practitioner
    there.user.resource, nurse_resource = None, nurse.resource
    there.user.save()
    MembershipFactory.create(clinic=york.team.clinic, user=nurse, is_practitioner=True)
    booking.confirm(desk.actor, desk.series, offer_on(desk, TUESDAY, start=900), at=MONDAY)
    facts = calendar(york.team.clinic, *WEEK)
    assert nurse_resource is not None
    # 15:00 to 16:00 in London is 10:00 to 11:00 in New York, and nothing of whom it is for comes along.
    assert list(facts.bookings) == [(nurse_resource.pk, TUESDAY, 120, 132)]


def test_what_a_treatment_needs(desk: Desk) -> None:
    kind = visit_type(desk.team.clinic, "treatment")
    kind.practitioners.add(desk.team.lead)
    found = treatment_of(kind, desk.team.clinic)
    assert (found.minutes, found.room_kind, found.device_kind, found.grid) == (
        60,
        "treatment",
        "needling_pen",
        15,
    )
    assert (found.practitioner_buffer, found.room_buffer, found.device_buffer) == ((0, 0), (5, 10), (0, 0))
    assert found.able == frozenset({desk.team.lead.user.resource_id})


def test_nobody_named_means_everybody(desk: Desk) -> None:
    assert treatment_of(visit_type(desk.team.clinic, "treatment"), desk.team.clinic).able is None
    with pytest.raises(VisitType.DoesNotExist):
        visit_type(desk.team.clinic, "review")
