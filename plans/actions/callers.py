"""Somebody who calls for the first time becomes a patient and has a visit, or neither."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from clinic.models import Clinic
from clinic.rules.roles import Actor
from patients.actions.register import checked, register
from patients.rules.identity import Details
from plans.actions import single
from plans.models import Visit
from plans.rules.scheduling.model import Slot


@transaction.atomic
def book_caller(
    actor: Actor,
    clinic: Clinic,
    details: Details,
    kind: str,
    slot: Slot,
    *,
    at: datetime,
    key: UUID,
    note: str = "",
    is_somebody_else: bool = False,
) -> Visit:
    """Register somebody and book their visit. `key` is the form's own id: the same form twice books once.

    Raises what `register` and `single.book` raise; then nobody was registered.
    """
    # The second of two clicks waits here, and then finds what the first one made.
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    before = Visit.objects.select_related("patient").filter(pk=key, clinic=clinic, kind=kind).first()
    if before and before.patient and before.patient.name == checked(clinic, details, at).name:
        patient = before.patient
    else:
        patient = register(actor, clinic, details, at=at, is_somebody_else=is_somebody_else)
    return single.book(actor, clinic, kind, patient, slot, at=at, key=key, note=note)
