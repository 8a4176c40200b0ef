"""A first visit for somebody who calls: who they are, one of the free times, one button."""

from typing import Any
from uuid import uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from clinic.actions.refusal import Refused
from clinic.permissions import Request
from patients.actions.register import checked
from patients.queries.registry import Lookalike, lookalikes
from plans.actions.callers import book_caller
from plans.forms.callers import CallerForm
from plans.models import Kind
from plans.queries.single import free_times
from plans.views.new_visit import by_day, chosen, look_form, looked_for


def caller_new(request: Request, clinic: str) -> HttpResponse:
    """Register somebody and book their visit, or neither; who looks like a patient is asked about first."""
    form = CallerForm(request.POST if request.method == "POST" else None)
    alike: list[Lookalike] = []
    if form.is_bound and form.is_valid():
        data = {name: form.cleaned_data[name] for name in ("key", "note", "is_somebody_else")}
        details, what = form.details(request.clinic), (form.cleaned_data["kind"], form.cleaned_data["slot"])
        try:
            visit = book_caller(request.actor, request.clinic, details, *what, at=request.at, **data)
            return redirect("plans:visit", clinic, visit.pk)
        except Refused as refused:
            if refused.code == "likely_duplicate":
                tidy = checked(request.clinic, details, request.at)
                alike = lookalikes(request.actor, request.clinic, tidy)
                form.ask_whether_somebody_else()
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
    context = {"form": form, "lookalikes": alike, **_times(request, form)}
    return render(request, "plans/visits/caller.html", context, status=422 if form.errors else 200)


def _times(request: Request, form: CallerForm) -> dict[str, Any]:
    """Return the free times from the day, and for the kind and the person, that the address names."""
    look = look_form(request)
    looked = looked_for(request, look)
    if looked.kind == Kind.BLOCKED:
        raise Http404
    times = free_times(request.clinic, looked.kind, looked.first, at=request.at, practitioner=looked.who)
    return {
        "looked": looked,
        "key": form["key"].value() or uuid4(),
        "chosen": chosen(request, times, form),
        **by_day(request, times),
    }
