"""Who waits for a time that comes free, what would suit them, and the times they were offered."""

import uuid
from datetime import date, datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.rules.roles import Actor, Right
from plans.models.clinical import DiaryQuerySet, own_rows
from plans.models.visit import Kind
from plans.rules.waiting import MOST_NOTICE_HOURS, Wish


class WaitingQuerySet(DiaryQuerySet["WaitingEntry"]):
    def waiting(self, today: date) -> Self:
        """Return those who still wait: waiting ends by itself with its last day, and with the series it is for."""
        rows = self.filter(state=WaitingEntry.State.WAITING, last__gte=today)
        return rows.exclude(series__state__in=("completed", "stopped"))


class WaitingEntry(models.Model):
    """One patient who waits: for the next session of a series, or for one visit of a kind."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SERVED = "served", _("took an offer")
        LEFT = "left", _("left the list")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="waiting")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="waiting")
    series = models.ForeignKey("plans.Series", on_delete=models.PROTECT, null=True, related_name="waiting")
    kind = models.CharField(max_length=12, choices=Kind)
    # What suits the patient; nothing chosen means that anything does. Times are keys of rules/wishes.
    first = models.DateField()
    last = models.DateField()
    weekdays = models.JSONField(default=list)
    times = models.JSONField(default=list)
    practitioner = models.ForeignKey(
        "clinic.Membership", on_delete=models.PROTECT, null=True, related_name="+"
    )
    notice_hours = models.PositiveSmallIntegerField(default=24)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    joined_at = models.DateTimeField()
    joined_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = WaitingQuerySet.as_manager()

    class Meta:
        ordering = ["joined_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["series"], condition=Q(state="waiting"), name="waiting_once_a_series"
            ),
            models.UniqueConstraint(
                fields=["patient", "kind"],
                condition=Q(state="waiting", series__isnull=True),
                name="waiting_once_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind="treatment", series__isnull=False)
                | (~Q(kind__in=("treatment", "blocked")) & Q(series__isnull=True)),
                name="waiting_for_a_session_or_a_kind",
            ),
            models.CheckConstraint(condition=Q(last__gte=models.F("first")), name="waiting_days_in_order"),
            models.CheckConstraint(
                condition=Q(notice_hours__lte=MOST_NOTICE_HOURS), name="waiting_notice_is_short"
            ),
        ]
        indexes = [
            models.Index(fields=["clinic", "last"], name="waiting_by_clinic", condition=Q(state="waiting"))
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def wish(self) -> Wish:
        """Return what suits the patient, as the rules know it. The practitioner comes with the user."""
        return Wish(
            first=self.first,
            last=self.last,
            weekdays=frozenset(self.weekdays),
            times=frozenset(self.times),
            practitioner=self.practitioner.user.resource_id if self.practitioner else None,
            notice_hours=self.notice_hours,
        )


class OfferQuerySet(models.QuerySet["WaitingOffer"]):
    def visible_to(self, actor: Actor) -> Self:
        """Return the clinic's offers to its members, and a patient's own to the patient."""
        if actor.is_patient:
            return self.filter(**own_rows(actor, "entry__patient__"))
        if actor.clinic_id is None or not actor.may(Right.SEE_DIARY):
            return self.none()
        return self.filter(entry__clinic_id=actor.clinic_id)

    def open(self, at: datetime) -> Self:
        """Return those that can still be answered: an offer ends by itself, and rests while its series does."""
        rows = self.filter(state=WaitingOffer.State.OPEN, expires_at__gt=at)
        return rows.exclude(entry__series__state__in=("paused", "completed", "stopped"))


class WaitingOffer(models.Model):
    """One time that was offered. It holds nothing: who says yes first has it."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        GONE = "gone", _("taken by somebody else")
        EXPIRED = "expired", _("not answered in time")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey("plans.WaitingEntry", on_delete=models.PROTECT, related_name="offers")
    plan = models.JSONField()  # one session as rules/plan writes it; its number is 1 for a visit of no series
    starts_at = models.DateTimeField()
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, null=True, related_name="+")

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["offered_at"]
        constraints = [
            models.UniqueConstraint(fields=["entry"], condition=Q(state="open"), name="offer_open_once"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("offered_at"), expires_at__lte=models.F("starts_at")),
                name="offer_ends_before_its_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def is_open(self, at: datetime) -> bool:
        """Say whether it can still be answered."""
        return self.state == self.State.OPEN and self.expires_at > at
