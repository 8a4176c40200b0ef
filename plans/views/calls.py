"""Patients to call because their visit stands in time that was taken away."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from clinic.permissions import Request
from clinic.views.back import came_from
from plans.actions.calls import mark_called, take_call_back
from plans.models import Visit
from plans.queries.disruptions import to_call


def calls(request: Request, clinic: str) -> HttpResponse:
    """Show whom to call, and who was called already."""
    rows = to_call(request.clinic, at=request.at, called=True)
    context = {
        "waiting": [one for one in rows if not one.is_called],
        "called": [one for one in rows if one.is_called],
        "nav": "today",
    }
    return render(request, "plans/disruptions/calls.html", context)


def visit_call(request: Request, clinic: str, visit: UUID) -> HttpResponse:
    """Tick that a patient was called, or take the tick away, and go back to the list."""
    found = get_object_or_404(Visit.objects.visible_to(request.actor).filter(clinic=request.clinic), pk=visit)
    do = take_call_back if request.POST.get("called") == "no" else mark_called
    do(request.actor, found, at=request.at)
    return redirect(came_from(request) or reverse("plans:calls", args=[clinic]))
