"""The consultation."""

from django.http import Http404, HttpResponse

from clinic.permissions import Request


def new(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def consultation(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def flag(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def sign(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def consent(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def addendum(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404
