"""A series of sessions, and the changes that were made to its dates."""

import uuid
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from plans.models.clinical import DiaryQuerySet
from plans.rules.spacing import Window


class Series(models.Model):
    """What was agreed: how many sessions, how far apart, under which version of the protocol."""

    class State(models.TextChoices):
        TO_BOOK = "to_book", _("to book")
        BOOKED = "booked", _("booked")
        ACTIVE = "active", _("under way")
        PAUSED = "paused", _("paused")
        COMPLETED = "completed", _("completed")
        STOPPED = "stopped", _("stopped")

    OPEN = (State.TO_BOOK, State.BOOKED, State.ACTIVE)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="series")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="series")
    consultation = models.OneToOneField("plans.Consultation", on_delete=models.PROTECT, related_name="series")
    protocol_version = models.ForeignKey("plans.ProtocolVersion", on_delete=models.PROTECT, related_name="+")
    practitioner = models.ForeignKey("clinic.Membership", on_delete=models.PROTECT, related_name="+")
    sessions = models.PositiveSmallIntegerField()
    # Days after the session before: earliest, best and latest.
    min_days = models.PositiveSmallIntegerField()
    target_days = models.PositiveSmallIntegerField()
    max_days = models.PositiveSmallIntegerField()
    event_on = models.DateField(null=True)
    event_name = models.CharField(max_length=60, blank=True)
    keep_clear_days = models.PositiveSmallIntegerField(default=0)  # before the event
    state = models.CharField(max_length=10, choices=State, default=State.TO_BOOK)
    hold_reason = models.CharField(max_length=500, blank=True)  # clinical: never shown to the desk
    end_reason = models.CharField(max_length=30, blank=True)
    # Nothing before these days, whatever the window says: a practitioner's word, and what the answers allow.
    earliest_on = models.DateField(null=True)
    cleared_on = models.DateField(null=True)
    held_by_answers = models.BooleanField(default=False)  # paused until an answer changes or is lifted
    # Windows that what was done made longer, by the number of the session before: {"2": [42, 45, 49]}.
    windows = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=0)  # raised by every change; a proposal names it

    objects = DiaryQuerySet["Series"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sessions__range=(1, 12)), name="series_1_to_12_sessions"
            ),
            models.CheckConstraint(
                condition=models.Q(min_days__gte=1)
                & models.Q(target_days__gte=models.F("min_days"))
                & models.Q(max_days__gte=models.F("target_days")),
                name="series_window_in_order",
            ),
        ]
        indexes = [models.Index(fields=["clinic", "state"], name="series_by_state")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def not_before(self) -> date | None:
        """Return the first day on which anything may be booked, None where today will do."""
        return max(filter(None, (self.earliest_on, self.cleared_on)), default=None)

    def window_after(self, number: int) -> Window:
        """Return the window of the session after this number, in days after it."""
        return Window(*self.windows.get(str(number), (self.min_days, self.target_days, self.max_days)))


class SeriesChange(models.Model):
    """One change to the dates of a series: who, why, what stood before and after.

    Its id is the nonce of the proposal that was confirmed, so the same proposal cannot be used twice,
    and a repeated request finds its own answer.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    series = models.ForeignKey("plans.Series", on_delete=models.PROTECT, related_name="changes")
    revision = models.PositiveIntegerField()  # of the series, once this was done
    verb = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    cost = models.PositiveIntegerField(default=0)
    before = models.JSONField(default=list)
    after = models.JSONField(default=list)
    had = models.JSONField(default=dict)  # by session that moved: its state and override reason before
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-revision"]
        constraints = [
            models.UniqueConstraint(fields=["series", "revision"], name="change_once_a_revision"),
        ]
