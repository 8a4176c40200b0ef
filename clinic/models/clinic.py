"""A clinic: one site with its own time zone, phones, people and patients."""

from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _


class ClinicQuerySet(models.QuerySet["Clinic"]):
    def of_user(self, user_id: int) -> "ClinicQuerySet":
        """Return the clinics in which a person works at present."""
        return self.filter(memberships__user_id=user_id, memberships__is_active=True).distinct()


class Clinic(models.Model):
    """A site. Everything a patient owns belongs to exactly one."""

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=64)
    language = models.CharField(_("language"), max_length=8, default="en-gb")
    address = models.CharField(_("address"), max_length=240)
    phone = models.CharField(_("phone"), max_length=40)
    emergency_number = models.CharField(_("emergency number"), max_length=20)
    grid_minutes = models.PositiveSmallIntegerField(_("start grid in minutes"), default=15)
    # Staff may set up before the doors open and clear away after they close.
    setup_minutes = models.PositiveSmallIntegerField(_("minutes to set up and clear away"), default=30)
    cleanser = models.CharField(_("cleanser handed out"), max_length=120, blank=True)
    moisturiser = models.CharField(_("moisturiser handed out"), max_length=120, blank=True)
    sunscreen = models.CharField(_("sunscreen handed out"), max_length=120, blank=True)
    planted_day = models.DateField(null=True)  # the demo's "today"; empty in a real clinic

    objects = ClinicQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(grid_minutes__in=(5, 10, 15, 20, 30, 60)),
                name="clinic_grid_divides_an_hour",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which this clinic's days are counted."""
        return ZoneInfo(self.time_zone)
