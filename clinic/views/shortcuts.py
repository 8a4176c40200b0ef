"""The off switch of the keyboard shortcuts."""

from django.http import HttpResponse
from django.shortcuts import redirect

from clinic.actions.shortcuts import turn_shortcuts
from clinic.permissions import Request, source_of
from clinic.rules.roles import Actor
from clinic.views.back import came_from

CHOICES = {"on": True, "off": False}


def shortcuts(request: Request) -> HttpResponse:
    """Turn somebody's shortcuts on or off, and go back to where they were."""
    wanted = CHOICES.get(request.POST.get("shortcuts", ""))
    if wanted is not None and request.user.is_authenticated:
        actor = Actor(request.user.pk, request.user.name, frozenset(), source=source_of(request))
        turn_shortcuts(actor, request.user, on=wanted, at=request.at)
    return redirect(came_from(request) or "home")
