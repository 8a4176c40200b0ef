"""A consultation: what was seen and wished for, what the protocol proposed, what the practitioner decided."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models.guards import AppendOnly, SignedIsSigned
from plans.models.clinical import ClinicalQuerySet


class Consultation(models.Model):
    """A draft until it is signed; signed, it is never changed."""

    class Decision(models.TextChoices):
        ACCEPTED = "accepted", _("Accept the proposal")
        CHANGED = "changed", _("Change it")
        REFUSED = "refused", _("Do not treat")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="consultations")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="consultations")
    practitioner = models.ForeignKey("clinic.Membership", on_delete=models.PROTECT, related_name="+")
    protocol_version = models.ForeignKey("plans.ProtocolVersion", on_delete=models.PROTECT, related_name="+")
    visit = models.OneToOneField(
        "plans.Visit", on_delete=models.PROTECT, null=True, related_name="consultation"
    )
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    skin_type = models.PositiveSmallIntegerField(_("skin type (Fitzpatrick)"), null=True, blank=True)
    sun_damage = models.CharField(_("sun damage"), max_length=10, blank=True)
    goal = models.CharField(_("goal"), max_length=10, blank=True)
    goal_words = models.TextField(_("goal in the patient's own words"), max_length=1000, blank=True)
    skincare_now = models.TextField(_("skincare now"), max_length=1000, blank=True)
    past_treatments = models.TextField(_("past treatments and reactions"), max_length=1000, blank=True)
    planned_depth = models.DecimalField(
        _("planned depth in mm"), max_digits=3, decimal_places=2, null=True, blank=True
    )
    numbing_planned = models.BooleanField(_("numbing cream planned"), default=True)
    event_on = models.DateField(_("event or sun trip on"), null=True, blank=True)
    event_name = models.CharField(_("what the event is"), max_length=60, blank=True)
    # [{"id", "severity" or "grade", "areas": [...]}], ids of the protocol
    concerns = models.JSONField(default=list, blank=True)
    expectations_talk = models.BooleanField(_("risks, results and alternatives discussed"), default=False)
    decision = models.CharField(max_length=8, choices=Decision, blank=True)
    decision_reason = models.TextField(max_length=1000, blank=True)
    sessions = models.PositiveSmallIntegerField(_("sessions"), null=True, blank=True)
    interval_days = models.PositiveSmallIntegerField(_("days apart"), null=True, blank=True)
    # What the protocol said at the signature: answers, flags and lines, with rule ids and sources.
    proposal = models.JSONField(default=dict, blank=True)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, null=True, related_name="+")
    signed_as = models.CharField(max_length=160, blank=True)  # name, title and licence as they were

    objects = ClinicalQuerySet["Consultation"].as_manager()

    class Meta:
        constraints = [
            SignedIsSigned(name="consultation_signed_is_signed"),
            models.CheckConstraint(
                condition=models.Q(signed_at__isnull=True)
                | models.Q(decision="refused")
                | models.Q(sessions__range=(1, 10), interval_days__range=(21, 84)),
                name="consultation_signed_inside_bounds",
            ),
        ]
        indexes = [models.Index(fields=["patient", "-started_at"], name="consultation_by_patient")]


class FlagResolution(models.Model):
    """A flag that somebody lifted or settled, with the reason; for one session where it names a visit."""

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="resolutions")
    protocol_version = models.ForeignKey("plans.ProtocolVersion", on_delete=models.PROTECT, related_name="+")
    flag = models.CharField(max_length=40)
    answer = models.ForeignKey("patients.SafetyAnswer", on_delete=models.PROTECT, null=True, related_name="+")
    consultation = models.ForeignKey(
        "plans.Consultation", on_delete=models.PROTECT, null=True, related_name="resolutions"
    )
    visit = models.ForeignKey("plans.Visit", on_delete=models.PROTECT, null=True, related_name="resolutions")
    reason = models.CharField(max_length=1000)
    role = models.CharField(max_length=16)
    resolved_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField()

    class Meta:
        constraints = [AppendOnly(name="resolution_is_append_only")]


class Addendum(models.Model):
    """What is added to a signed consultation or record, beside it."""

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="addenda")
    consultation = models.ForeignKey(
        "plans.Consultation", on_delete=models.PROTECT, null=True, related_name="addenda"
    )
    record = models.ForeignKey(
        "plans.SessionRecord", on_delete=models.PROTECT, null=True, related_name="addenda"
    )
    text = models.TextField(max_length=2000)
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")

    objects = ClinicalQuerySet["Addendum"].as_manager()

    class Meta:
        constraints = [
            SignedIsSigned(name="addendum_signed_is_signed"),
            models.CheckConstraint(
                condition=models.Q(consultation__isnull=True, record__isnull=False)
                | models.Q(consultation__isnull=False, record__isnull=True),
                name="addendum_to_one_thing",
            ),
        ]
