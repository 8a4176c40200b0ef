"""Patients who stand in time that was taken away are called: somebody ticks that it was done."""

from datetime import datetime

from django.db import transaction

from clinic.actions import audit
from clinic.actions.authority import must
from clinic.rules.roles import Actor, Right
from plans.models import Call, Visit


@transaction.atomic
def mark_called(actor: Actor, visit: Visit, *, at: datetime) -> None:
    """Tick that the patient of a visit was called about it. Twice does it once."""
    must(actor, Right.BOOK, visit.clinic_id)
    visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    _call, is_new = Call.objects.get_or_create(
        visit=visit, sequence=visit.sequence, defaults={"at": at, "by_id": actor.user_id}
    )
    if is_new:
        audit.record(actor, "call", visit, at=at, patient_id=visit.patient_id, clinic_id=visit.clinic_id)


@transaction.atomic
def take_call_back(actor: Actor, visit: Visit, *, at: datetime) -> None:
    """Take the tick away: the patient is still to be called."""
    must(actor, Right.BOOK, visit.clinic_id)
    gone, _rows = Call.objects.filter(visit=visit).delete()
    if gone:
        audit.record(
            actor, "take_call_back", visit, at=at, patient_id=visit.patient_id, clinic_id=visit.clinic_id
        )
