"""A new visit, and a visit that moves: free times, what else would change, one button."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from clinic.actions.refusal import Refused
from clinic.models import Membership
from clinic.permissions import Request
from clinic.rules.timegrid import local_day
from patients.models import Patient
from patients.queries.registry import found as patients_found
from plans.actions import booking, single
from plans.forms.series import ConfirmForm
from plans.forms.visits import BookVisitForm, ChooseForm, LookForm, MoveForm
from plans.models import Kind, Visit, VisitType
from plans.queries.repair import repair
from plans.queries.single import Free, free_times, session_slot, times_near
from plans.queries.standing import Standing, standing
from plans.queries.why import why_session, why_visit
from plans.rules.scheduling.model import Slot
from plans.rules.visiting import HELD
from plans.views.mending import asked, diff, kept_plan, signed
from plans.views.visits import find

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
    look = _look_form(request)
    form = BookVisitForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("plans:visit", clinic, _book(request, form.cleaned_data).pk)
        except Refused as refused:
            form.add_error(None, str(refused.message))
    looked = _looked(request, look)
    context = {
        "look": look,
        "form": form,
        "looked": looked,
        "key": form["key"].value() or uuid4(),
        "has_errors": bool(form.errors or look.errors),
        **(_free(request, looked, form) if looked.is_ready else _patients(request)),
    }
    return render(request, "plans/visits/new.html", context, status=422 if context["has_errors"] else 200)


def _look_form(request: Request) -> LookForm:
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


def _looked(request: Request, look: LookForm) -> Looked:
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
    """Return the patients who match what was typed, to choose from; what else was looked for is kept."""
    typed = request.GET.get("q", "")[:100]
    kept = request.GET.copy()
    kept.pop("q", None)
    kept.pop("patient", None)
    people = patients_found(request.actor, request.clinic, typed).object_list if typed.strip() else None
    return {"typed": typed, "people": people, "kept": kept}


def _free(request: Request, looked: Looked, form: BookVisitForm) -> dict[str, Any]:
    """Return free times by day, as many whole days as fit a page, and the day after them."""
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
    return {"days": days, "chosen": _chosen(request, times, form), "later": kept.urlencode() if days else ""}


def _chosen(request: Request, times: list[Free], form: BookVisitForm) -> Slot | None:
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
    return single.book(request.actor, request.clinic, data["kind"], patient, data["slot"], **done)


def move(request: Request, clinic: str, visit: UUID) -> HttpResponse:
    """Choose another time; a session shows what moves with it before anything is saved."""
    found = find(request, visit)
    if found.state not in HELD or found.kind == Kind.BLOCKED:
        return render(request, "plans/visits/fixed.html", {"visit": found}, status=409)
    if found.series is None:
        return _move_alone(request, found)
    stand = standing(found.series)
    if request.method == "POST" and "slot" not in request.POST:
        return _confirm(request, found, stand)
    form = ConfirmForm(initial={"reason": request.POST.get("reason", "")})
    chosen = ChooseForm(request.POST) if request.method == "POST" else None
    context: dict[str, Any] = {"form": form if chosen is None or chosen.is_valid() else chosen}
    if chosen is not None and chosen.is_valid():
        context.update(_preview(request, found, stand, chosen.cleaned_data["slot"]))
    return _page(request, found, stand, context)


def _preview(request: Request, visit: Visit, stand: Standing, slot: Slot) -> dict[str, Any]:
    """Return what a chosen time leads to, before and after."""
    number = visit.session_number or 0
    shown = diff(stand, repair(stand, at=request.at, pins={number: slot}))
    return shown or {"nowhere": slot != session_slot(visit), "failed": True}


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
    context: dict[str, Any] = {"form": form}
    for session in kept_plan(form, stand.series):
        if session.number == visit.session_number:
            context.update(_preview(request, visit, stand, session.slot))
    return _page(request, visit, stand, context)


def _page(request: Request, visit: Visit, stand: Standing | None, context: dict[str, Any]) -> HttpResponse:
    number, near = visit.session_number or 0, session_slot(visit)

    def answer(day: date) -> Any:
        if stand is None:
            return why_visit(visit, day, at=request.at)
        return why_session(stand, number, day, near=near, at=request.at, without=[visit.pk])

    if "repair" not in context:
        context.update(asked(request, answer), times=signed(times_near(visit, at=request.at)))
    failed = bool(context["form"].errors or context.get("failed") or context.get("why_failed"))
    context = {"visit": visit, **context, "has_errors": failed}
    return render(request, "plans/visits/move.html", context, status=422 if failed else 200)


def _move_alone(request: Request, visit: Visit) -> HttpResponse:
    form = MoveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            single.move(request.actor, visit, data["slot"], at=request.at, seen=data["seen"])
            return redirect("plans:visit", request.clinic.slug, visit.pk)
        except Refused as refused:
            form.add_error(None, str(refused.message))
    return _page(request, find(request, visit.pk), None, {"form": form})
