"""A new visit, and a visit that moves: free times, what else would change, one button."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from clinic.actions.refusal import Refused
from clinic.models import Membership
from clinic.permissions import Request
from clinic.rules.timegrid import local_day
from patients.models import Patient
from plans.actions import booking, single
from plans.forms.series import ConfirmForm
from plans.forms.visits import BookVisitForm, ChooseForm, LookForm, MoveForm, sign_slot
from plans.models import Kind, Visit, VisitType
from plans.queries.repair import repair
from plans.queries.single import free_times, times_near
from plans.queries.standing import standing
from plans.rules.visiting import HELD
from plans.views.visits import find


def new(request: Request, clinic: str) -> HttpResponse:
    """Book one visit of any kind but a session: kind, day, person, then one of the free times."""
    kinds = VisitType.objects.filter(clinic=request.clinic).exclude(kind__in=(Kind.TREATMENT, Kind.BLOCKED))
    look = LookForm(
        request.GET or None,
        today=local_day(request.at, request.clinic.zone),
        kinds=list(kinds.order_by("kind").values_list("kind", flat=True)),
        people=_people(request),
    )
    form = BookVisitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("plans:visit", clinic, _book(request, form.cleaned_data).pk)
        except Refused as refused:
            form.add_error(None, str(refused.message))
    context = {"look": look, "form": form, "key": form["key"].value() or uuid4(), **_free(request, look)}
    return render(request, "plans/visits/new.html", context, status=422 if form.errors else 200)


def _people(request: Request) -> list[tuple[str, str]]:
    members = Membership.objects.practitioners().filter(clinic=request.clinic).select_related("user")
    return [(str(member.user.resource_id), member.user.name) for member in members]


def _book(request: Request, data: dict[str, Any]) -> Visit:
    patients = Patient.objects.visible_to(request.actor).filter(clinic=request.clinic, merged_into=None)
    patient = get_object_or_404(patients, pk=data["patient"])
    return single.book(
        request.actor,
        request.clinic,
        data["kind"],
        patient,
        data["slot"],
        at=request.at,
        key=data["key"],
        note=data["note"],
    )


def _free(request: Request, look: LookForm) -> dict[str, Any]:
    """Return the patient in the address, and the free times for what is looked for."""
    wanted = request.GET.get("patient", "")
    patients = Patient.objects.visible_to(request.actor).filter(clinic=request.clinic, merged_into=None)
    patient = patients.filter(pk=wanted).first() if _is_uuid(wanted) else None
    data = look.cleaned_data if look.is_bound and look.is_valid() else {}
    kind = data.get("kind") or Kind.CONSULTATION
    first = data.get("day") or local_day(request.at, request.clinic.zone)
    who = int(data["who"]) if data.get("who") else None
    times = free_times(request.clinic, kind, first, at=request.at, patient=patient, practitioner=who)
    shown = times[:60]
    return {"patient": patient, "kind": kind, "times": [(sign_slot(one.slot), one) for one in shown]}


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def move(request: Request, clinic: str, visit: UUID) -> HttpResponse:
    """Choose another time; a session shows what moves with it before anything is saved."""
    found = find(request, visit)
    if found.state not in HELD:
        return render(request, "plans/visits/fixed.html", {"visit": found}, status=409)
    if request.method == "POST" and "offer" in request.POST:
        return _confirm(request, found)
    if request.method == "POST" and found.series is None:
        return _move_alone(request, found)
    context: dict[str, Any] = {"visit": found, "form": ConfirmForm()}
    if request.method == "POST":
        context.update(_preview(request, found))
    return _page(request, found, context)


def _page(request: Request, visit: Visit, context: dict[str, Any]) -> HttpResponse:
    near = times_near(visit, at=request.at)
    context["times"] = [(sign_slot(one.slot), one) for one in near]
    failed = bool(context["form"].errors) or context.get("failed")
    return render(request, "plans/visits/move.html", context, status=422 if failed else 200)


def _preview(request: Request, visit: Visit) -> dict[str, Any]:
    """Return what a chosen time leads to, before and after."""
    stand = standing(visit.series)  # type: ignore[arg-type]
    chosen = ChooseForm(request.POST)
    if not chosen.is_valid():
        return {"form": chosen}
    found = repair(stand, at=request.at, pins={visit.session_number or 0: chosen.cleaned_data["slot"]})
    if found is None:
        return {"failed": True, "nowhere": True}
    return {"repair": found, "offer": booking.offer(stand.series, found.plan)}


def _confirm(request: Request, visit: Visit) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if form.is_valid() and visit.series is not None:
        data = form.cleaned_data
        try:
            booking.confirm(request.actor, visit.series, data["offer"], at=request.at, reason=data["reason"])
            return redirect("plans:series_booked", request.clinic.slug, visit.series_id)
        except Refused as refused:
            form.add_error(refused.field, str(refused.message))
    return _page(request, find(request, visit.pk), {"visit": visit, "form": form})


def _move_alone(request: Request, visit: Visit) -> HttpResponse:
    form = MoveForm(request.POST)
    if form.is_valid():
        try:
            single.move(
                request.actor, visit, form.cleaned_data["slot"], at=request.at, seen=form.cleaned_data["seen"]
            )
            return redirect("plans:visit", request.clinic.slug, visit.pk)
        except Refused as refused:
            form.add_error(None, str(refused.message))
    return _page(request, find(request, visit.pk), {"visit": visit, "form": form})
