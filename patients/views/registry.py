"""Finding and registering patients."""

from django.http import Http404, HttpResponse

from clinic.permissions import Request


def patients(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def new(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def edit(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def access(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404
