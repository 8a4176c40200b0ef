"""Booking a series: wishes as a link, proposals, one date changed, one button; a missed session with its repair."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from clinic.actions.refusal import Refused
from clinic.models import Membership
from clinic.permissions import Request
from clinic.rules.roles import Right
from clinic.rules.timegrid import local_day
from plans.actions import booking
from plans.exports import wording
from plans.forms.booking import WishesForm
from plans.forms.series import ConfirmForm
from plans.models import Kind, Series, VisitType
from plans.queries.proposals import Choice, Row, Search, alternatives, look, nearest_plan, rows_of, search
from plans.queries.setup import lack_of
from plans.queries.slots import members_of, treating
from plans.queries.standing import Standing, first_day, standing, who_may_book
from plans.queries.timeline import event_words
from plans.queries.why import why_in_plan, why_session
from plans.rules.plan import Session
from plans.rules.scheduling.model import RequestError, Slot
from plans.rules.spacing import BookedBy
from plans.rules.wishes import NOON, Wishes
from plans.views.chosen import change_of, changed_plan, chosen_plan
from plans.views.mending import kept_offer, mend
from plans.views.series import find

SHOWS = {"change", "slot", "open"}
OTHERS = list[tuple[str, Choice]]


@dataclass(frozen=True)
class Card:
    """One proposal on the page: each row with the other times of its session, None while nobody asks for them."""

    picture: dict[str, Any]
    token: str
    title: str
    summary: str
    tags: list[tuple[str, str, str]]
    rows: list[tuple[Row, OTHERS | None]]


def book(request: Request, clinic: str, series: UUID) -> HttpResponse:
    """Show proposals for what suits the patient; book the one that is confirmed."""
    found = find(request, series)
    if found.state not in Series.OPEN:
        return render(request, "plans/series/not_open.html", {"series": found}, status=409)
    if request.method == "POST" and not SHOWS & set(request.POST):
        return _confirm(request, found)
    return _page(request, found, ConfirmForm(initial={"reason": request.POST.get("reason", "")}))


def _confirm(request: Request, series: Series) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _page(request, series, form)
    try:
        booking.confirm(
            request.actor,
            series,
            form.cleaned_data["offer"],
            at=request.at,
            reason=form.cleaned_data["reason"],
        )
    except Refused as refused:
        form.add_error(refused.field, ValidationError(str(refused.message), code=refused.code))
        return _page(request, find(request, series.pk), form)
    return redirect("plans:series_booked", request.clinic.slug, series.pk)


def _page(request: Request, series: Series, form: ConfirmForm) -> HttpResponse:
    """Show the wishes, and what they lead to; or the repair, where a session in between has lost its date."""
    members = members_of(request.clinic)
    stand = standing(series, members)
    wishes = _wishes_form(request, stand, members)
    context = {"series": series, "stand": stand, "wishes": wishes, "form": form}
    if not stand.to_book:
        return _show(request, "plans/series/nothing_to_book.html", context)
    if who_may_book(stand, first_day(stand, Wishes(), request.at)) is BookedBy.NEW_CONSULTATION:
        return render(request, "plans/series/not_open.html", {"series": series, "lapsed": True}, status=409)
    try:
        if stand.holes:
            context.update(mend(request, stand, form))
            return _show(request, "plans/series/mend.html", context)
        return _proposals(request, context, stand, wishes, members)
    except VisitType.DoesNotExist:
        return render(request, "plans/series/not_open.html", {"series": series}, status=409)


def _proposals(
    request: Request,
    context: dict[str, Any],
    stand: Standing,
    wishes: WishesForm,
    members: list[Membership],
) -> HttpResponse:
    """Answer with the page; with one session and its other times where htmx asks for no more."""
    context.update(_who_books(request, stand, wishes))
    context["event"] = event_words(stand.series, named=request.actor.may(Right.READ_CLINICAL))
    given: dict[str, Any] = {"at": request.at, "members": members}
    try:
        if getattr(request, "htmx", None) and "open" in request.POST:
            return _one_session(request, look(stand, wishes.wishes(), **given))
        context.update(_found(request, context, search(stand, wishes.wishes(), **given), wishes))
    except RequestError as error:
        wishes.add_error(None, wording.impossible(error))
    return _show(request, "plans/series/book.html", context)


def _one_session(request: Request, made: Search) -> HttpResponse:
    """Answer with one row of the chosen proposal, its other times open; with nothing new where it is stale."""
    plan, number = chosen_plan(request, made.stand), _opened(request)
    if number not in [session.number for session in plan]:
        return HttpResponse(status=204)
    row = next(row for row in rows_of(made.stand, plan, made.cast) if row.number == number)
    context = {"series": made.stand.series, "row": row, "others": _others(made, plan, number)}
    return render(request, "plans/series/_slot.html", context)


def _show(request: Request, template: str, context: dict[str, Any]) -> HttpResponse:
    failed = bool(context["form"].errors or context["wishes"].errors or context.get("failed"))
    return render(request, template, {**context, "has_errors": failed}, status=422 if failed else 200)


def _wishes_form(request: Request, stand: Standing, members: list[Membership]) -> WishesForm:
    return WishesForm(
        request.GET or None,
        today=local_day(request.at, request.clinic.zone),
        practitioners=treating(members),
        sessions=stand.to_book,
    )


def _who_books(request: Request, stand: Standing, wishes: WishesForm) -> dict[str, bool]:
    """Return who may book from the first day that was wished for; too late a day is an error of the wish."""
    who = who_may_book(stand, first_day(stand, wishes.wishes(), request.at))
    if who is BookedBy.NEW_CONSULTATION:
        wishes.add_error("first", _("So long after the last session, a new consultation comes first."))
        who = who_may_book(stand, first_day(stand, Wishes(), request.at))
    return {
        "needs_reason": who is not BookedBy.FRONT_DESK,
        "practitioner_books": who is BookedBy.PRACTITIONER_WITH_REASON,
    }


def _found(request: Request, context: dict[str, Any], made: Search, wishes: WishesForm) -> dict[str, Any]:
    """Return what a search leads to: cards, or why there is none and what would help."""
    if made.refusal is not None:
        helps = [wording.way_out(one) for one in made.refusal.relaxations]
        return {
            "cards": [],
            "lack": lack_of(request.clinic, Kind.TREATMENT),
            "why": wording.why_not(made.refusal),
            "helps": helps,
            **_first_verdict(request, made, wishes),
        }
    changed = changed_plan(request, made)
    first = changed or _chosen(made, chosen_plan(request, made.stand)) or _kept(context["form"], made)
    choices = ([first] if first else []) + [
        one for one in made.choices if not first or one.plan != first.plan
    ]
    opened = _opened(request) if first else 0
    return {
        "cards": [_card(made, one, context["event"], opened if one is first else 0) for one in choices],
        "change_failed": bool({"change", "slot"} & set(request.POST)) and changed is None,
        **_verdict(request, made, choices[0], wishes),
    }


def _card(made: Search, choice: Choice, event: str, opened: int) -> Card:
    return Card(
        {"dots": choice.rows, "zones": _zones(made, event)},
        booking.offer(made.stand.series, choice.plan),
        wording.title(choice),
        wording.summary(choice),
        wording.tags(choice),
        [
            (row, _others(made, choice.plan, row.number) if row.number == opened else None)
            for row in choice.rows
        ],
    )


def _zones(made: Search, event: str) -> list[dict[str, Any]]:
    """Return the days that are kept clear, with what for."""
    return [
        {"first": first, "last": last, "label": event if last == made.stand.series.event_on else _("away")}
        for first, last in made.asked.blackout
    ]


def _opened(request: Request) -> int:
    """Return the number of the session whose other times are asked for, 0 for none."""
    typed = request.POST.get("open", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 2 else 0


def _others(made: Search, plan: tuple[Session, ...], number: int) -> OTHERS:
    """Return other times for one session, each signed together with the plan it would change."""
    found = alternatives(made, plan, number)
    return [(change_of(made.stand, plan, other.plan[-1]), other) for other in found]


def _kept(form: ConfirmForm, made: Search) -> Choice | None:
    """Return the proposal that was chosen where only its reason was missing; the nearest where its time is gone."""
    if form.has_error(NON_FIELD_ERRORS, "slot_taken"):
        return nearest_plan(made, booking.read_offer(form.cleaned_data["offer"]).plan)
    offer = kept_offer(form, made.stand.series)
    return _chosen(made, offer.plan) if offer else None


def _chosen(made: Search, plan: tuple[Session, ...]) -> Choice | None:
    """Return a plan as one of the proposals, or as a proposal of its own; None for another set of sessions."""
    if [session.number for session in plan] != made.stand.to_book:
        return None
    found = next((choice for choice in made.choices if choice.plan == plan), None)
    return found or Choice(plan, rows_of(made.stand, plan, made.cast), None)


def _verdict(request: Request, made: Search, choice: Choice, wishes: WishesForm) -> dict[str, Any]:
    """Return why the day that was asked about is or is not possible, and its times as changes of the first plan."""
    asked = wishes.asked_about()
    if asked is None:
        return {}
    day, number = asked
    found = why_in_plan(made, choice.plan, number, day, at=request.at)
    times = [(change_of(made.stand, choice.plan, Session(number, one.slot)), one) for one in found.times]
    return {"verdict": found, "verdict_words": wording.verdict(found), "verdict_times": times}


def _first_verdict(request: Request, made: Search, wishes: WishesForm) -> dict[str, Any]:
    """Return the same for the first session where no proposal stands to count from."""
    asked = wishes.asked_about()
    if asked is None:
        return {}
    day, number = asked[0], made.stand.to_book[0]
    near = Slot(day, made.asked.preferred, NOON)
    found = why_session(made.stand, number, day, near=near, at=request.at)
    return {"verdict": found, "verdict_words": wording.verdict(found)}
