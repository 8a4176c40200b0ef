"""A patient's way in."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth import login, logout
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters

from clinic.actions import audit
from clinic.actions.refusal import Refused
from clinic.models import User
from clinic.permissions import PATIENT, Request, source_of
from patients.actions.access import confirm_birth_date
from patients.actions.sign_in import send_code, use_code
from patients.forms.access import AddressForm, CodeForm, ConfirmForm
from patients.models import PatientAccess
from patients.queries.access import is_locked, key_of, opened_by

ASKED = "code_asked"  # in the session: which code this browser asked for
ASKED_FOR = "code_asked_for"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def sign_in(request: Request) -> HttpResponse:
    """Ask for the address and send a code. The answer is the same whether anybody has the address."""
    if request.user.is_authenticated and request.session.get("kind") == PATIENT:
        return redirect("patients:mine")
    if request.method == "GET":
        return render(request, "patients/access/sign_in.html", {"form": AddressForm()})
    form = AddressForm(request.POST)
    if form.is_valid():
        try:
            asked = send_code(
                form.cleaned_data["email"],
                language=get_language() or settings.LANGUAGE_CODE,
                source=source_of(request),
                at=request.at,
            )
        except Refused as refused:
            _explain(form, refused)
        else:
            request.session[ASKED], request.session[ASKED_FOR] = str(asked.pk), asked.email
            return redirect("patients:code")
    return render(request, "patients/access/sign_in.html", {"form": form}, status=422)


@sensitive_post_parameters("code")
def code(request: Request) -> HttpResponse:
    """Take the code, in the browser that asked for it, and open the session of a patient."""
    if ASKED not in request.session:
        return redirect("patients:sign_in")
    if request.method == "GET":
        return _entering(request, CodeForm(), 200)
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            asked = UUID(request.session[ASKED])
            source = source_of(request)
            user = use_code(asked, form.cleaned_data["code"], source=source, at=request.at)
        except Refused as refused:
            _explain(form, refused)
        else:
            _open_session(request, user, stay=form.cleaned_data["stay"])
            return redirect("patients:mine")
    return _entering(request, form, 422)


def _entering(request: Request, form: Form, status: int) -> HttpResponse:
    name, _, host = request.session[ASKED_FOR].partition("@")
    words = {"form": form, "address": request.session[ASKED_FOR], "told": f"{name[:1]}•••@{host}"}
    return render(request, "patients/access/code.html", words, status=status)


def _open_session(request: Request, user: User, *, stay: bool) -> None:
    """Begin afresh: nothing of an earlier session, least of all one of staff, goes along."""
    request.session.flush()
    login(request, user, backend=BACKEND)
    request.session["kind"] = PATIENT
    request.session.set_expiry(settings.PATIENT_STAY_SECONDS if stay else 0)


def _explain(form: Form, refused: Refused) -> None:
    form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))


def sign_out(request: Request) -> HttpResponse:
    """End the session."""
    audit.record(request.actor, "sign_out", request.user, at=request.at)
    logout(request)
    return redirect("patients:sign_in")


def mine(request: Request) -> HttpResponse:
    """Show whose pages this person may open; with one there is nothing to choose."""
    keys = opened_by(request.actor.user_id)
    if len(keys) == 1:
        to = "plans:my_plan" if keys[0].confirmed_at else "patients:confirm"
        return redirect(to, keys[0].patient_id)
    return render(request, "patients/access/mine.html", {"keys": keys})


def confirm(request: Request, patient: UUID) -> HttpResponse:
    """Ask once for the patient's birth date, with few tries."""
    key = key_of(request.actor.user_id, patient)
    if key is None:
        raise Http404
    if key.confirmed_at is not None:
        return redirect("plans:my_plan", patient)
    if request.method == "GET":
        return _confirming(request, key, ConfirmForm(), 200)
    form = ConfirmForm(request.POST)
    if form.is_valid():
        try:
            confirm_birth_date(request.actor, key, form.cleaned_data["birth_date"], at=request.at)
        except Refused as refused:
            _explain(form, refused)
        else:
            return redirect("plans:my_plan", patient)
    return _confirming(request, key, form, 422)


def _confirming(request: Request, key: PatientAccess, form: Form, status: int) -> HttpResponse:
    words = {"form": form, "key": key, "clinic": key.patient.clinic, "locked": is_locked(key)}
    return render(request, "patients/access/confirm.html", words, status=status)
