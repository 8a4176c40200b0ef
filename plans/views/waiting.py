"""The waiting list: who waits, joining and leaving, a free time offered, and the answer to it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override

from clinic.actions.refusal import Refused
from clinic.models import Membership
from clinic.permissions import Request
from clinic.rules.timegrid import local_day
from patients.models import Patient
from plans.actions import waiting as acting
from plans.actions import waiting_offers as answering
from plans.forms.visits import ChooseForm, sign_slot
from plans.forms.waiting import JoinForm, initial_of
from plans.models import Kind, Series, VisitType, WaitingEntry, WaitingOffer
from plans.queries.waiting import HORIZON, earliest_fit, free_time, waiting_list
from plans.views.series import find as find_series

ANSWERS = {"acceptance": answering.accept, "refusal": answering.decline}
Answer = WaitingOffer.State


def waiting(request: Request, clinic: str) -> HttpResponse:
    """Show who waits, whose window ends first at the top, each with the next free time that fits."""
    return _page(request)


def _page(request: Request, refused: Refused | None = None) -> HttpResponse:
    known = waiting_list(request.actor, request.clinic, at=request.at)
    rows: list[dict[str, Any]] = [{"waiting": one} for one in known]
    if known:
        today = local_day(request.at, request.clinic.zone)
        free = free_time(request.clinic, known, today, today + HORIZON)
        for row in rows:
            row["fit"] = None if row["waiting"].offer else earliest_fit(free, row["waiting"], at=request.at)
            row["slot"] = sign_slot(row["fit"].slot) if row["fit"] else ""
    context = {"rows": rows, "refused": refused, "has_errors": refused is not None}
    return render(request, "plans/waiting/waiting.html", context, status=422 if refused else 200)


def waiting_new(request: Request, clinic: str) -> HttpResponse:
    """Put somebody on the list, or change what would suit somebody who is on it."""
    entry, series, patient = _for_whom(request)
    if patient is None:
        return render(request, "plans/waiting/whom.html", {})
    form = _form(request, entry, series)
    if request.method == "POST" and form.is_valid():
        try:
            _join(request, form, entry, series, patient)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        else:
            messages.success(request, _("%(name)s is on the waiting list.") % {"name": patient.name})
            return redirect("plans:waiting", clinic)
    context = {"form": form, "entry": entry, "series": series, "patient": patient}
    return render(request, "plans/waiting/join.html", context, status=422 if form.errors else 200)


def _join(
    request: Request, form: JoinForm, entry: WaitingEntry | None, series: Series | None, patient: Patient
) -> None:
    wanted, data = acting.Wanted(**form.wishes()), form.cleaned_data
    if entry is not None:
        acting.change(request.actor, entry, wanted, at=request.at, key=data["key"])
        return
    kind = data.get("kind", Kind.TREATMENT)
    acting.join(request.actor, patient, wanted, at=request.at, series=series, kind=kind, key=data["key"])


def _for_whom(request: Request) -> tuple[WaitingEntry | None, Series | None, Patient | None]:
    """Return whom the address names: an entry to change, a series, or a patient; 404 for what is not there."""
    if "entry" in request.GET:
        entry = _entry(request, _named(request, "entry"))
        return entry, entry.series, entry.patient
    if "series" in request.GET:
        series = find_series(request, _named(request, "series"))
        return None, series, series.patient
    if "patient" not in request.GET:
        return None, None, None
    patients = Patient.objects.visible_to(request.actor).filter(clinic=request.clinic, merged_into=None)
    patient = get_object_or_404(patients.select_related("clinic"), pk=_named(request, "patient"))
    return None, None, patient


def _named(request: Request, name: str) -> UUID:
    try:
        return UUID(request.GET[name])
    except ValueError:
        raise Http404 from None


def _form(request: Request, entry: WaitingEntry | None, series: Series | None) -> JoinForm:
    kinds: list[str] = []
    if entry is None and series is None:
        offered = VisitType.objects.filter(clinic=request.clinic)
        offered = offered.exclude(kind__in=(Kind.TREATMENT, Kind.BLOCKED)).order_by("kind")
        kinds = list(offered.values_list("kind", flat=True))
    today = local_day(request.at, request.clinic.zone)
    return JoinForm(
        request.POST if request.method == "POST" else None,
        initial=initial_of(entry) if entry else {"first": today},
        today=today,
        people=list(Membership.objects.practitioners().filter(clinic=request.clinic)),
        kinds=kinds,
    )


def waiting_leave(request: Request, clinic: str, entry: UUID) -> HttpResponse:
    """Take somebody off the list."""
    left = acting.leave(request.actor, _entry(request, entry), at=request.at)
    messages.success(request, _("%(name)s is off the waiting list.") % {"name": left.patient.name})
    return redirect("plans:waiting", clinic)


def waiting_offer(request: Request, clinic: str, entry: UUID) -> HttpResponse:
    """Offer a free time to somebody who waits."""
    found, form = _entry(request, entry), ChooseForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(str(form.errors["slot"][0]), code="slot")
        made = answering.offer(request.actor, found, form.cleaned_data["slot"], at=request.at)
    except Refused as refused:
        return _page(request, refused)
    patient = made.entry.patient
    words = (
        _("Offered to %(name)s by e-mail.")
        if patient.email
        else _("Call %(name)s: there is no e-mail address.")
    )
    messages.success(request, words % {"name": patient.name})
    return redirect("plans:waiting", clinic)


def waiting_answer(request: Request, clinic: str, entry: UUID, offer: UUID, answer: str) -> HttpResponse:
    """Write down what the patient said on the phone to an offer."""
    found = get_object_or_404(
        WaitingOffer.objects.visible_to(request.actor).select_related("entry__clinic"),
        pk=offer,
        entry=_entry(request, entry),
    )
    try:
        done = _answer(request, found, answer)
    except Refused as refused:
        return _page(request, refused)
    name = {"name": done.entry.patient.name}
    if done.state == Answer.ACCEPTED:
        messages.success(request, _("%(name)s has the time, and is off the waiting list.") % name)
    elif done.state == Answer.GONE:
        messages.warning(request, _("That time has just gone. %(name)s stays on the waiting list.") % name)
    elif done.state == Answer.WITHDRAWN:
        words = _("That time does not fit any more. %(name)s stays on the waiting list.")
        messages.warning(request, words % name)
    else:
        messages.success(request, _("%(name)s stays on the waiting list.") % name)
    return redirect("plans:waiting", clinic)


def my_offer(request: Request, patient: UUID, offer: UUID, answer: str) -> HttpResponse:
    """Take a patient's own answer to an offer."""
    rows = WaitingOffer.objects.visible_to(request.actor).select_related("entry__patient", "entry__clinic")
    found = get_object_or_404(rows, pk=offer, entry__patient=patient)
    with override(found.entry.patient.language):
        try:
            state = _answer(request, found, answer).state
        except Refused as refused:
            messages.warning(request, str(refused.message))
        else:
            _thank(request, state)
    return redirect("plans:my_plan", patient)


def _thank(request: Request, state: str) -> None:
    """Say to a patient what their answer came to."""
    if state == Answer.ACCEPTED:
        messages.success(request, _("The time is yours. You see it on this page."))
    elif state == Answer.GONE:
        messages.warning(
            request,
            _("That time has just gone. You stay on the waiting list, and we tell you about the next one."),
        )
    elif state == Answer.WITHDRAWN:
        messages.warning(
            request, _("That time does not fit your plan any more. You stay on the waiting list.")
        )
    else:
        messages.success(request, _("Thank you. You stay on the waiting list."))


def _answer(request: Request, offer: WaitingOffer, answer: str) -> WaitingOffer:
    if answer not in ANSWERS:
        raise Http404
    return ANSWERS[answer](request.actor, offer, at=request.at)


def _entry(request: Request, pk: UUID) -> WaitingEntry:
    rows = WaitingEntry.objects.visible_to(request.actor).filter(clinic=request.clinic)
    rows = rows.select_related("patient", "clinic", "series__patient", "practitioner__user")
    return get_object_or_404(rows, pk=pk)
