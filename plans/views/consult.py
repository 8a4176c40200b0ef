"""The consultation: a draft that is saved as often as one likes, signed once, and added to afterwards."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from clinic.actions import audit
from clinic.actions.refusal import Refused
from clinic.permissions import Request
from patients.actions.consent import record_consent
from plans.actions import consult
from plans.forms.consult import AddendumForm, ConsentForm
from plans.models import Consultation, SessionRecord, Visit
from plans.views.chart import chart_page, reach_patient
from plans.views.consult_draft import page, reach, save_then


def new(request: Request, clinic: str, patient: UUID) -> HttpResponse:
    """Open the draft of this practitioner and patient, or make it."""
    person = reach_patient(request, patient)
    try:
        draft = consult.open_consultation(
            request.actor, request.membership, person, request.at, _visit(request)
        )
    except Refused as refused:
        return chart_page(request, person, refused=refused)
    return redirect("plans:consultation", clinic, draft.pk)


def consultation(request: Request, clinic: str, consultation: UUID) -> HttpResponse:
    """Show it, as a form to its practitioner while it is a draft; save what was typed."""
    row = reach(request, consultation)
    if request.method == "POST":
        return save_then(request, row, lambda saved, form: None)
    audit.record(request.actor, "read", row, at=request.at, patient_id=row.patient_id)
    return page(request, row)


def flag(request: Request, clinic: str, consultation: UUID, flag: str) -> HttpResponse:
    """Lift or settle one flag; its practitioner's draft is saved first, so that nothing typed is lost."""
    row = reach(request, consultation)
    if row.practitioner_id == request.membership.pk and row.signed_at is None:
        return save_then(
            request,
            row,
            lambda saved, form: consult.resolve_flag(
                request.actor, saved, flag, form.reason(flag), request.at
            ),
            field=f"r_{flag}",
        )
    try:
        consult.resolve_flag(request.actor, row, flag, request.POST.get(f"r_{flag}", ""), request.at)
    except Refused as refused:
        return page(request, row, problems=[(None, str(refused.message))])
    return redirect("plans:consultation", clinic, row.pk)


def sign(request: Request, clinic: str, consultation: UUID) -> HttpResponse:
    """Save what was typed, then sign it; a second time leads to what was signed."""
    row = reach(request, consultation)
    if row.signed_at is not None:
        return redirect("plans:consultation", clinic, row.pk)
    return save_then(
        request,
        row,
        lambda saved, form: consult.sign(request.actor, saved, request.at, form.seen),
    )


def consent(request: Request, clinic: str, patient: UUID) -> HttpResponse:
    """Record what the patient signed in front of the practitioner."""
    person = reach_patient(request, patient)
    form = ConsentForm(request.POST)
    if form.is_valid():
        try:
            record_consent(request.actor, person, **form.cleaned_data, at=request.at)
        except Refused as refused:
            form.add_error(refused.field, str(refused.message))
        else:
            return redirect("plans:patient", clinic, person.pk)
    return chart_page(request, person, consent=form)


def addendum(request: Request, clinic: str, kind: str, subject: UUID) -> HttpResponse:
    """Add words to a signed consultation or record."""
    row = _signed_thing(request, kind, subject)
    form = AddendumForm(request.POST)
    if form.is_valid():
        try:
            consult.add_addendum(request.actor, row, form.cleaned_data["text"], request.at)
        except Refused as refused:
            form.add_error(refused.field, str(refused.message))
        else:
            return _back(row, clinic)
    if isinstance(row, Consultation):
        return page(request, row, addendum=form)
    return render(request, "plans/consult/addendum.html", {"form": form, "row": row}, status=422)


def _back(row: Consultation | SessionRecord, clinic: str) -> HttpResponse:
    if isinstance(row, Consultation):
        return redirect("plans:consultation", clinic, row.pk)
    return redirect("plans:record", clinic, row.visit_id)


def _visit(request: Request) -> Visit | None:
    """Return the visit that the consultation is held in, if the button named one."""
    named = request.POST.get("visit", "")
    if not named:
        return None
    try:
        key = UUID(named)
    except ValueError:
        raise Http404 from None
    return get_object_or_404(Visit.objects.visible_to(request.actor), clinic=request.clinic, pk=key)


def _signed_thing(request: Request, kind: str, pk: UUID) -> Consultation | SessionRecord:
    if kind == "consultation":
        return reach(request, pk)
    if kind != "record":
        raise Http404
    rows = SessionRecord.objects.visible_to(request.actor).select_related("patient", "visit")
    return get_object_or_404(rows, clinic=request.clinic, pk=pk)
