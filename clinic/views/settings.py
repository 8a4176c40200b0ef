"""The clinic's settings and its log."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from clinic.actions import audit as log
from clinic.actions.details import Details, change_details
from clinic.actions.people import THEMES, Person, choose_theme, engage
from clinic.actions.refusal import Refused
from clinic.forms.details import ClinicForm, PersonForm
from clinic.forms.settings import LogForm
from clinic.permissions import Request, source_of
from clinic.queries.log import lines, people, verbs
from clinic.queries.site import settings_of
from clinic.rules.roles import Actor
from clinic.views.back import came_from


def settings(request: Request, clinic: str) -> HttpResponse:
    """Show how the clinic is set up."""
    return render(request, "clinic/settings/settings.html", {"site": settings_of(request.clinic, request.at)})


def details(request: Request, clinic: str) -> HttpResponse:
    """Put right how the clinic is called and reached, and how visits are laid out."""
    posted = request.POST if request.method == "POST" else None
    form = ClinicForm(posted, initial=ClinicForm.of(request.clinic))
    if request.method == "POST" and form.is_valid():
        try:
            change_details(request.actor, request.clinic, Details(**form.cleaned_data), at=request.at)
        except Refused as refused:
            _explain(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("clinic:settings", clinic)
    return _answer(request, "clinic/settings/details.html", form)


def person_new(request: Request, clinic: str) -> HttpResponse:
    """Invite somebody to work here: they choose their own password by a link in a mail."""
    form = PersonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        person = Person(data["email"], data["name"], data["title"], data["licence"], request.clinic.language)
        try:
            engage(request.actor, request.clinic, person, data["roles"], at=request.at)
        except Refused as refused:
            _explain(form, refused)
        else:
            messages.success(request, _("An invitation goes to %(email)s.") % {"email": data["email"]})
            return redirect("clinic:settings", clinic)
    return _answer(request, "clinic/settings/person_new.html", form)


def _explain(form: Form, refused: Refused) -> None:
    form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))


def _answer(request: Request, template: str, form: Form) -> HttpResponse:
    words = {"form": form, "nav": "settings", "has_errors": bool(form.errors)}
    return render(request, template, words, status=422 if form.errors else 200)


def audit(request: Request, clinic: str) -> HttpResponse:
    """Show who did what. Reading the log is itself a line in it."""
    form = LogForm(request.GET, people=people(request.clinic), verbs=verbs(request.clinic))
    page, told = lines(request.actor, request.clinic, form.wanted(), request.GET.get("page", "1"))
    log.record(request.actor, "read", ("page", "clinic:audit"), at=request.at)
    words = {"form": form, "page": page, "lines": told, "nav": "settings", "has_errors": False}
    return render(request, "clinic/settings/audit.html", words)


def theme(request: Request) -> HttpResponse:
    """Save the colours a person wants, and go back to where they were."""
    wanted = request.POST.get("theme", "")
    if request.user.is_authenticated and wanted in THEMES:
        actor = Actor(request.user.pk, request.user.name, frozenset(), source=source_of(request))
        choose_theme(actor, request.user, wanted, at=request.at)
    return redirect(came_from(request) or "home")
