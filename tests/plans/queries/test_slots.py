import datetime

import pytest

from clinic.models import Membership
from plans.actions import booking
from plans.models import VisitType
from plans.queries.slots import calendar, members_of, needs_of, treating, treatment_of, visit_type
from tests.factories.booking import MONDAY, Desk, offer_on
from tests.factories.clinic import MembershipFactory, RoomFactory

pytestmark = pytest.mark.django_db
TUESDAY = datetime.date(2026, 2, 3)
WEEK = (datetime.date(2026, 2, 2), datetime.date(2026, 2, 8))


def test_a_calendar_takes_as_many_queries_with_much_in_it(
    desk: Desk, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(3):  # type: ignore[operator]
        calendar(desk.team.clinic, *WEEK)
    for _ in range(4):
        RoomFactory.create(clinic=desk.team.clinic, kind="consulting")
        MembershipFactory.create(clinic=desk.team.clinic, is_practitioner=True)
    booking.confirm(desk.actor, desk.series, offer_on(desk, TUESDAY), at=MONDAY)
    with django_assert_num_queries(3):  # type: ignore[operator]
        facts = calendar(desk.team.clinic, *WEEK, patient_resource=desk.patient.resource_id)
    assert (len(facts.practitioners), len(facts.rooms), len(facts.devices)) == (6, 6, 1)
    assert len(facts.bookings) == 4


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


def test_what_a_kind_needs_and_who_gives_it_is_one_query(
    desk: Desk, django_assert_num_queries: object
) -> None:
    kind = VisitType.objects.get(kind="treatment")
    kind.practitioners.add(desk.team.lead, desk.team.practitioner)
    with django_assert_num_queries(1):  # type: ignore[operator]
        needs = needs_of(desk.team.clinic, "treatment")
    assert (needs.kind, needs.treatment) == (kind, treatment_of(kind, desk.team.clinic))
    with pytest.raises(VisitType.DoesNotExist):
        needs_of(desk.team.clinic, "top_up")


def test_whoever_left_is_named_and_does_not_treat(desk: Desk) -> None:
    Membership.objects.filter(pk=desk.team.lead.pk).update(is_active=False)
    members = members_of(desk.team.clinic)
    assert [one.pk for one in members] == [desk.team.practitioner.pk, desk.team.lead.pk]
    assert [one.pk for one in treating(members)] == [desk.team.practitioner.pk]
