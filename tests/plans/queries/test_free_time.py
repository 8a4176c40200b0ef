import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plans.actions import booking
from plans.models import VisitType
from plans.queries.free_time import FreeTime, treatments
from plans.rules.plan import Session
from plans.rules.scheduling.choice import ones
from tests.factories.booking import MONDAY, Desk, another_series
from tests.factories.waiting import DAY, TODAY, slot

pytestmark = pytest.mark.django_db
THURSDAY = TODAY + 3 * DAY


def starts(desk: Desk, *patients: int, kind: str = "treatment") -> list[int]:
    """Return the minutes at which the practitioner could see the first of these patients on Thursday."""
    free = FreeTime(desk.team.clinic, TODAY, TODAY + 7 * DAY, patients)
    who = desk.team.practitioner.user.resource_id
    return [5 * cell for cell in ones(free.starts(kind, THURSDAY, who, patients[0]))]


def test_an_empty_day_is_free_from_nine_to_the_last_start(desk: Desk) -> None:
    found = starts(desk, desk.patient.resource_id)
    assert (found[0], found[-1], len(found)) == (540, 960, 29)


def test_what_is_booked_is_busy_for_the_practitioner_and_for_the_patient(desk: Desk) -> None:
    token = booking.offer(desk.series, [Session(1, slot(desk, 3, 600))])
    booking.confirm(desk.actor, desk.series, token, at=MONDAY)
    other = another_series(desk).patient.resource_id
    assert not {555, 600, 645} & set(starts(desk, other))
    free = FreeTime(desk.team.clinic, TODAY, TODAY + 7 * DAY, [desk.patient.resource_id])
    lead = desk.team.lead.user.resource_id
    cells = set(ones(free.starts("consultation", THURSDAY, lead, desk.patient.resource_id)))
    assert 600 // 5 not in cells
    assert 660 // 5 in cells


def test_nothing_is_free_outside_the_days_or_for_an_unknown_kind_or_person(desk: Desk) -> None:
    patient = desk.patient.resource_id
    free = FreeTime(desk.team.clinic, TODAY, TODAY, [patient])
    who = desk.team.practitioner.user.resource_id
    assert free.starts("treatment", THURSDAY, who, patient) == 0
    assert free.starts("review", TODAY, who, patient) == 0
    assert free.starts("treatment", TODAY, 0, patient) == 0
    assert free.practitioners("review") == []


def test_a_kind_is_given_by_those_who_are_named(desk: Desk) -> None:
    VisitType.objects.get(kind="treatment").practitioners.add(desk.team.lead)
    found = treatments(desk.team.clinic)
    assert found["treatment"].able == frozenset({desk.team.lead.user.resource_id})
    assert found["consultation"].able is None


@pytest.mark.parametrize("patients", [1, 5])
def test_the_queries_stay_the_same_however_many_are_asked_about(desk: Desk, patients: int) -> None:
    known = [another_series(desk).patient.resource_id for _ in range(patients)]
    with CaptureQueriesContext(connection) as found:
        FreeTime(desk.team.clinic, TODAY, TODAY + 7 * DAY, known)
    assert len(found) == 6
