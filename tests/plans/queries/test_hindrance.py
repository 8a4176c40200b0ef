"""What stands in the way of a claim, asked in plain SQL on both engines."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plans.actions import holding
from plans.models import Occupancy, VisitType
from plans.queries.hindrance import Hindrance, hindrance
from plans.rules.scheduling.model import Slot
from tests.factories.booking import Desk, booked_on, session
from tests.factories.patients import PatientFactory

pytestmark = pytest.mark.django_db
DAY, TEN = date(2026, 2, 3), 600


def claimed(desk: Desk, start: int, day: date = DAY) -> list[Occupancy]:
    """What a session of an hour at that minute would hold."""
    clinic = desk.team.clinic
    kind = VisitType.objects.get(clinic=clinic, kind="treatment")
    room = clinic.rooms.get(kind="treatment")
    slot = Slot(day, desk.team.practitioner.user.resource_id, start, room.pk)
    return holding.claims(clinic, kind, desk.patient.resource_id, [slot])


@pytest.mark.parametrize(
    ("start", "found"),
    [(525, None), (530, "taken"), (TEN, "taken"), (670, "taken"), (675, None)],
    ids=["ends as it begins", "a cell into it", "the same time", "into its buffer", "after its buffer"],
)
def test_only_what_overlaps_is_in_the_way(desk: Desk, start: int, found: str | None) -> None:
    booked_on(desk, DAY)
    others = [row for row in claimed(desk, start) if row.resource_id != desk.patient.resource_id]
    assert hindrance(others) == found


def test_another_day_or_another_resource_is_free(desk: Desk) -> None:
    booked_on(desk, DAY)
    assert hindrance(claimed(desk, TEN, date(2026, 2, 4))) is None
    assert hindrance([]) is None


def test_what_is_about_to_move_hinders_nobody(desk: Desk) -> None:
    booked_on(desk, DAY)
    rows = claimed(desk, TEN)
    assert hindrance(rows) is Hindrance.TAKEN
    assert hindrance(rows, but_for=session()) is None
    assert hindrance(rows, but_for=desk.series) is None


def test_a_room_out_of_use_is_gone(desk: Desk) -> None:
    desk.team.clinic.rooms.update(is_active=False)
    assert hindrance(claimed(desk, TEN)) is Hindrance.GONE


def test_somebody_who_left_is_gone(desk: Desk) -> None:
    member = desk.team.practitioner
    member.is_active = False
    member.save()
    assert hindrance(claimed(desk, TEN)) is Hindrance.GONE


def test_a_merged_record_is_said_to_be_merged(desk: Desk) -> None:
    desk.patient.merged_into = PatientFactory.create(clinic=desk.team.clinic)
    desk.patient.save()
    assert hindrance(claimed(desk, TEN)) is Hindrance.MERGED


def test_it_is_one_query_however_much_is_claimed(desk: Desk) -> None:
    rows = [row for start in (TEN, 700, 800) for row in claimed(desk, start)]
    with CaptureQueriesContext(connection) as asked:
        assert hindrance(rows) is None
    assert len(asked) == 1
