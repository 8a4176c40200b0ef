"""The waiting list in words, and the offers that a patient's own page shows."""

from typing import Any

from django import template
from django.template import Context

from patients.models import Patient
from plans.forms.booking import DAYS, TIMES
from plans.models import WaitingOffer

register = template.Library()


@register.filter
def weekday_words(day: int) -> str:
    """A day of the week, in three letters."""
    return str(dict(DAYS)[day])


@register.filter
def daytime_words(time: str) -> str:
    """A time of day."""
    return str(dict(TIMES)[time])


@register.simple_tag(takes_context=True)
def open_offers(context: Context, patient: Patient) -> list[Any]:
    """Return the times that are offered to a patient and can still be had; one query."""
    rows = WaitingOffer.objects.visible_to(context["actor"]).open(context["now"])
    return list(rows.filter(entry__patient=patient).order_by("starts_at"))
