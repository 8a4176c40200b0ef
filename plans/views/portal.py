"""A patient's own pages."""

from django.http import Http404, HttpResponse

from clinic.permissions import Request


def my_plan(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def my_aftercare(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def my_sheet(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def my_calendar(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def my_visit(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404
