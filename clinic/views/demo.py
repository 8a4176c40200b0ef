"""Pages of the demo."""

from django.http import Http404, HttpResponse

from clinic.permissions import Request


def mail(request: Request, **kwargs: object) -> HttpResponse:
    raise Http404
