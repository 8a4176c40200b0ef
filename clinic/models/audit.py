"""Who did what, to whom, when: one row a verb or a read, never a value."""

from django.db import models

from clinic.models.guards import AppendOnly


class AuditEntry(models.Model):
    """One line of the log. It names its subject by kind and id, so that it outlives the subject."""

    at = models.DateTimeField()
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, null=True, related_name="audit")
    user = models.ForeignKey("clinic.User", on_delete=models.PROTECT, null=True, related_name="audit")
    role = models.CharField(max_length=60)
    verb = models.CharField(max_length=40)
    patient_id = models.UUIDField(null=True)
    subject_kind = models.CharField(max_length=30)
    subject_id = models.CharField(max_length=36)
    fields = models.JSONField(default=list)
    reason = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=45, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["clinic", "-at"], name="audit_by_clinic"),
            models.Index(fields=["patient_id", "-at"], name="audit_by_patient"),
        ]
        constraints = [AppendOnly(name="audit_is_append_only")]
