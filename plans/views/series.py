"""A series: its plan, booking it whole, holding and ending it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.actions.outbox import UNDO_GRACE
from clinic.actions.refusal import Refused
from clinic.permissions import Request
from clinic.rules.roles import Right
from clinic.rules.timegrid import local_day
from plans.actions import course, holds
from plans.actions import series as acting
from plans.forms.series import ReasonForm, ResumeForm, StopForm
from plans.models import Series, SeriesChange
from plans.queries.protocols import parsed
from plans.queries.timeline import timeline_of

END_WORDS = {
    "goal_met_early": gettext_lazy("The goal is met"),
    "stopped_reaction": gettext_lazy("A reaction"),
    "stopped_no_benefit": gettext_lazy("No benefit"),
    "patient_choice": gettext_lazy("The patient's wish"),
}


def find(request: Request, pk: UUID) -> Series:
    """Return the series in the address if this person may see it; 404 otherwise."""
    rows = Series.objects.visible_to(request.actor).filter(clinic=request.clinic)
    found = get_object_or_404(rows.select_related("patient", "protocol_version", "practitioner__user"), pk=pk)
    found.clinic = found.patient.clinic = request.clinic
    return found


def series(request: Request, clinic: str, series: UUID) -> HttpResponse:
    """Show a series with its dates, gaps and windows, and what was changed."""
    context = _shown(request, find(request, series)) | {"resume_form": ResumeForm()}
    return render(request, "plans/series/series.html", context)


def _shown(request: Request, found: Series) -> dict[str, Any]:
    """Return what the page of a series shows, whatever was typed there."""
    changes = list(found.changes.select_related("by")[:20])
    last = changes[0] if changes else None
    return {
        "series": found,
        "line": timeline_of(found, at=request.at, named=request.actor.may(Right.READ_CLINICAL)),
        "changes": changes,
        "change": last,
        "undo_until": _undo_until(last, found, request),
    }


def booked(request: Request, clinic: str, series: UUID) -> HttpResponse:
    """Say what was booked, what happens next, and how to undo it for three minutes."""
    found = find(request, series)
    change = found.changes.select_related("by").first()
    context = {
        "series": found,
        "line": timeline_of(found, at=request.at, named=request.actor.may(Right.READ_CLINICAL)),
        "change": change,
        "undo_until": _undo_until(change, found, request),
        "dates": len(change.after or change.before) if change else 0,
    }
    return render(request, "plans/series/booked.html", context)


def _undo_until(change: SeriesChange | None, series: Series, request: Request) -> datetime | None:
    """Return until when this person can take a change back, None where that is over or not theirs to do."""
    if change is None or change.undone_at or change.revision != series.revision or change.verb == "replan":
        return None
    is_signed = change.verb in (*course.VERBS, *holds.VERBS)
    if not request.actor.may(Right.WRITE_CLINICAL if is_signed else Right.BOOK):
        return None
    until = change.at + UNDO_GRACE
    return until if until > request.at else None


def undo(request: Request, clinic: str, series: UUID, change: UUID) -> HttpResponse:
    """Take the last change of a series back."""
    found = find(request, series)
    made = get_object_or_404(SeriesChange, pk=change, series=found)
    try:
        acting.undo(request.actor, made, at=request.at)
    except Refused as refused:
        messages.error(request, str(refused.message))
    else:
        messages.success(request, _("Undone. The dates are as they were, and no mail was sent."))
    return redirect("plans:series", clinic, series)


def plan(request: Request, clinic: str, series: UUID) -> HttpResponse:
    """Print the dates of a series on one page, without clinical facts."""
    found = find(request, series)
    context = {"series": found, "line": timeline_of(found, at=request.at)}
    return render(request, "plans/series/plan.html", context)


def pause(request: Request, clinic: str, series: UUID) -> HttpResponse:
    """Hold a series for a clinical reason."""
    found = find(request, series)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            acting.pause(request.actor, found, reason=form.cleaned_data["reason"], at=request.at)
            return redirect("plans:series", clinic, series)
        except Refused as refused:
            form.add_error(refused.field, str(refused.message))
    context = {"series": found, "form": form}
    return render(request, "plans/series/pause.html", context, status=422 if form.errors else 200)


def resume(request: Request, clinic: str, series: UUID) -> HttpResponse:
    """Let a paused series go on."""
    found = find(request, series)
    form = ResumeForm(request.POST)
    form.fields["earliest_on"].today = local_day(request.at, request.clinic.zone)  # type: ignore[attr-defined]
    try:
        if form.is_valid():
            acting.resume(request.actor, found, earliest_on=form.cleaned_data["earliest_on"], at=request.at)
            return redirect("plans:series", clinic, series)
    except Refused as refused:
        form.add_error(refused.field, str(refused.message))
    context = _shown(request, found) | {"resume_form": form, "form": form}
    return render(request, "plans/series/series.html", context, status=422)


def stop(request: Request, clinic: str, series: UUID) -> HttpResponse:
    """End a series early."""
    found = find(request, series)
    known = parsed(found.protocol_version).course.series_end_reasons
    reasons = [(one.id, END_WORDS[one.id]) for one in known if one.id in END_WORDS]
    form = StopForm(request.POST if request.method == "POST" else None, reasons=reasons)
    if request.method == "POST" and form.is_valid():
        try:
            acting.stop(request.actor, found, **form.cleaned_data, at=request.at)
            return redirect("plans:series", clinic, series)
        except Refused as refused:
            form.add_error(refused.field, str(refused.message))
    context = {"series": found, "form": form}
    return render(request, "plans/series/stop.html", context, status=422 if form.errors else 200)
