import datetime
import uuid

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry
from patients.models import Patient
from patients.rules.identity import Details
from plans.actions.callers import book_caller
from plans.models import Visit
from plans.queries.single import free_times
from plans.rules.scheduling.model import Slot
from tests.factories.booking import MONDAY, Desk

pytestmark = pytest.mark.django_db
WHO = Details(name="Zoë Newcomer", birth_date=datetime.date(1985, 6, 22), phone="020 7946 0018")


def a_slot(desk: Desk) -> Slot:
    return free_times(desk.team.clinic, "consultation", MONDAY.date(), at=MONDAY)[0].slot


def booked(desk: Desk, slot: Slot, key: uuid.UUID, who: Details = WHO, kind: str = "consultation") -> Visit:
    return book_caller(desk.actor, desk.team.clinic, who, kind, slot, at=MONDAY, key=key)


def test_a_caller_is_registered_and_booked_and_both_are_written_down(desk: Desk) -> None:
    visit = booked(desk, a_slot(desk), uuid.uuid4())
    assert visit.patient is not None
    assert (visit.patient.name, visit.kind, visit.state) == ("Zoë Newcomer", "consultation", "booked")
    verbs = AuditEntry.objects.filter(patient_id=visit.patient.pk).values_list("verb", flat=True)
    assert sorted(verbs) == ["book", "register"]


def test_the_same_key_books_once_and_never_for_somebody_else(desk: Desk) -> None:
    key, slot = uuid.uuid4(), a_slot(desk)
    assert booked(desk, slot, key) == booked(desk, slot, key)
    with pytest.raises(Refused) as refused:
        booked(desk, slot, key, Details(name="Another Caller", birth_date=datetime.date(1960, 1, 1)))
    assert refused.value.code == "key_used"
    assert (Visit.objects.count(), Patient.objects.filter(name="Another Caller").count()) == (1, 0)


@pytest.mark.parametrize(("kind", "code"), [("treatment", "kind"), ("blocked", "kind")])
def test_what_cannot_be_booked_registers_nobody(desk: Desk, kind: str, code: str) -> None:
    before = Patient.objects.count()
    with pytest.raises(Refused) as refused:
        booked(desk, a_slot(desk), uuid.uuid4(), kind=kind)
    assert (refused.value.code, Patient.objects.count()) == (code, before)


def test_a_time_that_somebody_took_registers_nobody(desk: Desk) -> None:
    slot = a_slot(desk)
    booked(desk, slot, uuid.uuid4())
    with pytest.raises(Refused):
        booked(desk, slot, uuid.uuid4(), Details(name="Too Late", birth_date=datetime.date(1960, 1, 1)))
    assert not Patient.objects.filter(name="Too Late").exists()
