"""A patient's way in."""

from django.http import Http404, HttpResponse

from clinic.permissions import Request


def sign_in(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def code(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def sign_out(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def mine(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404


def confirm(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404
