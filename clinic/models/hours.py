"""When the clinic is open and who is there: minutes of the clinic's local day, 0 to 1440."""

from django.db import models
from django.utils.translation import gettext_lazy as _

WEEKDAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]


def _ordered(first: str, last: str, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=models.Q(**{f"{last}__gt": models.F(first)}), name=name)


def _days_and_hours(name: str) -> list[models.BaseConstraint]:
    """Return the constraints of a span of days, whole or with the same hours each day."""
    return [
        models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name=f"{name}_days_in_order"),
        models.CheckConstraint(
            condition=models.Q(start_minute__isnull=True, end_minute__isnull=True)
            | models.Q(end_minute__gt=models.F("start_minute"), end_minute__lte=1440),
            name=f"{name}_hours_in_order",
        ),
    ]


class OpeningHours(models.Model):
    """Regular hours of one weekday; several rows make a day with a break."""

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=WEEKDAYS)
    start_minute = models.PositiveSmallIntegerField()
    end_minute = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [_ordered("start_minute", "end_minute", "opening_in_order")]


class SpecialOpening(models.Model):
    """Hours of one date, in place of the regular ones."""

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.CASCADE, related_name="special_openings")
    day = models.DateField()
    start_minute = models.PositiveSmallIntegerField()
    end_minute = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [_ordered("start_minute", "end_minute", "special_opening_in_order")]


class Closure(models.Model):
    """Days on which nobody is treated, the last included; with hours, only those."""

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.CASCADE, related_name="closures")
    first = models.DateField()
    last = models.DateField()
    start_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    end_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = _days_and_hours("closure")


class Shift(models.Model):
    """Working hours of one weekday from a date on; the newest `since` not after a day counts."""

    membership = models.ForeignKey("clinic.Membership", on_delete=models.CASCADE, related_name="shifts")
    since = models.DateField()
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=WEEKDAYS)
    # Where two weeks take turns: 0 is the week of `since`, 1 the next. Empty: every week.
    turn = models.PositiveSmallIntegerField(null=True, blank=True)
    start_minute = models.PositiveSmallIntegerField()
    end_minute = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            _ordered("start_minute", "end_minute", "shift_in_order"),
            models.CheckConstraint(
                condition=models.Q(turn__isnull=True) | models.Q(turn__in=(0, 1)), name="shift_of_two_turns"
            ),
        ]


class Leave(models.Model):
    """Days on which a practitioner is away, the last included; with hours, only those."""

    membership = models.ForeignKey("clinic.Membership", on_delete=models.CASCADE, related_name="leave")
    first = models.DateField()
    last = models.DateField()
    start_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    end_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = _days_and_hours("leave")


class Outage(models.Model):
    """Days on which a room or a device cannot be used, the last included; with hours, only those."""

    resource = models.ForeignKey("clinic.Resource", on_delete=models.CASCADE, related_name="outages")
    first = models.DateField()
    last = models.DateField()
    start_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    end_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = _days_and_hours("outage")
