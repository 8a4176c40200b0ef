"""One visit."""

from django.http import Http404, HttpResponse

from clinic.permissions import Request


def visit(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def new(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def state(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def move(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def cancel(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404
