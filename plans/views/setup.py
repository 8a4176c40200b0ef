"""Rooms, devices, kinds of visit and the time zone: each shows what stands on it before it is changed."""

from typing import Any

from django.contrib import messages
from django.db.models import BigIntegerField
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from clinic.actions.places import Details, add_place
from clinic.actions.refusal import Refused
from clinic.models import Device, Room
from clinic.permissions import Request
from plans.actions.catalogue import Buffers, offer
from plans.actions.setup import change_place, change_zone
from plans.forms.setup import BUFFERS, DeviceForm, RoomForm, VisitTypeForm, ZoneForm
from plans.models import Kind, VisitType
from plans.queries.setup import (
    kinds_in_use,
    left_without,
    offers,
    standing_in,
    standing_of,
    standing_on,
)


def explain(form: Form, refused: Refused) -> None:
    """Put what was refused beside the field it belongs to."""
    form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))


def answer(request: Request, template: str, form: Form, **words: Any) -> HttpResponse:
    """Answer with a form's page: 422 where it, or what it was sent with, was refused."""
    words = {"form": form, "nav": "settings", "has_errors": bool(form.errors), **words}
    return render(request, template, words, status=422 if words["has_errors"] else 200)


def place_new(request: Request, clinic: str, what: str) -> HttpResponse:
    """Add a room or a device."""
    if what not in ("room", "device"):
        raise Http404
    form = _place_form(request, what == "device")
    if request.method == "POST" and form.is_valid():
        try:
            add_place(
                request.actor,
                request.clinic,
                Details(**form.cleaned_data),
                is_device=what == "device",
                at=request.at,
            )
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("%(name)s is added.") % {"name": form.cleaned_data["name"]})
            return redirect("clinic:settings", clinic)
    return answer(request, "plans/setup/place.html", form, what=what)


def _place_form(request: Request, is_device: bool, place: Room | Device | None = None) -> RoomForm:
    kind = DeviceForm if is_device else RoomForm
    kinds = [one.replace("_", " ") for one in kinds_in_use(request.clinic, devices=is_device)]
    initial = kind.of(place) if place else None
    form = kind(request.POST if request.method == "POST" else None, initial=initial, kinds=kinds)
    if place is None:
        del form.fields["is_active"]
    return form


def place(request: Request, clinic: str, place: int) -> HttpResponse:
    """Put a room or a device right, or take it out of use once nobody is booked on it."""
    if place > BigIntegerField.MAX_BIGINT:
        raise Http404
    own = {"clinic": request.clinic, "pk": place}
    found: Any = Room.objects.filter(**own).first() or get_object_or_404(Device, **own)
    is_device = isinstance(found, Device)
    form = _place_form(request, is_device, found)
    if request.method == "POST" and form.is_valid():
        try:
            change_place(request.actor, found, Details(**form.cleaned_data), at=request.at)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("clinic:settings", clinic)
    words = {"place": found, "standing": standing_on(found), "left_without": left_without(found)}
    return answer(request, "plans/setup/place.html", form, what="device" if is_device else "room", **words)


def visit_types(request: Request, clinic: str) -> HttpResponse:
    """Show the kinds of visit, what each takes and who gives it."""
    words = {"offers": offers(request.clinic), "nav": "settings"}
    return render(request, "plans/setup/visit_types.html", words)


def visit_type(request: Request, clinic: str, offered: str) -> HttpResponse:
    """Say what a kind of visit takes and who gives it; visits that stand keep what they have."""
    if offered not in Kind.values or offered == Kind.BLOCKED:
        raise Http404
    needs = VisitType.objects.filter(clinic=request.clinic, kind=offered).first()
    form = VisitTypeForm(
        request.POST if request.method == "POST" else None,
        initial=VisitTypeForm.of(needs),
        clinic=request.clinic,
        needs=needs,
    )
    if request.method == "POST" and form.is_valid():
        try:
            _offer(request, offered, form.cleaned_data)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("Saved. It holds for visits that are booked from now on."))
            return redirect("plans:visit_types", clinic)
    words = {"kind": Kind(offered), "needs": needs, "standing": standing_of(request.clinic, offered)}
    return answer(request, "plans/setup/visit_type.html", form, **words)


def _offer(request: Request, kind: str, data: dict[str, Any]) -> None:
    offer(
        request.actor,
        request.clinic,
        kind,
        minutes=data["minutes"],
        room_kind=data["room_kind"],
        device_kind=data["device_kind"],
        buffers=Buffers(**{name: data[name] for name, _label in BUFFERS}),
        practitioners=list(data["practitioners"]),
        at=request.at,
    )


def zone(request: Request, clinic: str) -> HttpResponse:
    """Count the clinic's days in another time zone, once nobody is booked."""
    form = ZoneForm(request.POST if request.method == "POST" else None, clinic=request.clinic)
    if request.method == "POST" and form.is_valid():
        try:
            change_zone(request.actor, request.clinic, form.cleaned_data["time_zone"], at=request.at)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("clinic:settings", clinic)
    return answer(request, "plans/setup/zone.html", form, standing=standing_in(request.clinic))
