"""The outbox: every mail waits here, written in the transaction of its cause."""

from django.db import models


class Message(models.Model):
    """One mail. Its text names no treatment and no health fact."""

    class State(models.TextChoices):
        QUEUED = "queued"
        CLAIMED = "claimed"
        SENT = "sent"
        PARKED = "parked"  # refused for good: staff must look
        VOID = "void"  # its cause is gone

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, null=True, related_name="messages")
    kind = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=30)
    subject_id = models.CharField(max_length=36)
    patient_id = models.UUIDField(null=True)
    to = models.EmailField()
    title = models.CharField(max_length=200)
    body = models.TextField()
    is_secret = models.BooleanField(default=False)  # a code or an invitation: wiped when sent
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            # Two workers, or a second cron, cannot make the same mail twice.
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind", "due_at"], name="message_once_a_cause"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="message_waiting", condition=models.Q(state__in=("queued", "claimed"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
