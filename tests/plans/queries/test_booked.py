import datetime

import pytest

from plans.actions import booking
from plans.models import Visit
from plans.queries.booked import bookings
from plans.queries.slots import calendar
from tests.factories.booking import MONDAY, Desk, a_desk, offer_on
from tests.factories.clinic import MembershipFactory

pytestmark = pytest.mark.django_db
TUESDAY = datetime.date(2026, 2, 3)
WEEK = (datetime.date(2026, 2, 2), datetime.date(2026, 2, 8))


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


def test_single_days_are_read_alone(desk: Desk) -> None:
    later = TUESDAY + datetime.timedelta(days=35)
    booking.confirm(desk.actor, desk.series, offer_on(desk, TUESDAY, later), at=MONDAY)
    nurse = desk.team.practitioner.user.resource_id
    assert nurse is not None
    days = frozenset({later, later + datetime.timedelta(days=1)})
    assert bookings(desk.team.clinic, [nurse], days) == [(nurse, later, 120, 132)]
    assert bookings(desk.team.clinic, [], days) == []


def test_elsewhere_is_read_only_for_those_who_work_elsewhere(
    desk: Desk, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(3):  # type: ignore[operator]
        calendar(desk.team.clinic, *WEEK)
    york = a_desk("york", "America/New_York")
    MembershipFactory.create(clinic=york.team.clinic, user=desk.team.practitioner.user, is_active=False)
    with django_assert_num_queries(4):  # type: ignore[operator]
        calendar(desk.team.clinic, *WEEK)
