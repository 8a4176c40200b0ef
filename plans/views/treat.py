"""The session record and the sheet that comes of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override

from clinic.actions import audit
from clinic.actions.refusal import Refused
from clinic.permissions import Request
from clinic.rules.timegrid import local_day
from plans.actions import treat
from plans.forms.treat import EndForm, RecordForm
from plans.models import Series, SessionRecord, Visit
from plans.queries import portal
from plans.queries.reading import reading
from plans.queries.sitting import Sitting, sitting
from plans.queries.treat import RECORDED, settings_of
from plans.views.record_page import page


def record(request: Request, clinic: str, visit: UUID) -> HttpResponse:
    """Show the record of a session, or save it as far as it goes."""
    found = _sitting(request, visit)
    if request.method == "GET":
        subject = found.record or found.visit
        audit.record(request.actor, "read", subject, at=request.at, patient_id=found.visit.patient_id)
        return page(request, found)
    form = _bound(request, found)
    saved = _saved(request, form)
    if request.headers.get("HX-Request"):
        context = {"record": saved, "form": form, "not_saved": saved is None}
        return render(request, "plans/treat/_saved.html", context, status=200 if saved else 422)
    if saved is None:
        return page(request, found, form)
    return redirect("plans:record", clinic, visit)


def flag(request: Request, clinic: str, visit: UUID, flag: str) -> HttpResponse:
    """Settle a flag for this session, with the reason; what was typed beside it is saved too."""
    found = _sitting(request, visit)
    form = _bound(request, found)
    if _saved(request, form) is None:
        return page(request, found, form)
    try:
        reason = request.POST.get(f"reason_{flag}", "")
        treat.resolve_flag(request.actor, found.visit, flag, reason, request.at)
    except Refused as refusal:
        return page(request, _sitting(request, visit), form, refusal=refusal, refused_flag=flag)
    return redirect("plans:record", clinic, visit)


def sign(request: Request, clinic: str, visit: UUID) -> HttpResponse:
    """Save what was typed, and sign it: the visit is done and the aftercare goes out."""
    found = _sitting(request, visit)
    if found.is_signed:
        return redirect("plans:record", clinic, visit)
    form = _bound(request, found)
    saved = _saved(request, form)
    if saved is None:
        return page(request, found, form)
    try:
        treat.sign(request.actor, saved, request.at)
    except Refused as refusal:
        return page(request, _sitting(request, visit), form, refusal=refusal)
    messages.success(request, _("Signed. The aftercare is ready and the patient has been told."))
    _tell_of_a_longer_window(request, found.visit)
    return redirect("plans:record", clinic, visit)


def _tell_of_a_longer_window(request: Request, visit: Visit) -> None:
    if visit.series is None:
        return
    series = Series.objects.visible_to(request.actor).get(pk=visit.series.pk)
    if str(visit.session_number) not in series.windows:
        return
    days = series.window_after(visit.session_number or 0).earliest
    words = _("More was done than was planned: the next session waits at least %(days)s days.")
    messages.info(request, words % {"days": days})


def end(request: Request, clinic: str, visit: UUID) -> HttpResponse:
    """Correct the end of a signed session: a new sheet takes the place of the old one."""
    found = _sitting(request, visit)
    if found.record is None:
        raise Http404
    form = EndForm(request.POST, found.visit)
    if form.is_valid():
        data = form.cleaned_data
        try:
            treat.correct_end(request.actor, found.record, data["ended"], data["reason"], request.at)
        except Refused as refusal:
            form.add_error("ended" if refusal.field == "ended_at" else refusal.field, str(refusal.message))
        else:
            messages.success(request, _("Corrected. A new sheet is out and the patient has been told."))
            return redirect("plans:record", clinic, visit)
    return page(request, found, end_form=form)


def sheet(request: Request, clinic: str, sheet: UUID) -> HttpResponse:
    """Show staff an issued sheet, as the patient reads it."""
    return _sheet(request, sheet, "plans/sheet/sheet.html")


def sheet_print(request: Request, clinic: str, sheet: UUID) -> HttpResponse:
    """Show an issued sheet for paper: two pages of A4, in the patient's language."""
    return _sheet(request, sheet, "plans/sheet/print.html")


def _sheet(request: Request, pk: UUID, template: str) -> HttpResponse:
    sheets = portal.sheets_of(request.actor).filter(clinic=request.clinic)
    issued = get_object_or_404(sheets, pk=pk)
    audit.record(request.actor, "read", issued, at=request.at, patient_id=issued.patient_id)
    with override(issued.language):
        return render(request, template, {"reading": reading(issued, at=request.at)})


def _sitting(request: Request, pk: UUID) -> Sitting:
    """Return the session of a visit that this person may see, if that kind of visit has a record."""
    visits = (
        Visit.objects.visible_to(request.actor)
        .filter(clinic=request.clinic, kind__in=RECORDED)
        .select_related("patient", "room", "device", "practitioner__user", "clinic")
        .select_related("series__consultation", "series__protocol_version")
    )
    return sitting(request.actor, get_object_or_404(visits, pk=pk))


def _bound(request: Request, found: Sitting) -> RecordForm:
    if found.stand is None:
        raise Http404
    return RecordForm(request.POST, found, found.stand, local_day(request.at, request.clinic.zone))


def _saved(request: Request, form: RecordForm) -> SessionRecord | None:
    """Save answers and draft, or leave the reasons why not at the fields."""
    if not form.is_valid():
        return None
    found = form.sitting
    values: dict[str, Any] = form.values()
    if "same" in request.POST:
        values |= settings_of(found.last)
    try:
        return treat.save(request.actor, found.visit, values, request.at, form.answers)
    except Refused as refusal:
        form.refuse([(refusal.field or "", str(refusal.message))])
        return None
