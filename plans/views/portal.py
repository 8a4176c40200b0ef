"""A patient's own pages: the plan, what to do now, the sheets, the calendar, the word that one will come."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import override

from clinic.actions import audit
from clinic.actions.refusal import Refused
from clinic.permissions import Request
from patients.models import Patient
from plans.actions.visits import mark
from plans.exports.ical import calendar
from plans.models import Visit
from plans.queries import portal
from plans.queries.reading import reading


def my_plan(request: Request, patient: UUID) -> HttpResponse:
    """Show where the patient stands: today, the next visit, the whole series."""
    person = _own(request, patient)
    audit.record(
        request.actor, "read", person, at=request.at, patient_id=person.pk, clinic_id=person.clinic_id
    )
    return _plan_page(request, person)


def my_aftercare(request: Request, patient: UUID) -> HttpResponse:
    """Show the newest sheet by the clock, or say that there is none yet."""
    person = _own(request, patient)
    sheet = portal.newest_sheet(request.actor, person)
    if sheet is not None:
        return my_sheet(request, patient, sheet.pk)
    with override(person.language):
        return render(request, "plans/portal/no_sheet.html", {**_shell(person), "nav": "aftercare"})


def my_sheet(request: Request, patient: UUID, sheet: UUID) -> HttpResponse:
    """Show any sheet that was issued; one that was replaced says so. `?print` gives the A4 page."""
    person = _own(request, patient)
    issued = get_object_or_404(portal.sheets_of(request.actor), pk=sheet, patient=person)
    audit.record(
        request.actor, "read", issued, at=request.at, patient_id=person.pk, clinic_id=person.clinic_id
    )
    template = "plans/sheet/print.html" if "print" in request.GET else "plans/portal/aftercare.html"
    context = {**_shell(person), "nav": "aftercare", "reading": reading(issued, at=request.at)}
    with override(person.language):
        return render(request, template, context)


def my_calendar(request: Request, patient: UUID) -> HttpResponse:
    """Hand out the visits as a calendar file."""
    person = _own(request, patient)
    visits = portal.calendar_visits(request.actor, person, at=request.at)
    with override(person.language):
        file = calendar(person.clinic, visits, at=request.at)
    headers = {"Content-Disposition": 'attachment; filename="visits.ics"'}
    return HttpResponse(file, content_type="text/calendar; charset=utf-8", headers=headers)


def my_visit(request: Request, patient: UUID, visit: UUID) -> HttpResponse:
    """Take the patient's word that they will come."""
    person = _own(request, patient)
    row = get_object_or_404(Visit.objects.visible_to(request.actor), pk=visit, patient=person)
    with override(person.language):
        try:
            mark(request.actor, row, Visit.State.CONFIRMED, at=request.at)
        except Refused as refusal:
            return _plan_page(request, person, refusal)
    return redirect("plans:my_plan", person.pk)


def _own(request: Request, patient: UUID) -> Patient:
    """Return the patient whose page this is, if it is the person's own to open; else nothing is there."""
    mine = Patient.objects.visible_to(request.actor).select_related("clinic")
    return get_object_or_404(mine, pk=patient)


def _shell(person: Patient) -> dict[str, object]:
    return {"patient": person, "clinic": person.clinic, "tz": person.clinic.zone}


def _plan_page(request: Request, person: Patient, refusal: Refused | None = None) -> HttpResponse:
    context = {
        **_shell(person),
        "nav": "plan",
        "plan": portal.plan(request.actor, person, at=request.at),
        "refusal": refusal,
        "has_errors": refusal is not None,
    }
    with override(person.language):
        return render(request, "plans/portal/plan.html", context, status=422 if refusal else 200)
