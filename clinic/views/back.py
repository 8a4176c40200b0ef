"""The way back to the page on which a button stood."""

from django.utils.http import url_has_allowed_host_and_scheme

from clinic.permissions import Request


def came_from(request: Request) -> str:
    """Return the path that was sent as `next` if it is one of ours, else nothing; never the name of a view."""
    path = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(path, {request.get_host()}, require_https=request.is_secure())
    return path if is_ours and path.startswith("/") else ""
