"""How many sessions a series has: one more, the last one less, or one left out, each signed with a reason."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from clinic.actions.refusal import Refused
from clinic.permissions import Request
from plans.actions import course as acting
from plans.forms.course import NumberForm, SkipForm
from plans.models import Series, SeriesChange
from plans.queries.course import closed_up, may_go, removable, without
from plans.queries.gaps import Gap, gap_between
from plans.queries.protocols import parsed
from plans.queries.standing import Standing, standing
from plans.views.series import find


def add(request: Request, clinic: str, series: UUID) -> HttpResponse:
    """Give a series one session more."""
    found = find(request, series)
    course = parsed(found.protocol_version).course
    context = {"most": course.override_bounds.sessions.max, "usual": course.defaults.sessions_max}
    return _sign(request, found, acting.add, "plans/series/add.html", context)


def remove(request: Request, clinic: str, series: UUID) -> HttpResponse:
    """Take the last session of a series away."""
    found = find(request, series)
    stand = standing(found)
    number = removable(stand)
    context = {"number": number, "visit": stand.visits.get(number or 0)}
    return _sign(request, found, acting.remove, "plans/series/remove.html", context)


def _sign(
    request: Request,
    series: Series,
    verb: Callable[..., SeriesChange],
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    form = NumberForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            verb(request.actor, series, reason=data["reason"], key=data["key"], at=request.at)
            return redirect("plans:series_booked", request.clinic.slug, series.pk)
        except Refused as refused:
            form.add_error(refused.field, str(refused.message))
    context = {**context, "series": series, "form": form, "is_open": series.state in Series.OPEN}
    return render(request, template, context, status=422 if form.errors else 200)


def skip(request: Request, clinic: str, series: UUID, number: int) -> HttpResponse:
    """Leave one session out: what becomes of those after it is shown before anything is saved."""
    found = find(request, series)
    if not 1 <= number <= found.sessions:
        raise Http404
    form = SkipForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            acting.skip(request.actor, found, number, data["offer"], reason=data["reason"], at=request.at)
            return redirect("plans:series_booked", clinic, series)
        except Refused as refused:
            form.add_error(refused.field, str(refused.message))
    context = {
        "form": form,
        "keeps": _keeps(form, number),
        **_skipped(request, find(request, series), number),
    }
    return render(request, "plans/series/skip.html", context, status=422 if form.errors else 200)


def _keeps(form: SkipForm, number: int) -> bool:
    """Say whether it was chosen that every later date stays, so that an error elsewhere does not lose it."""
    try:
        return not acting.read_offer(str(form.data.get("offer", "")), number).plan
    except Refused:
        return False


def _skipped(request: Request, series: Series, number: int) -> dict[str, Any]:
    """Return how the series would go on: later sessions moved up, where they can be, or every date kept."""
    stand = standing(series)
    found = closed_up(stand, number, at=request.at) if may_go(stand, number) else None
    return {
        "series": series,
        "number": number,
        "left": series.sessions - 1,
        "visit": stand.visits.get(number),
        "may_go": may_go(stand, number) and series.state in Series.OPEN,
        "repair": found,
        "move_offer": acting.offer(series, number, found.plan) if found else "",
        "keep_offer": acting.offer(series, number, ()),
        "gap": _gap_kept(stand, number),
    }


def _gap_kept(stand: Standing, number: int) -> Gap | None:
    """Return the gap that is left where every later date stays, None where no later session has one."""
    then = without(stand, number)
    before, after = then.visits.get(number - 1), then.visits.get(number)
    if after is None:
        return None
    return gap_between(then.series, number, before.day if before else None, after.day)
