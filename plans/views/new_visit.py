"""A new visit: for whom, one of the free times or one typed by hand, one button."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from clinic.actions import audit
from clinic.actions.refusal import Refused
from clinic.models import Membership
from clinic.permissions import Request
from clinic.rules.timegrid import local_day
from patients.models import Patient
from patients.queries.registry import found as patients_found
from plans.actions import single
from plans.forms.visits import BookByHandForm, BookVisitForm, LookForm
from plans.models import Kind, Visit, VisitType
from plans.queries.setup import lack_of
from plans.queries.single import Free, free_times
from plans.rules.scheduling.model import Slot
from plans.views.by_hand import ByHand, panel
from plans.views.mending import signed

TIMES_A_PAGE = 60
USUAL_BLOCK = 30


@dataclass(frozen=True)
class Looked:
    """What is looked for on the page of a new visit."""

    kind: str
    first: date
    who: int | None
    minutes: int
    patient: Patient | None

    @property
    def is_ready(self) -> bool:
        """Whether it is known for whom: a patient, or somebody whose time is blocked."""
        return self.patient is not None or (self.kind == Kind.BLOCKED and self.who is not None)


def new(request: Request, clinic: str) -> HttpResponse:
    """Book one visit of any kind but a session, or block time: what, from which day, one of the free times."""
    look, form = look_form(request), _booking_form(request)
    if form.is_bound and form.is_valid():
        try:
            return redirect("plans:visit", clinic, _book(request, form.cleaned_data).pk)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
    looked = looked_for(request, look)
    context = {"look": look, "form": form, "looked": looked, "key": form["key"].value() or uuid4()}
    context.update(_free(request, looked, form) if looked.is_ready else _patients(request))
    context["has_errors"] = bool(form.errors or look.errors or context.get("failed"))
    return render(request, "plans/visits/new.html", context, status=422 if context["has_errors"] else 200)


def _booking_form(request: Request) -> BookVisitForm:
    """Return the form of what is booked; looking for somebody, and asking about a time, book nothing yet."""
    if request.method != "POST" or {"q", "ask"} & set(request.POST):
        return BookVisitForm(None)
    return BookByHandForm(request.POST) if "reason" in request.POST else BookVisitForm(request.POST)


def look_form(request: Request) -> LookForm:
    kinds = VisitType.objects.filter(clinic=request.clinic).exclude(kind__in=(Kind.TREATMENT, Kind.BLOCKED))
    members = Membership.objects.practitioners().filter(clinic=request.clinic).select_related("user")
    given = request.GET.copy()
    column = given.get("column", "")
    for member in members:
        if column == f"p{member.pk}":
            given.setdefault("who", str(member.user.resource_id))
    return LookForm(
        given or None,
        today=local_day(request.at, request.clinic.zone),
        kinds=[*kinds.order_by("kind").values_list("kind", flat=True), Kind.BLOCKED],
        people=[(str(member.user.resource_id), member.user.name) for member in members],
    )


def looked_for(request: Request, look: LookForm) -> Looked:
    """Return what is looked for, as far as it could be read."""
    data = look.cleaned_data if look.is_bound and look.is_valid() else {}
    kinds = [key for key, _ in look.fields["kind"].choices]  # type: ignore[attr-defined]
    return Looked(
        kind=data.get("kind") or (Kind.CONSULTATION if Kind.CONSULTATION in kinds else kinds[0]),
        first=data.get("day") or look.today,
        who=int(data["who"]) if data.get("who") else None,
        minutes=data.get("minutes") or USUAL_BLOCK,
        patient=_patient(request),
    )


def _patient(request: Request) -> Patient | None:
    """Return the patient in the address, if there is one that this person may see."""
    try:
        wanted = UUID(request.GET.get("patient", ""))
    except ValueError:
        return None
    return (
        Patient.objects.visible_to(request.actor)
        .filter(clinic=request.clinic, merged_into=None, pk=wanted)
        .first()
    )


def _patients(request: Request) -> dict[str, Any]:
    """Return the patients who match what was typed, to choose from; what else was looked for is kept.

    A search is a POST although it changes nothing, for a name must not stand in an address; it leaves a line in the
    log, like one on the list of patients.
    """
    typed = request.POST.get("q", "")[:100].replace("\x00", "").strip()
    kept = request.GET.copy()
    for name in ("q", "patient"):
        kept.pop(name, None)
    people = None
    if typed:
        people = patients_found(request.actor, request.clinic, typed).object_list
        audit.record(request.actor, "search", ("page", "plans:visit_new"), at=request.at)
    return {"typed": typed, "people": people, "kept": kept}


def _free(request: Request, looked: Looked, form: BookVisitForm) -> dict[str, Any]:
    """Return the time typed by hand, or free times by day: as many whole days as fit a page, and the day after."""
    hand = None if looked.kind == Kind.BLOCKED else _by_hand(request, looked, form)
    if hand and "outside" in hand:
        return hand
    minutes = looked.minutes if looked.kind == Kind.BLOCKED else 0
    times = free_times(
        request.clinic,
        looked.kind,
        looked.first,
        at=request.at,
        patient=looked.patient if looked.kind != Kind.BLOCKED else None,
        practitioner=looked.who,
        minutes=minutes,
    )
    lack = None if times else lack_of(request.clinic, looked.kind)
    return {**by_day(request, times), "chosen": chosen(request, times, form), "lack": lack, **(hand or {})}


def by_day(request: Request, times: list[Free]) -> dict[str, Any]:
    """Return free times by day, as many whole days as fit a page, and what asks for the days after them."""
    days: list[tuple[date, list[tuple[str, Free]]]] = []
    shown = 0
    for day, found in groupby(times, key=lambda one: one.slot.day):
        of_day = list(found)
        if days and shown + len(of_day) > TIMES_A_PAGE:
            break
        days.append((day, signed(of_day)))
        shown += len(of_day)
    kept = request.GET.copy()
    if days:
        kept["day"] = (days[-1][0] + timedelta(days=1)).isoformat()
    return {"days": days, "later": kept.urlencode() if days else ""}


def _by_hand(request: Request, looked: Looked, form: BookVisitForm) -> dict[str, Any]:
    """Return the box for a time by hand, and what is to be said of the one that was typed."""
    hand = ByHand(request, looked.kind, looked.patient)
    slot = form.cleaned_data.get("slot") if isinstance(form, BookByHandForm) else None
    found = hand.again(slot) if slot else (hand.found() if hand.is_asked else None)
    failed = bool(hand.is_asked and hand.form.errors)
    return {"by_hand": hand.form, "failed": failed, **(panel(found) if found else {})}


def chosen(request: Request, times: list[Free], form: Form) -> Slot | None:
    """Return the slot that was chosen before, or the first from the minute at which the board's gap begins."""
    if form.is_bound:
        found = form.cleaned_data.get("slot")
        return found if isinstance(found, Slot) else None
    at = request.GET.get("at", "")
    if not (at.isascii() and at.isdigit() and len(at) <= 4):
        return None
    return next((one.slot for one in times if one.slot.start >= int(at)), None)


def _book(request: Request, data: dict[str, Any]) -> Visit:
    done = {"at": request.at, "key": data["key"], "note": data["note"]}
    if data["kind"] == Kind.BLOCKED:
        people = (
            Membership.objects.practitioners().filter(clinic=request.clinic).select_related("user", "clinic")
        )
        member = get_object_or_404(people, user__resource_id=data["slot"].practitioner)
        return single.block(request.actor, member, slot=data["slot"], minutes=data["minutes"], **done)
    patients = Patient.objects.visible_to(request.actor).filter(clinic=request.clinic, merged_into=None)
    patient = get_object_or_404(patients, pk=data["patient"])
    if "reason" in data:
        done.update(by_hand=True, reason=data["reason"])
    return single.book(request.actor, request.clinic, data["kind"], patient, data["slot"], **done)
