"""Pages of the demo."""

from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from clinic.permissions import Request
from clinic.queries.letters import letters


def mail(request: Request) -> HttpResponse:
    """Show the mails that a clinic would have sent, newest first."""
    found = letters(Path(settings.EMAIL_FILE_PATH), settings.SITE_URL)
    return render(request, "clinic/demo/mail.html", {"letters": found})
