"""What is booked: the busy cells of people, rooms, devices and a patient, as the engine reads them."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from clinic.models import Clinic
from clinic.rules.timegrid import DAY_MINUTES, outward_cells, to_local
from plans.models import Occupancy
from plans.rules.scheduling.model import Booking

DAY = timedelta(days=1)


def bookings(
    clinic: Clinic,
    resources: Collection[int],
    days: frozenset[date] | tuple[date, date],
    *,
    shared: Collection[int] = (),
    without: Collection[UUID] = (),
) -> list[Booking]:
    """Return what is booked of these resources, but for the visits named in `without`.

    `days` is the first and the last day, or a set of single days. `shared` are those of the resources that work
    in other clinics too: what is booked there is nothing but busy time. One query, two where anybody is shared.
    """
    if not resources or not days:
        return []
    kept = Occupancy.objects.exclude(visit_id__in=without) if without else Occupancy.objects.all()
    here = kept.filter(_on(days), resource_id__in=resources, clinic=clinic)
    found = _all_at_once(here.values_list("resource_id", "day", "cell_from", "cell_to"))
    if shared:
        found += _as_seen_from(clinic, _elsewhere(kept, clinic, shared, days))
    return found


def _all_at_once(rows: QuerySet[Occupancy, Booking]) -> list[Booking]:
    """Return thousands of rows as they come: the ORM would hand them on by the hundred."""
    with connection.cursor() as cursor:
        cursor.execute(*rows.query.sql_with_params())
        found: list[Booking] = cursor.fetchall()
    return found


def _on(days: frozenset[date] | tuple[date, date]) -> Q:
    return Q(day__range=days) if isinstance(days, tuple) else Q(day__in=days)


def _elsewhere(
    kept: QuerySet[Occupancy], clinic: Clinic, shared: Collection[int], days: Iterable[date]
) -> Iterable[tuple[int, Any, Any]]:
    """Return what is booked in other clinics; one day more on each side, for their calendars show other dates."""
    near = sorted(days)
    first, last = near[0] - DAY, near[-1] + DAY
    rows = kept.filter(day__range=(first, last), resource_id__in=shared).exclude(clinic=clinic)
    return rows.values_list("resource_id", "starts_at", "ends_at")


def _as_seen_from(clinic: Clinic, rows: Iterable[tuple[int, Any, Any]]) -> Iterator[Booking]:
    """Give busy time elsewhere as cells of this clinic's days; it may lie on two of them."""
    for resource, starts_at, ends_at in rows:
        day, minute = to_local(starts_at, clinic.zone)
        last_day, last_minute = to_local(ends_at, clinic.zone)
        while day <= last_day:
            end = last_minute if day == last_day else DAY_MINUTES
            if end > minute:
                yield (resource, day, *outward_cells(minute, end))
            day, minute = day + DAY, 0
