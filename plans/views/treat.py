"""The session record."""

from django.http import Http404, HttpResponse

from clinic.permissions import Request


def record(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def flag(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def sign(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def end(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def sheet(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def sheet_print(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404
