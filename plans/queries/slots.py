"""The calendar as the engine reads it, and what a visit of each kind needs."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from clinic.models import Clinic, Closure, Device, Leave, Membership, OpeningHours, Outage, Room, Shift, SpecialOpening
from clinic.rules import hours
from clinic.rules.timegrid import DAY_MINUTES, Span, outward_cells, to_local
from plans.models import Occupancy, VisitType
from plans.rules.scheduling.model import Booking, Calendar, Place, Practitioner, Treatment


def visit_type(clinic: Clinic, kind: str) -> VisitType:
    """Return what a kind of visit takes in this clinic."""
    return VisitType.objects.get(clinic=clinic, kind=kind)


def treatment_of(visit_type: VisitType, clinic: Clinic) -> Treatment:
    """Return a kind of visit as the engine knows it; ids are those of resources."""
    able = frozenset(
        visit_type.practitioners.filter(is_active=True).values_list("user__resource_id", flat=True)
    )
    return Treatment(
        minutes=visit_type.minutes,
        room_kind=visit_type.room_kind or None,
        device_kind=visit_type.device_kind or None,
        practitioner_buffer=(visit_type.practitioner_before, visit_type.practitioner_after),
        room_buffer=(visit_type.room_before, visit_type.room_after),
        device_buffer=(visit_type.device_before, visit_type.device_after),
        grid=clinic.grid_minutes,
        able=able or None,
    )


def calendar(
    clinic: Clinic, first: date, last: date, *, patient_resource: int | None = None, without: Iterable[UUID] = ()
) -> Calendar:
    """Return everything that is fixed between two days, both included, but for the visits named in `without`.

    A shared practitioner's bookings in other clinics are there too, as nothing but busy time.
    """
    practitioners = _practitioners(clinic, first, last)
    outages = _outages(clinic, first, last)
    rooms = _places(Room, clinic, outages)
    devices = _places(Device, clinic, outages)
    resources: list[Any] = [thing.id for thing in (*practitioners, *rooms, *devices)]
    if patient_resource is not None:
        resources.append(patient_resource)
    return Calendar(
        opening=opening(clinic, first, last),
        practitioners=practitioners,
        rooms=rooms,
        devices=devices,
        bookings=_bookings(clinic, resources, first, last, without),
    )


def opening(clinic: Clinic, first: date, last: date) -> hours.Opening:
    """Return when the clinic is open between two days, to patients and to its staff."""
    week: dict[int, list[Span]] = defaultdict(list)
    for row in OpeningHours.objects.filter(clinic=clinic):
        week[row.weekday].append((row.start_minute, row.end_minute))
    special: dict[date, list[Span]] = defaultdict(list)
    for day in SpecialOpening.objects.filter(clinic=clinic, day__range=(first, last)):
        special[day.day].append((day.start_minute, day.end_minute))
    closures = Closure.objects.filter(clinic=clinic, first__lte=last, last__gte=first)
    return hours.Opening(
        tz=clinic.zone,
        week={day: tuple(spans) for day, spans in week.items()},
        staff={day: _widened(spans, clinic.setup_minutes) for day, spans in week.items()},
        special=tuple(
            hours.SpecialOpening(day, tuple(spans), _widened(spans, clinic.setup_minutes))
            for day, spans in special.items()
        ),
        closures=tuple(_absence(row) for row in closures),
    )


def _widened(spans: Iterable[Span], minutes: int) -> tuple[Span, ...]:
    return tuple((max(a - minutes, 0), min(b + minutes, DAY_MINUTES)) for a, b in spans)


def _absence(row: Closure | Leave | Outage) -> hours.Absence:
    whole = row.start_minute is None or row.end_minute is None
    spans = () if whole else ((row.start_minute or 0, row.end_minute or 0),)
    return hours.Absence(row.first, row.last, spans, row.reason)


def _practitioners(clinic: Clinic, first: date, last: date) -> tuple[Practitioner, ...]:
    members = list(Membership.objects.practitioners().filter(clinic=clinic).select_related("user"))
    weeks: dict[int, dict[date, dict[int, list[Span]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for row in Shift.objects.filter(membership__in=members, since__lte=last):
        weeks[row.membership_id][row.since][row.weekday].append((row.start_minute, row.end_minute))
    leave: dict[int, list[hours.Absence]] = defaultdict(list)
    for away in Leave.objects.filter(membership__in=members, first__lte=last, last__gte=first):
        leave[away.membership_id].append(_absence(away))
    return tuple(
        Practitioner(
            id=member.user.resource_id,
            shifts=tuple(
                hours.Shift({day: tuple(spans) for day, spans in week.items()}, since)
                for since, week in sorted(weeks[member.pk].items())
            ),
            leave=tuple(leave[member.pk]),
        )
        for member in members
        if member.user.resource_id
    )


def _outages(clinic: Clinic, first: date, last: date) -> dict[int, list[hours.Absence]]:
    found: dict[int, list[hours.Absence]] = defaultdict(list)
    rows = Outage.objects.filter(first__lte=last, last__gte=first)
    for row in rows.filter(resource__room__clinic=clinic) | rows.filter(resource__device__clinic=clinic):
        found[row.resource_id].append(_absence(row))
    return found


def _places(
    model: type[Room] | type[Device], clinic: Clinic, outages: dict[int, list[hours.Absence]]
) -> tuple[Place, ...]:
    rows = model._default_manager.filter(clinic=clinic, is_active=True).order_by("position", "pk")
    return tuple(Place(row.pk, row.kind, tuple(outages.get(row.pk, ()))) for row in rows)


def _bookings(
    clinic: Clinic, resources: Iterable[int], first: date, last: date, without: Iterable[UUID]
) -> list[Booking]:
    ours = Occupancy.objects.filter(resource_id__in=list(resources))
    without = list(without)
    if without:
        ours = ours.exclude(visit_id__in=without)
    here = ours.filter(day__range=(first, last), clinic=clinic).values_list(
        "resource_id", "day", "cell_from", "cell_to"
    )
    # One day more on each side: elsewhere the calendar may show another date.
    elsewhere = ours.filter(
        day__range=(first - timedelta(days=1), last + timedelta(days=1)), resource__kind="practitioner"
    ).exclude(clinic=clinic)
    return [*here, *_as_seen_from(clinic, elsewhere.values_list("resource_id", "starts_at", "ends_at"))]


def _as_seen_from(clinic: Clinic, rows: Iterable[tuple[int, Any, Any]]) -> Iterable[Booking]:
    """Give busy time elsewhere as cells of this clinic's days; it may lie on two of them."""
    for resource, starts_at, ends_at in rows:
        day, minute = to_local(starts_at, clinic.zone)
        last_day, last_minute = to_local(ends_at, clinic.zone)
        while day <= last_day:
            end = last_minute if day == last_day else DAY_MINUTES
            if end > minute:
                yield (resource, day, *outward_cells(minute, end))
            day, minute = day + timedelta(days=1), 0
