"""One person of the clinic: how they are called, what they may, and whether they work here."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from clinic.actions import people
from clinic.actions.invitations import invite_again
from clinic.actions.refusal import Refused
from clinic.models import Membership
from clinic.permissions import Request
from plans.actions.setup import Described, change_member, let_go
from plans.forms.setup import MemberForm
from plans.queries.setup import given_by, standing_with
from plans.views.setup import answer, explain


def _reach(request: Request, member: int) -> Membership:
    rows = Membership.objects.select_related("user", "clinic")
    return get_object_or_404(rows, pk=member, clinic=request.clinic)


def _form(request: Request, found: Membership, *, posted: bool) -> MemberForm:
    own = found.user_id == request.actor.user_id
    return MemberForm(request.POST if posted else None, member=found, own=own)


def _page(
    request: Request, found: Membership, form: MemberForm, refused: Refused | None = None
) -> HttpResponse:
    words = {
        "person": found,
        "own": found.user_id == request.actor.user_id,
        "given": given_by(found) if found.is_practitioner else [],
        "standing": standing_with(found),
        "refused": refused,
        "has_errors": bool(form.errors or refused),
    }
    return answer(request, "plans/setup/member.html", form, **words)


def member(request: Request, clinic: str, member: int) -> HttpResponse:
    """Put a member right, and give them other roles; their sessions end with that."""
    found = _reach(request, member)
    form = _form(request, found, posted=request.method == "POST")
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        wanted = Described(data["name"], data["title"], data["licence"], form.roles_chosen())
        try:
            change_member(request.actor, found, wanted, at=request.at)
        except Refused as refused:
            explain(form, refused)
            found = _reach(request, member)
        else:
            messages.success(request, _("Saved."))
            return redirect("clinic:settings", clinic)
    return _page(request, found, form)


def departure(request: Request, clinic: str, member: int) -> HttpResponse:
    """End a membership, once nobody is booked with them."""
    found = _reach(request, member)
    try:
        let_go(request.actor, found, at=request.at)
    except Refused as refused:
        return _page(request, _reach(request, member), _form(request, found, posted=False), refused)
    messages.success(request, _("%(name)s can no longer sign in here.") % {"name": found.user.name})
    return redirect("clinic:settings", clinic)


def comeback(request: Request, clinic: str, member: int) -> HttpResponse:
    """Let somebody who had left work here again."""
    found = people.enable(request.actor, _reach(request, member), at=request.at)
    messages.success(request, _("%(name)s works here again.") % {"name": found.user.name})
    return redirect("plans:member", clinic, member)


def invitation(request: Request, clinic: str, member: int) -> HttpResponse:
    """Send the link for a password once more."""
    found = _reach(request, member)
    try:
        sent = invite_again(request.actor, found, at=request.at)
    except Refused as refused:
        return _page(request, found, _form(request, found, posted=False), refused)
    words = (
        _("An invitation goes to %(email)s.")
        if sent
        else _("An invitation to %(email)s is on its way already.")
    )
    messages.success(request, words % {"email": found.user.email})
    return redirect("plans:member", clinic, member)
