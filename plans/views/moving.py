"""A visit that moves: free times, a time typed by hand, what else would change, one button."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render

from clinic.actions.refusal import Refused
from clinic.permissions import Request
from plans.actions import booking, single
from plans.exports import wording
from plans.forms.series import ConfirmForm
from plans.forms.visits import ChooseForm, MoveByHandForm, MoveForm
from plans.models import Kind, Visit
from plans.queries.outside import Outside
from plans.queries.repair import repair
from plans.queries.setup import lack_of
from plans.queries.single import session_slot, times_near
from plans.queries.standing import Standing, standing
from plans.queries.why import why_session, why_visit
from plans.rules.scheduling.model import Slot
from plans.rules.visiting import HELD
from plans.views.by_hand import ByHand, panel
from plans.views.mending import asked, diff, kept_offer, signed
from plans.views.visits import find

# What the series itself says of a day, whatever the calendar does.
OF_THE_SERIES = ("past", "held", "too early", "lapsed", "event")


def move(request: Request, clinic: str, visit: UUID) -> HttpResponse:
    """Choose another time; a session shows what moves with it before anything is saved."""
    found = find(request, visit)
    if found.state not in HELD or found.kind == Kind.BLOCKED:
        return render(request, "plans/visits/fixed.html", {"visit": found}, status=409)
    if found.series is None:
        return _move_alone(request, found)
    stand = standing(found.series)
    if request.method == "POST" and not {"slot", "ask"} & set(request.POST):
        return _confirm(request, found, stand)
    form = ConfirmForm(initial={"reason": request.POST.get("reason", "")})
    hand = _hand(request, found)
    chosen = ChooseForm(request.POST) if "slot" in request.POST else None
    context: dict[str, Any] = {"form": form if chosen is None or chosen.is_valid() else chosen}
    if chosen is not None and chosen.is_valid():
        context.update(_preview(request, found, stand, chosen.cleaned_data["slot"]))
    elif hand.is_asked:
        context.update(_typed(request, found, stand, hand))
    return _page(request, found, stand, hand, context)


def _hand(request: Request, visit: Visit) -> ByHand:
    return ByHand(request, visit.kind, visit.patient, [visit.pk])


def _preview(
    request: Request, visit: Visit, stand: Standing, slot: Slot, typed: Outside | None = None
) -> dict[str, Any]:
    """Return what a chosen time leads to, before and after; `typed` says that it was typed by hand."""
    number = visit.session_number or 0
    by_hand = {number: typed} if typed else {}
    found = repair(stand, at=request.at, pins={number: slot}, by_hand=by_hand)
    return diff(stand, found, by_hand) or {"nowhere": slot != session_slot(visit), "failed": True}


def _typed(request: Request, visit: Visit, stand: Standing, hand: ByHand) -> dict[str, Any]:
    """Return what a time typed by hand leads to; where the series forbids it, that is said at its day."""
    found = hand.found()
    if found is None or found.slot is None:
        return {"failed": True}
    shown = _preview(request, visit, stand, found.slot, found)
    number, day = visit.session_number or 0, found.typed.day
    why = why_session(stand, number, day, near=found.slot, at=request.at, without=[visit.pk])
    if shown.get("nowhere") and why.code in OF_THE_SERIES:
        hand.form.add_error("day", wording.verdict(why))
        del shown["nowhere"]
    return shown


def _confirm(request: Request, visit: Visit, stand: Standing) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            booking.confirm(request.actor, stand.series, data["offer"], at=request.at, reason=data["reason"])
            return redirect("plans:series_booked", request.clinic.slug, stand.series.pk)
        except Refused as refused:
            form.add_error(refused.field, str(refused.message))
    visit = find(request, visit.pk)
    stand = standing(visit.series)  # type: ignore[arg-type]
    hand, context = _hand(request, visit), {"form": form}
    kept = kept_offer(form, stand.series)
    for session in kept.plan if kept else ():
        if kept and session.number == visit.session_number:
            typed = hand.again(session.slot) if session.number in kept.by_hand else None
            context.update(_preview(request, visit, stand, session.slot, typed))
    return _page(request, visit, stand, hand, context)


def _page(
    request: Request, visit: Visit, stand: Standing | None, hand: ByHand, context: dict[str, Any]
) -> HttpResponse:
    number, near = visit.session_number or 0, session_slot(visit)

    def answer(day: date) -> Any:
        if stand is None:
            return why_visit(visit, day, at=request.at)
        return why_session(stand, number, day, near=near, at=request.at, without=[visit.pk])

    if not {"repair", "outside"} & set(context):
        context.update(asked(request, answer), times=signed(times_near(visit, at=request.at)))
        context["lack"] = None if context["times"] else lack_of(request.clinic, visit.kind)
    failed = bool(context["form"].errors or context.get("failed") or context.get("why_failed"))
    context = {"visit": visit, "by_hand": hand.form, **context, "has_errors": failed}
    return render(request, "plans/visits/move.html", context, status=422 if failed else 200)


def _move_alone(request: Request, visit: Visit) -> HttpResponse:
    hand = _hand(request, visit)
    if request.method != "POST" or hand.is_asked:
        found = hand.found() if hand.is_asked else None
        failed = hand.is_asked and found is None
        return _page(
            request,
            visit,
            None,
            hand,
            {"form": MoveForm(), "failed": failed, **(panel(found) if found else {})},
        )
    form = MoveByHandForm(request.POST) if "reason" in request.POST else MoveForm(request.POST)
    if form.is_valid():
        try:
            _moved(request, visit, form)
            return redirect("plans:visit", request.clinic.slug, visit.pk)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
    slot = form.cleaned_data.get("slot") if isinstance(form, MoveByHandForm) else None
    found = hand.again(slot) if slot else None
    return _page(
        request, find(request, visit.pk), None, hand, {"form": form, **(panel(found) if found else {})}
    )


def _moved(request: Request, visit: Visit, form: MoveForm) -> None:
    data = form.cleaned_data
    by_hand = {"by_hand": True, "reason": data["reason"]} if isinstance(form, MoveByHandForm) else {}
    single.move(request.actor, visit, data["slot"], at=request.at, seen=data["seen"], **by_hand)
