"""The protocol in force, as clinicians read it: every number with its source."""

from django.http import HttpResponse
from django.shortcuts import render

from clinic.permissions import Request
from plans.models import ProtocolVersion
from plans.queries import protocols


def protocol(request: Request, clinic: str) -> HttpResponse:
    """Show the version under which new consultations are made."""
    try:
        version = protocols.current(request.clinic)
    except ProtocolVersion.DoesNotExist:
        return render(request, "plans/protocol/none.html")
    return render(request, "plans/protocol/protocol.html", protocols.reading(version))
