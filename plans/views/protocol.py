"""The protocol in force."""

from django.http import Http404, HttpResponse

from clinic.permissions import Request


def protocol(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404
