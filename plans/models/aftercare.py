"""The sheet that a patient was given: what it said, from which rules, in which language."""

import uuid

from django.db import models

from clinic.models.guards import SignedIsSigned
from plans.models.clinical import ClinicalQuerySet


class AftercareSheet(models.Model):
    """One issue of a sheet. A correction issues the next number and keeps this one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="sheets")
    record = models.ForeignKey("plans.SessionRecord", on_delete=models.PROTECT, related_name="sheets")
    number = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=8)
    protocol_version = models.ForeignKey("plans.ProtocolVersion", on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField()
    content = models.JSONField()
    rule_ids = models.JSONField()
    reason = models.CharField(max_length=500, blank=True)  # why a later number was issued
    signed_at = models.DateTimeField()  # when it was issued
    signed_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")

    objects = ClinicalQuerySet["AftercareSheet"].as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            SignedIsSigned(name="sheet_issued_is_issued"),
            models.UniqueConstraint(fields=["record", "number"], name="sheet_number_once_a_record"),
        ]
