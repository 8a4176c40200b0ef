"""The clinic's hours and everybody's shifts, each with its effect on what is booked before it is saved."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from clinic.actions.refusal import Refused
from clinic.permissions import Request
from clinic.rules.timegrid import local_day
from clinic.rules.typed_days import NotADay, read_day
from plans.actions import hours as actions
from plans.forms.hours import OpeningForm, ShiftsForm, SpecialDayForm
from plans.models import Absence
from plans.queries.timetable import Worker, opening_week, special_days, waiting_changes, workers
from plans.views.disruptions import for_a_while

Kind = Absence.Kind


def opening(request: Request, clinic: str) -> HttpResponse:
    """Show and change the hours of every week."""
    form = OpeningForm(request.POST or None, week=opening_week(request.clinic))
    if request.method == "POST" and form.is_valid():
        change = partial(actions.change_opening, request.actor, request.clinic, form.week)
        if made := _made(request, form, change, "day0"):
            return _saved(request, made, "plans:hours")
    return _page(request, "opening", form, waiting=_waiting(request, Kind.OPENING))


def special(request: Request, clinic: str) -> HttpResponse:
    """Show the days with hours of their own; a post adds one, or lets one follow the weekly hours again."""
    if "regular" in request.POST:
        return _back_to_weekly(request, request.POST["regular"])
    form = SpecialDayForm(request.POST or None, today=local_day(request.at, request.clinic.zone))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        change = partial(actions.change_day, request.actor, request.clinic, data["first"], data["hours"])
        if made := _made(request, form, change, "hours"):
            return _saved(request, made, "plans:special_hours")
    days = special_days(request.clinic, at=request.at)
    return _page(request, "special", form, days=days, waiting=_waiting(request, Kind.SPECIAL))


def _back_to_weekly(request: Request, typed: str) -> HttpResponse:
    today = local_day(request.at, request.clinic.zone)
    try:
        day = read_day(typed[:40], today)
        made = actions.drop_day(request.actor, request.clinic, day, at=request.at, go_on=for_a_while())
        return _saved(request, made, "plans:special_hours")
    except NotADay:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, str(refused.message))
        return redirect("plans:special_hours", request.clinic.slug)


def shifts(request: Request, clinic: str) -> HttpResponse:
    """Show who works when, and what changes later."""
    context = {
        "workers": workers(request.clinic, at=request.at),
        "waiting": _waiting(request, Kind.SHIFTS),
        "nav": "settings",
    }
    return render(request, "plans/hours/shifts.html", context)


def shifts_of(request: Request, clinic: str, practitioner: int) -> HttpResponse:
    """Show and change when somebody works, from a day on."""
    worker = _worker(request, practitioner)
    today = local_day(request.at, request.clinic.zone)
    form = ShiftsForm(request.POST or None, today=today, now=worker.now.shift if worker.now else None)
    if request.method == "POST" and form.is_valid():
        who, since = worker.member, form.cleaned_data["first"]
        change = partial(actions.change_shifts, request.actor, who, since, form.week, then=form.then)
        if made := _made(request, form, change, "day0"):
            return _saved(request, made, "plans:shifts")
    return _page(request, "shifts_of", form, worker=worker)


def _worker(request: Request, member: int) -> Worker:
    found = [one for one in workers(request.clinic, at=request.at) if one.member.pk == member]
    if not found:
        raise Http404
    return found[0]


def _waiting(request: Request, *kinds: str) -> list[Absence]:
    return waiting_changes(request.actor, request.clinic, *kinds)


def _made(request: Request, form: Form, change: Callable[..., Absence], otherwise: str) -> Absence | None:
    """Make the change that was typed; None where it is refused, which is said at the field that it belongs to."""
    try:
        return change(at=request.at, key=form.cleaned_data["key"], go_on=for_a_while())
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else otherwise, str(refused.message))
        return None


def _saved(request: Request, made: Absence, page: str) -> HttpResponse:
    """Go to the plan where visits are touched; else say that none is."""
    if made.is_draft:
        return redirect("plans:absence", request.clinic.slug, made.pk)
    messages.success(request, _("Saved. No booking is affected."))
    return redirect(page, request.clinic.slug)


def _page(request: Request, page: str, form: Form, **more: object) -> HttpResponse:
    context = {"form": form, "nav": "settings", **more}
    return render(request, f"plans/hours/{page}.html", context, status=422 if form.errors else 200)
