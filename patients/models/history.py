"""What the patient has answered: each answer is a row, the newest of a question counts."""

from django.db import models

from clinic.models.guards import AppendOnly
from clinic.rules.roles import Actor, Right


class SafetyAnswerQuerySet(models.QuerySet["SafetyAnswer"]):
    def visible_to(self, actor: Actor) -> "SafetyAnswerQuerySet":
        """Return the answers a clinician of the clinic, or the patient, may read."""
        if actor.is_patient:
            return self.filter(
                patient__access__user_id=actor.user_id or 0,
                patient__access__revoked_at__isnull=True,
                patient__access__confirmed_at__isnull=False,
            )
        if actor.clinic_id is None or not actor.may(Right.READ_CLINICAL):
            return self.none()
        return self.filter(clinic_id=actor.clinic_id)


class SafetyAnswer(models.Model):
    """One answer to one safety question. It is never changed: a newer one takes its place."""

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="answers")
    question = models.CharField(max_length=30)
    answer = models.CharField(max_length=40, blank=True)  # empty: the answer was taken back
    date = models.DateField(null=True)
    is_ongoing = models.BooleanField(default=False)
    number = models.PositiveSmallIntegerField(null=True)
    free_text = models.CharField(max_length=500, blank=True)
    given_at = models.DateTimeField()
    given_on = models.DateField()
    given_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")

    objects = SafetyAnswerQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["patient", "question", "-given_at"], name="answer_newest_first")]
        constraints = [AppendOnly(name="answers_are_append_only")]
