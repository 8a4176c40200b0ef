"""An absence ends sooner: what that gives back, and what it does not, before it is saved."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from clinic.actions.refusal import Refused
from clinic.permissions import Request
from clinic.rules.timegrid import local_day
from plans.actions.withdrawing import withdraw
from plans.forms.hours import ReturnForm
from plans.models import Absence, Decision
from plans.queries import disruptions as lists


def withdrawal(request: Request, clinic: str, absence: UUID) -> HttpResponse:
    """Ask from which day on, and give that time back."""
    rows = lists.with_names(Absence.objects.visible_to(request.actor)).filter(clinic=request.clinic)
    found = get_object_or_404(rows, pk=absence)
    if found.state != Absence.State.EFFECTIVE or found.is_of_hours:
        return redirect("plans:absence", clinic, found.pk)
    today = local_day(request.at, found.clinic.zone)
    form = ReturnForm(request.POST or None, today=today, initial={"back": max(today, found.first)})
    if request.method == "POST" and form.is_valid():
        try:
            withdraw(request.actor, found, form.cleaned_data["back"], at=request.at)
            messages.success(
                request, _("It ends then. Its time is free again, unless another absence takes it.")
            )
            return redirect("plans:absences", clinic)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
    context = {"absence": found, "form": form, "nav": "settings", **_effect(request, found)}
    return render(request, "plans/disruptions/withdraw.html", context, status=422 if form.errors else 200)


def _effect(request: Request, found: Absence) -> dict[str, object]:
    """Return what stays as it is, and what stands in the time that comes back."""
    settled = found.decisions.exclude(settled_at=None)
    return {
        "name": lists.name_of(found),
        "moved": settled.filter(choice=Decision.Choice.MOVE).count(),
        "cancelled": settled.filter(choice=Decision.Choice.CANCEL).count(),
        "standing": lists.touched(found.clinic, lists.away_of(found), at=request.at),
    }
