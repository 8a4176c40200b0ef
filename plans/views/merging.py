"""Merging two records of one person: found, compared, linked; and taken back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from clinic.actions import audit
from clinic.actions.refusal import Refused
from clinic.permissions import Request
from patients.actions.merging import unmerge as take_back
from patients.models import Patient
from patients.queries.registry import details_of, found, lookalikes
from plans.actions.merging import merge as link
from plans.forms.merging import MergeForm, ReasonForm
from plans.queries.merging import side
from plans.views.chart import reach_patient
from plans.views.setup import answer, explain


def merge_find(request: Request, clinic: str, patient: UUID) -> HttpResponse:
    """Show who may be the same person, and look for others. A search is a POST: no name stands in an address."""
    person = _standing(request, patient)
    typed = request.POST.get("q", "")[:200].replace("\x00", "").strip()
    people = found(request.actor, request.clinic, typed).object_list if typed else []
    if typed:
        audit.record(request.actor, "search", ("page", "plans:merge_find"), at=request.at)
    alike = lookalikes(request.actor, request.clinic, details_of(person))
    words: dict[str, Any] = {
        "patient": person,
        "alike": [one for one in alike if one.patient.pk != person.pk],
        "typed": typed,
        "people": [one for one in people if one.pk != person.pk],
        "nav": "patients",
    }
    return render(request, "plans/merging/find.html", words)


def _standing(request: Request, pk: UUID) -> Patient:
    """Return a patient who was not merged; the page of one who was says where to go."""
    rows = Patient.objects.visible_to(request.actor).filter(clinic=request.clinic, merged_into=None)
    return get_object_or_404(rows.select_related("clinic"), pk=pk)


def merge(request: Request, clinic: str, patient: UUID, other: UUID) -> HttpResponse:
    """Compare two records and say which one stays."""
    if patient == other:
        raise Http404
    one, two = _standing(request, patient), _standing(request, other)
    sides = (side(request.actor, one, at=request.at), side(request.actor, two, at=request.at))
    form = MergeForm(request.POST if request.method == "POST" else None, sides=sides)
    if request.method == "POST" and form.is_valid():
        goes, stays = form.decided()
        try:
            link(request.actor, goes, stays, reason=form.cleaned_data["reason"], at=request.at)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("The two records are one now. It can be taken back."))
            return redirect("plans:patient", clinic, stays.pk)
    for each in (one, two):
        audit.record(request.actor, "read", each, at=request.at, patient_id=each.pk)
    return answer(request, "plans/merging/merge.html", form, patient=one, sides=sides, nav="patients")


def unmerge(request: Request, clinic: str, patient: UUID) -> HttpResponse:
    """Let a record that was merged stand by itself again."""
    person = reach_patient(request, patient)
    if person.merged_into is None:
        return redirect("plans:patient", clinic, person.pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            take_back(request.actor, person, reason=form.cleaned_data["reason"], at=request.at)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("The record stands by itself again."))
            return redirect("plans:patient", clinic, person.pk)
    return answer(request, "plans/merging/unmerge.html", form, patient=person, nav="patients")
