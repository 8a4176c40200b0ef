"""The floor that the product is measured against: bare Django, one SQL query, no sign-in, no forms, no audit.

`search` reads the window's bookings and finds six dates with masks of one integer a day, nearest the best gap.
`page` reads the bookings of a day and prints a table until it is as large as the page that it stands for.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path

from clinic.urls import handler403, handler404, handler500
from clinic.urls import urlpatterns as product

__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]
CELLS, LENGTH = 288, 12
OPENS, CLOSES = 96, 216
EVERY_15_MINUTES = sum(1 << cell for cell in range(OPENS, CLOSES - LENGTH + 1, 3))
SESSIONS, EARLIEST, BEST, LATEST, FIRST_WITHIN = 6, 28, 35, 42, 28
OPTIONS = 5
BOOKINGS = (
    "SELECT resource_id, day, cell_from, cell_to FROM plans_occupancy "
    "WHERE resource_id = ANY(%s) AND day BETWEEN %s AND %s"
)
SERIES = Engine().from_string(
    "<!doctype html><title>Dates</title>{% for option in options %}<table>{% for one in option %}"
    "<tr><td>{{ forloop.counter }}</td><td>{{ one.0 }}</td><td>{{ one.1 }}</td><td>{{ one.2 }}</td></tr>"
    "{% endfor %}</table>{% endfor %}"
)
ROWS = Engine().from_string(
    "<!doctype html><title>Day</title><table>{% for row in rows %}"
    '<tr class="row"><td class="time">{{ row.0 }}</td><td class="person">{{ row.1 }}</td>'
    '<td class="room">{{ row.2 }}</td><td class="state">{{ row.3 }}</td></tr>'
    "{% endfor %}</table>"
)
ROW_BYTES = 123


def fits(busy: int) -> int:
    """Return the cells from which a visit finds no busy cell."""
    blocked = busy
    for shift in range(1, LENGTH):
        blocked |= busy >> shift
    return EVERY_15_MINUTES & ~blocked


def search(request: HttpRequest, first: str, people: str, rooms: str, devices: str) -> HttpResponse:
    """Answer with the best series of six and others that begin on other days."""
    start = date.fromisoformat(first)
    last = start + timedelta(days=FIRST_WITHIN + (SESSIONS - 1) * LATEST)
    staff, *places = ([int(one) for one in ids.split(",")] for ids in (people, rooms, devices))
    busy: dict[tuple[int, date], int] = {}
    with connection.cursor() as cursor:
        cursor.execute(BOOKINGS, [[*staff, *places[0], *places[1]], start, last])
        for resource, day, cell, until in cursor.fetchall():
            busy[resource, day] = busy.get((resource, day), 0) | ((1 << until) - (1 << cell))
    free = {}
    for number in range((last - start).days + 1):
        day = start + timedelta(days=number)
        slot = None if day.weekday() == 6 else first_free(busy, day, staff, places)
        if slot is not None:
            free[number] = slot
    found = [[(start + timedelta(days=day), *free[day]) for day in days] for days in best(free)]
    return HttpResponse(SERIES.render(Context({"options": found})))


def first_free(
    busy: dict[tuple[int, date], int], day: date, staff: list[int], places: list[list[int]]
) -> tuple[int, int] | None:
    """Return the first start at which a person, a room and a device are free, and the person."""
    common = -1
    for group in places:
        either = 0
        for one in group:
            either |= fits(busy.get((one, day), 0))
        common &= either
    for one in staff:
        starts = common & fits(busy.get((one, day), 0))
        if starts:
            return (starts & -starts).bit_length() - 1, one
    return None


def best(free: dict[int, tuple[int, int]]) -> Iterator[list[int]]:
    """Return the cheapest chains of days by their distance from the best gap, one for each first day."""
    costs = dict.fromkeys(free, 0)
    chains: list[dict[int, int]] = []
    for _ in range(SESSIONS - 1):
        onward: dict[int, tuple[int, int]] = {}
        for day in free:
            after = [
                (costs[day + gap] + abs(gap - BEST), day + gap)
                for gap in range(EARLIEST, LATEST + 1)
                if day + gap in costs
            ]
            if after:
                onward[day] = min(after)
        costs = {day: cost for day, (cost, _next) in onward.items()}
        chains.append({day: following for day, (_cost, following) in onward.items()})
    firsts = sorted((cost, day) for day, cost in costs.items() if day <= FIRST_WITHIN)
    for _cost, day in firsts[:OPTIONS]:
        chain = [day]
        for following in reversed(chains):
            chain.append(following[chain[-1]])
        yield chain


def page(request: HttpRequest, clinic: int, day: str, size: int) -> HttpResponse:
    """Answer with a table as large as asked for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT start_minute, practitioner_id, room_id, state FROM plans_visit WHERE clinic_id = %s AND day = %s",
            [clinic, date.fromisoformat(day)],
        )
        rows: list[Any] = cursor.fetchall() or [(600, 1, 1, "booked")]
    wanted = max(size // ROW_BYTES, 1)
    return HttpResponse(ROWS.render(Context({"rows": (rows * (wanted // len(rows) + 1))[:wanted]})))


urlpatterns = [
    *product,
    path("floor/search/<str:first>/<str:people>/<str:rooms>/<str:devices>/", search),
    path("floor/page/<int:clinic>/<str:day>/<int:size>/", page),
]
