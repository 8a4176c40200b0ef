"""A patient's chart: clinical for those who treat, dates and contact for the desk."""

from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from clinic.actions import audit
from clinic.actions.refusal import Refused
from clinic.permissions import Request
from clinic.rules.roles import Right
from patients.models import Patient
from patients.queries.registry import earlier
from plans.forms.consult import ConsentForm
from plans.queries.chart import chart_of
from plans.queries.consult import age_on


def patient(request: Request, clinic: str, patient: UUID) -> HttpResponse:
    """Show the chart; a clinician's look at it is on record."""
    person = reach_patient(request, patient)
    if request.actor.may(Right.READ_CLINICAL):
        audit.record(request.actor, "read", person, at=request.at, patient_id=person.pk)
    return chart_page(request, person)


def reach_patient(request: Request, pk: UUID) -> Patient:
    """Return a patient of this clinic that the person may see, and whether a record was merged into theirs;
    a 404 otherwise.
    """
    merged = Patient.objects.filter(merged_into=OuterRef("pk"))
    rows = Patient.objects.visible_to(request.actor).select_related("clinic", "merged_into")
    return get_object_or_404(rows.annotate(has_earlier=Exists(merged)), clinic=request.clinic, pk=pk)


def chart_page(
    request: Request, person: Patient, consent: ConsentForm | None = None, refused: Refused | None = None
) -> HttpResponse:
    """Answer with the chart; a refused post comes back to it with 422 and what was typed."""
    is_clinical = request.actor.may(Right.READ_CLINICAL)
    chart = chart_of(request.actor, person, at=request.at)
    context = {
        "patient": person,
        "age": age_on(person.birth_date, chart.today),
        "spoken": dict(settings.LANGUAGES).get(person.language, person.language),
        "chart": chart,
        "earlier": earlier(request.actor, person) if person.has_earlier else [],  # type: ignore[attr-defined]
        "rows": [(visit, chart.records.get(visit.pk)) for visit in chart.visits],
        "begun": any(
            one.signed_at is None and one.practitioner_id == request.membership.pk
            for one in chart.consultations
        ),
        "form": (consent or ConsentForm()) if is_clinical else None,
        "refused": refused,
        "has_errors": refused is not None,
    }
    template = "plans/chart/clinical.html" if is_clinical else "plans/chart/desk.html"
    return render(request, template, context, status=422 if request.method == "POST" else 200)
