"""The clinic's settings and its log."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from clinic.actions import audit as log
from clinic.actions.people import THEMES, choose_theme
from clinic.forms.settings import LogForm
from clinic.permissions import Request, source_of
from clinic.queries.log import lines, people, verbs
from clinic.queries.site import settings_of
from clinic.rules.roles import Actor


def settings(request: Request, clinic: str) -> HttpResponse:
    """Show how the clinic is set up."""
    return render(request, "clinic/settings/settings.html", {"site": settings_of(request.clinic, request.at)})


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
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if is_ours else "home")
