"""Everything that needs somebody, and mail that could not be delivered: sent again, or settled by a call."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from clinic.actions.refusal import Refused
from clinic.models import Membership, Message
from clinic.permissions import Request
from plans.actions import failed_mail
from plans.forms.visits import sign_slot
from plans.queries.needs_you import needs_you
from plans.queries.worklist import Item

DOES = {"again": failed_mail.send_again, "settled": failed_mail.settle}


def worklist(request: Request, clinic: str) -> HttpResponse:
    """Show everything that waits for the desk, of all or of one practitioner."""
    people = list(Membership.objects.practitioners().filter(clinic=request.clinic).select_related("user"))
    who = request.GET.get("who", "")
    chosen = next((one for one in people if str(one.pk) == who), None)
    if who and chosen is None:
        raise Http404
    items = needs_you(request.actor, request.clinic, at=request.at, whose=chosen.pk if chosen else None)
    context = {"rows": [_row(item) for item in items], "people": people, "chosen": chosen}
    return render(request, "plans/day/worklist.html", context)


def _row(item: Item) -> dict[str, object]:
    """Return an item with its times and offers signed, so that one click names what was shown."""
    return {
        "item": item,
        "times": [(sign_slot(one.slot), one) for one in item.times],
        "offers": [(sign_slot(fit.slot), fit) for fit in item.fits],
    }


def failed(request: Request, clinic: str, message: int, do: str) -> HttpResponse:
    """Send a mail that was refused again, to the address as it is now, or settle it: the patient was called."""
    rows = Message.objects.filter(clinic=request.clinic, patient_id__isnull=False)
    found = get_object_or_404(rows, pk=message)
    if do not in DOES:
        raise Http404
    try:
        DOES[do](request.actor, found, at=request.at)
    except Refused as refused:
        messages.error(request, str(refused.message))
    else:
        said = {"again": _("The mail goes out again now."), "settled": _("Settled. The mail is not sent.")}
        messages.success(request, said[do])
    return redirect("plans:worklist", clinic)
