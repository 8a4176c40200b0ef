"""What was really done in a session."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models.guards import SignedIsSigned
from plans.models.clinical import ClinicalQuerySet


class SessionRecord(models.Model):
    """The record of one session: a draft until it is signed."""

    class Endpoint(models.TextChoices):
        PINK = "pink", _("Pink")
        PINPOINT = "pinpoint_bleeding", _("Pinpoint bleeding")
        CONFLUENT = "confluent_bleeding", _("Confluent bleeding")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="records")
    visit = models.OneToOneField("plans.Visit", on_delete=models.PROTECT, related_name="record")
    practitioner = models.ForeignKey("clinic.Membership", on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    safety_repeated = models.BooleanField(_("safety questions repeated"), default=False)
    skin_cleaned = models.CharField(_("skin cleaned with"), max_length=200, blank=True)
    device_make = models.CharField(_("device make"), max_length=60, blank=True)
    device_model = models.CharField(_("device model"), max_length=60, blank=True)
    device_serial = models.CharField(_("device serial"), max_length=60, blank=True)
    cartridge_lot = models.CharField(_("cartridge lot"), max_length=40, blank=True)
    cartridge_expiry = models.DateField(_("cartridge expiry"), null=True, blank=True)
    cartridge_sterile = models.BooleanField(_("cartridge sterile, pack unopened"), default=False)
    cartridge_single_use = models.BooleanField(_("cartridge used once, then discarded"), default=False)
    needle_count = models.PositiveSmallIntegerField(_("needles"), null=True, blank=True)
    # [{"area", "depth_mm": "1.50", "passes": 3}], ids of the protocol; the depth as text keeps it exact
    areas = models.JSONField(default=list, blank=True)
    # One object: product, strength_percent, grams, area_cm2, on_at, off_at, covered, fully_removed
    numbing = models.JSONField(null=True, blank=True)
    # [{"name", "lot", "role"}] put on the skin, and the roles of what was handed over
    products = models.JSONField(default=list, blank=True)
    handed_over = models.JSONField(default=list, blank=True)
    endpoint = models.CharField(_("endpoint"), max_length=20, choices=Endpoint, blank=True)
    is_strong = models.BooleanField(_("strong treatment"), null=True, blank=True)
    inside_orbital_rim = models.BooleanField(_("inside the eye-socket rim"), default=False)
    pain = models.PositiveSmallIntegerField(_("pain, 0 to 10"), null=True, blank=True)
    reaction = models.TextField(_("reaction seen"), max_length=1000, blank=True)
    flags = models.JSONField(default=list, blank=True)  # raised and how they were settled, at the signature
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, null=True, related_name="+")
    signed_as = models.CharField(max_length=160, blank=True)

    objects = ClinicalQuerySet["SessionRecord"].as_manager()

    class Meta:
        constraints = [
            SignedIsSigned(name="record_signed_is_signed"),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True)
                | models.Q(started_at__isnull=True)
                | models.Q(ended_at__gt=models.F("started_at")),
                name="record_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=models.Q(pain__isnull=True) | models.Q(pain__lte=10), name="record_pain_0_to_10"
            ),
        ]
