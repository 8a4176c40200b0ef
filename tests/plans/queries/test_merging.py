"""Two records are compared by what was written for each, and by what of it is still to come."""

from datetime import date

import pytest

from plans.models import Series, WaitingEntry
from plans.queries.merging import side
from tests.factories.booking import MONDAY, a_desk
from tests.factories.patients import AccessFactory
from tests.factories.plans import VisitFactory
from tests.people import a_team

pytestmark = pytest.mark.django_db


def test_a_side_says_what_is_there_and_what_is_to_come() -> None:
    desk = a_desk()
    admin, patient = desk.admin, desk.patient
    VisitFactory.create(series=desk.series, session_number=1, day=date(2026, 1, 5), state="done")
    booked = VisitFactory.create(series=desk.series, session_number=2, day=date(2026, 2, 9))
    AccessFactory.create(patient=patient)
    AccessFactory.create(patient=patient, revoked_at=MONDAY)
    found = side(admin, patient, at=MONDAY)
    assert (found.visits, found.first, found.last, found.to_come) == (
        2,
        date(2026, 1, 5),
        date(2026, 2, 9),
        1,
    )
    assert (found.series, found.unfinished, found.keys, found.waits, found.may_go) == (1, 1, 1, False, False)
    type(booked).objects.filter(pk=booked.pk).update(state="cancelled")
    Series.objects.update(state="stopped")
    assert side(admin, patient, at=MONDAY).may_go
    wait = {"clinic": patient.clinic, "patient": patient, "kind": "review", "joined_at": MONDAY}
    WaitingEntry.objects.create(first=date(2026, 1, 1), last=date(2026, 1, 31), **wait)
    assert side(admin, patient, at=MONDAY).may_go
    WaitingEntry.objects.update(last=MONDAY.date())
    assert not side(admin, patient, at=MONDAY).may_go


def test_a_stranger_sees_no_visit_and_no_series() -> None:
    desk = a_desk()
    VisitFactory.create(series=desk.series, session_number=1)
    found = side(a_team("mistral").admin.actor, desk.patient, at=MONDAY)
    assert (found.visits, found.series) == (0, 0)
