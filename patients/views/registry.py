"""Finding and registering patients."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from clinic.actions import audit
from clinic.actions.refusal import Refused
from clinic.permissions import Request
from patients.actions.access import grant_access, invite_again, revoke_access
from patients.actions.register import checked, correct_details, register
from patients.forms.registry import DetailsForm, KeyForm, RegisterForm
from patients.models import Patient, PatientAccess
from patients.queries.access import is_locked
from patients.queries.registry import Lookalike, found, keys_to, lookalikes

KEY_ID = "key_%s"  # two forms stand on the page


def patients(request: Request, clinic: str) -> HttpResponse:
    """List the clinic's patients, or those who match what was typed. A search leaves a line in the log.

    A search is a POST although it changes nothing: a name must not stand in an address.
    """
    typed = request.POST.get("q", "")[:200].replace("\x00", "").strip()
    wanted = request.POST if typed else request.GET
    page = found(request.actor, request.clinic, typed, wanted.get("page", "1"))
    if typed:
        audit.record(request.actor, "search", ("page", "patients:list"), at=request.at)
    return render(request, "patients/registry/patients.html", {"page": page, "typed": typed})


def new(request: Request, clinic: str) -> HttpResponse:
    """Register somebody; who looks like somebody registered is asked about first."""
    if request.method == "GET" or "start" in request.POST:
        initial = {"name": request.POST.get("name", "")[:120]}
        return _registering(request, RegisterForm(initial=initial, clinic=request.clinic), 200)
    form = RegisterForm(request.POST, clinic=request.clinic)
    if not form.is_valid():
        return _registering(request, form, 422)
    is_else = form.cleaned_data["is_somebody_else"]
    try:
        patient = register(
            request.actor, request.clinic, form.details(), at=request.at, is_somebody_else=is_else
        )
    except Refused as refused:
        return _refused(request, form, refused)
    messages.success(request, _("%(name)s is registered.") % {"name": patient.name})
    return redirect("plans:patient", clinic, patient.pk)


def _refused(request: Request, form: RegisterForm, refused: Refused) -> HttpResponse:
    alike: list[Lookalike] = []
    if refused.code == "likely_duplicate":
        details = checked(request.clinic, form.details(), request.at)
        alike = lookalikes(request.actor, request.clinic, details)
        form.ask_whether_somebody_else()
    _explain(form, refused)
    return _registering(request, form, 422, alike)


def _registering(
    request: Request, form: RegisterForm, status: int, alike: list[Lookalike] | None = None
) -> HttpResponse:
    words = {"form": form, "lookalikes": alike or []}
    return render(request, "patients/registry/new.html", words, status=status)


def _explain(form: Form, refused: Refused) -> None:
    field = refused.field if refused.field in form.fields else None
    form.add_error(field, str(refused.message))


def _reach(request: Request, patient: UUID) -> Patient:
    """Return the clinic's patient, or answer 404."""
    reachable = Patient.objects.visible_to(request.actor).select_related("clinic")
    return get_object_or_404(reachable, pk=patient, clinic=request.clinic)


def edit(request: Request, clinic: str, patient: UUID) -> HttpResponse:
    """Correct how a patient is called and reached, and see who may open their page."""
    held = _reach(request, patient)
    if held.merged_into_id is not None:
        return redirect("plans:patient", clinic, patient)  # which says where to go
    if request.method == "GET":
        audit.record(request.actor, "read", held, at=request.at, patient_id=held.pk)
        return _editing(
            request, held, DetailsForm(initial=DetailsForm.of(held)), KeyForm(auto_id=KEY_ID), 200
        )
    form = DetailsForm(request.POST)
    if form.is_valid():
        try:
            correct_details(request.actor, held, form.details(), at=request.at)
        except Refused as refused:
            _explain(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("plans:patient", clinic, patient)
    return _editing(request, held, form, KeyForm(auto_id=KEY_ID), 422)


def _editing(request: Request, patient: Patient, form: Form, key_form: Form, status: int) -> HttpResponse:
    keys = [(key, is_locked(key)) for key in keys_to(patient)]
    failed = form if form.errors else key_form
    words: dict[str, Any] = {
        "patient": patient,
        "form": form,
        "key_form": key_form,
        "keys": keys,
        "failed": failed,
    }
    words["has_errors"] = bool(failed.errors)
    return render(request, "patients/registry/edit.html", words, status=status)


def access(request: Request, clinic: str, patient: UUID) -> HttpResponse:
    """Let an address open the patient's page (or invite it again), or take a key back."""
    held = _reach(request, patient)
    if "revoke" in request.POST:
        return _take_back(request, held)
    posted = request.POST.copy()
    posted.setdefault("email", held.email)
    form = KeyForm(posted, auto_id=KEY_ID)
    if form.is_valid():
        try:
            _let_in(request, held, form)
        except Refused as refused:
            _explain(form, refused)
        else:
            return redirect(
                "patients:edit" if "from_edit" in request.POST else "plans:patient", clinic, patient
            )
    return _editing(request, held, DetailsForm(initial=DetailsForm.of(held)), form, 422)


def _let_in(request: Request, patient: Patient, form: KeyForm) -> None:
    email, relation = form.cleaned_data["email"], form.cleaned_data["relation"]
    key = grant_access(request.actor, patient, email, relation, at=request.at)
    if key.granted_at != request.at and not invite_again(request.actor, key, at=request.at):
        messages.info(
            request, _("An invitation to %(email)s is on its way already.") % {"email": key.user.email}
        )
    else:
        messages.success(request, _("An invitation goes to %(email)s.") % {"email": key.user.email})


def _take_back(request: Request, patient: Patient) -> HttpResponse:
    pk = request.POST["revoke"]
    keys = PatientAccess.objects.filter(patient=patient, revoked_at=None).select_related("patient", "user")
    key = get_object_or_404(keys, pk=pk if pk.isascii() and pk.isdecimal() and len(pk) < 19 else None)
    revoke_access(request.actor, key, at=request.at)
    messages.success(request, _("%(email)s can no longer open this page.") % {"email": key.user.email})
    return redirect("patients:edit", request.clinic.slug, patient.pk)
