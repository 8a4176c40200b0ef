"""Who is asking, from where they stand: the actor of a request, and what each page needs to know of them."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone

from clinic.models import Clinic, Membership
from clinic.rules.roles import Actor, Role


class Request(HttpRequest):
    """A request after the middleware: who asks, in which clinic, and the instant it was asked."""

    user: Any
    at: Any
    actor: Any
    clinic: Any
    membership: Any


STAFF = "staff"
PATIENT = "patient"


def source_of(request: HttpRequest) -> str:
    """Return the network address that asked; behind a proxy of ours, the one that the proxy saw."""
    if settings.BEHIND_PROXY:
        forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")[-1].strip()
        if forwarded:
            return forwarded[:45]
    return str(request.META.get("REMOTE_ADDR", ""))


def staff_member(request: HttpRequest, slug: str) -> Membership | None:
    """Return the membership of the signed-in person in a clinic; a code by mail never opens one.

    Whether they have a second factor comes with it, as `has_second_factor`: one query for both.
    """
    if not request.user.is_authenticated or request.session.get("kind") != STAFF:
        return None
    return (
        Membership.objects.active()
        .filter(user_id=request.user.pk, clinic__slug=slug)
        .select_related("clinic", "user")
        .annotate(has_second_factor=Exists(Authenticator.objects.filter(user=OuterRef("user"))))
        .first()
    )


def actor_of(membership: Membership, source: str) -> Actor:
    """Return a member as rules and actions know them."""
    return Actor(
        membership.user_id,
        membership.user.name,
        membership.roles,
        membership.clinic_id,
        membership.pk,
        source,
    )


def patient_actor(request: HttpRequest, source: str) -> Actor | None:
    """Return the person behind a patient's session; a member of staff has to sign in apart."""
    if not request.user.is_authenticated or request.session.get("kind") != PATIENT:
        return None
    return Actor(request.user.pk, request.user.name, frozenset({Role.PATIENT}), source=source)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give every template what the shells show."""
    clinic: Clinic | None = getattr(request, "clinic", None)
    user = getattr(request, "user", None)
    return {
        "actor": getattr(request, "actor", None),
        "member": getattr(request, "membership", None),
        "clinic": clinic,
        "tz": clinic.zone if clinic else None,
        "now": getattr(request, "at", None) or timezone.now(),
        "theme": getattr(user, "theme", ""),
        "demo": settings.DEMO,
    }
