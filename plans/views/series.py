"""A series."""

from django.http import Http404, HttpResponse

from clinic.permissions import Request


def series(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def book(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def booked(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def undo(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def plan(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def pause(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def resume(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def stop(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404
