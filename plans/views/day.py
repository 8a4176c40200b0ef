"""The day board and the worklist."""

import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import render

from clinic.permissions import Request
from clinic.rules.roles import Right
from clinic.rules.timegrid import local_day
from plans.queries.day import day_of
from plans.queries.worklist import worklist as waiting

VIEWS = ("practitioner", "room", "list")
YEARS = range(2000, 2100)  # a diary has no other days, and the calendar has an end
NEARBY = 5  # items of the worklist beside the board; the rest on its own page


def today(request: Request, clinic: str) -> HttpResponse:
    """Show the clinic's present day."""
    return _board(request, local_day(request.at, request.clinic.zone))


def day(request: Request, clinic: str, date: str) -> HttpResponse:
    """Show any day."""
    try:
        found = datetime.date.fromisoformat(date)
    except ValueError:
        raise Http404 from None
    if found.year not in YEARS:
        raise Http404
    return _board(request, found)


def _board(request: Request, day: datetime.date) -> HttpResponse:
    view = request.GET.get("by", VIEWS[0])
    if view not in VIEWS:
        view = VIEWS[0]
    shown = day_of(request.actor, request.clinic, day, by=view, at=request.at)
    items = []
    if request.actor.may(Right.BOOK):
        items = waiting(request.actor, request.clinic, at=request.at)
    context = {
        "shown": shown,
        "view": view,
        "views": VIEWS,
        "is_today": day == local_day(request.at, request.clinic.zone),
        "before": day - datetime.timedelta(days=1),
        "after": day + datetime.timedelta(days=1),
        "entries": shown.in_order if view == "list" else [],
        "items": items[:NEARBY],
        "more": max(len(items) - NEARBY, 0),
    }
    return render(request, "plans/day/board.html", context)


def worklist(request: Request, clinic: str) -> HttpResponse:
    """Show everything that waits for the desk."""
    items = waiting(request.actor, request.clinic, at=request.at)
    return render(request, "plans/day/worklist.html", {"items": items})
