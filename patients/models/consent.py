"""What the patient has agreed to, in which words, when."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models.guards import AppendOnly, SignedIsSigned
from clinic.rules.roles import Actor, Right


class ConsentQuerySet(models.QuerySet["Consent"]):
    def visible_to(self, actor: Actor) -> "ConsentQuerySet":
        """Return the consents that clinicians of the clinic may read."""
        if actor.clinic_id is None or not actor.may(Right.READ_CLINICAL):
            return self.none()
        return self.filter(clinic_id=actor.clinic_id)

    def standing(self) -> "ConsentQuerySet":
        """Return the consents that were not withdrawn."""
        return self.filter(withdrawal__isnull=True)


class Consent(models.Model):
    """A signed agreement. A withdrawal is a row of its own."""

    class Kind(models.TextChoices):
        TREATMENT = "treatment", _("treatment")
        PHOTOS = "photos", _("photos")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=10, choices=Kind)
    version = models.CharField(max_length=30)
    signed_at = models.DateTimeField()
    witnessed_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = [SignedIsSigned(name="consent_signed_is_signed")]


class ConsentWithdrawal(models.Model):
    """The patient's word that a consent no longer stands."""

    consent = models.OneToOneField("patients.Consent", on_delete=models.PROTECT, related_name="withdrawal")
    withdrawn_at = models.DateTimeField()
    recorded_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [AppendOnly(name="withdrawal_is_append_only")]


class ErasureOrder(models.Model):
    """Permission to delete what one patient signed; it stays when the rows are gone."""

    patient_id = models.UUIDField(db_index=True)
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    ordered_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField()
    reason = models.CharField(max_length=500)

    class Meta:
        constraints = [AppendOnly(name="erasure_order_is_append_only")]
