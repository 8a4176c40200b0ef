"""A patient's chart."""

from django.http import Http404, HttpResponse

from clinic.permissions import Request


def patient(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404
