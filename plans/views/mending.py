"""What the pages that mend a series share: the change before and after, other times, and one day asked about."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from clinic.actions.refusal import Refused
from clinic.permissions import Request
from clinic.rules.timegrid import local_day
from plans.actions import booking
from plans.actions.booking import Offer
from plans.exports import outside as unusual
from plans.exports import wording
from plans.forms.series import ConfirmForm
from plans.forms.visits import ChooseForm, WhyForm, sign_slot
from plans.models import Series
from plans.queries.outside import Outside
from plans.queries.repair import Repair, lines_of, missed_slots, refill
from plans.queries.single import Free, session_times
from plans.queries.standing import Standing
from plans.queries.why import Verdict, why_session
from plans.rules.scheduling.model import Slot
from plans.rules.wishes import Wishes


def mend(request: Request, stand: Standing, form: ConfirmForm) -> dict[str, Any]:
    """Return what gives a missed session a date again: the change as an offer, and other times for it."""
    number, old = stand.holes[0], missed_slots(stand)[stand.holes[0]]
    chosen = ChooseForm(request.POST) if "slot" in request.POST else None
    kept = kept_offer(form, stand.series)
    pins: dict[int, Slot] = {
        one.number: one.slot for one in (kept.plan if kept else ()) if one.number == number
    }
    if chosen is not None and chosen.is_valid():
        pins = {number: chosen.cleaned_data["slot"]}
    found = refill(stand, at=request.at, wishes=Wishes(), pins=pins)
    nowhere = found is None and bool(pins)
    if nowhere:
        found = refill(stand, at=request.at, wishes=Wishes())
    return {
        "number": number,
        "nowhere": nowhere,
        "failed": nowhere or bool(chosen and chosen.errors),
        "times": signed(session_times(stand, number, old, at=request.at)),
        **diff(stand, found),
        **asked(request, lambda day: why_session(stand, number, day, near=old, at=request.at)),
    }


def kept_offer(form: ConfirmForm, series: Series) -> Offer | None:
    """Return the offer that was confirmed in vain for want of a reason, while it can still be had."""
    if not form.has_error("reason"):
        return None
    try:
        offer = booking.read_offer(str(form.data.get("offer", "")))
    except Refused:
        return None
    return offer if (offer.series, offer.revision) == (series.pk, series.revision) else None


def diff(stand: Standing, found: Repair | None, typed: dict[int, Outside] | None = None) -> dict[str, Any]:
    """Return a change of a series as the page shows it, with the offer that does it; `typed` are times by hand."""
    if found is None or not found.plan:
        return {}
    typed = typed or {}
    outside = {change.after.gap.state for change in found.outside}
    consequences = [line for one in typed.values() for line in unusual.consequences(one)]
    return {
        "repair": found,
        "picture": {"rows": lines_of(stand, found.changes, (_("Now"), _("After")))},
        "offer": booking.offer(stand.series, found.plan, by_hand=typed),
        "consequences": consequences,
        "needs_reason": bool(outside or consequences),
        "practitioner_books": bool(outside - {"late"}),
    }


def signed(times: list[Free] | tuple[Free, ...]) -> list[tuple[str, Free]]:
    """Return free times, each with the value of its button."""
    return [(sign_slot(one.slot), one) for one in times]


def asked(request: Request, answer: Callable[[date], Verdict]) -> dict[str, Any]:
    """Return the box for one day, and what is to be said of the day that was typed."""
    given = {"why": request.GET["why"]} if request.GET.get("why") else None
    form = WhyForm(given, today=local_day(request.at, request.clinic.zone))
    if given is None or not form.is_valid():
        return {"why_form": form, "why_failed": given is not None}
    found = answer(form.cleaned_data["why"])
    return {
        "why_form": form,
        "verdict": found,
        "verdict_words": wording.verdict(found),
        "verdict_times": signed(found.times),
    }
