"""Leave, closures and things out of use: the list, a new one, and the plan for everybody whom it touches."""

from collections.abc import Callable
from time import monotonic
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.actions.refusal import Refused
from clinic.permissions import Request
from clinic.rules.timegrid import local_day
from plans.actions import disruptions
from plans.actions.disruptions import Settled
from plans.actions.drafting import Wanted
from plans.exports import wording
from plans.forms.disruptions import AbsenceForm, DecisionsForm, sign_pin
from plans.models import Absence, Decision
from plans.queries import disruptions as lists
from plans.queries.decided import decided
from plans.queries.replanning import cases_of, other_times, why_none
from plans.queries.single import named
from plans.queries.timetable import wanted_pattern
from plans.rules.plan import from_data
from plans.rules.scheduling.model import Refusal

SEARCH_SECONDS = 3


def absences(request: Request, clinic: str) -> HttpResponse:
    """Show what is planned or in effect, and whom somebody has to call because of it."""
    rows = lists.absences(request.actor, request.clinic, at=request.at)
    context = {
        "rows": [(row, lists.name_of(row)) for row in rows],
        "calls": [(one.visit, one.absence.because) for one in lists.to_call(request.clinic, at=request.at)],
        "nav": "settings",
    }
    return render(request, "plans/disruptions/absences.html", context)


