"""Booking a series: wishes as a link, proposals, one date changed, one button; a missed session with its repair."""

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
from plans.models import Kind, Series, VisitType
from plans.queries.proposals import Choice, Row, Search, alternatives, changed, rows_of, search
from plans.queries.standing import Standing, first_day, standing, who_may_book
from plans.queries.why import why_in_plan, why_session
from plans.rules.plan import Session, from_data, to_data
from plans.rules.scheduling.model import RequestError, Slot
from plans.rules.spacing import BookedBy
from plans.rules.wishes import NOON, Wishes
from plans.views.mending import kept_plan, mend
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
    if request.method == "POST" and not {"change", "slot"} & set(request.POST):
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
        form.add_error(refused.field, str(refused.message))
        return _page(request, find(request, series.pk), form)
    return redirect("plans:series_booked", request.clinic.slug, series.pk)


def _page(request: Request, series: Series, form: ConfirmForm) -> HttpResponse:
    """Show the wishes, and what they lead to; or the repair, where a session in between has lost its date."""
    stand = standing(series)
    wishes = _wishes_form(request, stand)
    context = {"series": series, "stand": stand, "wishes": wishes, "form": form}
    if not stand.to_book:
        return _show(request, "plans/series/nothing_to_book.html", context)
    lapsed = who_may_book(stand, first_day(stand, Wishes(), request.at)) is BookedBy.NEW_CONSULTATION
    if lapsed or not VisitType.objects.filter(clinic=request.clinic, kind=Kind.TREATMENT).exists():
        return render(request, "plans/series/not_open.html", {"series": series, "lapsed": lapsed}, status=409)
    if stand.holes:
        context.update(mend(request, stand, form))
        return _show(request, "plans/series/mend.html", context)
    context.update(_who_books(request, stand, wishes))
    try:
        context.update(_found(request, form, search(stand, wishes.wishes(), at=request.at), wishes))
    except RequestError as error:
        wishes.add_error(None, _("These wishes cannot be met together: %(why)s.") % {"why": error.message})
    return _show(request, "plans/series/book.html", context)


def _show(request: Request, template: str, context: dict[str, Any]) -> HttpResponse:
    failed = bool(context["form"].errors or context["wishes"].errors or context.get("failed"))
    return render(request, template, {**context, "has_errors": failed}, status=422 if failed else 200)


def _wishes_form(request: Request, stand: Standing) -> WishesForm:
    members = list(Membership.objects.practitioners().filter(clinic=request.clinic).select_related("user"))
    return WishesForm(
        request.GET or None,
        today=local_day(request.at, request.clinic.zone),
        practitioners=members,
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


def _found(request: Request, form: ConfirmForm, made: Search, wishes: WishesForm) -> dict[str, Any]:
    """Return what a search leads to: cards, or why there is none and what would help."""
    if made.refusal is not None:
        helps = [wording.way_out(one) for one in made.refusal.relaxations]
        return {
            "cards": [],
            "why": wording.why_not(made.refusal),
            "helps": helps,
            **_first_verdict(request, made, wishes),
        }
    chosen = _changed(request, made) or _kept(form, made)
    choices = ([chosen] if chosen else []) + [
        one for one in made.choices if not chosen or one.plan != chosen.plan
    ]
    return {
        "cards": [_card(made, choice) for choice in choices],
        "change_failed": "change" in request.POST and chosen is None,
        **_verdict(request, made, choices[0], wishes),
    }


def _card(made: Search, choice: Choice) -> Card:
    series = made.stand.series
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
        (_change(made, choice.plan, other.plan[-1]), other)
        for other in alternatives(made, choice.plan, number)
        if other.plan[-1] != session
    ]


def _change(made: Search, plan: tuple[Session, ...], one: Session) -> str:
    data = [str(made.stand.series.pk), to_data(plan), to_data([one])]
    return signing.dumps(data, salt=CHANGE, compress=True)


def _changed(request: Request, made: Search) -> Choice | None:
    """Return the plan with one date changed, where one was asked for and the rest can follow."""
    token = request.POST.get("change", "")
    if not token:
        return None
    try:
        series, plan, one = signing.loads(token, salt=CHANGE, max_age=booking.GOOD_FOR_SECONDS)
        before, (chosen,) = from_data(plan), from_data(one)
    except (signing.BadSignature, ValueError):
        return None
    if series != str(made.stand.series.pk) or [session.number for session in before] != made.stand.to_book:
        return None
    return changed(made, before, chosen)


def _kept(form: ConfirmForm, made: Search) -> Choice | None:
    """Return the proposal that was chosen where only its reason was missing."""
    plan = kept_plan(form, made.stand.series)
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
    times = [(_change(made, choice.plan, Session(number, one.slot)), one) for one in found.times]
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
