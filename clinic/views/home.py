"""The front door, the health check, and the pages for what went wrong."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from clinic.demo import PASSWORD
from clinic.models import Clinic
from clinic.permissions import PATIENT, STAFF, Request
from clinic.queries.site import demo_accounts


def home(request: Request) -> HttpResponse:
    """Send a person to where their day is; a newcomer chooses how to sign in."""
    kind = request.session.get("kind")
    if request.user.is_authenticated and kind == PATIENT:
        return redirect("patients:mine")
    if request.user.is_authenticated and kind == STAFF:
        clinics = list(Clinic.objects.of_user(request.user.pk).order_by("name"))
        if len(clinics) == 1:
            return redirect("plans:today", clinics[0].slug)
        return render(request, "clinic/home/choose.html", {"clinics": clinics})
    words = {"accounts": demo_accounts(), "password": PASSWORD} if settings.DEMO else {}
    return render(request, "clinic/home/welcome.html", words)


def health(request: HttpRequest) -> HttpResponse:
    """Answer a load balancer: the process is up and the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the person's role does not open this page; never whether a patient exists."""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is nothing here."""
    return render(request, "404.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Say that we failed, without anything that could fail again."""
    return render(None, "500.html", status=500)
