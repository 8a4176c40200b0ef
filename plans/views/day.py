"""The day board and the worklist."""

from django.http import Http404, HttpResponse

from clinic.permissions import Request


def today(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def day(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def worklist(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404
