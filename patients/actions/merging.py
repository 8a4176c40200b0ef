"""Two records of one person: one stays, the other is linked to it. Nothing that was written moves."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic.actions import audit
from clinic.actions.authority import must
from clinic.actions.refusal import Refused
from clinic.actions.typed import one_line
from clinic.rules.roles import Actor, Right
from patients.models import Patient

LONGEST_REASON = 500


def refuse_merged(patient: Patient) -> None:
    """Refuse to change a record that was merged into another. `patient` has been read under its lock."""
    if patient.merged_into_id is not None:
        raise Refused(
            _("This record was merged into another: open that one, or have the merge taken back."),
            code="merged",
        )


@transaction.atomic
def merge(actor: Actor, patient: Patient, into: Patient, *, reason: str, at: datetime) -> Patient:
    """Link a record to the one of the same person that stays. It can be taken back.

    Visits, records, consents and keys stay with the record they were written for. Raises Refused for two of
    different clinics, for one that was merged already, and without a reason. Whoever calls this has seen that
    nothing of the record is still to come.
    """
    must(actor, Right.MANAGE_CLINIC, patient.clinic_id)
    must(actor, Right.MANAGE_CLINIC, into.clinic_id)
    words = _reason(reason)
    pair = Patient.objects.select_for_update(no_key=True).filter(pk__in=(patient.pk, into.pk)).order_by("pk")
    held = {one.pk: one for one in pair}
    if len(held) != 2:
        raise Refused(_("Choose two different records."), code="same")
    for one in held.values():
        refuse_merged(one)
    gone = held[patient.pk]
    gone.merged_into = held[into.pk]
    gone.save(update_fields=["merged_into"])
    audit.record(actor, "merge", gone, at=at, patient_id=gone.pk, fields=["merged_into"], reason=words)
    audit.record(actor, "merge", into, at=at, patient_id=into.pk, reason=words)
    return gone


@transaction.atomic
def unmerge(actor: Actor, patient: Patient, *, reason: str, at: datetime) -> Patient:
    """Take a merge back: the record stands by itself again. A second time changes nothing."""
    must(actor, Right.MANAGE_CLINIC, patient.clinic_id)
    words = _reason(reason)
    held = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    into = held.merged_into_id
    if into is None:
        return held
    held.merged_into = None
    held.save(update_fields=["merged_into"])
    audit.record(actor, "unmerge", held, at=at, patient_id=held.pk, fields=["merged_into"], reason=words)
    audit.record(actor, "unmerge", ("patient", str(into)), at=at, patient_id=into, reason=words)
    return held


def _reason(typed: str) -> str:
    words = one_line(typed, LONGEST_REASON, "reason")
    if not words:
        raise Refused(_("Write why, for whoever reads the log."), code="reason", field="reason")
    return words
