"""What a patient agrees to, and takes back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic.actions import audit
from clinic.actions.authority import must, person
from clinic.actions.refusal import Refused
from clinic.rules.roles import Actor, Right
from patients.actions.merging import refuse_merged
from patients.models import Consent, ConsentWithdrawal, Patient

LONGEST_VERSION = 30


@transaction.atomic
def record_consent(actor: Actor, patient: Patient, kind: str, version: str, *, at: datetime) -> Consent:
    """Record that the patient agreed, in the words of `version`, before this practitioner.

    A consent to the same words that stands is returned as it is. Raises Refused for another kind, and
    without a version.
    """
    must(actor, Right.WRITE_CLINICAL, patient.clinic_id)
    if kind not in Consent.Kind.values:
        raise Refused(_("Choose what the patient agrees to."), code="kind", field="kind")
    if not 0 < len(version) <= LONGEST_VERSION:
        raise Refused(_("Say which version of the words was signed."), code="version", field="version")
    refuse_merged(Patient.objects.select_for_update(no_key=True).get(pk=patient.pk))
    standing = Consent.objects.standing().filter(patient=patient, kind=kind, version=version).first()
    if standing is not None:
        return standing
    consent = Consent.objects.create(
        clinic_id=patient.clinic_id,
        patient=patient,
        kind=kind,
        version=version,
        signed_at=at,
        witnessed_by_id=person(actor),
    )
    audit.record(actor, "consent", consent, at=at, patient_id=patient.pk, clinic_id=patient.clinic_id)
    return consent


@transaction.atomic
def withdraw_consent(actor: Actor, consent: Consent, *, at: datetime) -> ConsentWithdrawal:
    """Record that a consent no longer stands, by a row of its own. A second time returns the first."""
    must(actor, Right.WRITE_CLINICAL, consent.clinic_id)
    Patient.objects.select_for_update(no_key=True).get(pk=consent.patient_id)
    withdrawal, is_new = ConsentWithdrawal.objects.get_or_create(
        consent=consent, defaults={"withdrawn_at": at, "recorded_by_id": person(actor)}
    )
    if is_new:
        audit.record(
            actor, "withdraw", consent, at=at, patient_id=consent.patient_id, clinic_id=consent.clinic_id
        )
    return withdrawal
