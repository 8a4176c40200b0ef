"""What holds for every request: nothing is cached, sessions end in time, the rights table decides."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from clinic.actions import audit
from clinic.models import Clinic
from clinic.permissions import STAFF, Request, actor_of, patient_actor, source_of, staff_member
from clinic.rules.pages import PAGES, Audience, Page
from clinic.rules.roles import Actor

Answer = Callable[[HttpRequest], HttpResponse]


class PrivateByDefault:
    """Read the clock once, and let no browser or proxy keep what the clinic's pages say."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        request.at = timezone.now()
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class SessionLimits:
    """Staff are signed out after half an hour idle and twelve hours in all."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        session = request.session
        if session.get("kind") == STAFF:
            now = request.at.timestamp()
            idle = now - session.get("seen_at", now)
            if (
                idle > settings.STAFF_IDLE_SECONDS
                or now - session["began_at"] > settings.STAFF_ABSOLUTE_SECONDS
            ):
                logout(request)
            elif "seen_at" not in session or idle > 60:
                session["seen_at"] = now
        return self.get_response(request)


class RightsTable:
    """Answer nobody on a page that the table does not open to them."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        request.actor = request.clinic = request.membership = None
        response = self.get_response(request)
        if response.status_code in (403, 404) and request.resolver_match:
            actor = request.actor or self._stranger(request)
            page = ("page", request.resolver_match.view_name[:36])
            if actor is not None:
                audit.record(actor, "refused", page, at=request.at)
        return response

    def _stranger(self, request: Request) -> Actor | None:
        """Return a signed-in person on a page of a clinic they do not work in; its log gets a line of staff alone.

        Whose patient somebody is would tell a second clinic something of their health.
        """
        slug = request.resolver_match.kwargs.get("clinic") if request.resolver_match else None
        if slug is None or not request.user.is_authenticated:
            return None
        user, source = request.user, source_of(request)
        tried = (
            Clinic.objects.filter(slug=slug)
            if request.session.get("kind") == STAFF
            else Clinic.objects.none()
        )
        return Actor(
            user.pk, user.name, frozenset(), tried.values_list("pk", flat=True).first(), source=source
        )

    def process_view(
        self, request: Request, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Look the page up, then ask by its audience."""
        match = request.resolver_match
        page = PAGES.get(match.view_name if match else "")
        if page is None:
            raise Http404
        if request.method not in (*page.methods, "HEAD" if "GET" in page.methods else ""):
            return HttpResponseNotAllowed(page.methods)
        return self._doors[page.audience](self, request, page, kwargs)

    def _public(self, request: Request, page: Page, kwargs: dict[str, Any]) -> None:
        return None

    def _demo(self, request: Request, page: Page, kwargs: dict[str, Any]) -> None:
        if not settings.DEMO:
            raise Http404

    def _signed_in(self, request: Request, page: Page, kwargs: dict[str, Any]) -> HttpResponse | None:
        if request.user.is_authenticated and request.session.get("kind") == STAFF:
            return None
        return redirect_to_login(request.get_full_path())

    def _staff(self, request: Request, page: Page, kwargs: dict[str, Any]) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        membership = staff_member(request, kwargs["clinic"])
        if membership is None:
            raise Http404
        request.membership = membership
        request.clinic = membership.clinic
        request.actor = actor_of(membership, source_of(request))
        if settings.STAFF_SECOND_FACTOR and not membership.has_second_factor:  # type: ignore[attr-defined]
            return redirect("mfa_activate_totp")
        if page.right is not None and not request.actor.may(page.right):
            raise PermissionDenied
        return None

    def _patient(self, request: Request, page: Page, kwargs: dict[str, Any]) -> HttpResponse | None:
        actor = patient_actor(request, source_of(request))
        if actor is None:
            return redirect("patients:sign_in")
        request.actor = actor
        return None

    _doors = {
        Audience.PUBLIC: _public,
        Audience.DEMO: _demo,
        Audience.SIGNED_IN: _signed_in,
        Audience.STAFF: _staff,
        Audience.PATIENT: _patient,
    }
