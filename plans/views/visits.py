"""One visit: looked at, taken a step on, moved, cancelled, or newly booked."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.actions.refusal import Refused
from clinic.permissions import Request
from clinic.rules.timegrid import local_day
from clinic.views.back import came_from
from plans.actions import series as acting
from plans.actions import visits as stepping
from plans.exports.outside import consequences
from plans.forms.series import CancelForm
from plans.models import Kind, Visit
from plans.queries.board import step_of
from plans.queries.gaps import gaps_of
from plans.queries.oddities import at_the_same_time, hours_of
from plans.rules.visiting import HELD, State

BY_HAND = {State.CONFIRMED, State.ARRIVED, State.IN_ROOM, State.IN_TREATMENT, State.DONE, State.NO_SHOW}


def find(request: Request, pk: UUID) -> Visit:
    """Return the visit in the address if this person may see it; 404 otherwise."""
    rows = Visit.objects.visible_to(request.actor).filter(clinic=request.clinic)
    rows = rows.select_related(
        "patient",
        "clinic",
        "series__protocol_version",
        "series__patient",
        "practitioner__user",
        "room",
        "device",
    )
    return get_object_or_404(rows, pk=pk)


def visit(request: Request, clinic: str, visit: UUID) -> HttpResponse:
    """Show one visit and what can be done with it."""
    found = find(request, visit)
    state = State(found.state)
    context = {
        "visit": found,
        "gap": gaps_of([found]).get(found.pk),
        "step": step_of(found) if found.day == local_day(request.at, request.clinic.zone) else "",
        "held": state in HELD,
        "is_blocked": found.kind == Kind.BLOCKED,
        "may_miss": state in (State.BOOKED, State.CONFIRMED) and found.starts_at <= request.at,
        "may_undo": stepping.may_undo(found, request.at),
        **_odd(request, found),
    }
    return render(request, "plans/visits/visit.html", context)


def _odd(request: Request, visit: Visit) -> dict[str, Any]:
    """Return what is odd about a visit, in words and with the visits that it meets."""
    hours = hours_of(visit)
    return {
        "unusual": consequences(hours) if hours else [],
        "clashes": at_the_same_time(request.actor, visit),
    }


def state(request: Request, clinic: str, visit: UUID, state: str) -> HttpResponse:
    """Take a visit to a state, or one step back with `undo`."""
    found = find(request, visit)
    try:
        if state == "undo":
            stepping.undo(request.actor, found, at=request.at)
        elif state in BY_HAND:
            stepping.mark(request.actor, found, state, at=request.at)
        else:
            raise Http404
    except Refused as refused:
        messages.error(request, str(refused.message))
    else:
        _say(request, found, state)
    return redirect(_back(request, found))


def _say(request: Request, visit: Visit, step: str) -> None:
    """Say what has become of a visit, with the way back beside it while there is one."""
    visit.refresh_from_db()
    name = visit.patient.name if visit.patient else visit.note
    undo = ""
    if step != "undo" and stepping.may_undo(visit, request.at):
        undo = reverse("plans:visit_state", args=[request.clinic.slug, visit.pk, "undo"])
    words = _("%(name)s: %(state)s.") % {"name": name, "state": visit.get_state_display()}
    messages.success(request, words, extra_tags=undo)


def _back(request: Request, visit: Visit) -> str:
    """Return to the page the button stood on, if it is ours."""
    page = came_from(request)
    if page:
        # On a board the focus goes back to the visit: its link there has this name.
        return page if str(visit.pk) in page else f"{page}#v{visit.pk}"
    return reverse("plans:day", args=[request.clinic.slug, visit.day.isoformat()])


def cancel(request: Request, clinic: str, visit: UUID) -> HttpResponse:
    """Cancel a visit; in a series this one, this and the following, or all that are still to come."""
    found = find(request, visit)
    scopes = [("one", _("This visit"))]
    if found.series is not None:
        scopes += [("following", _("This and the following")), ("all", _("All that are still to come"))]
    form = CancelForm(request.POST if request.method == "POST" else None, scopes=scopes)
    if request.method == "POST" and form.is_valid():
        try:
            change = acting.cancel(request.actor, found, **form.cleaned_data, at=request.at)
            if change is not None:
                return redirect("plans:series_booked", clinic, found.series_id)
            return redirect("plans:visit", clinic, found.pk)
        except Refused as refused:
            form.add_error(refused.field, str(refused.message))
    context = {"visit": found, "form": form, "held": found.state in HELD}
    return render(request, "plans/visits/cancel.html", context, status=422 if form.errors else 200)
