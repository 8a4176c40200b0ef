"""The clinic's settings and its log."""

from django.http import Http404, HttpResponse

from clinic.permissions import Request


def settings(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def audit(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def theme(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404
