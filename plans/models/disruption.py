"""Time that is taken away from visits, what becomes of each visit that stands in it, and who was called."""

import uuid
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.rules.roles import Actor, Right


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def visible_to(self, actor: Actor) -> Self:
        """Return the clinic's absences to those who change its hours, and nothing to anybody else."""
        if actor.clinic_id is None or not actor.may(Right.MANAGE_CLINIC):
            return self.none()
        return self.filter(clinic_id=actor.clinic_id)


class Absence(models.Model):
    """Leave, a closure, a room or a device out, or other hours: a draft until all visits touched are decided."""

    class Kind(models.TextChoices):
        LEAVE = "leave", _("Somebody is away or ill")
        CLOSURE = "closure", _("The clinic is closed")
        ROOM = "room", _("A room cannot be used")
        DEVICE = "device", _("A device cannot be used")
        OPENING = "opening", _("The opening hours change")
        SPECIAL = "special", _("One day has other hours")
        SHIFTS = "shifts", _("Somebody works other hours")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        EFFECTIVE = "effective", _("in effect")
        WITHDRAWN = "withdrawn", _("withdrawn")

    # These replace hours instead of taking whole days or hours out of them.
    OF_HOURS = (Kind.OPENING, Kind.SPECIAL, Kind.SHIFTS)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="absences")
    kind = models.CharField(max_length=8, choices=Kind)
    membership = models.ForeignKey("clinic.Membership", on_delete=models.PROTECT, null=True, related_name="+")
    place = models.ForeignKey("clinic.Resource", on_delete=models.PROTECT, null=True, related_name="+")
    # As the closure, leave or outage will have it: the last day included; with minutes, only those of each day.
    first = models.DateField()
    last = models.DateField()
    start_minute = models.PositiveSmallIntegerField(null=True)
    end_minute = models.PositiveSmallIntegerField(null=True)
    # Other hours: those that are wanted, and since they are in effect those before; see rules/away.
    wanted = models.JSONField(null=True)
    replaced = models.JSONField(null=True)
    reason = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, null=True, related_name="+")
    effective_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["first", "drafted_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=("leave", "shifts"), membership__isnull=False, place__isnull=True)
                | models.Q(
                    kind__in=("closure", "opening", "special"), membership__isnull=True, place__isnull=True
                )
                | models.Q(kind__in=("room", "device"), membership__isnull=True, place__isnull=False),
                name="absence_of_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=("opening", "special", "shifts"), wanted__isnull=False)
                | models.Q(kind__in=("leave", "closure", "room", "device"), wanted__isnull=True),
                name="absence_with_the_hours_of_its_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(last__gte=models.F("first")), name="absence_days_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(start_minute__isnull=True, end_minute__isnull=True)
                | models.Q(end_minute__gt=models.F("start_minute"), end_minute__lte=1440),
                name="absence_hours_in_order",
            ),
        ]
        indexes = [models.Index(fields=["clinic", "last"], name="absence_by_clinic")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_draft(self) -> bool:
        """Say whether it is not in effect yet: visits may still be booked into it."""
        return self.state == self.State.DRAFT

    @property
    def is_of_hours(self) -> bool:
        """Say whether other hours replace those of before; else time is taken out of them."""
        return self.kind in self.OF_HOURS


class Decision(models.Model):
    """What becomes of one series, or of one visit of none, that an absence touches: proposed, chosen, done."""

    class Choice(models.TextChoices):
        MOVE = "move", _("Accept the change")
        KEEP = "keep", _("Keep it as it is and call")
        CANCEL = "cancel", _("Cancel what falls into it")

    absence = models.ForeignKey("plans.Absence", on_delete=models.CASCADE, related_name="decisions")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="+")
    series = models.ForeignKey("plans.Series", on_delete=models.PROTECT, null=True, related_name="+")
    # The database refuses to delete it; nothing needs to look here first when a series is undone.
    visit = models.ForeignKey("plans.Visit", on_delete=models.DO_NOTHING, null=True, related_name="+")
    # "fixed": the patient is here, or the series is held, so nothing is proposed. The rest: rules/decisions.
    outcome = models.CharField(max_length=12)
    cost = models.PositiveIntegerField(default=0)
    touched = models.JSONField(default=list)  # ids of the visits that fall into the absence
    before = models.JSONField(default=list)
    after = models.JSONField(default=list)  # as long as `before`; empty where there is no place
    pins = models.JSONField(default=list)
    choice = models.CharField(max_length=6, choices=Choice, blank=True)
    clashed = models.BooleanField(default=False)  # accepted once, but the time was gone
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(series__isnull=True, visit__isnull=False)
                | models.Q(series__isnull=False, visit__isnull=True),
                name="decision_on_a_series_or_a_visit",
            ),
            models.UniqueConstraint(fields=["absence", "series"], name="decision_once_a_series"),
            models.UniqueConstraint(fields=["absence", "visit"], name="decision_once_a_visit"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def subject(self) -> uuid.UUID | None:
        """Return the id of the series or of the visit; the database refuses a decision on neither."""
        return self.series_id or self.visit_id

    @property
    def may_move(self) -> bool:
        """Say whether there is a proposal that can be accepted."""
        return bool(self.after)


class Call(models.Model):
    """Somebody spoke with the patient about a visit that stands in time that was taken away.

    A visit that moves since, and stands in such time again, is to be called about again.
    """

    visit = models.ForeignKey("plans.Visit", on_delete=models.CASCADE, related_name="calls")
    sequence = models.PositiveIntegerField()  # that of the visit when the patient was called
    at = models.DateTimeField()
    by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "sequence"], name="call_once_a_place_of_a_visit")
        ]

    def __str__(self) -> str:
        return str(self.pk)
