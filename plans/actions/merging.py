"""Merging two records, once nothing of the one that goes is still to come."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic.actions.authority import must
from clinic.actions.refusal import Refused
from clinic.rules.roles import Actor, Right
from patients.actions import merging
from patients.models import Patient
from plans.actions import holding, waiting
from plans.models import Series
from plans.queries.merging import side


@transaction.atomic
def merge(actor: Actor, patient: Patient, into: Patient, *, reason: str, at: datetime) -> Patient:
    """Link a record to the one that stays; see `patients.actions.merging.merge`.

    Raises Refused with code `to_come` while the record that goes has a visit to come, a series that is not
    finished or a place on the waiting list: nobody could book, move or treat there afterwards.
    """
    must(actor, Right.MANAGE_CLINIC, patient.clinic_id)
    waiting.end_what_is_over(patient, at)
    list(Series.objects.select_for_update().filter(patient=patient).order_by("pk").values_list("pk"))
    holding.lock([patient.resource_id, into.resource_id])
    if not side(actor, patient, at=at).may_go:
        raise Refused(
            _("Something of the record that goes is still to come, as it says there. End that first."),
            code="to_come",
            field="stays",
        )
    return merging.merge(actor, patient, into, reason=reason, at=at)
