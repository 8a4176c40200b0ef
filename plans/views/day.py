"""The day board, the week, and the day on paper."""

import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from clinic.permissions import Request
from clinic.rules.roles import Right
from clinic.rules.timegrid import local_day
from plans.forms.day import YEARS, GoToForm
from plans.queries.day import day_of
from plans.queries.waiting import waiting_list
from plans.queries.week import week_of
from plans.queries.worklist import Found, worklist

VIEWS = ("practitioner", "room", "list")
NEARBY = 5  # items of the worklist beside the board; the rest on its own page
A_DAY, A_WEEK = datetime.timedelta(days=1), datetime.timedelta(days=7)


def today(request: Request, clinic: str) -> HttpResponse:
    """Show the clinic's present day, or go to the day that was typed."""
    present = local_day(request.at, request.clinic.zone)
    form = GoToForm(request.GET if "on" in request.GET else None, today=present)
    if form.is_bound and form.is_valid():
        page = "plans:week" if request.GET.get("by") == "week" else "plans:day"
        answer = redirect(page, clinic, form.cleaned_data["on"].isoformat())
        if _view(request) != VIEWS[0]:
            answer["Location"] += f"?by={_view(request)}"
        return answer
    return _board(request, present, form)


def day(request: Request, clinic: str, date: str) -> HttpResponse:
    """Show any day."""
    return _board(request, _day(date), GoToForm(today=local_day(request.at, request.clinic.zone)))


def day_print(request: Request, clinic: str, date: str) -> HttpResponse:
    """Show a day on paper: who comes to whom, and nothing clinical."""
    shown = day_of(request.actor, request.clinic, _day(date), by=VIEWS[0], at=request.at)
    return render(request, "plans/day/print.html", {"shown": shown})


def week(request: Request, clinic: str, date: str) -> HttpResponse:
    """Show the week around a day, of everybody or of one practitioner."""
    who = request.GET.get("who", "")
    if who and not (who.isascii() and who.isdigit() and len(who) < 10):
        raise Http404
    shown = week_of(request.actor, request.clinic, _day(date), at=request.at, whose=int(who) if who else None)
    if shown is None:
        raise Http404
    present = local_day(request.at, request.clinic.zone)
    context = {
        "shown": shown,
        "may_book": request.actor.may(Right.BOOK),
        "view": "week",
        "who": shown.rows[0][0] if who else None,
        "form": GoToForm(today=present),
        "on": present if present in shown.days else shown.monday,
        "before": shown.monday - A_WEEK,
        "after": shown.monday + A_WEEK,
        "present": present,
    }
    return render(request, "plans/day/week.html", context)


def _day(text: str) -> datetime.date:
    """Return the day in an address; 404 for what is none of a diary's."""
    try:
        found = datetime.date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    if found.year not in YEARS:
        raise Http404
    return found


def _view(request: Request) -> str:
    view = request.GET.get("by", VIEWS[0])
    return view if view in VIEWS else VIEWS[0]


def _board(request: Request, day: datetime.date, form: GoToForm) -> HttpResponse:
    view = _view(request)
    needs, waiting, may_book = Found([], 0), [], request.actor.may(Right.BOOK)
    if may_book:
        waiting = waiting_list(request.actor, request.clinic, at=request.at) if view == VIEWS[0] else []
        needs = worklist(request.actor, request.clinic, at=request.at, shown=NEARBY)
    shown = day_of(request.actor, request.clinic, day, by=view, at=request.at, waiting=waiting)
    context = {
        "shown": shown,
        "may_book": may_book,
        "view": view,
        "form": form,
        "is_today": day == local_day(request.at, request.clinic.zone),
        "on": day,
        "before": day - A_DAY,
        "after": day + A_DAY,
        "entries": shown.in_order if view == "list" else [],
        "items": needs.items,
        "more": needs.more,
    }
    return render(request, "plans/day/board.html", context, status=422 if form.errors else 200)
