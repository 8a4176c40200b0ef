"""The person: who they are and how to reach them."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.rules.roles import Actor, Right


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, actor: Actor) -> "PatientQuerySet":
        """Return the patients whose identity the person may see: their clinic's, or their own."""
        if actor.is_patient:
            return self.filter(
                access__user_id=actor.user_id or 0,
                access__revoked_at__isnull=True,
                access__confirmed_at__isnull=False,
            )
        if actor.clinic_id is None or not actor.may(Right.SEE_IDENTITY):
            return self.none()
        return self.filter(clinic_id=actor.clinic_id)

    def matching(self, words: str) -> "PatientQuerySet":
        """Return those whose folded name, phone, mail, reference or birth date hold every word."""
        found = self
        for word in words.split():
            found = found.filter(search_text__contains=word)
        return found


class Patient(models.Model):
    """A patient of one clinic. The name is as typed, in any script."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="patients")
    resource = models.OneToOneField("clinic.Resource", on_delete=models.PROTECT, related_name="patient")
    reference = models.CharField(_("reference"), max_length=8)
    name = models.CharField(_("name"), max_length=120)
    family_name = models.CharField(_("family name, for sorting"), max_length=80, blank=True)
    birth_date = models.DateField(_("date of birth"))
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=8)
    desk_note = models.CharField(_("note for the desk"), max_length=300, blank=True)
    search_text = models.CharField(max_length=500, editable=False)
    registered_at = models.DateTimeField()
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged_from")

    objects = PatientQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "reference"], name="patient_reference_once_a_clinic"),
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("pk")), name="patient_not_merged_into_itself"
            ),
        ]
        indexes = [models.Index(fields=["clinic", "family_name", "name"], name="patient_by_name")]

    def __str__(self) -> str:
        return self.reference