def absence_new(request: Request, clinic: str) -> HttpResponse:
    """Take in an absence: saved at once where nobody is booked, else a draft with a plan."""
    today = local_day(request.at, request.clinic.zone)
    form = AbsenceForm(request.POST or None, clinic=request.clinic, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            made = _draft(request, form)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        else:
            if made.is_draft:
                return redirect("plans:absence", clinic, made.pk)
            messages.success(request, _("Saved. Nobody is booked in that time."))
            return redirect("plans:absences", clinic)
    failed = request.method == "POST"
    context = {"form": form, "nav": "settings"}
    return render(request, "plans/disruptions/new.html", context, status=422 if failed else 200)


def _draft(request: Request, form: AbsenceForm) -> Absence:
    data = form.cleaned_data
    wanted = Wanted(
        kind=data["kind"],
        first=data["first"],
        last=data["last"] or data["first"],
        membership=data["who"] if data["kind"] == Absence.Kind.LEAVE else None,
        place=form.place,
        hours=form.hours,
        reason=data["reason"],
    )
    return disruptions.draft(
        request.actor, request.clinic, wanted, at=request.at, key=data["key"], go_on=for_a_while()
    )


def for_a_while() -> Callable[[], bool]:
    """Let a search go on for as long as somebody likes to wait."""
    until = monotonic() + SEARCH_SECONDS
    return lambda: monotonic() < until


def absence(request: Request, clinic: str, absence: UUID) -> HttpResponse:
    """Show the plan for everybody who is touched; a post plans again around what is pinned."""
    found = _find(request, absence)
    if request.method == "POST" and "discard" in request.POST:
        return _discard(request, found)
    form = _form(request, found)
    if request.method == "POST" and form.is_valid():
        try:
            disruptions.run_again(
                request.actor,
                found,
                at=request.at,
                pins=form.pins(),
                choices=form.chosen(),
                go_on=for_a_while(),
            )
            return redirect("plans:absence", clinic, found.pk)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
    return _page(request, found, form)


def _discard(request: Request, found: Absence) -> HttpResponse:
    try:
        disruptions.discard(request.actor, found, at=request.at)
        messages.success(request, _("The draft is gone. Nothing has changed."))
    except Refused as refused:
        messages.error(request, str(refused.message))
    return redirect("plans:absences", request.clinic.slug)


def absence_apply(request: Request, clinic: str, absence: UUID) -> HttpResponse:
    """Save the absence with a decision on everybody, and carry the decisions out."""
    found = _find(request, absence)
    form = _form(request, found)
    if form.is_valid():
        try:
            settled = disruptions.accept(
                request.actor, found, form.choices(), at=request.at, go_on=for_a_while()
            )
            _tell(request, settled)
            return _onward(request, found)
        except Refused as refused:
            form = _refused(request, found, form, refused)
    return _page(request, found, form)


def _onward(request: Request, found: Absence) -> HttpResponse:
    """Go to the plan, and open the nearest other times of the first patient who has to be asked about again."""
    page = reverse("plans:absence", args=[request.clinic.slug, found.pk])
    row = found.decisions.filter(settled_at=None, clashed=True).first()
    return redirect(f"{page}?times={row.pk}#case-{row.pk}" if row and row.may_move else page)


def _refused(request: Request, found: Absence, form: DecisionsForm, refused: Refused) -> DecisionsForm:
    """Return the form with what was said; who was booked in meanwhile has a plan then."""
    if refused.code == "new_visits":
        disruptions.run_again(request.actor, found, at=request.at, go_on=for_a_while())
        form = _form(request, found)
    form.full_clean()
    form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
    return form


def _tell(request: Request, settled: Settled) -> None:
    if settled.done:
        words = ngettext("%(n)s patient is settled.", "%(n)s patients are settled.", settled.done)
        messages.success(request, words % {"n": settled.done})
    if settled.again:
        words = ngettext(
            "%(n)s patient’s new time was taken meanwhile. Decide on them again.",
            "%(n)s patients’ new times were taken meanwhile. Decide on them again.",
            settled.again,
        )
        messages.warning(request, words % {"n": settled.again})


def _find(request: Request, pk: UUID) -> Absence:
    rows = lists.with_names(Absence.objects.visible_to(request.actor)).filter(clinic=request.clinic)
    return get_object_or_404(rows, pk=pk)


def _form(request: Request, found: Absence) -> DecisionsForm:
    rows = found.decisions.filter(settled_at=None).select_related("patient")
    return DecisionsForm(request.POST if request.method == "POST" else None, rows=list(rows))


def _page(request: Request, found: Absence, form: DecisionsForm) -> HttpResponse:
    found = _find(request, found.pk)
    groups, settled = decided(found)
    over = found.state == Absence.State.WITHDRAWN
    inside = [] if over else lists.touched(found.clinic, lists.away_of(found), at=request.at)
    known = {pk for group in groups for case in group.cases for pk in case.row.touched}
    context = {
        "absence": found,
        "name": lists.name_of(found),
        "pattern": wanted_pattern(found),
        "form": form,
        "groups": [(group.outcome, [_case(form, case) for case in group.cases]) for group in groups],
        "settled": settled,
        "unknown": [one for one in inside if str(one.pk) not in known] if found.is_draft else [],
        "calls": [] if found.is_draft else [(one, "") for one in inside if str(one.pk) not in known],
        "times": _times(request, found, inside),
        "why": _why(request, found, inside),
        "nav": "settings",
    }
    return render(request, "plans/disruptions/plan.html", context, status=422 if form.errors else 200)


def _case(form: DecisionsForm, case: Any) -> dict[str, Any]:
    """Return one patient with the fields for them."""
    pk = case.row.pk
    return {
        "case": case,
        "row": case.row,
        "choice": form[f"choice-{pk}"],
        "slot": form[f"slot-{pk}"],
        "is_pinned": bool(form[f"pin-{pk}"].value()),
    }


def _why(request: Request, found: Absence, inside: list[Any]) -> dict[str, Any]:
    """Return why the one patient that the address asks about has no place, and what would help, in words."""
    row = _asked_about(request, found, "why")
    if row is None or row.subject is None or row.outcome != "none":
        return {}
    rows = found.decisions.filter(settled_at=None)
    held = {one.subject: from_data(one.after) for one in rows if one.after and one.subject}
    cases = cases_of(found.clinic, inside, at=request.at)
    said = why_none(found.clinic, lists.away_of(found), cases, row.subject, held, at=request.at)
    if isinstance(said, Refusal):
        ways = [wording.way_out(way) for way in said.relaxations]
        return {"row": row, "why": wording.why_not(said), "ways": ways}
    far = [wording.short_day(slot.day) for slot in said.options[0].slots] if said else []
    return {"row": row, "far": far}


def _asked_about(request: Request, found: Absence, what: str) -> Decision | None:
    """Return the open decision that the address names."""
    wanted = request.GET.get(what, "")
    is_number = wanted.isdecimal() and len(wanted) < 19
    return found.decisions.filter(settled_at=None, pk=wanted).first() if is_number else None


def _times(request: Request, found: Absence, inside: list[Any]) -> dict[str, Any]:
    """Return other times for the one patient that the address asks about."""
    row = _asked_about(request, found, "times")
    if row is None or row.subject is None:
        return {}
    cases = cases_of(found.clinic, inside, at=request.at)
    others = other_times(found.clinic, lists.away_of(found), cases, row.subject, at=request.at)
    free = named(found.clinic, [slot for _number, slot in others])
    signed = [sign_pin(number, slot) for number, slot in others]
    return {"row": row, "free": list(zip(signed, free, strict=True))}
