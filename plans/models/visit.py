"""What is booked: a visit of some kind, and what each kind needs."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from plans.models.clinical import DiaryQuerySet


class Kind(models.TextChoices):
    CONSULTATION = "consultation", _("consultation")
    TREATMENT = "treatment", _("treatment")
    REVIEW = "review", _("review")
    TEST_AREA = "test_area", _("test area")
    TOP_UP = "top_up", _("top-up")
    BLOCKED = "blocked", _("blocked time")


class VisitType(models.Model):
    """What a kind of visit takes in one clinic: minutes, set-up and clean-up by role, room and device."""

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.CASCADE, related_name="visit_types")
    kind = models.CharField(max_length=12, choices=Kind)
    minutes = models.PositiveSmallIntegerField()
    room_kind = models.CharField(max_length=30)
    device_kind = models.CharField(max_length=30, blank=True)
    practitioner_before = models.PositiveSmallIntegerField(default=0)
    practitioner_after = models.PositiveSmallIntegerField(default=0)
    room_before = models.PositiveSmallIntegerField(default=0)
    room_after = models.PositiveSmallIntegerField(default=0)
    device_before = models.PositiveSmallIntegerField(default=0)
    device_after = models.PositiveSmallIntegerField(default=0)
    # Who may give it; nobody named means every practitioner of the clinic.
    practitioners = models.ManyToManyField("clinic.Membership", blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "kind"], name="visit_type_once_a_clinic"),
            models.CheckConstraint(
                condition=models.Q(minutes__range=(5, 480)), name="visit_type_5_min_to_8_h"
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class Visit(models.Model):
    """A time that is held for somebody. A treatment session is a visit of a series."""

    class State(models.TextChoices):
        BOOKED = "booked", _("booked")
        CONFIRMED = "confirmed", _("confirmed")
        ARRIVED = "arrived", _("arrived")
        IN_ROOM = "in_room", _("in room")
        IN_TREATMENT = "in_treatment", _("in treatment")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")
        NO_SHOW = "no_show", _("no-show")

    # The times of these are still to come or happening: they hold their slot and count in a plan.
    HELD = (State.BOOKED, State.CONFIRMED, State.ARRIVED, State.IN_ROOM, State.IN_TREATMENT)
    STANDING = (*HELD, State.DONE)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="visits")
    kind = models.CharField(max_length=12, choices=Kind)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, null=True, related_name="visits"
    )
    series = models.ForeignKey("plans.Series", on_delete=models.PROTECT, null=True, related_name="visits")
    session_number = models.PositiveSmallIntegerField(null=True)
    practitioner = models.ForeignKey("clinic.Membership", on_delete=models.PROTECT, related_name="visits")
    room = models.ForeignKey("clinic.Room", on_delete=models.PROTECT, null=True, related_name="visits")
    device = models.ForeignKey("clinic.Device", on_delete=models.PROTECT, null=True, related_name="visits")
    day = models.DateField()  # clinic-local
    start_minute = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State, default=State.BOOKED)
    state_at = models.DateTimeField()
    state_before = models.CharField(max_length=12, choices=State, blank=True)
    reference = models.CharField(max_length=8)
    note = models.CharField(_("note for the desk"), max_length=300, blank=True)
    override_reason = models.CharField(max_length=500, blank=True)  # outside the window or the hours
    sequence = models.PositiveSmallIntegerField(default=0)  # of the calendar entry
    booked_at = models.DateTimeField()

    objects = DiaryQuerySet["Visit"].as_manager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="visit_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="blocked") | models.Q(patient__isnull=False),
                name="visit_has_a_patient_unless_blocked",
            ),
            models.CheckConstraint(
                condition=models.Q(series__isnull=True, session_number__isnull=True)
                | models.Q(series__isnull=False, session_number__gte=1),
                name="visit_numbered_in_its_series",
            ),
            models.UniqueConstraint(
                fields=["series", "session_number"],
                condition=~models.Q(state__in=("cancelled", "no_show")),
                name="visit_one_for_each_session",
            ),
            models.UniqueConstraint(fields=["clinic", "reference"], name="visit_reference_once_a_clinic"),
        ]
        indexes = [
            models.Index(fields=["clinic", "day"], name="visit_by_day"),
            models.Index(fields=["patient", "starts_at"], name="visit_by_patient"),
        ]

    def __str__(self) -> str:
        return self.reference
