"""Booking a series: wishes as a link, proposals, one date changed, one button."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from clinic.actions.refusal import Refused
from clinic.models import Membership
from clinic.permissions import Request
from clinic.rules.timegrid import local_day
from plans.actions import booking
from plans.exports import wording
from plans.forms.booking import WishesForm
from plans.forms.series import ConfirmForm
from plans.models import Series
from plans.queries.proposals import Choice, Row, Search, alternatives, changed, search
from plans.queries.standing import first_day, standing, who_may_book
from plans.rules.plan import from_data, to_data
from plans.rules.scheduling.model import RequestError
from plans.rules.spacing import BookedBy
from plans.views.series import find

CHANGE = "plans.change"


@dataclass(frozen=True)
class Card:
    """One proposal on the page: each row with the other times that its session could have."""

    picture: dict[str, Any]
    token: str
    title: str
    summary: str
    tags: list[tuple[str, str, str]]
    rows: list[tuple[Row, list[tuple[str, Choice]]]]


def book(request: Request, clinic: str, series: UUID) -> HttpResponse:
    """Show proposals for what suits the patient; book the one that is confirmed."""
    found = find(request, series)
    if found.state not in Series.OPEN:
        return render(request, "plans/series/not_open.html", {"series": found}, status=409)
    if request.method == "POST" and "change" not in request.POST:
        return _confirm(request, found)
    return _page(request, found)


def _confirm(request: Request, series: Series) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _page(request, series, form=form)
    try:
        booking.confirm(
            request.actor, series, form.cleaned_data["offer"], at=request.at, reason=form.cleaned_data["reason"]
        )
    except Refused as refused:
        form.add_error(refused.field, str(refused.message))
        return _page(request, find(request, series.pk), form=form)
    return redirect("plans:series_booked", request.clinic.slug, series.pk)


def _page(request: Request, series: Series, form: ConfirmForm | None = None) -> HttpResponse:
    """Show the wishes, and what they lead to."""
    stand, wishes = standing(series), _wishes_form(request)
    context = {"series": series, "stand": stand, "wishes": wishes, "form": form or ConfirmForm()}
    if not stand.to_book:
        return _show(request, "plans/series/nothing_to_book.html", context)
    who = who_may_book(stand, first_day(stand, wishes.wishes(), request.at))
    if who is BookedBy.NEW_CONSULTATION:
        return render(request, "plans/series/not_open.html", {"series": series, "lapsed": True}, status=409)
    context["needs_reason"] = who is not BookedBy.FRONT_DESK
    context["practitioner_books"] = who is BookedBy.PRACTITIONER_WITH_REASON
    try:
        context.update(_found(request, series, search(stand, wishes.wishes(), at=request.at)))
    except RequestError as error:
        wishes.add_error(None, _("These wishes cannot be met together: %(why)s.") % {"why": error.message})
    return _show(request, "plans/series/book.html", context)


def _show(request: Request, template: str, context: dict[str, Any]) -> HttpResponse:
    failed = bool(context["form"].errors or context["wishes"].errors)
    return render(request, template, {**context, "has_errors": failed}, status=422 if failed else 200)


def _wishes_form(request: Request) -> WishesForm:
    members = list(Membership.objects.practitioners().filter(clinic=request.clinic).select_related("user"))
    return WishesForm(
        request.GET or None, today=local_day(request.at, request.clinic.zone), practitioners=members
    )


def _found(request: Request, series: Series, made: Search) -> dict[str, Any]:
    """Return what a search leads to: cards, or why there is none and what would help."""
    if made.refusal is not None:
        helps = [wording.way_out(one) for one in made.refusal.relaxations]
        return {"cards": [], "why": wording.why_not(made.refusal), "helps": helps}
    chosen = _changed(request, made)
    choices = ([chosen] if chosen else []) + list(made.choices)
    return {
        "cards": [_card(series, made, choice) for choice in choices],
        "changed": chosen is not None,
        "change_failed": "change" in request.POST and chosen is None,
    }


def _card(series: Series, made: Search, choice: Choice) -> Card:
    return Card(
        {"dots": choice.rows, "zones": _zones(series, made)},
        booking.offer(series, choice.plan),
        wording.title(choice),
        wording.summary(choice),
        wording.tags(choice),
        [(row, _others(made, choice, row.number)) for row in choice.rows],
    )


def _zones(series: Series, made: Search) -> list[dict[str, Any]]:
    """Return the days that are kept clear, with what for."""
    return [
        {"first": first, "last": last, "label": series.event_name if last == series.event_on else _("away")}
        for first, last in made.asked.blackout
    ]


def _others(made: Search, choice: Choice, number: int) -> list[tuple[str, Choice]]:
    """Return other times for one session, each signed together with the plan it would change."""
    session = next(one for one in choice.plan if one.number == number)
    return [
        (signing.dumps([to_data(choice.plan), to_data(other.plan[-1:])], salt=CHANGE, compress=True), other)
        for other in alternatives(made, choice.plan, number)
        if other.plan[-1] != session
    ]


def _changed(request: Request, made: Search) -> Choice | None:
    """Return the plan with one date changed, where one was asked for and the rest can follow."""
    token = request.POST.get("change", "")
    if not token:
        return None
    try:
        plan, one = signing.loads(token, salt=CHANGE, max_age=booking.GOOD_FOR_SECONDS)
        before, (chosen,) = from_data(plan), from_data(one)
    except (signing.BadSignature, ValueError):
        return None
    if {session.number for session in before} != set(made.stand.to_book):
        return None
    return changed(made, before, chosen)
