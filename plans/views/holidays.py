"""Public holidays, offered as closures; each one with visits on it is a plan of its own."""

from uuid import uuid5

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext

from clinic.actions.refusal import Refused
from clinic.permissions import Request
from clinic.queries.public_holidays import country_of, public_holidays
from clinic.rules.timegrid import local_day
from plans.actions import disruptions
from plans.actions.drafting import Wanted
from plans.forms.holidays import HolidaysForm, RegionForm
from plans.models import Absence
from plans.views.disruptions import for_a_while


def holidays(request: Request, clinic: str) -> HttpResponse:
    """Offer the holidays of the next thirteen months; a post closes on those that are ticked."""
    country = request.GET.get("country") or country_of(request.clinic)
    region = request.GET.get("region", "")
    today = local_day(request.at, request.clinic.zone)
    offered = public_holidays(request.clinic, country, region, today, get_language() or "")
    form = HolidaysForm(request.POST or None, offered=offered)
    if request.method == "POST" and form.is_valid():
        return _close(request, form)
    where = RegionForm(country=country, region=region)
    context = {"where": where, "form": form, "offered": offered, "nav": "settings"}
    return render(request, "plans/hours/holidays.html", context, status=422 if form.errors else 200)


def _close(request: Request, form: HolidaysForm) -> HttpResponse:
    """Close on each day, or make a plan for it where somebody is booked."""
    go_on, made, waiting = for_a_while(), 0, 0
    for one in form.chosen:
        wanted = Wanted(Absence.Kind.CLOSURE, one.day, one.day, reason=one.name[:120])
        key = uuid5(form.cleaned_data["key"], one.day.isoformat())
        try:
            absence = disruptions.draft(
                request.actor, request.clinic, wanted, at=request.at, key=key, go_on=go_on
            )
        except Refused as refused:
            messages.error(request, f"{one.name}: {refused.message}")
            continue
        made, waiting = made + (not absence.is_draft), waiting + absence.is_draft
    _tell(request, made, waiting)
    return redirect("plans:absences", request.clinic.slug)


def _tell(request: Request, made: int, waiting: int) -> None:
    if made:
        words = ngettext(
            "The clinic is closed on %(n)s more day. No booking is affected.",
            "The clinic is closed on %(n)s more days. No booking is affected.",
            made,
        )
        messages.success(request, words % {"n": made})
    if waiting:
        words = ngettext(
            "On %(n)s day somebody is booked. It stays open until you have decided about them.",
            "On %(n)s days somebody is booked. They stay open until you have decided about them.",
            waiting,
        )
        messages.warning(request, words % {"n": waiting})
